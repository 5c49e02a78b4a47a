/** A comparison of ids, slice by slice: what is read and asked, what is lost, what is shipped again, what remains. */
import { describe, expect, test } from 'vitest';
import { idKey } from '../../lambda/core/sketch.ts';
import { NOTHING_UNPROVEN, type Unproven, type UnprovenSpan } from '../../lambda/core/unproven.ts';
import { compareIds } from '../../lambda/core/verify-ids.ts';
import type { Verifying } from '../../lambda/core/workspace.ts';
import { type Log, logAt, START_MS, type WorldOptions, world } from '../world.ts';
import { runIn } from './run-world.ts';
import { DAY, HOUR, MINUTE } from './verify-world.ts';

/** Logs of the hour that ended two hours ago, one a second. */
const FROM = START_MS - 3 * HOUR;
const logOf = (number: number, fields: Log = {}) => logAt(number, FROM + number * 1000, fields);
const idOf = (number: number) => String(logOf(number)['log_id']);
const logsOf = (count: number) => Array.from({ length: count }, (_, i) => logOf(i));

/** The logs of these numbers, from the first to the last. */
const spanOf = (first: number, last: number, others: Partial<UnprovenSpan> = {}): UnprovenSpan => ({
  afterLogId: first === 0 ? String(logAt(0, FROM - 1)['log_id']) : idOf(first - 1),
  lastLogId: idOf(last),
  fromMs: FROM + first * 1000,
  logs: last - first + 1,
  high: 1,
  low: 2,
  isExact: true,
  acceptedAtMs: START_MS - 2 * HOUR,
  dueAtMs: START_MS - HOUR,
  tries: 0,
  missing: 0,
  isDifferent: true,
  ...others,
});

interface Setup extends WorldOptions {
  readonly spans: readonly UnprovenSpan[];
  /** Numbers that have no row. */
  readonly lost?: (number: number) => boolean;
  readonly unproven?: Partial<Unproven>;
  readonly stored?: Partial<Verifying>;
  readonly deadlineMs?: number;
}

/** One comparison in a world with these logs and rows. Azure stores, unless `unproven` says otherwise. */
async function compare({ spans, lost = () => false, unproven, stored, deadlineMs, ...setup }: Setup) {
  const w = world({ logs: logsOf(100), verify: 'repair', maxBatchBytes: 1_000_000, ...setup });
  for (const [number, one] of w.tenant.entries()) if (!lost(number)) w.rows.set(String(one['log_id']), 0);
  const ranges: string[] = [];
  const query = w.faults.query;
  w.faults.query = (call, kql) => {
    ranges.push([...kql.matchAll(/LogTime [>=<]+ \d{10}(\d{7})/g)].map(([, time]) => time).join());
    return query?.(call, kql);
  };
  const run = await runIn(w);
  Object.assign(run.d, { stored: { ...run.d.stored, ...stored } });
  run.unproven = { ...NOTHING_UNPROVEN, visibleAtMs: START_MS, storedAtMs: START_MS, spans, ...unproven };
  const stop = await compareIds(run, deadlineMs);
  const posted = w.posted.flatMap(({ ids }) => ids.map(id => Number(id.slice(20))));
  return {
    w,
    run,
    stop,
    ranges,
    posted,
    spans: run.unproven.spans,
    counts: run.tally.counts,
    nowMs: w.clock.now(),
  };
}
const isMissing =
  (...numbers: number[]) =>
  (number: number) =>
    numbers.includes(number);
const never = { storedAtMs: 0 };

