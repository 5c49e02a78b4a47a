/** When a message of the retry queue is taken apart, how long its parts wait, and when they become dead letters. */
import { describe, expect, test } from 'vitest';
import { decodeFailedBatch, encodeFailedBatch, type FailedBatch } from '../../lambda/core/failed-batch.ts';
import type { PostAnswer, QueueName } from '../../lambda/core/model.ts';
import { replay } from '../../lambda/core/replay.ts';
import { PIPELINE, START_MS, world } from '../world.ts';

const DAY = 86_400_000;
const id = (n: number) => `id-${n}`;
const message = (count: number, more: { receives?: number; failedAtMs?: number } = {}) =>
  encodeFailedBatch({
    pipeline: PIPELINE,
    records: Array.from({ length: count }, (_, n) => ({
      logId: id(n),
      json: Buffer.from(JSON.stringify({ LogId: id(n) })),
    })),
    reason: { verdict: 'unavailable', message: 'down' },
    failedAtMs: START_MS - 1000,
    attempts: 5,
    ...more,
  })[0]!;
const down: PostAnswer = { kind: 'answered', status: 503 };

/** Replays one message; Azure answers 503 to every post with a record of `sick`. */
async function replayed(body: string, receives: number, sick: readonly number[], wish: PostAnswer = down) {
  const puts: {
    queue: QueueName;
    batches: FailedBatch[];
    ids: string[];
    delaySeconds: number | undefined;
  }[] = [];
  const w = world({ poison: one => sick.some(n => one === id(n)) && wish });
  const { d } = w.ports();
  const queue = {
    put: async (to: QueueName, messages: readonly string[], delaySeconds?: number) => {
      const decoded = messages.map(decodeFailedBatch).filter(one => one.kind === 'failed-batch');
      const ids = decoded.flatMap(one => one.records.map(r => r.logId));
      puts.push({ queue: to, batches: decoded.map(one => one.batch), ids, delaySeconds });
    },
  };
  const report = await replay({ ...d, queue }, PIPELINE, body, START_MS + 50_000, receives);
  return { report, puts, w };
}

