/** When the look back is due, overdue and done, what it costs, and what it counts. */
import { describe, expect, test } from 'vitest';
import { type Late, startLate, startSweep } from '../../lambda/core/late.ts';
import { readSketch, type Sketch, sketchOf } from '../../lambda/core/sketch.ts';
import { isSweepOverdue, sweep } from '../../lambda/core/sweep.ts';
import type { Page } from '../world.ts';
import { type Log, log, logs, START_MS, type World, type WorldOptions, world } from '../world.ts';
import { runIn } from './run-world.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const SWEEP = 15 * MINUTE;
const idOf = (one: Log | undefined) => String(one?.['log_id']);
const ids = (all: readonly Log[]) => all.map(idOf);

interface Scene extends WorldOptions {
  readonly sinceMs?: number;
  readonly leftMs?: number;
  readonly late?: readonly Log[];
}

/** A run that has passed `all` before `sinceMs`, and a log that was late. */
async function scene(
  all: readonly Log[],
  { sinceMs = SWEEP, leftMs = 110_000, late = [], callMs = 0, ...setup }: Scene = {},
) {
  const w = world({ logs: all, callMs, ...setup });
  const run = await runIn(w, { sweepMs: SWEEP, deadlineMs: START_MS + leftMs });
  const empty = startLate('0', START_MS - sinceMs);
  run.late = { ...empty, current: sketchOf(ids(all)), count: all.length };
  run.tally.counts.checkpoint = { logId: idOf(all.at(-1)) };
  for (const one of late) w.insertLate(one);
  return { w, run };
}
const behind = (n: number, fields: Log = {}) => log(900_000 + n, 70_500 + n * 1000, fields);

describe('the look back', () => {
  test.each([
    [SWEEP - 1, 0],
    [SWEEP, 1],
  ])('%i ms after the last one reads %i pages', async (sinceMs, pages) => {
    const { run } = await scene(logs(50), { sinceMs });
    expect(await sweep(run)).toBeUndefined();
    expect(run.tally.counts).toMatchObject({ pages, sweptPages: pages });
    expect(run.late?.sweptAtMs).toBe(pages === 0 ? START_MS - sinceMs : START_MS);
    expect('late' in run.unsaved).toBe(pages === 1);
  });

  test('is none without anything to remember, or without a checkpoint', async () => {
    const { run } = await scene(logs(5));
    const { late } = run;
    run.late = undefined;
    expect(await sweep(run)).toBeUndefined();
    run.late = late;
    delete (run.tally.counts as { checkpoint?: unknown }).checkpoint;
    expect(await sweep(run)).toBeUndefined();
    expect([run.tally.counts.pages, run.unsaved]).toEqual([0, {}]);
  });

  test.each([
    [3_000, 1],
    [2_999, 0],
  ])('with %i ms left reads %i pages', async (leftMs, pages) => {
    const { run } = await scene(logs(50), { leftMs });
    await sweep(run);
    expect(run.tally.counts.sweptPages).toBe(pages);
    expect(run.late?.sweep === undefined).toBe(pages === 1);
  });

  test.each([
    [8_000, 1],
    [7_999, 0],
  ])('keeps five seconds to post what it found: with %i ms left %i is shipped', async (leftMs, found) => {
    const { run } = await scene(logs(50), { leftMs, late: [behind(0)] });
    await sweep(run);
    expect(run.tally.counts.logsLate).toBe(found);
    expect(run.late?.sweep === undefined).toBe(found === 1);
  });

  test('reads 25 pages a run, in both passes together', async () => {
    const all = logs(3_000);
    const { run } = await scene(all, {
      late: [behind(0), log(900_001, 70_000 + 2_900_500)],
      maxBatchBytes: 9_000_000,
    });
    const swept: number[] = [];
    for (let n = 0; n < 4 && run.late?.sweptAtMs !== START_MS; n++) {
      const before = run.tally.counts.sweptPages;
      await sweep(run);
      swept.push(run.tally.counts.sweptPages - before);
    }
    expect(swept).toEqual([25, 25, 12]);
    expect(run.tally.counts.logsLate).toBe(2);
  });

  test('ends at the checkpoint, not after it', async () => {
    const all = logs(150);
    const { w, run } = await scene(all.slice(0, 100));
    w.tenant.push(...all.slice(100));
    await sweep(run);
    expect([run.tally.counts.sweptPages, w.calls.page, run.late?.sweep]).toEqual([1, 2, undefined]);
  });

  test('that nothing is missing from reads once', async () => {
    const { w, run } = await scene(logs(30));
    await sweep(run);
    expect([run.tally.counts.logsLate, run.tally.counts.isLateEstimate, w.calls.post]).toEqual([0, false, 0]);
    expect(run.late).toMatchObject({ fromLogId: '0', currentFromLogId: idOf(logs(30).at(-1)), count: 0 });
  });
});