describe('what is stored', () => {
  test('leaves the state: one query for the ids of the span', async () => {
    const { spans, ranges, posted, counts, run, w } = await compare({
      spans: [spanOf(10, 59)],
      unproven: { storedAtMs: 7, visibleAtMs: 8 },
    });
    expect([spans, posted, ranges]).toEqual([[], [], ['0010000,0059001']]);
    expect(counts).toMatchObject({ pages: 1, sweptPages: 1, logsRepaired: 0, rowsNotStored: 0 });
    expect(run.unproven).toMatchObject({ storedAtMs: START_MS - 2 * HOUR, visibleAtMs: w.clock.now() });
    expect(run.unproven!.trialAtMs).toBe(0);
  });

  test('does not say that Azure stored the last log, when that has no row', async () => {
    const { run } = await compare({
      spans: [spanOf(10, 59)],
      lost: isMissing(59),
      unproven: { storedAtMs: 7 },
    });
    expect(run.unproven!.storedAtMs).toBe(7);
    const later = await compare({ spans: [spanOf(10, 59)], unproven: { storedAtMs: START_MS } });
    expect(later.run.unproven!.storedAtMs).toBe(START_MS);
  });

  test('is compared when it is due and differs, and what is due longest first', async () => {
    const others = [spanOf(0, 9, { isDifferent: false }), spanOf(10, 19, { dueAtMs: START_MS + HOUR })];
    const { spans, ranges } = await compare({
      spans: [...others, spanOf(30, 39), spanOf(20, 29, { dueAtMs: START_MS - 2 * HOUR })],
    });
    expect(spans).toEqual(others);
    expect(ranges).toEqual(['0020000,0029001', '0030000,0039001']);
  });

  test('logs that the configuration excludes, or that are stored elsewhere, need no row', async () => {
    const logs = logsOf(100).map((one, i) => ({
      ...one,
      type: i % 4 === 0 ? 'seccft' : i % 4 === 1 ? 'sertft' : 's',
    }));
    const place = { table: 'Auth0Logs_CL', logIdColumn: 'LogId', otherTypes: ['sertft'] };
    const { spans, posted } = await compare({
      logs,
      exclude: ['seccft'],
      stored: { place },
      spans: [spanOf(0, 99, { logs: 50 })],
      lost: number => number % 4 < 2,
    });
    expect([spans, posted]).toEqual([[], []]);
  });

  test('ids of another form are passed over, and the span ends where the next begins', async () => {
    const logs = [...logsOf(20), { ...logOf(12), log_id: `${idOf(11)}x` }];
    const span = spanOf(10, 14, { lastLogId: `${idOf(14)}0` });
    const { spans, ranges, posted } = await compare({ logs, spans: [span], lost: isMissing(20) });
    expect([spans, posted, ranges]).toEqual([[], [], ['0010000,0014001']]);
  });

  test('nothing is read after the last log of the span', async () => {
    const { spans, counts } = await compare({ logs: logsOf(250), spans: [spanOf(0, 99)] });
    expect([spans, counts.pages]).toEqual([[], 1]);
  });
});

describe('the bounds of a run', () => {
  test('ten pages a slice, twenty in all: the rest is continued', async () => {
    const logs = logsOf(3_000);
    const { spans, ranges, counts, run } = await compare({
      logs,
      spans: [spanOf(0, 2_999)],
      unproven: { storedAtMs: 7 },
    });
    expect(counts.pages).toBe(20);
    expect(ranges).toHaveLength(2);
    expect(spans).toEqual([spanOf(2_000, 2_999, { fromMs: FROM + 1_999_000, isExact: false })]);
    // Its last log is not compared yet.
    expect(run.unproven!.storedAtMs).toBe(7);
  });

  test('what is excluded is not counted in the part that was compared, unless it has a row', async () => {
    const logs = logsOf(2_500).map((one, i) => ({ ...one, type: i % 2 === 0 ? 'seccft' : 's' }));
    const { spans } = await compare({
      logs,
      exclude: ['seccft'],
      spans: [spanOf(0, 2_499, { logs: 1_250 })],
      lost: number => number % 2 === 0 && number !== 100,
    });
    expect(spans).toMatchObject([{ logs: 249 }]);
  });

  test('six slices', async () => {
    const all = Array.from({ length: 8 }, (_, i) => spanOf(i * 10, i * 10 + 9));
    const { spans, ranges } = await compare({ spans: all });
    expect(ranges).toHaveLength(6);
    expect(spans).toEqual(all.slice(6));
  });

  test('no slice begins with less than 30 seconds', async () => {
    const one = [spanOf(0, 9)];
    expect((await compare({ spans: one, deadlineMs: START_MS + 10 + 29_999 })).spans).toEqual(one);
    expect((await compare({ spans: one, deadlineMs: START_MS + 10 + 30_000 })).spans).toEqual([]);
  });

  test('a slow Auth0: what was read until 20 seconds before the end', async () => {
    const { spans, counts, ranges } = await compare({
      logs: logsOf(600),
      pageMs: 15_000,
      spans: [spanOf(0, 599), spanOf(0, 9)],
      deadlineMs: START_MS + 60_000,
    });
    expect(counts.verifyFault).toBeUndefined();
    expect(counts.pages).toBe(2);
    expect(ranges).toEqual(['0000000,0319001']);
    expect(spans).toHaveLength(2);
  });

  test('nothing is compared without a page: the report says why', async () => {
    const one = [spanOf(0, 9)];
    const message = 'too many requests';
    const page = () => ({ verdict: 'denied' as const, message });
    const refused = await compare({ spans: one, faults: { page } });
    expect([refused.spans, refused.ranges]).toEqual([one, []]);
    expect(refused.counts.verifyFault).toBe(`Auth0 does not serve the logs to compare: ${message}`);
    const late = await compare({
      spans: one,
      deadlineMs: START_MS + 35_000,
      bucket: { limit: 0, perCallMs: 40_000 },
    });
    expect(late.counts.verifyFault).toContain('Auth0 does not serve the logs to compare: ');
    const slow = await compare({ spans: one, deadlineMs: START_MS + 35_000, pageMs: 40_000 });
    expect(slow.counts.verifyFault).toBe('Auth0 does not serve the logs to compare: timed out');
  });

  test('no workspace, no spans: nothing is read', async () => {
    expect((await compare({ spans: [] })).counts.pages).toBe(0);
    const w = world({ logs: logsOf(10), verify: 'repair' });
    const run = await runIn(w);
    run.unproven = { ...NOTHING_UNPROVEN, spans: [spanOf(0, 9)] };
    Object.assign(run.d, { stored: undefined });
    expect(await compareIds(run)).toBeUndefined();
    expect(w.calls.page).toBe(0);
  });

  test('a workspace that does not answer: all that is due stays due, and is counted anew', async () => {
    const both = [spanOf(0, 9), spanOf(10, 19)];
    const query = () => ({ kind: 'unknown-name' as const, name: 'Auth0Logs_CL' });
    const { spans, ranges, counts, stop } = await compare({ spans: both, faults: { query } });
    expect(stop).toBeUndefined();
    expect(ranges).toHaveLength(1);
    expect(spans).toEqual(both.map(span => ({ ...span, isDifferent: false })));
    expect(counts.verifyFault).toContain('the workspace has no "Auth0Logs_CL"');
  });
});