describe('a lasting fault', () => {
  test.each([
    [1, undefined, false],
    [2, undefined, false],
    [3, undefined, true],
    [1, 2, true],
    [1, 1, false],
  ])('at receive %i, after %s before, is looked into: %s', async (receives, before, isLookedInto) => {
    const body = message(8, before === undefined ? {} : { receives: before });
    const { report, puts, w } = await replayed(body, receives, [3]);
    if (!isLookedInto) {
      expect(report).toMatchObject({ done: false, logsAccepted: 0, logsRequeued: 0, posts: 5 });
      return expect(puts).toEqual([]);
    }
    expect(report).toMatchObject({ done: true, logsAccepted: 7, logsRequeued: 1, logsDeadLettered: 0 });
    expect(report).not.toHaveProperty('reason');
    expect(puts.map(({ queue, ids }) => [queue, ids])).toEqual([['retry', [id(3)]]]);
    // Each post is made once: that it lasts is known.
    expect(w.posted.filter(({ ids }) => ids.length === 8)).toHaveLength(1);
  });

  test.each([
    [3, 40],
    [7, 640],
    [8, 900],
    [19, 900],
  ])('at receive %i its part waits %i s, and keeps age, count and cause', async (receives, delaySeconds) => {
    const { puts } = await replayed(message(8), receives, [3]);
    expect(puts[0]).toMatchObject({ delaySeconds });
    expect(puts[0]?.batches[0]).toMatchObject({
      receives,
      attempts: 6,
      failedAt: new Date(START_MS - 1000).toISOString(),
      reason: { verdict: 'unavailable', status: 503 },
    });
  });

  test.each([
    [19, undefined, 'retry'],
    [20, undefined, 'dead-letter'],
    [1, 19, 'dead-letter'],
    [1, 18, 'retry'],
  ])('at receive %i, after %s before, its part goes to the %s queue', async (receives, before, expected) => {
    const body = message(8, before === undefined ? {} : { receives: before });
    const { report, puts } = await replayed(body, receives, [3]);
    expect(puts.map(({ queue, ids }) => [queue, ids])).toEqual([[expected, [id(3)]]]);
    const isDead = expected === 'dead-letter';
    expect(report).toMatchObject({
      done: true,
      logsDeadLettered: isDead ? 1 : 0,
      logsRequeued: isDead ? 0 : 1,
    });
  });

  test.each([
    [13 * DAY, false],
    [13 * DAY + 1, true],
  ])('of a message that is %i ms old becomes a dead letter: %s', async (ageMs, isDead) => {
    // The worlds’ clock has moved by the time of three calls until then, and does not count here.
    const { report, puts } = await replayed(
      message(8, { failedAtMs: START_MS - ageMs }),
      1,
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    expect(puts.map(({ queue }) => queue)).toEqual(isDead ? ['dead-letter'] : []);
    expect(report).toMatchObject({ done: isDead, logsDeadLettered: isDead ? 8 : 0, logsRequeued: 0 });
    expect(report.reason).toMatchObject({ verdict: 'unavailable', status: 503 });
  });

  test('of everything leaves the message as it is until the last receive', async () => {
    const all = [0, 1, 2, 3];
    const kept = await replayed(message(4), 19, all);
    expect(kept.report).toMatchObject({ done: false, logsRequeued: 0, reason: { status: 503 } });
    expect(kept.puts).toEqual([]);
    const dead = await replayed(message(4), 20, all);
    expect(dead.report).toMatchObject({ done: true, logsDeadLettered: 4, logsRequeued: 0 });
    expect(dead.puts.map(({ queue, ids }) => [queue, ids])).toEqual([['dead-letter', all.map(id)]]);
  });
});

test('a spoilt date of the first failure is now', async () => {
  const body = JSON.stringify({ ...JSON.parse(message(8)), failedAt: 'yesterday' });
  const { puts } = await replayed(body, 3, [3]);
  const [batch] = puts[0]!.batches;
  expect(Date.parse(batch!.failedAt)).toBeGreaterThanOrEqual(START_MS);
});

test('culprits of both kinds are put on their own queues, the dead letters first, and counted apart', async () => {
  const puts: [QueueName, string[]][] = [];
  const answers: Record<string, PostAnswer> = {
    [id(1)]: { kind: 'answered', status: 400, code: 'InvalidDataFormat' },
    [id(5)]: { kind: 'answered', status: 403 },
    [id(6)]: { kind: 'answered', status: 403 },
  };
  const w = world({ poison: one => answers[one] });
  const { d } = w.ports();
  const queue = {
    put: async (to: QueueName, messages: readonly string[]) => {
      const decoded = messages.map(decodeFailedBatch).filter(one => one.kind === 'failed-batch');
      puts.push([to, decoded.flatMap(one => one.records.map(r => r.logId))]);
    },
  };
  const report = await replay({ ...d, queue }, PIPELINE, message(8), START_MS + 50_000, 1);
  expect(report).toMatchObject({ done: true, logsAccepted: 5, logsDeadLettered: 1, logsRequeued: 2 });
  expect(puts.filter(([to]) => to === 'dead-letter').flatMap(([, ids]) => ids)).toEqual([id(1)]);
  expect(puts.filter(([to]) => to === 'retry').flatMap(([, ids]) => ids)).toEqual([id(5), id(6)]);
  expect(report).not.toHaveProperty('party');
});

test('what is left is told with its reason', async () => {
  const w = world();
  const told = (body: string) => replay(w.ports().d, PIPELINE, body, START_MS + 50_000);
  const nothing = { done: false, logsAccepted: 0, logsDeadLettered: 0, logsRequeued: 0, posts: 0 };
  expect(await told('nonsense')).toEqual({
    ...nothing,
    batchId: 'undecodable',
    reason: { verdict: 'denied', message: 'it is not a failed batch: SyntaxError' },
  });
  expect(w.journalled).toEqual([
    {
      message: 'a message on the retry queue is not a failed batch and is left there',
      problem: 'SyntaxError',
    },
  ]);
  const other = message(1).replace('"pipeline":"test"', '"pipeline":"other"');
  expect((await told(other)).reason).toEqual({
    verdict: 'denied',
    message: 'it belongs to pipeline other, not to test',
  });
});

test('rules that cannot be had leave the message untouched', async () => {
  const w = world();
  const fault = { verdict: 'unavailable', message: 'no key' } as const;
  const redaction = async () => ({ kind: 'fault' as const, fault });
  const report = await replay({ ...w.ports().d, redaction }, PIPELINE, message(3), START_MS + 50_000);
  expect(report).toMatchObject({ done: false, posts: 0, reason: fault });
});

test('a queue that cannot be reached is told by name, and keeps the message', async () => {
  const w = world({ faults: { put: () => 'fail' }, poison: one => one === id(1) });
  const report = await replay(w.ports().d, PIPELINE, message(2), START_MS + 50_000);
  expect(report).toMatchObject({
    done: false,
    party: 'queue',
    reason: { code: 'QUEUE_UNREACHABLE', message: 'a failed batch could not be put aside: Error' },
  });
});
