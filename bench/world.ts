/** Everything around a pipeline, simulated: Auth0, Azure, DynamoDB, SQS and Secrets Manager on loopback. */
import type { RateLimitOptions } from '../simulator/auth0/rate-limit.ts';
import { KINDS, type Kind } from '../simulator/azure/apis.ts';
import { type Settings, startWorld as startSimulators, type Variables } from '../simulator/world.ts';
import { manyLogs } from './logs.ts';

/** What a world is made of: plain data, so that it can be sent to a process of its own. */
export interface WorldSetup {
  /** The first one when absent: where it makes no difference. */
  readonly kind?: Kind;
  readonly logs: number;
  /** The logs' ids lie in it; the last three hours but one minute when absent. */
  readonly span?: { readonly fromMs: number; readonly toMs: number };
  readonly auth0LatencyMs?: number;
  readonly azureLatencyMs?: number;
  readonly rateLimit?: RateLimitOptions;
  /** Laid over the pipeline's configuration. */
  readonly settings?: Settings;
  /** Instead of the simulated Azure and Auth0: addresses of a stub. */
  readonly env?: Variables;
}

export interface Calls {
  readonly auth0Pages: number;
  readonly auth0Throttled: number;
  readonly azurePosts: number;
  readonly azureRefused: number;
  readonly records: number;
  readonly unique: number;
  readonly dynamodbWrites: number;
  readonly messagesQueued: number;
  readonly secretReads: number;
}

export interface World {
  /** The environment of the function `ship`. */
  readonly env: Variables;
  /** How to ask for a token and a page without any of our code. */
  readonly auth0: { readonly baseUrl: string; readonly token: Variables; readonly firstLogId: string };
  /** Counted so far. */
  calls(): Promise<Calls>;
  close(): Promise<void>;
}

export const PIPELINE = 'bench';
const HOUR_MS = 3_600_000;

/** In this process; `now` is the clock of Auth0. */
export async function startWorld(setup: WorldSetup, now: () => number = Date.now): Promise<World> {
  const { kind = KINDS[0], rateLimit } = setup;
  const span = setup.span ?? { fromMs: now() - 3 * HOUR_MS, toMs: now() - 60_000 };
  const many = manyLogs({ seed: 1, count: setup.logs, ...span, mix: 'hostile' });
  const settings = { ...setup.settings, auth0: { logRetentionDays: 2, ...setup.settings?.auth0 } };
  const world = await startSimulators({
    kind,
    name: PIPELINE,
    auth0: { ...many, now, latencyMs: setup.auth0LatencyMs ?? 0, rateLimit },
    azure: { latencyMs: setup.azureLatencyMs ?? 0 },
    settings,
  });
  const { auth0, azure, aws, secrets } = world;
  const { domain } = world.config.auth0;
  const { clientId = '', clientSecret = '' } = world.pipeline(kind, PIPELINE).secrets.auth0;
  return {
    env: { ...world.env, ...setup.env },
    auth0: {
      baseUrl: auth0.baseUrl,
      token: {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        audience: `https://${domain}/api/v2/`,
      },
      firstLogId: [...auth0.tenant.ids()][0] ?? '',
    },
    calls: async () => {
      const depths = await aws.queueDepths();
      return {
        auth0Pages: auth0.requests.pages,
        auth0Throttled: auth0.requests.throttled,
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
    close: world.close,
  };
}
