/** The parts of the proof, one by one: when counts are asked for, what they decide, pauses, and what is given up. */
import { describe, expect, test } from 'vitest';
import type { Run } from '../../lambda/core/run.ts';
import { digestOf, sketchOf } from '../../lambda/core/sketch.ts';
import {
  NOTHING_UNPROVEN,
  readUnproven,
  type Unproven,
  type UnprovenSpan,
} from '../../lambda/core/unproven.ts';
import {
  asking,
  closeVerify,
  isVerifyOverdue,
  judge,
  later,
  look,
  repaired,
  reportFault,
} from '../../lambda/core/verify.ts';
import type { QueryAnswer } from '../../lambda/core/workspace.ts';
import { logAt, START_MS, type World, world } from '../world.ts';
import { runIn } from './run-world.ts';
import { DAY, HOUR, MINUTE } from './verify-world.ts';

const BIN = 10 * MINUTE;
/** A log id of the begin of ten minutes, a day ago and `bins` later. */
const idOf = (bins: number, number = 0) => String(logAt(number, START_MS - DAY + bins * BIN)['log_id']);
const spanOf = (bins: number, others: Partial<UnprovenSpan> = {}): UnprovenSpan => ({
  afterLogId: idOf(bins - 1),
  lastLogId: idOf(bins),
  fromMs: START_MS - DAY + bins * BIN,
  logs: 1,
  ...digestOf(sketchOf([idOf(bins)])),
  isExact: true,
  acceptedAtMs: START_MS - 2 * HOUR,
  dueAtMs: START_MS - HOUR,
  tries: 0,
  missing: 0,
  isDifferent: false,
  ...others,
});

/** A run that remembers these spans, and the queries that it makes. */
async function runWith(
  spans: readonly UnprovenSpan[],
  others: Partial<Unproven> = {},
  w: World = world({ verify: 'repair' }),
) {
  const asked: string[] = [];
  const answers = w.faults.query;
  w.faults.query = (call, kql) => {
    asked.push(kql.split('\n').find(line => line.includes('LogTime >='))!);
    return answers?.(call, kql);
  };
  const run = await runIn(w);
  run.unproven = { ...NOTHING_UNPROVEN, spans, ...others };
  return { w, run, asked, nowMs: w.clock.now() };
}
const digits = (ms: number) => new Date(ms).toISOString().replaceAll(/\D/g, '');
const rangeOf = (fromMs: number, toMs: number) =>
  `| where LogTime >= ${digits(fromMs)} and LogTime < ${digits(toMs)}`;
const DENIED: QueryAnswer = { kind: 'fault', fault: { verdict: 'denied', message: 'no role' } };

describe('a look', () => {
  test('asks for the bins of what is due', async () => {
    const { run, asked } = await runWith([spanOf(3), spanOf(1), spanOf(5, { dueAtMs: START_MS + HOUR })]);
    const looked = await look(run);
    expect(asked).toEqual([rangeOf(START_MS - DAY + BIN, START_MS - DAY + 4 * BIN)]);
    expect(looked).toMatchObject({
      isMore: false,
      parts: [{ due: new Set(run.unproven!.spans.slice(0, 2)) }],
    });
  });

  test('is none when nothing is due, or it is too early, or nothing is verified', async () => {
    for (const [spans, others] of [
      [[], {}],
      [[spanOf(1, { isDifferent: true })], {}],
      [[spanOf(1, { dueAtMs: START_MS + HOUR })], {}],
      [[spanOf(1)], { askAtMs: START_MS + HOUR }],
    ] as const) {
      const { run, asked } = await runWith(spans, others);
      expect([await look(run), asked]).toEqual([undefined, []]);
    }
    const { run } = await runWith([spanOf(1)]);
    expect(await look({ ...run, unproven: undefined })).toBeUndefined();
    expect(await look({ ...run, d: { ...run.d, stored: undefined } })).toBeUndefined();
  });

  test('begins at the very moment that it is due', async () => {
    const { run, w } = await runWith([]);
    const nowMs = w.clock.now();
    run.unproven = { ...NOTHING_UNPROVEN, spans: [spanOf(1, { dueAtMs: nowMs })], askAtMs: nowMs };
    expect(await look(run)).toBeDefined();
  });

  test('of several days: the newest first, then those that wait longest, four at most', async () => {
    const day = 6 * 24;
    const spans = [0, -1, -2, -3, -4].map(n =>
      spanOf(n * day, { dueAtMs: START_MS - (n === -3 ? 9 : 5) * HOUR + n }),
    );
    const edge = spanOf(1 - day);
    const { run, asked } = await runWith([edge, ...spans].reverse());
    const looked = await look(run);
    const endOf = (bins: number) => START_MS - DAY + (bins + 1) * BIN;
    expect(asked).toEqual([
      rangeOf(endOf(-day), endOf(0)),
      rangeOf(endOf(-3 * day) - BIN, endOf(-3 * day)),
      rangeOf(endOf(-4 * day) - BIN, endOf(-4 * day)),
      rangeOf(endOf(-2 * day) - BIN, endOf(-2 * day)),
    ]);
    expect(looked!.parts[0]!.due).toEqual(new Set([spans[0], edge]));
    expect(looked!.isMore).toBe(true);
  });

  test('ends with the first that is not answered, and is made again only when it is time', async () => {
    const spans = [spanOf(0), spanOf(-9 * 144), spanOf(-20 * 144)];
    const { run, asked, w } = await runWith(
      spans,
      {},
      world({ verify: 'repair', faults: { query: () => DENIED } }),
    );
    const looked = await look(run);
    expect(asked).toHaveLength(1);
    judge(run, looked);
    expect(run.unproven).toEqual({ ...NOTHING_UNPROVEN, spans, askAtMs: w.clock.now() + 15 * MINUTE });
    expect(run.tally.counts.verifyFault).toBe('no role');
  });

  test('of which a part is not answered is made again only when it is time', async () => {
    const query = (call: number) => (call === 1 ? DENIED : undefined);
    const spans = [0, -300, -600, -900].map(n => spanOf(n));
    const { run, w } = await runWith(spans, {}, world({ verify: 'repair', faults: { query } }));
    judge(run, await look(run));
    expect(run.unproven!.askAtMs).toBe(w.clock.now() + 15 * MINUTE);
    expect(run.unproven!.spans.map(span => span.isDifferent)).toEqual([true, false, false, false]);
  });

  test('ends within 30 seconds, or with the run', async () => {
    const { run, nowMs } = await runWith([]);
    const stored = run.d.stored!;
    expect(asking(run, stored)).toMatchObject({ maxAttempts: 1, deadlineMs: nowMs + 30_000 });
    const options = { ...run.options, deadlineMs: nowMs + 5_000 };
    expect(asking({ ...run, options }, stored).deadlineMs).toBe(nowMs + 5_000);
  });
});

