/** Verification under pressure: each obstacle has a name, ends, and keeps nothing else from being proven. */
import { describe, expect, test } from 'vitest';
import { START_MS, world } from '../world.ts';
import { DAY, HOUR, logsOf, MINUTE, numberOf, scene, ticks } from './verify-world.ts';

const isIdsQuery = (kql: string) => !kql.includes('Bin = ');
const UNREAD = { kind: 'fault', fault: { verdict: 'unavailable', message: 'no answer' } } as const;

describe('shipping and comparing', () => {
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
