/** Spans of accepted ids: how they begin, grow, join and are written. */
import { describe, expect, test } from 'vitest';
import type { QueueName } from '../../lambda/core/model.ts';
import { digestOf, idKey, sketchOf } from '../../lambda/core/sketch.ts';
import { BIN_MS } from '../../lambda/core/stored-kql.ts';
import {
  binsOf,
  NOTHING_UNPROVEN,
  PROOF_AFTER_MS,
  queuedOf,
  readUnproven,
  rowsMissing,
  shippedAgain,
  type Unproven,
  type UnprovenSpan,
  within,
  withSettled,
  writeUnproven,
} from '../../lambda/core/unproven.ts';
import { logAt } from '../world.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-01T12:34:00Z');
/** The begin of the ten minutes of NOW. */
const BIN = Date.parse('2026-03-01T12:30:00Z');
const idAt = (ms: number, number = 0) => String(logAt(number, ms)['log_id']);
const BEFORE = idAt(BIN - 3 * MINUTE);

interface Settling {
  readonly afterLogId?: string;
  readonly queued?: ReadonlyMap<string, QueueName>;
  readonly isBehind?: boolean;
}
const settle = (
  unproven: Unproven,
  logIds: readonly string[],
  { afterLogId = BEFORE, queued = new Map(), isBehind = false }: Settling = {},
  nowMs = NOW,
) => withSettled(unproven, { afterLogId, logIds, queued, isBehind }, nowMs);

/** A span of one bin. */
const spanOf = (fromMs: number, others: Partial<UnprovenSpan> = {}): UnprovenSpan => ({
  ...settle(NOTHING_UNPROVEN, [idAt(fromMs)], { afterLogId: idAt(fromMs - BIN_MS) }).spans[0]!,
  ...others,
});