describe('what is missing', () => {
  const again = (span: UnprovenSpan, count: number, nowMs: number) => ({
    ...span,
    isDifferent: false,
    again: count,
    repairs: 1,
    tries: 1,
    acceptedAtMs: nowMs,
    dueAtMs: nowMs + HOUR,
  });

  test('is shipped again, and the span is compared again in an hour', async () => {
    const span = spanOf(10, 59);
    const { spans, posted, counts, nowMs, w } = await compare({
      spans: [span],
      lost: isMissing(9, 10, 40, 60),
      // Nothing of it was queued: no queue is asked.
      stored: { holds: () => Promise.reject(new Error('asked')) },
    });
    expect(posted).toEqual([10, 40]);
    expect(counts.logsRepaired).toBe(2);
    expect(spans).toEqual([again(span, 2, nowMs)]);
    expect(w.journalled).toEqual([
      { message: 'logs that were accepted but not stored were shipped again', logs: 2 },
    ]);
  });

  test('with "alarm" it is only counted', async () => {
    const { spans, posted, nowMs, run, w } = await compare({
      spans: [spanOf(10, 59)],
      lost: isMissing(10, 40),
      stored: { isRepairing: false },
    });
    expect([posted, w.journalled]).toEqual([[], []]);
    expect(spans).toEqual([
      spanOf(10, 59, { isDifferent: false, missing: 2, tries: 1, dueAtMs: nowMs + HOUR }),
    ]);
    expect(run.unproven!.trialAtMs).toBe(0);
  });

  test('in a part of a span stays, while the rest is continued', async () => {
    const { spans, nowMs } = await compare({
      logs: logsOf(2_500),
      spans: [spanOf(0, 2_499)],
      lost: number => number === 5,
      stored: { isRepairing: false },
    });
    expect(spans).toEqual([
      spanOf(0, 999, {
        isDifferent: false,
        isExact: false,
        missing: 1,
        tries: 1,
        dueAtMs: expect.any(Number),
      }),
      spanOf(2_000, 2_499, { fromMs: FROM + 1_999_000, isExact: false }),
    ]);
    expect(spans[0]!.dueAtMs).toBeGreaterThan(nowMs + HOUR - MINUTE);
  });

  test('a part of what was shipped again once says so', async () => {
    const { spans } = await compare({
      logs: logsOf(2_500),
      spans: [spanOf(0, 2_499, { again: 50, missing: 9 })],
      lost: number => number === 5,
      stored: { isRepairing: false },
      unproven: never,
    });
    expect(spans.map(({ again: count, missing }) => [count, missing])).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });

  test('is no more than a hundred logs an hour, while nothing shows that Azure stores', async () => {
    const lost = (number: number) => number < 150;
    const first = await compare({ logs: logsOf(200), spans: [spanOf(0, 149)], lost, unproven: never });
    expect(first.posted).toHaveLength(100);
    expect(first.run.unproven).toMatchObject({ storedAtMs: 0 });
    expect(first.run.unproven!.trialAtMs).toBeGreaterThan(START_MS);
    expect(first.spans).toMatchObject([{ missing: 50, again: 100, tries: 1, dueAtMs: first.nowMs + HOUR }]);
    expect(first.spans[0]).not.toHaveProperty('repairs');
    const soon = await compare({
      logs: logsOf(200),
      spans: [spanOf(0, 149)],
      lost,
      unproven: { storedAtMs: 0, trialAtMs: START_MS - HOUR + MINUTE },
    });
    expect([soon.posted, soon.spans[0]!.missing]).toEqual([[], 150]);
    const next = { ...never, trialAtMs: START_MS - HOUR };
    expect(
      (await compare({ logs: logsOf(200), spans: [spanOf(0, 149)], lost, unproven: next })).posted,
    ).toHaveLength(100);
    const since = { storedAtMs: START_MS - 2 * HOUR };
    expect(
      (await compare({ logs: logsOf(200), spans: [spanOf(0, 149)], lost, unproven: since })).posted,
    ).toHaveLength(150);
  });

  test('is all shipped when the last row of the span shows that Azure stores', async () => {
    const lost = (number: number) => number < 150;
    const { posted } = await compare({ logs: logsOf(200), spans: [spanOf(0, 150)], lost, unproven: never });
    expect(posted).toHaveLength(150);
  });

  test('is all shipped when some of what was shipped again is stored', async () => {
    const lost = (number: number) => number < 150;
    const shipped = { missing: 51, again: 100 };
    const stored = await compare({
      logs: logsOf(200),
      spans: [spanOf(0, 150, shipped)],
      lost,
      unproven: never,
    });
    expect(stored.posted).toHaveLength(150);
    const none = await compare({
      logs: logsOf(200),
      spans: [spanOf(0, 150, { missing: 50, again: 100 })],
      lost,
      unproven: never,
    });
    expect(none.posted).toHaveLength(100);
  });

  test('is not shipped when no row was visible for a day', async () => {
    const lost = () => true;
    const hidden = await compare({ spans: [spanOf(0, 9)], lost, unproven: { visibleAtMs: START_MS - DAY } });
    expect([hidden.posted, hidden.spans[0]!.missing]).toEqual([[], 10]);
    const seen = await compare({
      spans: [spanOf(0, 9)],
      lost,
      unproven: { visibleAtMs: START_MS - DAY + MINUTE },
    });
    expect(seen.posted).toHaveLength(10);
  });

  test('and put on a queue now: the span names it', async () => {
    const { spans, stop } = await compare({
      spans: [spanOf(0, 9)],
      lost: isMissing(4),
      faults: { post: () => ({ kind: 'answered', status: 503 }) },
    });
    expect(stop).toMatchObject({ outcome: 'unavailable' });
    expect(spans).toMatchObject([{ again: 1, queued: { retry: [idKey(idOf(4))] } }]);
  });

  test('and refused: it stays missing, and the run ends', async () => {
    const { spans, stop, counts } = await compare({
      spans: [spanOf(0, 9)],
      lost: isMissing(4),
      faults: { post: () => ({ kind: 'answered', status: 403 }) },
    });
    expect(stop).toMatchObject({ outcome: 'denied' });
    expect(counts.logsRepaired).toBe(0);
    expect(spans).toMatchObject([{ missing: 1, tries: 1 }]);
    expect(spans[0]).not.toHaveProperty('again');
  });

  test('in batches: the first that is not taken ends it', async () => {
    const { spans, posted } = await compare({
      spans: [spanOf(0, 99)],
      lost: () => true,
      maxBatchBytes: 10_000,
      faults: { post: call => (call > 0 ? { kind: 'answered', status: 403 } : undefined) },
    });
    const shipped = new Set(posted.slice(0, spans[0]!.again));
    expect(shipped.size).toBeGreaterThan(5);
    expect(spans[0]).toMatchObject({ again: shipped.size, missing: 100 - shipped.size });
  });
});

