/** A stage for stories: the real wiring and edges, over real sockets, between the simulators. No one sleeps. */
import * as zlib from 'node:zlib';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { replay } from '../../lambda/core/replay.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { ship } from '../../lambda/core/ship.ts';
import { type Wiring, wireFrom } from '../../lambda/wiring.ts';
import type { Auth0Options } from '../../simulator/auth0/server.ts';
import type { Aws } from '../../simulator/aws/emulators.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import type { Kind } from '../../simulator/azure/apis.ts';
import type { AzureOptions } from '../../simulator/azure/server.ts';
import { secretNames, startWorld, type World } from '../../simulator/world.ts';

export type { Kind };
export const DOMAIN = 'story.eu.auth0.com';
export const { auth0: AUTH0_SECRET, azure: AZURE_SECRET } = secretNames('story');
const HOUR_MS = 3_600_000;

export interface Setup {
  readonly kind: Kind;
  readonly auth0?: Partial<Auth0Options>;
  readonly azure?: AzureOptions;
  readonly config?: Partial<PipelineConfig>;
  /** Laid over the destination's settings. */
  readonly destination?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Stage
  extends Pick<World, 'auth0' | 'azure' | 'aws' | 'secrets' | 'config' | 'env' | 'close'> {
  readonly wiring: Wiring;
  /** Faults of the ingestion API in play. */
  readonly post: World['posts'];
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
}

/** Starts everything with `logs` in the tenant. Every test closes its own stage. */
export async function openStage({ kind, auth0, azure, config, destination, env }: Setup): Promise<Stage> {
  const world = await startWorld({
    kind,
    name: 'story',
    auth0,
    azure: { keepRecords: true, ...azure },
    settings: { ...config, azure: { ...destination } },
  });
  const { aws } = world;
  Object.assign(process.env, world.endpoints);
  const wiring = wireFrom({ ...world.env, ...env });
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
    ...world,
    wiring,
    post: world.posts,
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
    forgetWaits: async (pipeline: string = world.config.name) => {
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
      return [...world.auth0.tenant.ids()].filter(id => !world.azure.received.has(id) && !queued.has(id));
    },
    depths: () => aws.queueDepths(),
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