describe('a span', () => {
  test('has number, digest and times of the ids that were settled, and is due an hour later', () => {
    const ids = [idAt(BIN + 1000, 1), idAt(BIN + 2000, 2)];
    expect(settle(NOTHING_UNPROVEN, ids)).toEqual({
      ...NOTHING_UNPROVEN,
      spans: [
        {
          afterLogId: BEFORE,
          lastLogId: ids[1],
          fromMs: BIN + 1000,
          logs: 2,
          ...digestOf(sketchOf(ids)),
          isExact: true,
          acceptedAtMs: NOW,
          dueAtMs: NOW + PROOF_AFTER_MS,
          tries: 0,
          missing: 0,
          isDifferent: false,
        },
      ],
    });
  });

  test('is one for each ten minutes, after the one before; ids of another form are none', () => {
    const ids = [idAt(BIN - 1, 1), 'unknown', idAt(BIN, 2), idAt(BIN + BIN_MS - 1, 3), idAt(BIN + BIN_MS, 4)];
    const { spans } = settle(NOTHING_UNPROVEN, ids);
    expect(spans.map(({ afterLogId, lastLogId, logs }) => [afterLogId, lastLogId, logs])).toEqual([
      [BEFORE, ids[0], 1],
      [ids[0], ids[3], 2],
      [ids[3], ids[4], 1],
    ]);
    expect(binsOf(spans[1]!)).toEqual({ fromMs: BIN, toMs: BIN + BIN_MS });
  });

  test('is exact when its bin begins with it, and not behind the checkpoint', () => {
    const isExact = (settling: Settling) =>
      settle(NOTHING_UNPROVEN, [idAt(BIN + 5000)], settling).spans[0]!.isExact;
    expect(isExact({ afterLogId: idAt(BIN - 1) })).toBe(true);
    expect(isExact({ afterLogId: idAt(BIN) })).toBe(false);
    expect(isExact({ afterLogId: '0' })).toBe(false);
    expect(isExact({ afterLogId: idAt(BIN - 1), isBehind: true })).toBe(false);
  });

  test('behind the checkpoint is one for each ten minutes, too', () => {
    const ids = [idAt(BIN + 1000, 1), idAt(BIN + 2000, 2)];
    expect(settle(NOTHING_UNPROVEN, ids, { isBehind: true }).spans).toMatchObject([{ logs: 2 }]);
  });

  test('grows with what is settled after it in its bin: due an hour after the last', () => {
    const ids = [idAt(BIN + 1000, 1), idAt(BIN + 2000, 2), idAt(BIN + 3000, 3)];
    const first = settle(NOTHING_UNPROVEN, ids.slice(0, 1));
    const both = settle(first, ids.slice(1), { afterLogId: ids[0]! }, NOW + MINUTE);
    expect(both.spans).toEqual([
      {
        ...first.spans[0],
        lastLogId: ids[2],
        logs: 3,
        ...digestOf(sketchOf(ids)),
        acceptedAtMs: NOW + MINUTE,
        dueAtMs: NOW + MINUTE + PROOF_AFTER_MS,
      },
    ]);
    // What lies before its end, or behind the checkpoint, has a span of its own.
    expect(settle(both, [idAt(BIN + 2500, 9)], { afterLogId: ids[1]! }).spans).toHaveLength(2);
    expect(settle(both, [idAt(BIN + 4000, 9)], { afterLogId: ids[2]!, isBehind: true }).spans).toHaveLength(
      2,
    );
    expect(settle(both, [idAt(BIN + BIN_MS, 9)], { afterLogId: ids[2]! }).spans).toHaveLength(2);
  });

  test('names up to 40 logs of each queue', () => {
    const ids = Array.from({ length: 60 }, (_, i) => idAt(BIN + i, i));
    const onQueues = (retry: number, dead: number) =>
      new Map<string, QueueName>([
        ...ids.slice(0, retry).map(id => [id, 'retry'] as const),
        ...ids.slice(retry, retry + dead).map(id => [id, 'dead-letter'] as const),
      ]);
    const queued = (retry: number, dead: number) =>
      settle(NOTHING_UNPROVEN, ids, { queued: onQueues(retry, dead) }).spans[0]!.queued;
    expect(queued(0, 0)).toBeUndefined();
    expect(queued(40, 1)).toEqual({
      retry: ids.slice(0, 40).map(idKey),
      'dead-letter': [idKey(ids[40]!)],
    });
    expect(queued(41, 0)).toEqual({ retry: 'many' });
    expect(queued(0, 41)).toEqual({ 'dead-letter': 'many' });
  });
});

describe('what waits on a queue', () => {
  const keys = (count: number, from = 0) => Array.from({ length: count }, (_, i) => idKey(String(from + i)));
  test('of several spans: each once, and many where they are too many', () => {
    expect(queuedOf([], 'retry')).toEqual([]);
    expect(queuedOf([{}, { queued: { retry: keys(2) } }, { queued: { retry: keys(3) } }], 'retry')).toEqual(
      keys(3),
    );
    expect(queuedOf([{ queued: { retry: keys(2) } }], 'dead-letter')).toEqual([]);
    expect(
      queuedOf([{ queued: { retry: keys(40) } }, { queued: { retry: keys(40) } }], 'retry'),
    ).toHaveLength(40);
    expect(queuedOf([{ queued: { retry: keys(40) } }, { queued: { retry: keys(1, 40) } }], 'retry')).toBe(
      'many',
    );
    expect(queuedOf([{ queued: { retry: 'many' } }, { queued: { retry: keys(1) } }], 'retry')).toBe('many');
  });

  test('of logs shipped again is added to the span, which counts them', () => {
    const span = spanOf(BIN, { queued: { retry: keys(1), 'dead-letter': keys(1, 50) }, again: 9 });
    const ids = [idAt(BIN, 1), idAt(BIN, 2)];
    expect(shippedAgain(span, { logIds: ids, queued: new Map([[ids[1]!, 'retry']]) }, NOW + 7)).toEqual({
      ...span,
      again: 2,
      acceptedAtMs: NOW + 7,
      queued: { retry: [...keys(1), idKey(ids[1]!)], 'dead-letter': keys(1, 50) },
    });
    expect(shippedAgain(spanOf(BIN), { logIds: ids, queued: new Map() }, NOW)).not.toHaveProperty('queued');
  });
});

