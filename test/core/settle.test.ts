import { describe, expect, test } from 'vitest';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { startLate } from '../../lambda/core/late.ts';
import type { PostAnswer } from '../../lambda/core/model.ts';
import { NOTHING_SETTLED, nameOf, recordOf, type Settled, save, settle } from '../../lambda/core/settle.ts';
import { readSketch, sketchOf } from '../../lambda/core/sketch.ts';
import { log, logAt, START_MS, type WorldOptions, world } from '../world.ts';
import { batchOf, runIn } from './run-world.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const six = Array.from({ length: 6 }, (_, n) => log(n, 10 * MINUTE - n * 1000));
const ids = six.map(one => String(one['log_id']));
const answered = (status: number): PostAnswer => ({ kind: 'answered', status });

async function scene(setup: WorldOptions = {}) {
  const w = world({ logs: six, ...setup });
  const run = await runIn(w);
  return { w, run, batch: batchOf(run, six) };
}
const batches = (messages: readonly string[]) =>
  messages.map(decodeFailedBatch).map(one => (one.kind === 'failed-batch' ? one : undefined)!);

describe('a batch that is accepted', () => {
  test('is passed, and entered in the ledger', async () => {
    const { w, run, batch } = await scene({ exclude: ['x'] });
    const excluded = batchOf(run, [...six, log(9, MINUTE, { type: 'x' })]);
    const counts = { accepted: 6, retried: 0, deadLettered: 0 };
    expect(await settle(run, excluded)).toMatchObject({ isPassed: true, stop: undefined, counts });
    const last = String(log(9, MINUTE)['log_id']);
    expect(w.ledger).toEqual([{ lastLogId: last, logs: 7, ...counts, excluded: 1, ids: expect.any(String) }]);
    expect(readSketch(w.ledger[0]?.ids)).toEqual(sketchOf([...ids, last]));
    expect(w.state().checkpoint?.logId).toBe(last);
    expect(run.tally.counts).toMatchObject({
      posts: 1,
      logsAccepted: 6,
      logsExcluded: 1,
      checkpoint: { logId: last },
    });
    expect(run.tally.counts.batches.accepted).toBe(1);
    expect(batch.logs).toHaveLength(6);
  });

  test('after another one covers what lies between, and remembers its ids', async () => {
    const { w, run } = await scene();
    run.late = startLate('0', START_MS);
    await settle(run, batchOf(run, six.slice(0, 2)));
    expect(run.late.count).toBe(0);
    await settle(run, batchOf(run, six.slice(2)));
    expect(w.ledger[1]).toMatchObject({
      afterLogId: ids[1],
      lastLogId: ids[5],
      logs: 4,
      accepted: 4,
      excluded: 0,
    });
    expect(run.late).toMatchObject({ count: 4, current: sketchOf(ids.slice(2)) });
    expect(w.state().late).toBeDefined();
  });

  test('of excluded logs alone is no delivery', async () => {
    const { run } = await scene({ exclude: ['s'] });
    expect(await settle(run, batchOf(run, six))).toMatchObject({ isPassed: true });
    expect(run.tally.counts.batches.accepted).toBe(0);
  });

  test('without an id moves nothing', async () => {
    const { w, run, batch } = await scene();
    const nameless = { ...batch, logs: batch.logs.map(({ checkpoint: _, ...rest }) => rest) };
    expect(await settle(run, nameless)).toMatchObject({ isPassed: true });
    expect([w.ledger, w.state().checkpoint, w.accepted.size]).toEqual([[], undefined, 6]);
  });
});

