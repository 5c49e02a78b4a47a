/** A run that makes no progress never looks healthy, and what is larger than a run goes on in the next one. */
import { describe, expect, test } from 'vitest';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import type { PostAnswer } from '../../lambda/core/model.ts';
import { logIdOf } from '../../lambda/core/record/log.ts';
import { syntheticLogId } from '../../lambda/core/record/log-id.ts';
import { log, logs, START_MS, type World, world } from '../world.ts';

const MINUTE = 60_000;
const bad: PostAnswer = { kind: 'answered', status: 400, code: 'InvalidDataFormat', message: 'no' };
const forbidden: PostAnswer = { kind: 'answered', status: 403, message: 'no' };

async function ticks(w: World, count: number, everyMs = MINUTE) {
  const reports = [];
  for (let n = 0; n < count; n++) {
    reports.push(await w.tick());
    w.advance(everyMs);
  }
  return reports;
}
const ids = (all: readonly unknown[]) => all.map(one => logIdOf(one)!);

describe('caught up is earned', () => {
  test('Auth0 answers an empty page although it has newer logs: they are found by search, and it is told', async () => {
    const w = world({ logs: logs(40, 2 * MINUTE) });
    await w.tick();
    const place = w.state().checkpoint?.logId;
    w.faults.page = (_, after) => (after === place ? { kind: 'page', logs: [] } : undefined);
    for (let n = 0; n < 20; n++) w.tenant.push(log(100 + n, 60_000 - n * 1000));
    w.advance(11 * MINUTE);
    // Only the next one is found by search: from there, Auth0's pages go on.
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', checkpointAstray: true, logsBridged: 1 });
    expect([w.missing(), w.duplicates(), w.violations]).toEqual([[], 0, []]);
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', checkpointAstray: false });
  });

  test('it is found out within ten minutes, and at once after the checkpoint was configured', async () => {
    const w = world({ logs: logs(20), faults: { page: () => ({ kind: 'page', logs: [] }) } });
    w.faults.search = () => ({ verdict: 'denied', message: 'no' });
    expect(await w.tick()).toMatchObject({ outcome: 'astray', party: 'auth0', checkpointAstray: true });
    expect(w.state().checkpoint).toBeUndefined();
    w.faults.page = () => undefined;
    await w.tick();
    w.faults.page = () => ({ kind: 'page', logs: [] });
    w.tenant.push(log(500, -1000));
    const outcomes = (await ticks(w, 12)).map(report => report.outcome);
    expect(outcomes.slice(0, 9)).toEqual(Array(9).fill('caught-up'));
    expect(outcomes.slice(-1)).toEqual(['astray']);
  });

  test('more logs than a search shows are bridged, search by search', async () => {
    const many = Array.from({ length: 2500 }, (_, n) => log(n, 40 * MINUTE - n * 700));
    const w = world({ logs: [log(0, 60 * MINUTE)], maxBatchBytes: 400_000 });
    await w.tick();
    w.tenant.push(...many);
    w.faults.page = () => ({ kind: 'page', logs: [] });
    w.advance(11 * MINUTE);
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', checkpointAstray: true, logsBridged: 2500 });
    expect([w.missing(), w.duplicates(), w.violations]).toEqual([[], 0, []]);
  });

  test.each([
    ['a date', { kind: 'date', dateMs: Date.parse('2062-07-01') }],
    ['a log id', { kind: 'log', logId: `900209901010000${'0'.repeat(41)}` }],
  ] as const)(
    '%s in the future to start from is a configuration error, and nothing is stored',
    async (_, startFrom) => {
      const w = world({ logs: logs(200), options: { startFrom } });
      expect(await w.tick()).toMatchObject({
        outcome: 'failed',
        message: expect.stringContaining('startFrom'),
      });
      expect(w.state().checkpoint).toBeUndefined();
      expect(await w.tick({ startFrom: { kind: 'oldest' } })).toMatchObject({ logsAccepted: 200 });
    },
  );

  test.each([
    `900209901010000${'0'.repeat(41)}`,
    '9'.repeat(56),
    `999${syntheticLogId('900', START_MS - MINUTE).slice(3)}`,
  ])('a stored place that lies beyond the newest log is found out: %s', async logId => {
    const w = world({ logs: logs(200) });
    w.state().checkpoint = { logId };
    for (const { outcome, lagMs } of await ticks(w, 3))
      expect([outcome, lagMs]).toEqual(['astray', undefined]);
    expect(w.state().checkpoint).toEqual({ logId });
  });

  test('a quiet tenant is caught up, and the witness is asked every ten minutes at most', async () => {
    const w = world({ logs: logs(3) });
    const reports = await ticks(w, 61);
    expect(reports.every(report => report.outcome === 'caught-up')).toBe(true);
    expect(w.calls.newest).toBeLessThanOrEqual(7);
  });

  test('a witness that cannot be had is told as such, and not as caught up', async () => {
    const w = world({
      logs: logs(3),
      faults: { newest: () => ({ verdict: 'unavailable', message: 'down' }) },
    });
    expect(await w.tick()).toMatchObject({ outcome: 'unavailable', party: 'auth0', logsAccepted: 3 });
  });

  test('a log that is dated ahead holds nothing behind it', async () => {
    const w = world({ logs: logs(10) });
    const ahead = new Date(START_MS + 290_000).toISOString();
    w.faults.page = call =>
      call === 0
        ? { kind: 'page', logs: [{ ...w.tenant[0], date: ahead }, ...w.tenant.slice(1)] }
        : undefined;
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', logsAccepted: 10 });
  });
});