describe('a judgment', () => {
  const stored = (w: World, ...ids: string[]) => ids.forEach(id => void w.rows.set(id, 0));
  async function judged(
    spans: readonly UnprovenSpan[],
    ids: readonly string[],
    others: Partial<Unproven> = {},
  ) {
    const w = world({ verify: 'repair' });
    stored(w, ...ids);
    const { run } = await runWith(spans, others, w);
    judge(run, await look(run));
    return { nowMs: w.clock.now(), unproven: run.unproven! };
  }

  test('drops what is stored, and remembers until when', async () => {
    const other = spanOf(9, { dueAtMs: START_MS + HOUR });
    const { nowMs, unproven } = await judged(
      [spanOf(1), spanOf(2, { acceptedAtMs: START_MS - 3 * HOUR }), other],
      [idOf(1), idOf(2)],
    );
    expect(unproven).toEqual({
      ...NOTHING_UNPROVEN,
      spans: [other],
      askAtMs: nowMs + 15 * MINUTE,
      storedAtMs: START_MS - 2 * HOUR,
      visibleAtMs: nowMs,
    });
    expect((await judged([spanOf(1)], [idOf(1)], { storedAtMs: START_MS })).unproven.storedAtMs).toBe(
      START_MS,
    );
  });

  test.each<[string, Partial<UnprovenSpan>, string[]]>([
    ['a row is missing', {}, []],
    ['another row is there', {}, [idOf(1), idOf(1, 7)]],
    ['another row is there instead', {}, [idOf(1, 7)]],
    ['its digest is another, the high word', { high: 1 }, [idOf(1)]],
    ['its digest is another, the low word', { low: 1 }, [idOf(1)]],
    ['it does not have all ids of its bins', { isExact: false }, [idOf(1)]],
  ])('differs when %s', async (_, others, ids) => {
    const span = spanOf(1, others);
    const { unproven } = await judged([span], ids, { visibleAtMs: 5 });
    expect(unproven.spans).toEqual([{ ...span, isDifferent: true }]);
    expect(unproven.storedAtMs).toBe(0);
    expect(unproven.visibleAtMs).toBe(ids.length > 0 ? START_MS + 20 : 5);
  });

  test('of several bins adds them up', async () => {
    const ids = [idOf(1), idOf(2, 1), idOf(4, 2)];
    const wide = spanOf(4, {
      afterLogId: idOf(0),
      lastLogId: ids[2]!,
      fromMs: spanOf(1).fromMs,
      logs: 3,
      ...digestOf(sketchOf(ids)),
    });
    expect((await judged([wide], [...ids, idOf(0), idOf(5)])).unproven.spans).toEqual([]);
  });

  test('leaves alone what has grown since, and is none without a look', async () => {
    const { run } = await runWith([spanOf(1)]);
    const looked = await look(run);
    const grown = spanOf(1, { logs: 2 });
    run.unproven = { ...run.unproven!, spans: [grown] };
    judge(run, looked);
    expect(run.unproven.spans).toEqual([grown]);
    const before = run.unproven;
    judge(run, undefined);
    expect(run.unproven).toBe(before);
    run.unproven = undefined;
    judge(run, looked);
    expect(run.unproven).toBeUndefined();
  });

  test('of a part of what is due: the rest is asked for by the next run', async () => {
    const { nowMs, unproven } = await judged(
      [0, 1, 2, 3, 4].map(n => spanOf(n * -300)),
      [],
    );
    expect(unproven.askAtMs).toBe(nowMs);
    expect(unproven.spans.map(span => span.isDifferent)).toEqual([true, true, true, true, false]);
  });
});

