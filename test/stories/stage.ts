/** A stage for stories: the real wiring and edges, over real sockets, between the simulators. No one sleeps. */
import * as zlib from 'node:zlib';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import { replay } from '../../lambda/core/replay.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { ship } from '../../lambda/core/ship.ts';
import { type Wiring, wireFrom } from '../../lambda/wiring.ts';
import { type Auth0Options, type Auth0Simulator, startAuth0 } from '../../simulator/auth0/server.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type SecretsManagerSimulator, startSecretsManager } from '../../simulator/aws/secrets-manager.ts';
import { type AzureOptions, type AzureSimulator, startAzure } from '../../simulator/azure/server.ts';

export const DOMAIN = 'story.eu.auth0.com';
export const AUTH0_SECRET = 'story/auth0';
export const AZURE_SECRET = 'story/azure';
const CLIENT_ID = 'story-client';
const CLIENT_SECRET = 'story-client-secret';
const HOUR_MS = 3_600_000;

export type Kind = 'data-collector' | 'logs-ingestion';

export interface Setup {
  readonly kind: Kind;
  readonly auth0?: Partial<Auth0Options>;
  readonly azure?: AzureOptions;
  readonly config?: Partial<PipelineConfig>;
  /** Laid over the destination's settings. */
  readonly destination?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly auth0: Auth0Simulator;
  readonly azure: AzureSimulator;
  readonly aws: Aws;
  readonly secrets: SecretsManagerSimulator;
  readonly wiring: Wiring;
  /** Faults of the ingestion API in play. */
  readonly post: AzureSimulator['faults']['dataCollector'];
  /** One run; its deadline `limitMs` ahead. */
  run(limitMs?: number): Promise<RunReport>;
  /** As if the time had passed that a vendor asked for. */
  forgetWaits(pipeline?: string): Promise<void>;
  /** One pass over the retry queue, as Lambda's event source mapping makes it; returns what was deleted. */
  replayOnce(): Promise<number>;
  checkpoint(): Promise<string | undefined>;
  /** Logs that are neither at Azure nor in a queue. */
  missing(): Promise<string[]>;
  depths(): ReturnType<Aws['queueDepths']>;
  close(): Promise<void>;
}

/** Starts everything with `logs` in the tenant. Every test closes its own stage. */
export async function openStage(setup: Setup): Promise<Stage> {
  const auth0 = await startAuth0({
    domain: DOMAIN,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    ...setup.auth0,
  });
  const azure = await startAzure({ keepRecords: true, ...setup.azure });
  const aws = await startAws();
  const { workspaceId, sharedKeys, dcrImmutableId, stream, entra } = azure.settings;
  const secrets = await startSecretsManager({
    secrets: {
      [AUTH0_SECRET]: JSON.stringify({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
      [AZURE_SECRET]: JSON.stringify({ sharedKey: sharedKeys[0], clientSecret: entra.clientSecret }),
    },
  });
  const destination =
    setup.kind === 'data-collector'
      ? { kind: setup.kind, workspaceId, secret: AZURE_SECRET }
      : {
          kind: setup.kind,
          endpoint: 'https://story.westeurope-1.ingest.monitor.azure.com',
          dcrImmutableId,
          stream,
          tenantId: entra.tenantId,
          clientId: entra.clientId,
          secret: AZURE_SECRET,
        };
  const config = {
    name: 'story',
    auth0: { domain: DOMAIN, secret: AUTH0_SECRET, logRetentionDays: 1 },
    azure: { ...destination, ...setup.destination },
    ...setup.config,
  };
  Object.assign(process.env, aws.endpoints, { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url });
  const wiring = wireFrom({
    [ENV.pipelineConfig]: JSON.stringify(config),
    [ENV.checkpointTable]: aws.table,
    [ENV.retryQueueUrl]: aws.retryQueueUrl,
    [ENV.deadLetterQueueUrl]: aws.deadLetterQueueUrl,
    [ENV.auth0BaseUrl]: auth0.baseUrl,
    [ENV.azureBaseUrl]: azure.url,
    [ENV.entraBaseUrl]: azure.url,
    ...setup.env,
  });
  // Waiting takes no time here; what the waits are is tested in core, in virtual time.
  const clock = { now: wiring.clock.now, sleep: async () => undefined };
  let runs = 0;

  const mapping = eventSourceMapping({
    sqsClient: aws.sqs,
    queueUrl: aws.retryQueueUrl,
    invoke: async event => {
      const failures = [];
      for (const { messageId, body } of (event as { Records: { messageId: string; body: string }[] })
        .Records) {
        const report = await replay({ ...wiring.replay, clock }, 'story', body, clock.now() + 30_000);
        if (!report.done) failures.push({ itemIdentifier: messageId });
      }
      return { ok: true, result: { batchItemFailures: failures } };
    },
  });
  return {
    auth0,
    azure,
    aws,
    secrets,
    wiring,
    post: setup.kind === 'data-collector' ? azure.faults.dataCollector : azure.faults.logsIngestion,
    run: async (limitMs = 30_000) =>
      ship(
        { ...(await wiring.ship()), clock },
        {
          ...wiring.options,
          owner: `run-${runs++}`,
          deadlineMs: clock.now() + limitMs,
          leaseExpiresAtMs: clock.now() + limitMs + 10_000,
        },
      ),
    forgetWaits: async (pipeline: string = config.name) => {
      const key = { TableName: aws.table, Key: { pipeline: { S: pipeline } } };
      await aws.dynamodb.send(new UpdateItemCommand({ ...key, UpdateExpression: 'REMOVE waits' }));
    },
    replayOnce: async () => {
      await aws.makeVisible('retry');
      return (await mapping.poll()).deleted;
    },
    checkpoint: async () => (await aws.readCheckpoint('story'))?.['checkpointLogId'] as string | undefined,
    missing: async () => {
      const queued = new Set<string>();
      for (const queue of ['retry', 'dead-letter'] as const) {
        for (const body of await aws.peek(queue)) for (const id of idsIn(body)) queued.add(id);
      }
      return [...auth0.tenant.ids()].filter(id => !azure.received.has(id) && !queued.has(id));
    },
    depths: () => aws.queueDepths(),
    close: async () => {
      await Promise.all([auth0.close(), azure.close(), aws.close(), secrets.close()]);
    },
  };
}

/** From the oldest to the youngest log of a story: young enough to be held, old enough to be settled. */
export const RECENT = () => ({ fromMs: Date.now() - 3 * HOUR_MS, toMs: Date.now() - 60_000 });

function idsIn(body: string): string[] {
  const { records } = JSON.parse(body) as { records: string };
  return gunzipLines(records).map(line => (JSON.parse(line) as { LogId: string }).LogId);
}

function gunzipLines(base64: string): string[] {
  return zlib.gunzipSync(Buffer.from(base64, 'base64')).toString('utf8').split('\n');
}
