/** Verification under pressure: what it takes from the shipping, from Auth0 and from Azure, and that it ends. */
import { describe, expect, test } from 'vitest';
import { logAt, START_MS, type World, type WorldOptions, world } from '../world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const numberOf = (id: string) => Number(id.slice(20));
const logsOf = (count: number, fromMs: number, everyMs: number, first = 0) =>
  Array.from({ length: count }, (_, i) => logAt(first + i, fromMs + i * everyMs));

let next = 1_000_000;
/** `logs` logs of the last `everyMs`. */
function bring(w: World, logs: number, everyMs: number): void {
  for (let i = 0; i < logs; i++)
    w.tenant.push(logAt(next++, w.clock.now() - MINUTE - everyMs + ((i + 1) * everyMs) / logs));
}

/** Runs every `everyMs`, whatever a run takes, each after `logs` new logs. */
async function ticks(w: World, forMs: number, everyMs = 15 * MINUTE, logs = 1) {
  const reports = [];
  const endMs = w.clock.now() + forMs;
  for (let dueMs = w.clock.now() + everyMs; dueMs <= endMs; dueMs += everyMs) {
    w.advance(Math.max(0, dueMs - w.clock.now()));
    bring(w, logs, everyMs);
    reports.push(await w.tick());
  }
  return reports;
}
const isIdsQuery = (kql: string) => !kql.includes('Bin = ');
const UNREAD = { kind: 'fault', fault: { verdict: 'unavailable', message: 'no answer' } } as const;

/** A world that is behind what it needs for a comparison of ids: each of `count` logs of the first hour. */
const scene = (count: number, setup: WorldOptions = {}) =>
  world({ logs: logsOf(count, START_MS - HOUR, HOUR / count), verify: 'repair', ...setup });

describe('shipping and comparing', () => {
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

  test('a comparison of ids that is never answered is overdue after three hours', async () => {
    const w = scene(50, { faults: { query: (_, kql) => (isIdsQuery(kql) ? UNREAD : undefined) } });
    await w.tick();
    const reports = await ticks(w, 6 * HOUR);
    expect(reports.at(-1)).toMatchObject({ outcome: 'caught-up', verifyOverdue: true });
    expect(reports.findIndex(report => report.verifyOverdue)).toBeLessThanOrEqual(4 * 4 + 1);
    // No more often than the workspace is asked for counts.
    expect(w.calls.query).toBeLessThanOrEqual(2 * 6 * 4);
    w.faults.query = () => undefined;
    expect((await ticks(w, HOUR)).at(-1)).toMatchObject({ verifyOverdue: false });
  });

  test('Auth0 does not serve a span: the report says so, and after three hours it is overdue', async () => {
    const w = scene(50);
    await w.tick();
    const newest = w.state().checkpoint!.logId;
    const fault = { verdict: 'throttled' as const, status: 429, message: 'too many requests' };
    w.faults.page = (_, after) => (after < newest ? fault : undefined);
    const reports = await ticks(w, 6 * HOUR);
    expect(reports.at(-1)).toMatchObject({ outcome: 'caught-up', verifyOverdue: true });
    expect(reports.at(-1)!.verifyFault).toMatch(/Auth0.*too many requests/);
  });
});

describe('a lasting loss', () => {
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
      faults: { drop: id => numberOf(id) % 20 === 0 && numberOf(id) >= 1000 },
      options: { retentionMs: 30 * DAY },
    });
    await w.tick();
    await ticks(w, 10 * DAY, 30 * MINUTE, 40);
    const lost = w.notStored();
    expect(lost.length).toBeGreaterThan(900);
    const most = Math.max(...lost.map(id => w.accepted.get(id)!));
    expect(most).toBeLessThanOrEqual(16);
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', verifyOverdue: false });
  }, 120_000);

  test('one log in seven at random: repairs keep pace', async () => {
    let post = 0;
    const w = scene(10, { maxBatchBytes: 200_000 });
    w.faults.drop = id => (numberOf(id) * 7919 + ++post * 104_729) % 7 === 0;
    await w.tick();
    const reports = await ticks(w, 10 * HOUR, 5 * MINUTE, 200);
    // Those of the last hour and a half, and a seventh of what was shipped again since.
    expect(w.notStored().length).toBeLessThan(900);
    expect(reports.at(-1)).toMatchObject({ verifyOverdue: false });
  }, 120_000);
});

