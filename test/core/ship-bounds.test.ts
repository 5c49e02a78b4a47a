/** What a run reports and leaves behind, at the limits. */
import { describe, expect, test } from 'vitest';
import { readLastRun } from '../../lambda/core/last-run.ts';
import { startLate, writeLate } from '../../lambda/core/late.ts';
import type { Fault, PostAnswer, StartFrom } from '../../lambda/core/model.ts';
import { ship } from '../../lambda/core/ship.ts';
import { type Log, log, logAt, logs, PIPELINE, START_MS, type WorldOptions, world } from '../world.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const down: Fault = { verdict: 'unavailable', message: 'down' };
const idOf = (one: Log | undefined) => String(one?.['log_id']);
const five = logs(5);
const still = (setup: WorldOptions = {}) => world({ logs: five, callMs: 0, ...setup });
const forbidden: PostAnswer = { kind: 'answered', status: 403 };

describe('the lag', () => {
  const stopped = { page: (): Fault => ({ ...down, verdict: 'denied' }) };
  test.each([
    ['of the checkpoint', { logId: 'a', logDateMs: START_MS - 5 * MINUTE }, undefined, 5 * MINUTE],
    ['since it was caught up', { logId: 'a' }, START_MS - 3 * MINUTE, 3 * MINUTE],
    [
      'since the later of both',
      { logId: 'a', logDateMs: START_MS - 5 * MINUTE },
      START_MS - 3 * MINUTE,
      3 * MINUTE,
    ],
    ['is not negative', { logId: 'a', logDateMs: START_MS + 5 * MINUTE }, undefined, 0],
    ['is not known', { logId: 'a' }, undefined, undefined],
  ])('%s', async (_, checkpoint, caughtUpAtMs, expected) => {
    const w = still({ faults: stopped });
    Object.assign(w.state(), { checkpoint, ...(caughtUpAtMs !== undefined && { caughtUpAtMs }) });
    const report = await w.tick();
    expect([report.outcome, report.lagMs]).toEqual(['denied', expected]);
    expect('lagMs' in report).toBe(expected !== undefined);
  });

  test.each([
    [DAY / 2, false],
    [DAY / 2 + 1, true],
  ])('of %i ms puts the retention at risk: %s', async (lagMs, expected) => {
    const w = still({ faults: { page: () => ({ ...down, verdict: 'denied', status: 403 }) } });
    w.state().checkpoint = { logId: 'a', logDateMs: START_MS - lagMs };
    expect(await w.tick()).toMatchObject({ lagMs, retentionAtRisk: expected });
  });
});

describe('a gap is suspected', () => {
  const at = (ms: number) => idOf(logAt(1, START_MS - ms));
  test.each([
    ['after the retention', { logId: at(DAY + 1), logDateMs: START_MS }, undefined, true],
    ['not before it is over', { logId: at(DAY), logDateMs: START_MS }, undefined, false],
    ['by the date of an id without a time', { logId: 'a', logDateMs: START_MS - DAY - 1 }, undefined, true],
    ['not when it was caught up since', { logId: at(2 * DAY), logDateMs: START_MS }, START_MS - DAY, false],
    [
      'when that is too long ago as well',
      { logId: at(2 * DAY), logDateMs: START_MS },
      START_MS - DAY - 1,
      true,
    ],
    ['not of a place from which nothing was shipped', { logId: at(9 * DAY) }, undefined, false],
    ['of such a place that was caught up too long ago', { logId: at(9 * DAY) }, START_MS - DAY - 1, true],
    ['never at the first run', undefined, undefined, false],
  ])('%s', async (_, checkpoint, caughtUpAtMs, expected) => {
    const w = still();
    Object.assign(w.state(), {
      ...(checkpoint && { checkpoint }),
      ...(caughtUpAtMs !== undefined && { caughtUpAtMs }),
    });
    expect((await w.tick()).gapSuspected).toBe(expected);
  });
});

