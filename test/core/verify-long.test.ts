/** Hours, days and weeks of a pipeline that verifies. */
import { describe, expect, test } from 'vitest';
import { logAt, START_MS, world } from '../world.ts';
import { DAY, HOUR, logsOf, MINUTE, numberOf, scene, ticks } from './verify-world.ts';

test('a slow Auth0 stops neither: what was read of a span is compared, and new logs ship in each run', async () => {
  let isDropping = true;
  const w = scene(6_000, {
    faults: { drop: id => isDropping && numberOf(id) < 6_000 && numberOf(id) % 10 === 0 },
  });
  await w.tick();
  isDropping = false;
  w.setPageMs(15_000);
  const reports = await ticks(w, 9 * HOUR, 2 * MINUTE);
  expect(w.notStored()).toEqual([]);
  expect(reports.filter(report => (report.lagMs ?? 0) > 10 * MINUTE)).toEqual([]);
  expect(reports.at(-1)).toMatchObject({ verifyOverdue: false, rowsNotStored: 0 });
});

describe('a lasting loss', () => {
  test('all of an hour, such as by a daily cap: first a hundred logs, then all when these are stored', async () => {
    let isCapped = false;
    const w = scene(500, { faults: { drop: () => isCapped } });
    await w.tick();
    await ticks(w, 2 * HOUR);
    isCapped = true;
    w.advance(HOUR);
    for (let i = 0; i < 2_000; i++) w.tenant.push(logAt(200_000 + i, w.clock.now() - 2_000_000 + i * 900));
    const during = await ticks(w, 6 * HOUR);
    expect(during.reduce((all, report) => all + report.logsRepaired, 0)).toBeLessThanOrEqual(700);
    expect(Math.max(...during.map(report => report.rowsNotStored))).toBeGreaterThan(1_500);
    isCapped = false;
    await ticks(w, 12 * HOUR);
    expect(w.notStored()).toEqual([]);
    expect(await w.tick()).toMatchObject({ rowsNotStored: 0, verifyOverdue: false });
  });

  test('all of six hours: each log is shipped again once when it ends, beside the trials', async () => {
    let isCapped = true;
    const w = scene(10, { faults: { drop: id => isCapped && numberOf(id) >= 100 } });
    await w.tick();
    await ticks(w, 6 * HOUR, 10 * MINUTE, 300);
    const lost = w.notStored().length;
    const before = w.duplicates();
    expect(before).toBeLessThanOrEqual(600);
    isCapped = false;
    await ticks(w, 8 * HOUR, 10 * MINUTE, 1);
    expect(w.notStored()).toEqual([]);
    expect(w.duplicates() - before).toBeLessThanOrEqual(lost + 200);
  });

  test('the same logs for ever, such as by a transformation: shipped again ever more rarely', async () => {
    const w = scene(10, {
      faults: { drop: id => numberOf(id) % 10 === 0 && numberOf(id) >= 1000 },
      options: { retentionMs: 30 * DAY },
    });
    await w.tick();
    await ticks(w, 5 * DAY, HOUR, 20);
    const lost = w.notStored();
    expect(lost.length).toBeGreaterThan(200);
    // After 1, 2, 4, 8 and 16 hours, and then once a day.
    expect(Math.max(...lost.map(id => w.accepted.get(id)!))).toBeLessThanOrEqual(11);
    const report = await w.tick();
    expect(report).toMatchObject({ outcome: 'caught-up', verifyOverdue: false });
    expect(report.rowsNotStored).toBeGreaterThan(100);
  });

  test('one log in seven at random: repairs keep pace', async () => {
    let post = 0;
    const w = scene(10, { maxBatchBytes: 200_000 });
    w.faults.drop = id => (numberOf(id) * 7919 + ++post * 104_729) % 7 === 0;
    await w.tick();
    const reports = await ticks(w, 10 * HOUR, 5 * MINUTE, 200);
    // Those of the last hour and a half, and a seventh of what was shipped again since.
    expect(w.notStored().length).toBeLessThan(900);
    expect(reports.at(-1)).toMatchObject({ verifyOverdue: false });
  });
});

describe('a long backlog', () => {
  const backlog = (drop: (id: string) => boolean) =>
    world({
      logs: logsOf(12_000, START_MS - 6 * DAY, 43_000),
      verify: 'repair',
      maxBatchBytes: 100_000,
      options: { retentionMs: 30 * DAY },
      faults: { drop },
    });

  test('of more spans than the state holds: a loss anywhere in it is found and repaired', async () => {
    let isDropping = true;
    const w = backlog(id => isDropping && numberOf(id) % 500 === 3);
    for (let i = 0; i < 20 && (await w.tick()).outcome !== 'caught-up'; i++);
    isDropping = false;
    expect(w.unproven().spans).toHaveLength(32);
    expect(w.notStored()).toHaveLength(24);
    await ticks(w, 5 * HOUR, 5 * MINUTE);
    expect(w.notStored()).toEqual([]);
    expect(w.duplicates()).toBeLessThanOrEqual(30);
  });

  test('in which a loss lasts: every part is compared in turn', async () => {
    const w = backlog(id => numberOf(id) % 50 === 3 && numberOf(id) < 12_000);
    for (let i = 0; i < 20 && (await w.tick()).outcome !== 'caught-up'; i++);
    await ticks(w, 12 * HOUR, 5 * MINUTE);
    expect(w.notStored().filter(id => w.accepted.get(id)! < 2)).toEqual([]);
  });
});

describe('bounds', () => {
  test('the state stays small through a backlog of a week', async () => {
    const logs = Array.from({ length: 20_000 }, (_, i) => logAt(i, START_MS - 7 * 24 * HOUR + i * 30_000));
    const w = world({
      logs,
      verify: 'repair',
      maxBatchBytes: 100_000,
      options: { retentionMs: 30 * 24 * HOUR },
    });
    for (let i = 0; i < 40 && (await w.tick()).outcome !== 'caught-up'; i++);
    expect(w.unproven().spans.length).toBeLessThanOrEqual(32);
    expect(w.state().unproven!.length).toBeLessThan(14_000);
    await ticks(w, 3 * HOUR);
    expect(w.unproven().spans.every(span => span.acceptedAtMs > START_MS + HOUR)).toBe(true);
    expect(w.duplicates()).toBe(0);
  });

  test('a large loss is compared and repaired in parts, a run at a time', async () => {
    let isDropping = true;
    const logs = Array.from({ length: 9_000 }, (_, i) => logAt(i, START_MS - 3 * HOUR + i * 1000));
    const drop = (id: string) => isDropping && numberOf(id) < 8_000 && numberOf(id) % 3 > 0;
    const w = world({ logs, verify: 'repair', maxBatchBytes: 100_000, faults: { drop } });
    await w.tick();
    isDropping = false;
    const reports = await ticks(w, 5 * HOUR, 5 * MINUTE);
    expect(Math.max(...reports.map(report => report.logsRepaired))).toBeLessThanOrEqual(2_000);
    expect(Math.max(...reports.map(report => report.sweptPages))).toBeLessThan(50);
    expect(w.notStored()).toEqual([]);
  });
});