describe('more spans than the state holds', () => {
  const row = (count: number, of: (i: number) => Partial<UnprovenSpan> = () => ({})) =>
    Array.from({ length: count }, (_, i) => spanOf(BIN + i * BIN_MS, of(i)));

  test('up to 32 stay as they are', () => {
    const spans = row(32).reverse();
    expect(within(spans)).toBe(spans);
  });

  test('the smallest neighbors become one, in the order of ids, and never the newest twelve', () => {
    const spans = row(33, i => ({ logs: i === 7 || i === 8 ? 1 : i > 20 ? 0 : 100 }));
    const joined = within([...spans].reverse());
    expect(joined).toHaveLength(32);
    expect(joined[7]).toEqual({
      ...spans[7],
      lastLogId: spans[8]!.lastLogId,
      logs: 2,
      high: (spans[7]!.high ^ spans[8]!.high) >>> 0,
      low: (spans[7]!.low ^ spans[8]!.low) >>> 0,
    });
    expect(joined.toSpliced(7, 1)).toEqual(spans.toSpliced(7, 2));
    // The last pair that may: the 20th and the 21st of 33.
    expect(within(row(33, i => ({ logs: i === 20 || i === 19 ? 1 : i > 20 ? 0 : 100 })))[19]!.logs).toBe(2);
    expect(within(row(33, i => ({ logs: i < 20 ? 100 : 0 })))[19]!.logs).toBe(100);
    expect(within(row(50))).toHaveLength(32);
    // Of equal ones, the first.
    expect(within(row(33))[0]!.logs).toBe(2);
  });

  test('what is to be compared does not join what is not, while there are others', () => {
    const spans = row(33, i => ({ isDifferent: i === 3, logs: i === 2 || i === 3 ? 0 : 50 }));
    const joined = within(spans);
    expect(joined.filter(span => span.isDifferent)).toEqual([spans[3]]);
    const mixed = within(row(33, i => ({ isDifferent: i % 2 === 0 })));
    expect(mixed).toHaveLength(32);
    expect(mixed[0]!.isDifferent).toBe(true);
  });

  test('one of both has the later times and what both had', () => {
    const own = { dueAtMs: NOW + 5, acceptedAtMs: NOW + 5, tries: 3, missing: 2, again: 4, repairs: 2 };
    const key = idKey('k');
    const spans = row(33, i =>
      i === 0
        ? { ...own, logs: 1 }
        : i === 1
          ? { missing: 1, again: 5, logs: 1, queued: { retry: [key], 'dead-letter': [key] } }
          : { logs: 9 },
    );
    expect(within(spans)[0]).toMatchObject({
      fromMs: BIN,
      dueAtMs: NOW + PROOF_AFTER_MS,
      acceptedAtMs: NOW + 5,
      tries: 3,
      missing: 3,
      again: 5,
      repairs: 2,
      queued: { retry: [key], 'dead-letter': [key] },
      isExact: true,
    });
    expect(within(row(33))[0]).not.toHaveProperty('again');
  });

  test('is exact only of two that are, in bins of their own', () => {
    const isExact = (first: Partial<UnprovenSpan>, second: Partial<UnprovenSpan>) =>
      within(row(33, i => (i < 2 ? { logs: 0, ...(i === 0 ? first : second) } : { logs: 9 })))[0]!.isExact;
    expect(isExact({}, {})).toBe(true);
    expect(isExact({ isExact: false }, {})).toBe(false);
    expect(isExact({}, { isExact: false })).toBe(false);
    expect(isExact({ lastLogId: idAt(BIN + BIN_MS) }, {})).toBe(false);
  });

  test('that overlap may have the same logs', () => {
    const logs = (second: Partial<UnprovenSpan>) =>
      within(
        row(33, i =>
          i === 0 ? { logs: 3 } : i === 1 ? { logs: 5, afterLogId: idAt(BIN), ...second } : { logs: 900 },
        ),
      )[0];
    expect(logs({})).toMatchObject({ logs: 8 });
    expect(logs({ afterLogId: idAt(BIN - 1) })).toMatchObject({ logs: 5, afterLogId: idAt(BIN - BIN_MS) });
    expect(logs({ afterLogId: idAt(BIN - 2 * BIN_MS), fromMs: BIN - 1 })).toMatchObject({
      afterLogId: idAt(BIN - 2 * BIN_MS),
      fromMs: BIN - 1,
    });
  });
});

