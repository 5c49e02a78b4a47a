/** Everything around a pipeline, simulated: Auth0, Azure, DynamoDB, SQS and Secrets Manager on loopback. */
import { ENV } from '../lambda/core/contract.ts';
import type { DestinationKind } from '../lambda/destinations/all.ts';
import type { RateLimitOptions } from '../simulator/auth0/rate-limit.ts';
import { startAuth0 } from '../simulator/auth0/server.ts';
import { startAws } from '../simulator/aws/emulators.ts';
import { startSecretsManager } from '../simulator/aws/secrets-manager.ts';
import { startAzure } from '../simulator/azure/server.ts';
import { manyLogs } from './logs.ts';

/** What a world is made of: plain data, so that it can be sent to a process of its own. */
export interface WorldSetup {
  readonly kind: DestinationKind;
  readonly logs: number;
  /** The logs' ids lie in it; the last three hours but one minute when absent. */
  readonly span?: { readonly fromMs: number; readonly toMs: number };
  readonly auth0LatencyMs?: number;
  readonly azureLatencyMs?: number;
  readonly rateLimit?: RateLimitOptions;
  /** Laid over the pipeline's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Instead of the simulated Azure and Auth0: addresses of a stub. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface TenantCalls {
  readonly auth0Pages: number;
  readonly auth0Throttled: number;
}

export interface CloudCalls {
  readonly azurePosts: number;
  readonly azureRefused: number;
  readonly records: number;
  readonly unique: number;
  readonly dynamodbWrites: number;
  readonly messagesQueued: number;
  readonly secretReads: number;
}

export interface Tenant {
  /** How to ask for a token and a page without any of our code. */
  readonly address: {
    readonly baseUrl: string;
    readonly token: Readonly<Record<string, string>>;
    readonly firstLogId: string;
  };
  calls(): Promise<TenantCalls>;
  close(): Promise<void>;
}

export interface Clouds {
  /** The environment of the function `ship`. */
  readonly env: Readonly<Record<string, string>>;
  calls(): Promise<CloudCalls>;
  close(): Promise<void>;
}

export interface World {
  readonly env: Clouds['env'];
  readonly auth0: Tenant['address'];
  /** Counted so far. */
  calls(): Promise<TenantCalls & CloudCalls>;
  close(): Promise<void>;
}

const PIPELINE = 'bench';
const DOMAIN = 'bench.eu.auth0.com';
const CLIENT = { clientId: 'bench-client', clientSecret: 'bench-client-secret' };
const HOUR_MS = 3_600_000;

/** Auth0 alone; `now` is its clock. */
export async function startTenant(setup: WorldSetup, now: () => number = Date.now): Promise<Tenant> {
  const span = setup.span ?? { fromMs: now() - 3 * HOUR_MS, toMs: now() - 60_000 };
  const many = manyLogs({ seed: 1, count: setup.logs, ...span, mix: 'hostile' });
  const auth0 = await startAuth0({
    domain: DOMAIN,
    ...CLIENT,
    ...many,
    now,
    latencyMs: setup.auth0LatencyMs ?? 0,
    ...(setup.rateLimit ? { rateLimit: setup.rateLimit } : {}),
  });
  return {
    address: {
      baseUrl: auth0.baseUrl,
      token: {
        grant_type: 'client_credentials',
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        audience: `https://${DOMAIN}/api/v2/`,
      },
      firstLogId: [...auth0.tenant.ids()][0] ?? '',
    },
    calls: async () => ({ auth0Pages: auth0.requests.pages, auth0Throttled: auth0.requests.throttled }),
    close: auth0.close,
  };
}

/** Azure, DynamoDB, SQS and Secrets Manager, and the function's environment among them all. */
export async function startClouds(setup: WorldSetup, auth0BaseUrl: string): Promise<Clouds> {
  const { kind } = setup;
  const azure = await startAzure({ latencyMs: setup.azureLatencyMs ?? 0 });
  const aws = await startAws();
  const { workspaceId, sharedKeys, dcrImmutableId, stream, entra } = azure.settings;
  const secrets = await startSecretsManager({
    secrets: {
      auth0: JSON.stringify(CLIENT),
      azure: JSON.stringify({ sharedKey: sharedKeys[0], clientSecret: entra.clientSecret }),
    },
  });
  const endpoint = 'https://bench.westeurope-1.ingest.monitor.azure.com';
  const { tenantId, clientId } = entra;
  const destination =
    kind === 'data-collector'
      ? { kind, workspaceId, secret: 'azure' }
      : { kind, endpoint, dcrImmutableId, stream, tenantId, clientId, secret: 'azure' };
  const config = {
    name: PIPELINE,
    auth0: { domain: DOMAIN, secret: 'auth0', logRetentionDays: 2 },
    azure: destination,
    ...setup.config,
  };
  return {
    env: {
      ...aws.endpoints,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      [ENV.pipelineConfig]: JSON.stringify(config),
      [ENV.checkpointTable]: aws.table,
      [ENV.retryQueueUrl]: aws.retryQueueUrl,
      [ENV.deadLetterQueueUrl]: aws.deadLetterQueueUrl,
      [ENV.auth0BaseUrl]: auth0BaseUrl,
      [ENV.azureBaseUrl]: azure.url,
      [ENV.entraBaseUrl]: azure.url,
      ...setup.env,
    },
    calls: async () => {
      const depths = await aws.queueDepths();
      return {
        azurePosts: azure.received.posts,
        azureRefused: Object.values(azure.received.refusals).reduce((sum, count) => sum + count, 0),
        records: azure.received.records,
        unique: azure.received.unique,
        // Every write makes the item's version one more.
        dynamodbWrites: Number((await aws.readCheckpoint(PIPELINE))?.['version'] ?? 0),
        messagesQueued: depths.retry + depths['dead-letter'],
        secretReads: secrets.calls,
      };
    },
    close: async () => {
      await Promise.all([azure.close(), aws.close(), secrets.close()]);
    },
  };
}

/** Both in this process. */
export async function startWorld(setup: WorldSetup, now: () => number = Date.now): Promise<World> {
  const tenant = await startTenant(setup, now);
  return both(tenant, await startClouds(setup, tenant.address.baseUrl));
}

/** The two as one world. */
export function both(tenant: Tenant, clouds: Clouds): World {
  return {
    env: clouds.env,
    auth0: tenant.address,
    calls: async () => ({ ...(await tenant.calls()), ...(await clouds.calls()) }),
    close: async () => {
      await Promise.all([tenant.close(), clouds.close()]);
    },
  };
}