describe('a batch with records at fault', () => {
  test('is passed once they are on their queues, each alone', async () => {
    const poison = (id: string) => (id === ids[1] ? true : id === ids[4] && answered(403));
    const { w, run, batch } = await scene({ poison });
    const counts = { accepted: 4, retried: 1, deadLettered: 1 };
    const queued = new Map([
      [ids[1], 'dead-letter'],
      [ids[4], 'retry'],
    ]);
    expect(await settle(run, batch)).toEqual({ isPassed: true, stop: undefined, counts, queued });
    expect(w.ledger[0]).toMatchObject(counts);
    expect(run.tally.counts).toMatchObject({ logsRetried: 1, logsDeadLettered: 1, logsAccepted: 4 });
    for (const [queue, id, verdict] of [
      ['dead-letter', ids[1], 'rejected'],
      ['retry', ids[4], 'denied'],
    ] as const) {
      const [one, ...more] = batches(w.queues[queue]);
      expect([one?.records.map(r => r.logId), more]).toEqual([[id], []]);
      expect(one?.batch).toMatchObject({ pipeline: 'test', count: 1, attempts: 1, reason: { verdict } });
      expect(w.journalled).toContainEqual(
        expect.objectContaining({
          message: queue === 'retry' ? 'a log was put on the retry queue' : 'a log was dead-lettered',
          logId: id,
        }),
      );
    }
  });

  test('waits where a queue cannot be reached, and passes what lies before', async () => {
    const { w, run, batch } = await scene({ poison: id => id === ids[3], faults: { put: () => 'fail' } });
    const { isPassed, stop } = await settle(run, batch);
    expect(isPassed).toBe(false);
    expect(stop).toEqual({
      outcome: 'failed',
      party: 'queue',
      message: 'a failed batch could not be put aside, so the checkpoint stays: Error',
    });
    expect(w.state().checkpoint?.logId).toBe(ids[2]);
    expect(w.ledger[0]).toMatchObject({ logs: 3, accepted: 3, retried: 0, deadLettered: 0 });
    expect(run.tally.counts).toMatchObject({ logsDeadLettered: 0, logsRetried: 0 });
  });
});

describe('a batch that Azure does not take now', () => {
  test.each([
    [503, 'unavailable', 5],
    [429, 'throttled', 5],
  ])('for %i waits on the retry queue, and the run ends', async (status, outcome, posts) => {
    const { w, run, batch } = await scene({ faults: { post: () => answered(status) } });
    const settled = await settle(run, batch);
    const message = `Azure answered ${status}`;
    expect(settled).toMatchObject({
      isPassed: true,
      stop: { outcome, party: 'azure', message, fault: { verdict: outcome, status } },
      counts: { accepted: 0, retried: 6, deadLettered: 0 },
    });
    expect(batches(w.queues.retry)[0]?.batch).toMatchObject({
      count: 6,
      attempts: posts,
      reason: { status },
    });
    expect([w.state().checkpoint?.logId, run.tally.counts.logsRetried]).toEqual([ids[5], 6]);
    expect(w.journalled).toContainEqual(
      expect.objectContaining({ message: 'a batch was put on the retry queue', logs: 6 }),
    );
  });

  test('waits where that queue cannot be reached', async () => {
    const { w, run, batch } = await scene({ faults: { post: () => answered(503), put: () => 'fail' } });
    const { isPassed, stop, counts } = await settle(run, batch);
    expect([isPassed, counts]).toEqual([false, NOTHING_SETTLED]);
    expect(stop).toMatchObject({
      outcome: 'failed',
      party: 'queue',
      message: expect.stringContaining(': Error'),
    });
    expect([w.state().checkpoint, run.tally.counts.logsRetried]).toEqual([undefined, 0]);
  });

  test.each([
    [403, 'denied'],
    [203, 'intercepted'],
  ])('for %i is held, and nothing is put aside', async (status, outcome) => {
    const { w, run, batch } = await scene({ faults: { post: () => answered(status) } });
    expect(await settle(run, batch)).toMatchObject({
      isPassed: false,
      stop: { outcome, party: 'azure' },
      counts: NOTHING_SETTLED,
    });
    expect([w.queues, w.state().checkpoint, w.ledger]).toEqual([
      { retry: [], 'dead-letter': [] },
      undefined,
      [],
    ]);
  });

  test('is held at its place, though excluded logs lie before its first record', async () => {
    const { w, run } = await scene({ exclude: ['x'], faults: { post: () => answered(403) } });
    const batch = batchOf(run, [log(0, 11 * MINUTE, { type: 'x' }), ...six.slice(1)]);
    expect(await settle(run, batch)).toMatchObject({ isPassed: false, stop: { outcome: 'denied' } });
    expect([w.state().checkpoint, w.ledger]).toEqual([undefined, []]);
  });

  test('for an answer that is not Azure’s waits on the retry queue when others are accepted', async () => {
    const { w, run, batch } = await scene({
      faults: { post: call => (call === 0 ? answered(203) : undefined) },
    });
    expect(await settle(run, batch)).toMatchObject({ isPassed: true, stop: { outcome: 'intercepted' } });
    expect(w.queues.retry).toHaveLength(1);
  });
});