describe('what a run leaves behind', () => {
  test('when it is caught up', async () => {
    const w = still();
    const report = await w.tick();
    expect(w.state()).toMatchObject({ caughtUpAtMs: START_MS - 15_000, witnessedAtMs: START_MS });
    expect(w.state().waits).toBeUndefined();
    const { pipeline, checkpoint, ...rest } = report;
    expect(readLastRun(w.state().lastRun)).toEqual({ endedAtMs: START_MS, ...rest });
    expect([pipeline, checkpoint?.logId]).toEqual([PIPELINE, idOf(five.at(-1))]);
  });

  test('when it is not', async () => {
    const w = still({ faults: { page: () => ({ ...down, verdict: 'denied', status: 403 }) } });
    await w.tick();
    expect(w.state().caughtUpAtMs).toBeUndefined();
    expect(w.state()).toMatchObject({
      checkpoint: { logId: '0' },
      waits: expect.stringContaining('"times":1'),
    });
    await w.tick();
    expect(w.state().waits).toContain('"times":2');
    w.advance(3 * MINUTE);
    w.faults.page = () => undefined;
    await w.tick();
    expect(w.state().waits).toBe('');
  });

  test('after its lease was lost is nothing', async () => {
    const w = still();
    w.freeze(() => {
      Object.assign(w.state(), { owner: 'another', version: 99 });
      return undefined;
    });
    expect(await w.tick()).toMatchObject({ outcome: 'lease-lost' });
    expect(w.state()).toMatchObject({ owner: 'another', version: 99 });
    expect(w.calls.state).toBe(1);
  });

  test('where it cannot be left is told', async () => {
    const w = still({ faults: { state: (_, operation) => (operation === 'release' ? 'fail' : undefined) } });
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up' });
    expect(w.journalled).toEqual([
      { message: 'the lease could not be released and expires automatically', error: 'Error' },
    ]);
  });

  test('by a bug is the lease, and nothing of a report', async () => {
    const w = still();
    const { d } = w.ports();
    const broken = {
      ...d,
      includes: () => {
        throw new TypeError('a bug');
      },
    };
    await expect(ship(broken, w.optionsOf())).rejects.toThrow('a bug');
    expect(w.state().owner).toBeUndefined();
    expect([w.state().lastRun, w.state().caughtUpAtMs]).toEqual([undefined, undefined]);
  });
});

describe('a run that does not begin', () => {
  test('since the table cannot be reached', async () => {
    const w = still({ faults: { state: () => 'fail' } });
    expect(await w.tick()).toMatchObject({
      outcome: 'failed',
      party: 'state',
      message: 'the lease could not be acquired: Error',
      durationMs: 0,
    });
  });

  test('since another one holds the lease', async () => {
    const w = still();
    Object.assign(w.state(), { owner: 'run-x', expiresAtMs: START_MS + MINUTE });
    expect(await w.tick()).toMatchObject({
      outcome: 'skipped',
      message: 'run-x holds the lease until 2026-03-01T12:01:00.000Z',
      durationMs: 0,
    });
  });

  test('since a vendor asked to be left alone prepares nothing', async () => {
    const w = still();
    const prepared: [string, number][] = [];
    const { d } = w.ports();
    const ports = {
      ...d,
      source: { ...d.source, prepare: (ms: number) => void prepared.push(['source', ms]) },
      destination: { ...d.destination, prepare: (ms: number) => void prepared.push(['destination', ms]) },
    };
    const wait = { untilMs: START_MS + 1, times: 1, verdict: 'throttled', message: 'quota' };
    w.state().waits = JSON.stringify({ azure: wait });
    expect(await ship(ports, w.optionsOf())).toMatchObject({
      outcome: 'throttled',
      party: 'azure',
      posts: 0,
    });
    expect(prepared).toEqual([]);
    w.advance(1);
    await ship(ports, w.optionsOf());
    expect(prepared).toEqual([
      ['source', 10_000],
      ['destination', 10_000],
    ]);
  });

  test('since Auth0 gives no place to begin', async () => {
    const w = still({ faults: { start: () => down } });
    expect(await w.tick()).toMatchObject({ outcome: 'unavailable', party: 'auth0', message: 'down' });
    expect(w.state().checkpoint).toBeUndefined();
  });
});