describe('what Auth0 no longer serves', () => {
  test('is stored when its rows can be counted', async () => {
    const logs = logsOf(100).slice(50);
    const all = logsOf(100).map(one => String(one['log_id']));
    const query = () => ({ kind: 'rows' as const, rows: all.map(LogId => ({ LogId, Rows: 1 })) });
    const { spans, ranges } = await compare({ logs, spans: [spanOf(0, 99)], faults: { query } });
    expect([spans, ranges]).toEqual([[], ['0000000,0139001']]);
  });

  test('is missing when there are fewer', async () => {
    const { spans, posted } = await compare({
      logs: logsOf(100).slice(50),
      spans: [spanOf(0, 99)],
      lost: isMissing(3),
    });
    expect(spans).toMatchObject([{ missing: 50, again: 1, tries: 1 }]);
    expect(posted).toEqual([53]);
    const none = await compare({ logs: [], spans: [spanOf(0, 9)] });
    expect(none.spans).toMatchObject([{ missing: 10 }]);
  });
});

describe('what waits on a queue', () => {
  const queued = (retry: number[], dead: number[] = []) => ({
    queued: {
      ...(retry.length > 0 && { retry: retry.map(number => idKey(idOf(number))) }),
      ...(dead.length > 0 && { 'dead-letter': dead.map(number => idKey(idOf(number))) }),
    },
  });
  const holding = (...queues: string[]) => ({ holds: async (queue: string) => queues.includes(queue) });

  test('is not missing, while the queue holds something', async () => {
    const spans = [spanOf(0, 9, queued([3], [5]))];
    const lost = isMissing(3, 5, 7);
    const both = await compare({ spans, lost, stored: holding('retry', 'dead-letter') });
    expect(both.posted).toEqual([7]);
    // Two of its logs wait, so that it is compared again like one that is not repaired.
    expect(both.spans).toMatchObject([{ missing: 0, again: 1, tries: 1 }]);
    expect(both.spans[0]).not.toHaveProperty('repairs');
    expect((await compare({ spans, lost, stored: holding('retry') })).posted).toEqual([5, 7]);
    expect((await compare({ spans, lost, stored: holding('dead-letter') })).posted).toEqual([3, 7]);
    expect((await compare({ spans, lost, stored: holding() })).posted).toEqual([3, 5, 7]);
  });

  test('of a span that overlaps, too', async () => {
    const span = spanOf(10, 19);
    const waits = (other: UnprovenSpan) =>
      compare({
        spans: [span, { ...other, isDifferent: false, ...queued([12]) }],
        lost: isMissing(12),
        stored: holding('retry'),
      });
    expect((await waits(spanOf(5, 14))).posted).toEqual([]);
    expect((await waits(spanOf(19, 30))).posted).toEqual([]);
    expect((await waits(spanOf(20, 30))).posted).toEqual([12]);
    expect((await waits(spanOf(0, 9))).posted).toEqual([12]);
  });

  test('is not named when it is too much: nothing is shipped again', async () => {
    const spans = [spanOf(0, 9, { queued: { retry: 'many' } })];
    const { posted, run } = await compare({
      spans,
      lost: isMissing(3),
      stored: holding('retry'),
      unproven: never,
    });
    expect([posted, run.unproven!.trialAtMs]).toEqual([[], 0]);
    expect(run.unproven!.spans).toMatchObject([{ missing: 0, tries: 1 }]);
  });

  test('has left the retry queue after fourteen hours', async () => {
    const waits = (ms: number) =>
      compare({
        spans: [spanOf(0, 9, { ...queued([3]), acceptedAtMs: START_MS - 14 * HOUR + ms })],
        lost: isMissing(3),
        stored: holding('retry'),
      });
    expect((await waits(0)).posted).toEqual([3]);
    expect((await waits(MINUTE)).posted).toEqual([]);
    const dead = spanOf(0, 9, { ...queued([], [3]), acceptedAtMs: START_MS - 20 * HOUR });
    expect(
      (await compare({ spans: [dead], lost: isMissing(3), stored: holding('dead-letter') })).posted,
    ).toEqual([]);
  });
});