describe('the rows that are missing', () => {
  const missing = (...spans: UnprovenSpan[]) => rowsMissing({ ...NOTHING_UNPROVEN, spans });
  test('of spans side by side add up', () => {
    expect(missing()).toBe(0);
    expect(missing(spanOf(BIN, { missing: 2 }), spanOf(BIN + BIN_MS, { missing: 3 }))).toBe(5);
  });

  test('count once where a span lies within another', () => {
    const wide = spanOf(BIN + BIN_MS, { afterLogId: idAt(BIN - BIN_MS), missing: 7 });
    expect(missing(spanOf(BIN, { missing: 3 }), wide)).toBe(7);
    expect(missing(spanOf(BIN, { missing: 9 }), wide)).toBe(16);
    expect(missing(spanOf(BIN + BIN_MS, { afterLogId: idAt(BIN - BIN_MS), missing: 3 }), wide)).toBe(7);
    expect(missing(spanOf(BIN + 2 * BIN_MS, { afterLogId: idAt(BIN), missing: 3 }), wide)).toBe(10);
    expect(missing(spanOf(BIN, { afterLogId: idAt(BIN - 2 * BIN_MS), missing: 3 }), wide)).toBe(10);
  });

  test('include what was shipped again and dropped again', () => {
    expect(missing(spanOf(BIN, { again: 5, repairs: 1 }))).toBe(0);
    expect(missing(spanOf(BIN, { missing: 1, again: 5, repairs: 2 }))).toBe(6);
    expect(missing(spanOf(BIN, { again: 5 }))).toBe(0);
  });
});

describe('the state attribute', () => {
  const full = (): Unproven => ({
    spans: [
      spanOf(BIN, { queued: { retry: 'many', 'dead-letter': [idKey('1')] }, again: 1, repairs: 2 }),
      spanOf(BIN),
    ],
    askAtMs: 1,
    storedAtMs: 2,
    visibleAtMs: 3,
    trialAtMs: 4,
  });

  test('is read as it was written', () => {
    for (const one of [NOTHING_UNPROVEN, full()]) expect(readUnproven(writeUnproven(one))).toEqual(one);
  });

  test.each(['', 'null', '7', '{', '[]'])('%j is none', text => expect(readUnproven(text)).toBeUndefined());

  test.each(['spans', 'askAtMs', 'storedAtMs', 'visibleAtMs', 'trialAtMs'])('without %s it is none', name => {
    expect(readUnproven(JSON.stringify({ ...full(), [name]: null }))).toBeUndefined();
  });

  test.each([
    'afterLogId',
    'lastLogId',
    'fromMs',
    'logs',
    'high',
    'low',
    'isExact',
    'queued',
    'acceptedAtMs',
    'dueAtMs',
    'tries',
    'missing',
    'again',
    'repairs',
    'isDifferent',
  ])('a span with another %s is none', name => {
    const { spans } = full();
    const broken = { ...spans[0], [name]: name === 'queued' ? { retry: 'many', 'dead-letter': 7 } : {} };
    expect(readUnproven(JSON.stringify({ ...full(), spans: [spans[1], broken] }))).toBeUndefined();
  });
});