describe('what it found', () => {
  test('is shipped, counted and entered without moving the checkpoint', async () => {
    const late = [behind(0), behind(3, { type: 'x' }), behind(5)];
    const poison = (id: string) => id === idOf(late[2]);
    const { w, run } = await scene(logs(50), { late, poison, exclude: ['x'] });
    expect(await sweep(run)).toBeUndefined();
    expect(run.tally.counts).toMatchObject({
      logsLate: 3,
      logsReshipped: 0,
      logsDeadLettered: 1,
      isLateEstimate: false,
    });
    expect([...w.accepted.keys()]).toContain(idOf(late[0]));
    expect(w.state().checkpoint).toBeUndefined();
    const found = [late[2], late[1], late[0]].map(idOf);
    expect(w.ledger).toEqual([
      {
        lastLogId: found[2],
        logs: 3,
        accepted: 1,
        retried: 0,
        deadLettered: 1,
        excluded: 1,
        ids: expect.any(String),
      },
    ]);
    expect(readSketch(w.ledger[0]?.ids)).toEqual(sketchOf(found));
    expect(w.journalled).toContainEqual({ message: 'late logs were found and shipped', logs: 3 });
    expect(run.late?.sweep).toBeUndefined();
  });

  test('is one of a few batches, and all of them count', async () => {
    const late = Array.from({ length: 9 }, (_, n) => behind(n));
    const { w, run } = await scene(logs(50), { late, maxBatchBytes: 2_000 });
    await sweep(run);
    expect(w.calls.post).toBeGreaterThan(1);
    expect(w.ledger).toMatchObject([{ logs: 9, accepted: 9, excluded: 0 }]);
    expect(run.tally.counts.logsLate).toBe(9);
  });

  test('too many to name ships the window again, and tells so', async () => {
    const late = Array.from({ length: 60 }, (_, n) => behind(n));
    const all = logs(100);
    const { w, run } = await scene(all, { late, maxBatchBytes: 9_000_000 });
    await sweep(run);
    expect(run.tally.counts).toMatchObject({ logsLate: 60, logsReshipped: 160, isLateEstimate: true });
    expect(w.ledger).toMatchObject([
      { afterLogId: '0', lastLogId: idOf(all.at(-1)), logs: 160, accepted: 160 },
    ]);
    expect(run.late?.sweep).toBeUndefined();
  });

  test('waits where Azure takes nothing: the run ends, and the next one goes on', async () => {
    const { w, run } = await scene(logs(50), {
      late: [behind(0)],
      faults: { post: () => ({ kind: 'answered', status: 403 }) },
    });
    expect(await sweep(run)).toMatchObject({ outcome: 'denied', party: 'azure' });
    expect([run.tally.counts.logsLate, w.ledger]).toEqual([0, []]);
    expect(run.late?.sweep?.missing).toHaveLength(1);
    expect(run.late?.sweep?.cursorLogId).toBe('0');
    w.faults.post = () => undefined;
    const seen = run.tally.counts.sweptPages;
    await sweep(run);
    expect([run.tally.counts.logsLate, run.tally.counts.sweptPages - seen]).toEqual([1, 1]);
  });
});