describe('a hold', () => {
  const oldest = (ageMs: number) =>
    Array.from({ length: 2 }, (_, n) => logAt(n, START_MS - ageMs + n * 1000));
  test.each([
    [DAY / 2, false],
    [DAY / 2 + 1000, true],
  ])('of logs that are %i ms old outlives the retention: %s', async (ageMs, isAtRisk) => {
    const all = oldest(ageMs);
    const w = world({ logs: all, faults: { post: () => answered(403) }, callMs: 0 });
    const run = await runIn(w);
    const settled = await settle(run, batchOf(run, all));
    expect(settled.isPassed).toBe(isAtRisk);
    expect(settled.stop?.outcome).toBe(isAtRisk ? undefined : 'denied');
    expect([w.queues.retry.length, run.spilling, run.tally.counts.retentionAtRisk]).toEqual(
      isAtRisk ? [1, true, true] : [0, false, false],
    );
  });

  test('that was given up makes no more attempts than one', async () => {
    const { w, run, batch } = await scene({ faults: { post: () => answered(503) } });
    run.spilling = true;
    await settle(run, batch);
    expect(w.calls.post).toBe(1);
  });
});

describe('the order', () => {
  const earlier = (more: Partial<Settled>) =>
    Promise.resolve({ isPassed: true, counts: NOTHING_SETTLED, queued: new Map(), ...more });

  test('a batch is accepted, but not passed before the one before it', async () => {
    const { w, run, batch } = await scene();
    const stop = { outcome: 'denied' } as const;
    expect(await settle(run, batch, earlier({ isPassed: false, stop }))).toEqual({
      isPassed: false,
      stop,
      counts: { accepted: 6, retried: 0, deadLettered: 0 },
      queued: new Map(),
    });
    expect([w.accepted.size, w.state().checkpoint, w.ledger]).toEqual([6, undefined, []]);
  });

  test('the reason of the one before it goes first', async () => {
    const { run, batch } = await scene({ faults: { post: () => answered(503) } });
    const stop = { outcome: 'throttled' } as const;
    expect(await settle(run, batch, earlier({ stop }))).toMatchObject({ isPassed: true, stop });
  });

  test('a save that fails passes nothing, and its reason counts', async () => {
    const { run, batch } = await scene({ faults: { state: (_, o) => (o === 'save' ? 'fail' : undefined) } });
    const settled = await settle(run, batch);
    expect(settled).toMatchObject({ isPassed: false, stop: { outcome: 'failed', party: 'state' } });
    expect(settled.stop?.message).toBe('the checkpoint could not be saved: Error');
  });
});

test.each([
  [1_500, true],
  [1_499, false],
])('with %i ms left a batch is begun: %s', async (leftMs, isBegun) => {
  const w = world({ logs: six, callMs: 0 });
  const run = await runIn(w, { deadlineMs: START_MS + leftMs });
  const settled = await settle(run, batchOf(run, six));
  expect(w.calls.post).toBe(isBegun ? 1 : 0);
  if (isBegun) return expect(settled.isPassed).toBe(true);
  expect(settled).toMatchObject({
    isPassed: false,
    stop: { outcome: 'out-of-time' },
    counts: NOTHING_SETTLED,
  });
});