describe('the first run', () => {
  const began = async (startFrom: StartFrom, faults = {}) => {
    const w = still({ options: { startFrom }, faults });
    const report = await w.tick();
    return { w, report };
  };
  test('from now on remembers the place at once', async () => {
    const { w, report } = await began({ kind: 'now' }, { page: () => ({ ...down, verdict: 'denied' }) });
    expect(report.outcome).toBe('denied');
    expect([w.calls.save, w.state().checkpoint?.logId]).toEqual([1, idOf(five.at(-1))]);
  });

  test('that cannot remember it reads nothing', async () => {
    const { w, report } = await began(
      { kind: 'now' },
      { state: (_: number, o: string) => (o === 'save' ? 'fail' : undefined) },
    );
    expect([report.outcome, report.party, w.calls.page]).toEqual(['failed', 'state', 0]);
  });

  test('has the time that is left to find a place, a millisecond at least', async () => {
    for (const leftMs of [110_000, 0]) {
      const w = still();
      const { d } = w.ports();
      const times: number[] = [];
      const start: typeof d.source.start = async (from, nowMs, timeoutMs) => {
        times.push(timeoutMs);
        return d.source.start(from, nowMs, timeoutMs);
      };
      await ship({ ...d, source: { ...d.source, start } }, w.optionsOf({ deadlineMs: START_MS + leftMs }));
      expect(times).toEqual([Math.max(1, leftMs)]);
    }
  });
});

describe('the time of a run', () => {
  test.each([
    [110_000, 95_000],
    [37_500, 22_500],
    [10_000, 6_000],
  ])('of %i ms, reading has %i', async (leftMs, readMs) => {
    const w = still();
    const { d } = w.ports();
    const times: number[] = [];
    const page: typeof d.source.page = async (after, timeoutMs, take) => {
      times.push(timeoutMs);
      return d.source.page(after, timeoutMs, take);
    };
    await ship({ ...d, source: { ...d.source, page } }, w.optionsOf({ deadlineMs: START_MS + leftMs }));
    expect(times[0]).toBe(Math.min(20_000, readMs));
  });

  test('is told', async () => expect(await world({ logs: five }).tick()).toMatchObject({ durationMs: 70 }));
});

describe('reading goes on', () => {
  test('four times after logs that an empty page had hidden, and then the next run does', async () => {
    const w = still({ logs: [five[0]!] });
    let n = 0;
    w.faults.page = () => ({ kind: 'page', logs: [] });
    const { d } = w.ports();
    const newest: typeof d.source.newest = async (beforeMs, timeoutMs) => {
      n++;
      w.tenant.push(log(1000 + n, 50_000 - n * 1000));
      return d.source.newest(beforeMs, timeoutMs);
    };
    const report = await ship({ ...d, source: { ...d.source, newest } }, w.optionsOf());
    expect(report.outcome).toBe('astray');
    w.state().checkpoint = { logId: idOf(five[0]) };
    const next = await ship({ ...w.ports().d, source: { ...w.ports().d.source, newest } }, w.optionsOf());
    expect([next.outcome, n]).toEqual(['out-of-time', 6]);
  });
});