describe('an empty page', () => {
  const emptyAt = (calls: readonly number[]) => ({
    page: (call: number): Page | undefined => (calls.includes(call) ? { kind: 'page', logs: [] } : undefined),
  });
  test.each([
    ['while Auth0 must still have the logs', 0, 0, true],
    ['until 45 minutes have passed', 45 * MINUTE, 0, true],
    ['for longer than that', 45 * MINUTE + 1, 0, false],
    ['just before the retention', 0, DAY - 1, true],
    ['once the retention has eaten them', 0, DAY, false],
  ])('is no end %s', async (_, sinceMs, ageMs, goesOn) => {
    const all = ageMs === 0 ? logs(50) : [log(0, ageMs), log(1, ageMs)];
    const { run } = await scene(all, { faults: emptyAt([0, 1, 2]) });
    const late: Late = { ...run.late!, fromLogId: ageMs === 0 ? '0' : idOf(all[0]) };
    run.late = startSweep(late, idOf(all.at(-1)), START_MS - sinceMs);
    await sweep(run);
    expect(run.late?.sweep !== undefined).toBe(goesOn);
  });

  test('in the second pass is none either, until 45 minutes have passed', async () => {
    for (const sinceMs of [45 * MINUTE, 45 * MINUTE + 1]) {
      const { run } = await scene(logs(50), { late: [behind(0)], faults: emptyAt([0]) });
      const begun = startSweep(run.late!, idOf(logs(50).at(-1)), START_MS - sinceMs);
      run.late = { ...begun, sweep: { ...begun.sweep, missing: ['0123456789abcdef'] } };
      await sweep(run);
      expect(run.late?.sweep !== undefined).toBe(sinceMs === 45 * MINUTE);
    }
  });
});

describe('overdue', () => {
  const overdue = async (late: Late | undefined, w: World = world({ callMs: 0 })) => {
    const run = await runIn(w);
    run.late = late;
    return isSweepOverdue(run);
  };
  test.each([
    [4 * SWEEP, false],
    [4 * SWEEP + 1, true],
  ])('%i ms after the last one: %s', async (sinceMs, expected) => {
    expect(await overdue(startLate('0', START_MS - sinceMs))).toBe(expected);
  });

  test('one that is under way counts from its beginning', async () => {
    const late = startLate('0', START_MS - 9 * SWEEP);
    expect(await overdue(startSweep(late, 'f', START_MS - 4 * SWEEP))).toBe(false);
    expect(await overdue(startSweep(late, 'f', START_MS - 4 * SWEEP - 1))).toBe(true);
  });

  test('never without one, nor where it is to begin at once', async () => {
    expect([await overdue(undefined), await overdue(startLate('0', 0))]).toEqual([false, false]);
  });
});