describe('the look back', () => {
  const sweepRuns = async (w: World, most: number) => {
    const reports = [];
    for (let n = 0; n < most && w.missing().length > 0; n++) {
      reports.push(await w.tick({ deadlineMs: w.clock.now() + 12_000 }));
      w.advance(MINUTE);
    }
    return reports;
  };

  test.each([
    [10_600, 10],
    [7_000, 250],
  ])(
    'of %i logs, %i ms a call and 12 s a run, ends, and costs a bounded number of pages each run',
    async (count, callMs) => {
      const w = world({ logs: logs(count), maxBatchBytes: 4_000_000, callMs });
      while ((await w.tick()).outcome !== 'caught-up') w.advance(1000);
      w.insertLate(log(900_000, 70_500));
      w.advance(16 * MINUTE);
      const reports = await sweepRuns(w, 40);
      expect(w.missing()).toEqual([]);
      expect(reports.reduce((sum, report) => sum + report.logsLate, 0)).toBe(1);
      expect(Math.max(...reports.map(report => report.sweptPages))).toBeLessThanOrEqual(25);
      expect([w.duplicates(), w.violations]).toEqual([0, []]);
    },
  );

  test('counts late logs, and not those that are shipped again with them', async () => {
    const w = world({ logs: logs(1000), maxBatchBytes: 400_000 });
    await w.tick();
    for (let n = 0; n < 60; n++) w.insertLate(log(900_000 + n, 70_000 + n * 1000));
    w.advance(16 * MINUTE);
    expect(await w.tick()).toMatchObject({ logsLate: 60, isLateEstimate: true, logsReshipped: 1060 });
  });

  test('an empty page in the middle of it is no end: what was passed is not called gone', async () => {
    const w = world({ logs: logs(500), maxBatchBytes: 400_000 });
    await w.tick();
    w.insertLate(log(900_000, 70_500));
    w.advance(16 * MINUTE);
    const first = w.calls.page;
    w.faults.page = call => (call === first + 3 ? { kind: 'page', logs: [] } : undefined);
    await ticks(w, 2);
    expect([w.missing(), w.duplicates()]).toEqual([[], 0]);
  });

  test('nor is it in the second pass: a late log that was found is not forgotten', async () => {
    const w = world({ logs: logs(500), maxBatchBytes: 400_000 });
    await w.tick();
    w.insertLate(log(900_000, 70_500));
    w.advance(16 * MINUTE);
    let begun = 0;
    w.faults.page = (_, after) => (after === '0' && ++begun === 2 ? { kind: 'page', logs: [] } : undefined);
    expect(await w.tick()).toMatchObject({ logsLate: 0 });
    w.advance(MINUTE);
    expect(await w.tick()).toMatchObject({ logsLate: 1 });
    expect([w.missing(), w.duplicates()]).toEqual([[], 0]);
  });

  test('one that does not come round says so', async () => {
    const w = world({ logs: logs(1000), maxBatchBytes: 400_000 });
    await w.tick();
    const after = w.state().checkpoint?.logId;
    w.faults.page = (_, from) => (from === after ? undefined : { verdict: 'unavailable', message: 'down' });
    w.advance(16 * MINUTE);
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', sweepOverdue: false });
    w.advance(60 * MINUTE);
    expect(await w.tick()).toMatchObject({ sweepOverdue: true });
    w.faults.page = () => undefined;
    expect(await w.tick()).toMatchObject({ sweepOverdue: false });
  });
});