describe('a pause', () => {
  const hours = (pauses: readonly UnprovenSpan[]) => pauses.map(({ dueAtMs }) => (dueAtMs - START_MS) / HOUR);
  test('doubles up to four hours', () => {
    const spans = [0, 1, 2, 3, 9].map(tries => later(spanOf(1, { tries, isDifferent: true }), START_MS));
    expect(hours(spans)).toEqual([1, 2, 4, 4, 4]);
    expect(spans[1]).toEqual(spanOf(1, { tries: 2, dueAtMs: START_MS + 2 * HOUR }));
  });

  test('after all is shipped again, up to a sixth of the retention: between four hours and a day', () => {
    const pauses = (days: number) =>
      hours(
        [undefined, 1, 2, 3, 4, 5, 9].map(repairs =>
          repaired(spanOf(1, repairs === undefined ? {} : { repairs }), START_MS, days * DAY),
        ),
      );
    expect(pauses(1)).toEqual([1, 2, 4, 4, 4, 4, 4]);
    expect(pauses(0.5)).toEqual([1, 2, 4, 4, 4, 4, 4]);
    expect(pauses(5)).toEqual([1, 2, 4, 8, 16, 20, 20]);
    expect(pauses(30)).toEqual([1, 2, 4, 8, 16, 24, 24]);
    expect(repaired(spanOf(1, { tries: 4, isDifferent: true }), START_MS, DAY)).toEqual(
      spanOf(1, { tries: 5, repairs: 1, dueAtMs: START_MS + HOUR }),
    );
  });
});

describe('the end of a run', () => {
  const overdue = async (dueAtMs: number) => {
    const { run, nowMs } = await runWith([spanOf(1), spanOf(2)]);
    run.unproven = {
      ...NOTHING_UNPROVEN,
      spans: [spanOf(1, { dueAtMs: nowMs }), spanOf(2, { dueAtMs: nowMs - dueAtMs })],
    };
    return isVerifyOverdue(run);
  };
  test('a comparison is overdue three hours after it was due', async () => {
    expect([await overdue(3 * HOUR), await overdue(3 * HOUR + 1)]).toEqual([false, true]);
    const { run } = await runWith([]);
    expect(isVerifyOverdue(run)).toBe(false);
    expect(isVerifyOverdue({ ...run, unproven: undefined })).toBe(false);
  });

  const closed = async (span: UnprovenSpan, retentionMs: number) => {
    const { run, w } = await runWith([span]);
    const mine: Run = { ...run, options: { ...run.options, retentionMs } };
    closeVerify(mine);
    return { run: mine, journalled: w.journalled };
  };
  test('what Auth0 deleted more than a day ago is given up after five comparisons, aloud', async () => {
    const gone = spanOf(1, { tries: 5, missing: 7, logs: 9 });
    // The span ended 23 hours and 50 minutes before START_MS, and the run began 10 ms after it.
    const ageMs = DAY - BIN + 10;
    const { run, journalled } = await closed(gone, ageMs - DAY - 1);
    expect(run.unproven!.spans).toEqual([]);
    expect(journalled).toEqual([
      {
        message: 'accepted logs were not proven to be stored while Auth0 kept them',
        afterLogId: gone.afterLogId,
        lastLogId: gone.lastLogId,
        logs: 9,
        missing: 7,
      },
    ]);
    expect(run.tally.counts.rowsNotStored).toBe(0);
    for (const [span, retentionMs] of [
      [gone, ageMs - DAY],
      [{ ...gone, tries: 4 }, ageMs - DAY - 1],
    ] as const) {
      const kept = await closed(span, retentionMs);
      expect([kept.run.unproven!.spans, kept.journalled]).toEqual([[span], []]);
      expect(kept.run.tally.counts).toMatchObject({ rowsNotStored: 7, verifyOverdue: false });
    }
    expect((await closed({ ...gone, lastLogId: 'unknown' }, DAY)).run.unproven!.spans).toEqual([]);
  });

  test('leaves what is remembered for the release, beside what else there is', async () => {
    const { run } = await runWith([spanOf(1, { dueAtMs: START_MS - 4 * HOUR })]);
    run.unsaved = { waits: 'w' };
    closeVerify(run);
    expect(run.unsaved.waits).toBe('w');
    expect(readUnproven(run.unsaved.unproven!)).toEqual(run.unproven);
    expect(run.tally.counts.verifyOverdue).toBe(true);
    const none: Run = { ...run, unproven: undefined, unsaved: {} };
    closeVerify(none);
    expect(none.unsaved).toEqual({});
  });

  test('why nothing could be compared', async () => {
    const { run } = await runWith([]);
    reportFault(run, { kind: 'unknown-name', name: 'Auth0Logs_CL' });
    expect(run.tally.counts.verifyFault).toBe(
      'the workspace has no "Auth0Logs_CL", or it is not visible to the identity of the pipeline',
    );
  });
});
