/** How a backfill goes on, and when it gives up. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { backfillStore, newBackfill } from '../../../cli/backfill/place.ts';
import { type BackfillEnd, shipWindow } from '../../../cli/backfill/ship.ts';
import { localQueue } from '../../../cli/pipelines/local/queue.ts';
import { environmentSecrets } from '../../../cli/pipelines/local/secrets.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import type { Journal, LogSource } from '../../../lambda/core/model.ts';
import { ioFirst, pipelineParts } from '../../../lambda/wiring.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { stateRows } from '../state-rows.ts';

let world: LocalWorld;
afterEach(() => world.close());

const SILENT: Journal = { info: () => undefined, warn: () => undefined, error: () => undefined };
const HOUR_MS = 3_600_000;
const WINDOW = { fromMs: Date.now() - 24 * HOUR_MS, toMs: Date.now() };

interface Ship {
  readonly headroom?: number;
  readonly source?: (source: LogSource) => LogSource;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Everything real but the sleep. */
async function ship(options: Ship = {}): Promise<BackfillEnd & { readonly slept: readonly number[] }> {
  const config = parsePipeline(world.config);
  const parts = pipelineParts(config, environmentSecrets(config, world.env), world.env);
  const own = join(world.directory, 'state', config.name);
  const slept: number[] = [];
  const rest = options.sleep ?? (async () => undefined);
  const clock = {
    now: Date.now,
    sleep: async (ms: number) => {
      slept.push(ms);
      await rest(ms);
    },
  };
  const end = await shipWindow(
    {
      ...(await parts.shaping()),
      source: options.source?.(parts.source) ?? parts.source,
      destination: parts.destination,
      state: backfillStore(newBackfill(own, config, { from: 'test' }, WINDOW)),
      queue: localQueue({ directory: own, clock, maxTries: 3 }),
      ledger: { add: async () => undefined },
      clock,
      random: Math.random,
      journal: SILENT,
      ioFirst,
    },
    {
      pipeline: config.name,
      window: WINDOW,
      headroom: options.headroom ?? 0,
      stop: new AbortController().signal,
      told: { settled: () => undefined, reached: () => undefined },
    },
  );
  return { ...end, slept };
}

test('an outage in the middle is waited out: what met it is queued, and the rest is shipped', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(2000) }, maxBatchBytes: 200_000 });
  const { posts } = world;
  posts.add({ kind: 'slow', ms: 0 }, 4);
  posts.always({ kind: 'status', status: 503 });
  // It is over by the time that the next run begins.
  const sleep = async (ms: number) => {
    if (ms === 10_000) posts.clear();
  };
  const { outcome, counts, slept } = await ship({ sleep });
  expect(outcome).toBe('complete');
  expect(slept).toContain(10_000);
  expect(counts.logsRetried).toBeGreaterThan(0);
  expect(counts.logsAccepted + counts.logsRetried).toBe(2000);
  expect(world.azure.received.unique).toBe(counts.logsAccepted);
  expect(await world.missing()).toEqual([]);
});

test('an outage from the start ends it, and does not put a whole window of old logs on the retry queue', async () => {
  const nowMs = Date.now();
  const logs = generateLogs({
    seed: 1,
    count: 2000,
    fromMs: nowMs - 23 * HOUR_MS,
    toMs: nowMs - 20 * HOUR_MS,
  });
  world = await openLocalWorld({ auth0: { logs }, maxBatchBytes: 200_000 });
  world.posts.always({ kind: 'status', status: 503 });
  const during = await ship();
  expect(during).toMatchObject({ outcome: 'fault', report: { outcome: 'unavailable', party: 'azure' } });
  const held = stateRows(world.directory, `SELECT * FROM message WHERE queue = 'retry'`);
  expect(held.length).toBeLessThanOrEqual(3);
  world.posts.clear();
  const after = await ship();
  expect(after.outcome).toBe('complete');
  expect(after.counts.logsAccepted).toBe(2000 - during.counts.logsRetried);
  expect(await world.missing()).toEqual([]);
});

test('the headroom of Auth0’s rate limit stays untouched', async () => {
  world = await openLocalWorld({
    auth0: { logs: recentLogs(800), rateLimit: { burst: 10, perSecond: 4 } },
  });
  const left: number[] = [];
  const source = (given: LogSource): LogSource => ({
    ...given,
    page: async (...request) => {
      const answer = await given.page(...request);
      if (answer.rateLimit) left.push(answer.rateLimit.remaining);
      return answer;
    },
  });
  const { outcome } = await ship({ headroom: 0.5, source, sleep: ms => sleep(ms) });
  expect(outcome).toBe('complete');
  expect(left.length).toBeGreaterThan(8);
  expect(Math.min(...left)).toBeGreaterThanOrEqual(5);
});