describe('a held line costs nothing, and poison is told from configuration', () => {
  const lineOf = (poison: (n: number) => boolean, count = 3000) => {
    const all = logs(count);
    const bads = new Set(ids(all.filter((_, n) => poison(n))));
    const w = world({ logs: all, poison: id => bads.has(id), maxBatchBytes: 500_000, maxInFlight: 3 });
    return { w, bads };
  };
  /** The first eight or more of a batch, and one in each part that is left by halving it down to those. */
  const spreadPoison = (size: number) => {
    const positions = new Set<number>();
    let half = size;
    while (half >= 16) {
      half >>= 1;
      positions.add(half + 1);
    }
    for (let n = 0; n < half; n++) positions.add(n);
    return positions;
  };
  /** How many logs the first batch holds. */
  const firstBatch = async () => {
    const { w } = lineOf(() => false);
    const sizes: number[] = [];
    w.faults.post = (_, posted) => void sizes.push(posted.length);
    await w.tick();
    return sizes[0]!;
  };

  test('some fifteen poison logs in the first batch, eight of them first: they are dead-lettered, the line goes on', async () => {
    const poison = spreadPoison(await firstBatch());
    const { w } = lineOf(n => poison.has(n));
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', logsDeadLettered: poison.size });
    expect(poison.size).toBeLessThan(25);
    expect([w.missing(), w.violations]).toEqual([[], []]);
    expect(w.duplicates()).toBeLessThanOrEqual(2);
  });

  test('a whole first page of poison does not hold what comes after it', async () => {
    const { w } = lineOf(n => n < 400);
    await ticks(w, 3);
    expect([w.missing(), w.violations, w.queues['dead-letter'].length]).toEqual([[], [], 400]);
  });

  test('the same with unreachable queues: the line is held, and nearly nothing is posted twice', async () => {
    const poison = spreadPoison(await firstBatch());
    const { w } = lineOf(n => poison.has(n));
    w.faults.put = () => 'fail';
    const reports = await ticks(w, 8);
    expect(reports.map(report => report.outcome)).toEqual(Array(8).fill('failed'));
    // The batches that were in flight once, and a record or two a tick as evidence.
    expect(w.duplicates()).toBeLessThanOrEqual(2 * w.largestPost() + 8 * 3);
    expect(Math.max(...reports.slice(1).map(report => report.logsAccepted))).toBeLessThanOrEqual(3);
    w.faults.put = () => undefined;
    await ticks(w, 2);
    expect([w.missing(), w.violations]).toEqual([[], []]);
    expect(w.duplicates()).toBeLessThanOrEqual(2 * w.largestPost() + 8 * 3);
  });

  test('everything refused: nothing is dead-lettered, and a tick posts one page and a sample', async () => {
    const { w } = lineOf(() => true);
    const reports = await ticks(w, 8);
    expect(reports.map(report => report.outcome)).toEqual(Array(8).fill('denied'));
    expect(w.queues).toEqual({ retry: [], 'dead-letter': [] });
    expect(Math.max(...reports.slice(1).map(report => report.posts))).toBeLessThanOrEqual(11);
  });

  test('a configuration that goes wrong in the middle of a run dead-letters nothing', async () => {
    const w = world({ logs: logs(3000), maxBatchBytes: 100_000, maxInFlight: 1 });
    w.faults.post = call => (call < 3 ? undefined : bad);
    expect(await w.tick()).toMatchObject({ outcome: 'denied' });
    expect(w.queues).toEqual({ retry: [], 'dead-letter': [] });
  });

  test('one log that a gateway forbids waits on the retry queue, and the 4,999 others arrive', async () => {
    const { w, bads } = lineOf(n => n === 700, 5000);
    w.faults.post = (_, posted) => (posted.some(id => bads.has(id)) ? forbidden : undefined);
    expect(await w.tick()).toMatchObject({ outcome: 'caught-up', logsAccepted: 4999, logsRetried: 1 });
    expect(w.queues['dead-letter']).toEqual([]);
    expect(w.queues.retry).toHaveLength(1);
    expect([w.missing(), w.duplicates(), w.violations]).toEqual([[], 0, []]);
  });

  test('every post forbidden: nothing is put aside', async () => {
    const w = world({ logs: logs(3000), maxInFlight: 3, faults: { post: () => forbidden } });
    const reports = await ticks(w, 4);
    expect(reports.map(report => report.outcome)).toEqual(Array(4).fill('denied'));
    expect(w.queues).toEqual({ retry: [], 'dead-letter': [] });
  });
});

