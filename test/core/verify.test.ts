/** The proof that accepted logs are stored, over whole runs of a small world. */
import { describe, expect, test } from 'vitest';
import { logAt, START_MS, type World, type WorldOptions, world } from '../world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A world with `count` logs of the last minutes, of which Azure drops what `drops` says. */
function scene(count: number, setup: WorldOptions & { drops?: (id: string) => boolean } = {}): World {
  const { drops, ...rest } = setup;
  const logs = Array.from({ length: count }, (_, i) => logAt(i, START_MS - 30 * MINUTE + i * 1000));
  return world({ logs, verify: 'repair', faults: { drop: id => drops?.(id) ?? false }, ...rest });
}

const numberOf = (id: string) => Number(id.slice(20));
const add = (w: World, number: number) => w.tenant.push(logAt(number, w.clock.now() - MINUTE));

/** Runs every `everyMs` for so long; one log arrives before each. Returns the reports. */
async function ticks(w: World, forMs: number, everyMs = 15 * MINUTE, isQuiet = false) {
  const reports = [];
  for (let ms = 0; ms < forMs; ms += everyMs) {
    w.advance(everyMs);
    if (!isQuiet) add(w, 100_000 + w.tenant.length);
    reports.push(await w.tick());
  }
  return reports;
}

const sum = (reports: readonly { logsRepaired: number }[]) =>
  reports.reduce((all, report) => all + report.logsRepaired, 0);

describe('what is stored', () => {
  test('is proven an hour later by counts; ids are compared only where counts cannot prove', async () => {
    const w = scene(300);
    await w.tick();
    expect(w.unproven().spans.reduce((all, span) => all + span.logs, 0)).toBe(300);
    const other = world({ logs: w.tenant });
    await other.tick();
    for (const one of [w, other]) one.advance(HOUR + MINUTE);
    expect(await w.tick()).toMatchObject({ rowsNotStored: 0, logsRepaired: 0 });
    // The world begins at a position without a time: ids of its first ten minutes are compared.
    expect([w.calls.query, w.unproven().spans]).toEqual([2, []]);
    await other.tick();
    expect(w.calls.page - other.calls.page).toBeLessThanOrEqual(4);
    expect(w.accepted.size).toBe(300);
    expect(w.duplicates()).toBe(0);
  });

  test('is not asked for earlier, nor more often than every 15 minutes', async () => {
    const w = scene(10);
    await w.tick();
    await ticks(w, 50 * MINUTE, 5 * MINUTE);
    expect(w.calls.query).toBe(0);
    await ticks(w, 2 * HOUR, MINUTE);
    expect(w.calls.query).toBeGreaterThan(6);
    expect(w.calls.query).toBeLessThan(10);
  });

  test('has a row later than an hour: compared again, not shipped again for want of evidence alone', async () => {
    const w = scene(10, { rowAfterMs: 90 * MINUTE, verify: 'alarm' });
    await w.tick();
    w.advance(HOUR + MINUTE);
    expect(await w.tick()).toMatchObject({ rowsNotStored: 10 });
    w.advance(HOUR + MINUTE);
    expect(await w.tick()).toMatchObject({ rowsNotStored: 0 });
    expect(w.duplicates()).toBe(0);
  });

  test('of a pipeline that does not verify is never asked for', async () => {
    const { verify: _, ...rest } = { verify: 'repair' as const };
    const w = world({ logs: [logAt(1, START_MS - MINUTE)], ...rest });
    await w.tick();
    await ticks(w, 4 * HOUR);
    expect([w.calls.query, w.state().unproven]).toEqual([0, undefined]);
  });
});