describe('a window', () => {
  const all = logs(100);
  test('of two generations: what is younger is looked at once more', async () => {
    const { run } = await scene(all);
    const [older, current] = [all.slice(0, 60), all.slice(60)].map(part => sketchOf(ids(part))) as [
      Sketch,
      Sketch,
    ];
    run.late = { ...run.late!, currentFromLogId: idOf(all[59]), older, current, count: 40 };
    await sweep(run);
    expect(run.late).toMatchObject({
      fromLogId: idOf(all[59]),
      currentFromLogId: idOf(all[99]),
      older: current,
    });
    expect(run.tally.counts).toMatchObject({ logsLate: 0, logsAccepted: 0 });
  });

  test('with logs that have no id, or come twice, has no more late logs for that', async () => {
    for (const lie of [
      (page: Page) => ({ ...page, logs: [{ type: 's' }, ...page.logs] }),
      (page: Page) =>
        page.logs.length < 2 ? page : { ...page, logs: [...page.logs.slice(0, 1), ...page.logs] },
    ]) {
      const none = await scene(all, { faults: { lie } });
      await sweep(none.run);
      expect([none.w.calls.post, none.run.tally.counts.logsLate]).toEqual([0, 0]);
      const one = await scene(all, { faults: { lie }, late: [behind(0)] });
      await sweep(one.run);
      expect([one.w.accepted.size, one.run.tally.counts.logsLate, one.w.duplicates()]).toEqual([1, 1, 0]);
    }
  });

  test('that was read already is not read again', async () => {
    const { w, run } = await scene(all);
    const begun = startSweep(run.late!, idOf(all[99]), START_MS);
    run.late = { ...begun, sweep: { ...begun.sweep, cursorLogId: idOf(all[99]), seen: begun.sweep.known } };
    await sweep(run);
    expect([w.calls.page, run.late?.sweep]).toEqual([0, undefined]);
  });

  test('whose second pass is at its end is done, though a log was not served again', async () => {
    const { w, run } = await scene(all);
    const begun = startSweep(run.late!, idOf(all[99]), START_MS);
    run.late = {
      ...begun,
      sweep: { ...begun.sweep, cursorLogId: idOf(all[99]), missing: ['0123456789abcdef'] },
    };
    await sweep(run);
    expect([w.calls.page, run.late?.sweep]).toEqual([0, undefined]);
  });

  test('ends in the middle of a page: what comes after it was not passed yet', async () => {
    const { w, run } = await scene(all.slice(0, 50));
    w.tenant.push(...all.slice(50));
    await sweep(run);
    expect([run.tally.counts.sweptPages, w.calls.post, run.tally.counts.logsLate]).toEqual([1, 0, 0]);
    expect(run.late?.sweep).toBeUndefined();
  });

  test('that broke off is not whole, however many late logs were seen by then', async () => {
    const many = logs(250);
    const late = Array.from({ length: 160 }, (_, n) => log(500_000 + n, 60_000 + 200_500));
    const fault = { verdict: 'denied', message: 'no' } as const;
    const { run } = await scene(many, { late, faults: { page: call => (call === 3 ? fault : undefined) } });
    await sweep(run);
    expect(run.tally.counts).toMatchObject({ sweptPages: 3, logsLate: 0, isLateEstimate: false });
    expect(run.late?.sweep?.missing).toBeUndefined();
    await sweep(run);
    expect(run.tally.counts).toMatchObject({ logsLate: 160, isLateEstimate: true });
  });

  test('from nowhere in particular is eaten when its end is', async () => {
    for (const ageMs of [DAY - 1, DAY]) {
      const old = [log(0, ageMs)];
      const { run } = await scene(old, { faults: { page: () => ({ kind: 'page', logs: [] }) } });
      run.late = startSweep(run.late!, idOf(old[0]), START_MS);
      await sweep(run);
      expect(run.late?.sweep === undefined).toBe(ageMs === DAY);
    }
  });

  test('whose page cannot be had goes on in the next run, from where it was', async () => {
    const fault = { verdict: 'denied', message: 'no' } as const;
    const { run } = await scene(logs(250), {
      faults: { page: call => (call === 1 ? fault : undefined) },
      late: [behind(0)],
    });
    await sweep(run);
    expect(run.late?.sweep).toMatchObject({ cursorLogId: idOf(logs(250)[99]) });
    expect(run.late?.sweep?.missing).toBeUndefined();
    await sweep(run);
    expect(run.tally.counts).toMatchObject({ logsLate: 1, sweptPages: 1 + 2 + 3 });
  });
});

test('late logs that wait on the retry queue are entered as such', async () => {
  const late = [behind(0), behind(3), behind(5)];
  const poison = (id: string) => id === idOf(late[1]) && ({ kind: 'answered', status: 403 } as const);
  const { w, run } = await scene(logs(50), { late, poison });
  await sweep(run);
  expect(w.ledger).toMatchObject([{ logs: 3, accepted: 2, retried: 1, deadLettered: 0, excluded: 0 }]);
});