describe('something between us and Azure', () => {
  test.each([
    { kind: 'answered', status: 200, code: 'NOT_AZURE', message: '200 with a body that is not JSON' },
    { kind: 'answered', status: 203 },
    { kind: 'answered', status: 206 },
    { kind: 'answered', status: 207 },
    { kind: 'answered', status: 201 },
  ] as const)(
    '%o holds the line, one batch and two logs as evidence a tick, under a name of its own',
    async answer => {
      const w = world({
        logs: logs(3000),
        maxInFlight: 3,
        maxBatchBytes: 100_000,
        faults: { post: () => answer },
      });
      const reports = await ticks(w, 4);
      expect(reports.map(report => [report.outcome, report.party])).toEqual(
        Array(4).fill(['intercepted', 'azure']),
      );
      expect(reports.slice(1).map(report => report.posts)).toEqual([3, 3, 3]);
      expect([w.queues.retry, w.state().checkpoint]).toEqual([[], { logId: '0' }]);
      w.faults.post = () => undefined;
      await w.tick();
      expect([w.missing(), w.violations]).toEqual([[], []]);
    },
  );

  test('an answer that is not Azure’s for one log only does not hold the line, though nothing was accepted before', async () => {
    const all = logs(300);
    const w = world({ logs: all, poison: id => id === ids(all)[3] && { kind: 'answered', status: 203 } });
    await ticks(w, 6);
    for (let receive = 0; receive < 22; receive++) await w.replayAll();
    expect([w.missing(), w.violations, w.accepted.size]).toEqual([[], [], 299]);
    expect(w.queues['dead-letter'].map(one => JSON.parse(one).reason.status)).toEqual([203]);
  });

  test('nor when the newest log is excluded, so that it is no evidence', async () => {
    const all = [...logs(300), log(900, 50_000, { type: 'x' })];
    const poison = (id: string) => id === ids(all)[3] && ({ kind: 'answered', status: 203 } as const);
    const w = world({ logs: all, poison, exclude: ['x'], maxBatchBytes: 400_000 });
    await ticks(w, 3);
    for (let receive = 0; receive < 22; receive++) await w.replayAll();
    expect([w.missing(), w.violations, w.accepted.size]).toEqual([[], [], 299]);
  });

  test('an answer that is not Azure’s for one batch only puts that on the retry queue, and the line goes on', async () => {
    const w = world({ logs: logs(3000), maxInFlight: 3, maxBatchBytes: 100_000 });
    w.faults.post = call => (call === 1 ? { kind: 'answered', status: 203 } : undefined);
    await ticks(w, 2);
    expect(w.queues.retry.length).toBeGreaterThan(0);
    await w.replayAll();
    expect([w.missing(), w.violations]).toEqual([[], []]);
  });
});