describe('what was dropped', () => {
  test('is counted with "alarm", and left', async () => {
    const w = scene(300, { verify: 'alarm', drops: id => numberOf(id) < 1000 && numberOf(id) % 7 === 0 });
    await w.tick();
    w.advance(HOUR + MINUTE);
    const lost = w.notStored().length;
    expect(lost).toBe(43);
    expect(await w.tick()).toMatchObject({ rowsNotStored: lost, logsRepaired: 0 });
    await ticks(w, 2 * HOUR);
    expect(w.notStored()).toHaveLength(lost);
  });

  test('is shipped again with "repair", and proven after that', async () => {
    let isDropping = true;
    const w = scene(300, { drops: id => isDropping && numberOf(id) % 7 === 0 });
    await w.tick();
    isDropping = false;
    const reports = await ticks(w, 4 * HOUR);
    expect(w.notStored()).toEqual([]);
    expect(sum(reports)).toBe(43);
    expect(reports.at(-1)).toMatchObject({ rowsNotStored: 0, verifyOverdue: false });
    expect(w.duplicates()).toBe(43);
  });

  test('is not shipped again while no row at all can be seen: a role may hide the table', async () => {
    const w = scene(300, { faults: { query: () => ({ kind: 'rows', rows: [] }) } });
    await w.tick();
    const reports = await ticks(w, 6 * HOUR);
    expect(sum(reports)).toBe(0);
    expect(reports.at(-1)!.rowsNotStored).toBeGreaterThan(290);
    expect(w.duplicates()).toBe(0);
  });

  test('that waits on a queue is not missing, and is proven when it has left it', async () => {
    let isDown = true;
    const w = scene(40, { faults: { post: () => (isDown ? { kind: 'answered', status: 503 } : undefined) } });
    await w.tick();
    isDown = false;
    const reports = await ticks(w, 3 * HOUR);
    expect(sum(reports)).toBe(0);
    expect(reports.every(report => report.rowsNotStored === 0)).toBe(true);
    expect(w.unproven().spans.some(span => span.queued !== undefined)).toBe(true);
    await w.replayAll();
    await ticks(w, 6 * HOUR);
    expect(w.unproven().spans.some(span => span.queued !== undefined)).toBe(false);
    expect(w.duplicates()).toBe(0);
  });

  test('beside logs that wait on a queue is told apart from them', async () => {
    const poison = (id: string) => numberOf(id) < 1000 && numberOf(id) % 50 === 0;
    const w = scene(200, { poison, drops: id => numberOf(id) % 40 === 1 && numberOf(id) < 1000 });
    await w.tick();
    // Evidence of now: single records are posted to tell poison from configuration.
    const samples = w.duplicates();
    w.faults.drop = () => false;
    await ticks(w, 6 * HOUR);
    expect(w.queues['dead-letter'].length).toBeGreaterThan(0);
    expect(w.notStored()).toEqual([]);
    expect(w.duplicates() - samples).toBe(5);
  });

  test('of late logs is found too', async () => {
    const w = scene(50);
    await w.tick();
    w.faults.drop = id => numberOf(id) > 900;
    for (const i of [1, 2, 3]) w.insertLate(logAt(900 + i, START_MS - 30 * MINUTE + i * 1500));
    w.advance(16 * MINUTE);
    expect(await w.tick()).toMatchObject({ logsLate: 3 });
    w.faults.drop = () => false;
    await ticks(w, 4 * HOUR);
    expect(w.notStored()).toEqual([]);
  });
});

describe('a workspace that does not answer', () => {
  test('is reported, and after three hours overdue; then all is made up for', async () => {
    let isDown = true;
    const fault = { verdict: 'denied' as const, message: 'the identity may not read' };
    const w = scene(100, {
      faults: {
        query: () => (isDown ? { kind: 'fault', fault } : undefined),
        drop: id => numberOf(id) === 5,
      },
    });
    await w.tick();
    w.advance(HOUR + MINUTE);
    expect(await w.tick()).toMatchObject({ verifyFault: fault.message, verifyOverdue: false });
    const reports = await ticks(w, 4 * HOUR);
    expect(reports.at(-1)).toMatchObject({ outcome: 'caught-up', verifyOverdue: true });
    isDown = false;
    w.faults.drop = () => false;
    const after = await ticks(w, 3 * HOUR);
    expect(after.at(-1)).toMatchObject({ verifyOverdue: false, rowsNotStored: 0 });
    expect(w.notStored()).toEqual([]);
  });

  test('no table: says which', async () => {
    const w = scene(10, { faults: { query: () => ({ kind: 'unknown-name', name: 'Auth0Logs_CL' }) } });
    await w.tick();
    w.advance(HOUR + MINUTE);
    expect((await w.tick()).verifyFault).toContain('"Auth0Logs_CL"');
  });
});

test('while a Retry-After lasts, the workspace is not asked either: Entra may have sent it', async () => {
  const w = scene(10);
  await w.tick();
  w.advance(50 * MINUTE);
  const fault = { verdict: 'throttled' as const, status: 429, message: 'wait', retryAfterMs: 30 * MINUTE };
  w.faults.page = () => fault;
  expect(await w.tick()).toMatchObject({ outcome: 'throttled' });
  delete w.faults.page;
  const asked = w.calls.query;
  await ticks(w, 20 * MINUTE, 5 * MINUTE);
  expect(w.calls.query).toBe(asked);
  await ticks(w, 20 * MINUTE, 5 * MINUTE);
  expect(w.calls.query).toBeGreaterThan(asked);
});

test('a comparison that finds nothing missing does not use up the trial of the hour', async () => {
  // The world begins at a position without a time, so that ids of the first ten minutes are compared in any case.
  const w = scene(10);
  await w.tick();
  w.advance(HOUR + MINUTE);
  await w.tick();
  expect(w.calls.query).toBe(2);
  expect(w.unproven().trialAtMs).toBe(0);
});

describe('bounds', () => {
  test('what Auth0 has deleted is reported for a day, and then given up with an error', async () => {
    const w = scene(20, { drops: id => numberOf(id) < 20, options: { retentionMs: 24 * HOUR } });
    await w.tick();
    w.tenant.splice(0);
    const reports = await ticks(w, 20 * HOUR, HOUR);
    expect(reports.at(-1)!.rowsNotStored).toBe(20);
    const after = await ticks(w, 40 * HOUR, HOUR);
    expect(after.at(-1)!.rowsNotStored).toBe(0);
    expect(JSON.stringify(w.journalled)).toContain('not proven to be stored while Auth0 kept them');
  });
});