describe('a line that was held', () => {
  const held = (party: string, outcome: string) => JSON.stringify({ endedAtMs: 1, party, outcome });
  test.each([
    ['queue', 'failed', 1],
    ['azure', 'denied', 1],
    ['azure', 'intercepted', 1],
    ['azure', 'unavailable', 3],
    ['auth0', 'denied', 3],
    ['state', 'failed', 3],
  ])('by %s, %s: the first page is posted alone, so %i batches', async (party, outcome, most) => {
    let [open, mostOpen] = [0, 0];
    const w = still({ logs: logs(320), maxInFlight: 3, maxBatchBytes: 60_000 });
    Object.assign(w.state(), { checkpoint: { logId: '0' }, lastRun: held(party, outcome) });
    const { d } = w.ports();
    const firstPage = idOf(logs(320)[100]);
    const post: typeof d.destination.post = async (body, timeoutMs) => {
      const isFirst = (JSON.parse(body.toString())[0].LogId as string) < firstPage;
      open++;
      if (isFirst) mostOpen = Math.max(mostOpen, open);
      for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
      if (isFirst) mostOpen = Math.max(mostOpen, open);
      open--;
      return d.destination.post(body, timeoutMs);
    };
    const sizes: number[] = [];
    const counted: typeof post = async (body, timeoutMs) => {
      sizes.push(JSON.parse(body.toString()).length);
      return post(body, timeoutMs);
    };
    await ship({ ...d, destination: { ...d.destination, post: counted } }, w.optionsOf());
    expect([w.missing(), w.duplicates()]).toEqual([[], 0]);
    if (most === 1) expect([sizes[0], mostOpen]).toEqual([100, 1]);
    else expect(sizes[0]).toBeGreaterThan(100);
  });

  test('ends at the first page when that is refused again', async () => {
    const w = still({
      logs: logs(320),
      maxInFlight: 3,
      maxBatchBytes: 60_000,
      faults: { post: () => forbidden },
    });
    Object.assign(w.state(), { checkpoint: { logId: '0' }, lastRun: held('azure', 'denied') });
    const report = await w.tick();
    expect(report).toMatchObject({ outcome: 'denied', logsRead: 100 });
  });
});

test('the rules of redaction that matched nothing are told', async () => {
  const w = still();
  const redactionUnmatched = () => ({ redactionUnmatched: ['user_name'] });
  expect(await ship({ ...w.ports().d, redactionUnmatched }, w.optionsOf())).toMatchObject({
    redactionUnmatched: ['user_name'],
  });
});

test('without a look back nothing is remembered for it', async () => {
  const w = still({ options: { sweepMs: 0 } });
  await w.tick();
  expect(w.state().late).toBeUndefined();
  const other = still();
  await other.tick();
  expect(other.state().late).toContain(`"sweptAtMs":${START_MS}`);
});

test.each([
  [
    { kind: 'date', dateMs: START_MS + 1 },
    'auth0.startFrom: is 2026-03-01T12:00:00.001Z, which is in the future',
  ],
  [{ kind: 'log', logId: `900209901010000${'0'.repeat(41)}` }, 'auth0.startFrom: is 900209901010000'],
] as const)('a place to begin that is to come is told, and nothing is asked: %o', async (startFrom, said) => {
  const w = still({ options: { startFrom } });
  const report = await w.tick();
  expect(report).toMatchObject({ outcome: 'failed', message: expect.stringContaining(said) });
  expect([report.party, w.calls.start, w.calls.page]).toEqual([undefined, 0, 0]);
});

test('what is remembered for the look back is read where there is one', async () => {
  const overdue = async (sweepMs: number) => {
    const w = still({ options: { sweepMs }, faults: { page: () => ({ ...down, verdict: 'denied' }) } });
    Object.assign(w.state(), {
      checkpoint: { logId: idOf(five[0]) },
      late: writeLate(startLate('0', START_MS - 61 * MINUTE)),
    });
    return (await w.tick()).sweepOverdue;
  };
  expect([await overdue(15 * MINUTE), await overdue(0)]).toEqual([true, false]);
});

test('sockets get a turn three times before a page, and once for each ten logs', async () => {
  const w = still({ logs: logs(125) });
  let turns = 0;
  const ioFirst = async () => void turns++;
  await ship({ ...w.ports().d, ioFirst }, w.optionsOf());
  expect(turns).toBe(3 + 10 + 3 + 3);
});

test('a run whose time is up says so, and leaves the rest to the next one', async () => {
  const w = still();
  const report = await w.tick({ deadlineMs: START_MS + 3_000 });
  expect(report).toMatchObject({ outcome: 'out-of-time', logsRead: 0 });
  expect(report).not.toHaveProperty('party');
});

test('a lease that was lost is not given back', async () => {
  const w = still();
  const { d } = w.ports();
  let releases = 0;
  const state = {
    ...d.state,
    save: async () => ({ kind: 'lost' }) as const,
    release: async () => void releases++,
  };
  expect(await ship({ ...d, state }, w.optionsOf())).toMatchObject({ outcome: 'lease-lost' });
  expect(releases).toBe(0);
});