describe('what a vendor says decides nothing alone', () => {
  test('a link to an older id does not move the checkpoint back', async () => {
    const w = world({ logs: logs(5000), maxBatchBytes: 400_000 });
    w.faults.page = (call, after) =>
      call === 25
        ? {
            kind: 'page',
            logs: w.tenant.filter(one => logIdOf(one)! > after).slice(0, 100),
            nextLogId: ids(w.tenant)[0]!,
          }
        : undefined;
    await w.tick();
    await w.tick();
    expect([w.missing(), w.violations, w.state().checkpoint?.logId]).toEqual([[], [], ids(w.tenant).at(-1)]);
  });

  test('a link that leads beyond the page skips nothing', async () => {
    const w = world({ logs: logs(500), maxBatchBytes: 400_000 });
    w.faults.page = call => {
      if (call !== 1) return undefined;
      const page = w.tenant.slice(100, 200).toReversed();
      return { kind: 'page', logs: page, nextLogId: ids(w.tenant)[400]! };
    };
    await ticks(w, 3);
    expect([w.missing(), w.violations]).toEqual([[], []]);
  });

  test('a wrong key, and one log in each batch dated years ago: nothing is put aside', async () => {
    const w = world({ logs: [], maxInFlight: 3, maxBatchBytes: 100_000, faults: { post: () => forbidden } });
    for (const [n, one] of logs(2000).entries())
      w.tenant.push(n % 50 === 7 ? { ...one, date: '2019-01-01T00:00:00.000Z' } : one);
    expect(await w.tick()).toMatchObject({ outcome: 'denied', logsRetried: 0, retentionAtRisk: false });
    expect(w.queues.retry).toEqual([]);
  });

  test('a last log dated years ago neither suspects a gap nor sets the lag', async () => {
    const all = logs(20);
    const w = world({ logs: [...all.slice(0, -1), { ...all.at(-1), date: '2019-01-01T00:00:00.000Z' }] });
    await w.tick({ deadlineMs: w.clock.now() + 110_000 });
    expect(w.state().checkpoint?.logDateMs).toBe(START_MS - 61_000);
    w.faults.page = () => ({ verdict: 'unavailable', message: 'down' });
    expect(await w.tick()).toMatchObject({ gapSuspected: false, retentionAtRisk: false });
  });
});