describe('the checkpoint', () => {
  test('does not go back, and says so', async () => {
    const { w, run } = await scene();
    expect(await save(run, { logId: ids[3]! })).toBeUndefined();
    expect(await save(run, { logId: ids[3]! })).toBeUndefined();
    expect(await save(run, { logId: ids[2]! })).toEqual({
      outcome: 'failed',
      party: 'auth0',
      message: `the checkpoint was not moved from ${ids[3]} to ${ids[2]}, which is before it`,
    });
    expect(w.state().checkpoint?.logId).toBe(ids[3]);
  });

  test('is lost with the lease', async () => {
    const { run } = await scene();
    run.lease = { ...run.lease, version: 99 };
    expect(await save(run, { logId: ids[0]! })).toEqual({
      outcome: 'lease-lost',
      message: 'another run has taken the lease',
    });
    expect(run.tally.counts.checkpoint).toBeUndefined();
  });

  test('takes along what is unsaved, and keeps it where it cannot be saved', async () => {
    const { w, run } = await scene();
    run.unsaved = { waits: 'w' };
    w.faults.state = () => 'fail';
    await save(run, { logId: ids[0]! });
    expect(run.unsaved).toEqual({ waits: 'w' });
    w.faults.state = () => undefined;
    run.late = startLate('a', 1);
    await save(run, { logId: ids[0]! });
    expect(run.unsaved).toEqual({});
    expect(w.state().late).toContain('"fromLogId":"a"');
  });
});

describe('the newest log, as evidence', () => {
  const forbidden = { post: () => answered(403) };
  async function asked(more: Parameters<typeof runIn>[1], setup: WorldOptions = {}, callMs = 0) {
    const w = world({ logs: six, faults: forbidden, callMs, ...setup });
    const times: [number, number][] = [];
    const { d } = w.ports();
    const newest = async (beforeMs: number, timeoutMs: number) => {
      times.push([beforeMs - START_MS, timeoutMs]);
      return d.source.newest(beforeMs, timeoutMs);
    };
    const run = await runIn(w, more, { source: { ...d.source, newest } });
    await settle(run, batchOf(run, six.slice(0, 3)));
    return { w, times };
  }

  test('is asked for once, as of when it was ripe, for ten seconds at most', async () => {
    const { w, times } = await asked({});
    expect(times).toEqual([[-15_000, 10_000]]);
    expect(w.posted.at(-1)?.ids).toEqual([ids[5]]);
  });

  test('for no longer than the run has', async () => {
    expect((await asked({ deadlineMs: START_MS + 3_000 })).times).toEqual([[-15_000, 3_000]]);
  });

  test('that is excluded, or cannot be had, is none', async () => {
    const posts = async (setup: WorldOptions) => (await asked({}, setup)).w.calls.post;
    const usual = await posts({});
    expect(await posts({ logs: [...six, log(9, MINUTE, { type: 'x' })], exclude: ['x'] })).toBe(usual - 1);
    expect(
      await posts({ faults: { ...forbidden, newest: () => ({ verdict: 'denied', message: '' }) } }),
    ).toBe(usual - 1);
    expect(await posts({ faults: { ...forbidden, newest: () => 'nothing' } })).toBe(usual - 1);
  });
});

test('an error is named without what it says', () => {
  expect(nameOf(Object.assign(new TypeError('secret'), { code: 'ECONNRESET' }))).toBe('TypeError ECONNRESET');
  expect(nameOf(Object.assign(new Error('secret'), { code: 5 }))).toBe('Error');
  expect([nameOf(new Error('secret')), nameOf('secret')]).toEqual(['Error', 'unknown error']);
});

test('raw and excluded logs are counted', async () => {
  const { run } = await scene({ exclude: ['x'] });
  expect(recordOf(run, { type: 'x' })).toBeUndefined();
  recordOf(run, 'no log');
  recordOf(run, six[0]);
  expect(run.tally.counts).toMatchObject({ logsExcluded: 1, logsRaw: 1 });
});