describe('what cannot be repaired', () => {
  test('is reported for hours, however late it was found out', async () => {
    let isDown = true;
    const w = scene(50, {
      faults: { drop: id => numberOf(id) < 50, query: () => (isDown ? UNREAD : undefined) },
      options: { retentionMs: DAY },
    });
    await w.tick();
    for (let hour = 0; hour < 72; hour++) {
      await ticks(w, HOUR, 30 * MINUTE);
      const goneMs = w.clock.now() - DAY;
      w.tenant.splice(
        0,
        w.tenant.findIndex(one => Date.parse(String(one['date'])) > goneMs),
      );
    }
    isDown = false;
    const reports = await ticks(w, 12 * HOUR, 30 * MINUTE);
    expect(reports.filter(report => report.rowsNotStored >= 50).length).toBeGreaterThan(8);
    await ticks(w, 2 * DAY, 2 * HOUR);
    expect((await w.tick()).rowsNotStored).toBe(0);
    expect(JSON.stringify(w.journalled)).toContain('not proven to be stored while Auth0 kept them');
  });
});

describe('a configuration that changed in between', () => {
  test('logs that are excluded now are not missing', async () => {
    const logs = logsOf(3_000, START_MS - 9 * MINUTE, 170).map((one, i) =>
      i % 3 === 0 ? { ...one, type: 'seccft' } : one,
    );
    const w = world({ logs, verify: 'repair', maxBatchBytes: 1_000_000 });
    await w.tick();
    w.exclude('seccft');
    const reports = await ticks(w, 6 * HOUR);
    expect(Math.max(...reports.map(report => report.rowsNotStored))).toBe(0);
    expect(w.unproven().spans.every(span => span.tries === 0)).toBe(true);
  });
});

describe('a clock that was ahead for one run', () => {
  test('puts nothing off for ever', async () => {
    const w = scene(50, { faults: { drop: id => numberOf(id) === 7 } });
    await w.tick();
    w.advance(1_000 * DAY);
    await w.tick();
    w.advance(-1_000 * DAY);
    w.faults.drop = () => false;
    await ticks(w, 6 * HOUR);
    expect(w.notStored()).toEqual([]);
    expect(w.unproven().spans.every(span => span.dueAtMs <= w.clock.now() + HOUR)).toBe(true);
  });
});

test('days that cannot be counted in time do not keep newer ones from being proven', async () => {
  const w = world({
    logs: logsOf(480, START_MS - 20 * DAY, HOUR),
    verify: 'repair',
    options: { retentionMs: 30 * DAY },
  });
  // Of a large tenant: a query of more than three days is not answered in time.
  w.faults.query = (_, kql) => {
    const [from = '', to = ''] = [...kql.matchAll(/LogTime [>=<]+ (\d+)/g)].map(([, digits]) => digits);
    return msOf(to) - msOf(from) > 3 * DAY ? UNREAD : undefined;
  };
  await w.tick();
  const reports = await ticks(w, 4 * HOUR);
  expect(reports.at(-1)).toMatchObject({ verifyOverdue: false });
  expect(w.unproven().spans.every(span => w.clock.now() - span.acceptedAtMs < 2 * HOUR)).toBe(true);
});
const msOf = (digits: string) =>
  Date.parse(digits.replace(/(....)(..)(..)(..)(..)(..)(...)/, '$1-$2-$3T$4:$5:$6.$7Z'));

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

test('a retry queue that is never empty hides a loss for half a day, not for ever', async () => {
  let isDown = true;
  const w = scene(200, {
    faults: {
      post: () => (isDown ? { kind: 'answered', status: 503 } : undefined),
      drop: id => numberOf(id) === 150,
    },
    maxBatchBytes: 1_000_000,
  });
  await w.tick();
  isDown = false;
  await w.replayAll();
  // Another pipeline's: messages come and go all the time.
  w.queues.retry.push('another one’s');
  w.faults.drop = () => false;
  await ticks(w, 20 * HOUR);
  expect(w.notStored()).toEqual([]);
});