describe('what a vendor asked for outlives the run', () => {
  test('Retry-After of an hour is kept: nothing is asked again before', async () => {
    const fault = {
      verdict: 'throttled',
      message: 'quota',
      retryAfterMs: 3_600_000,
      isTokenRefused: true,
    } as const;
    const w = world({ logs: logs(10), faults: { start: () => fault, page: () => fault } });
    const reports = await ticks(w, 59);
    expect(reports.every(report => report.outcome === 'throttled' && report.party === 'auth0')).toBe(true);
    expect(w.calls.start + w.calls.page).toBe(1);
    w.faults.start = () => undefined;
    w.faults.page = () => undefined;
    await ticks(w, 2);
    expect([w.missing(), w.state().waits]).toEqual([[], '']);
  });

  test('a lasting refusal is asked about less and less, and once more at least every ten minutes', async () => {
    const w = world({
      logs: logs(10),
      faults: { page: () => ({ verdict: 'denied', status: 403, message: 'no' }) },
    });
    const reports = await ticks(w, 60);
    expect(reports.every(report => report.outcome === 'denied')).toBe(true);
    expect(w.calls.page).toBeLessThanOrEqual(10);
    expect(w.calls.page).toBeGreaterThanOrEqual(6);
    w.faults.page = () => undefined;
    await ticks(w, 11);
    expect(w.missing()).toEqual([]);
  });

  test('a token that Entra refuses is asked for likewise; Azure’s own refusal is tried at every tick', async () => {
    const fault = { verdict: 'denied', status: 401, message: 'AADSTS7000222', isTokenRefused: true } as const;
    const w = world({ logs: logs(10), faults: { post: () => ({ kind: 'unauthorised', fault }) } });
    await ticks(w, 30);
    expect(w.calls.post).toBeLessThanOrEqual(14);
    const plain = world({ logs: logs(10), faults: { post: () => forbidden } });
    const reports = await ticks(plain, 5);
    expect(reports.every(report => report.posts > 0)).toBe(true);
  });
});

describe('progress of a replay is kept', () => {
  /** One message of the retry queue, put there by an outage. */
  async function queued(count: number, callMs = 10): Promise<World> {
    const w = world({ logs: logs(count), maxBatchBytes: 900_000, callMs });
    w.faults.post = () => ({ kind: 'answered', status: 503 });
    await w.tick();
    w.faults.post = () => undefined;
    return w;
  }
  const inQueue = (messages: readonly string[]) =>
    messages.flatMap(one => {
      const decoded = decodeFailedBatch(one);
      return decoded.kind === 'failed-batch' ? decoded.records.map(({ logId }) => logId) : [];
    });

  test('900 logs, a tenth of them poison, 200 ms a post: three receives settle all of it', async () => {
    const w = await queued(900, 200);
    const poison = new Set(ids(w.tenant).filter((_, n) => n % 10 === 3));
    w.faults.post = (_, posted) => (posted.some(id => poison.has(id)) ? bad : undefined);
    let last = inQueue(w.queues.retry).length;
    for (let receive = 0; receive < 8 && w.queues.retry.length > 0; receive++) {
      await w.replayAll();
      expect(inQueue(w.queues.retry).length).toBeLessThan(last);
      last = inQueue(w.queues.retry).length;
    }
    expect(new Set(inQueue(w.queues['dead-letter']))).toEqual(poison);
    expect([w.missing(), w.duplicates(), w.accepted.size]).toEqual([[], 0, 810]);
  });

  test('one log for which Azure answers 500 keeps no other back, and becomes a dead letter after twenty receives', async () => {
    const w = await queued(1141);
    const one = ids(w.tenant)[700]!;
    w.faults.post = (_, posted) => (posted.includes(one) ? { kind: 'answered', status: 500 } : undefined);
    for (let receive = 0; receive < 3; receive++) await w.replayAll();
    expect([w.accepted.size, inQueue(w.queues.retry)]).toEqual([1140, [one]]);
    for (let receive = 3; receive < 20; receive++) await w.replayAll();
    expect([inQueue(w.queues.retry), inQueue(w.queues['dead-letter'])]).toEqual([[], [one]]);
    expect(w.duplicates()).toBe(0);
  });

  test('an outage takes nothing apart', async () => {
    const w = await queued(900);
    const before = w.queues.retry.length;
    w.faults.post = () => ({ kind: 'answered', status: 503 });
    for (let receive = 0; receive < 6; receive++) await w.replayAll();
    expect(w.queues.retry).toHaveLength(before);
    expect(w.accepted.size).toBe(0);
  });
});
