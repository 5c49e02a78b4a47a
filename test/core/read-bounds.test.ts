/** The edges of reading: dates, links and ids at their very limits, and pages of every size. */
import { describe, expect, test } from 'vitest';
import type { PageAnswer } from '../../lambda/core/model.ts';
import { foundLogs, logReader, type ReadStep } from '../../lambda/core/read.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const HOUR = 3_600_000;
const at = (ms: number, digits = '') =>
  `900${new Date(NOW + ms).toISOString().replaceAll(/\D/g, '')}${digits.padEnd(36, '0')}`;
const iso = (ms: number) => new Date(NOW + ms).toISOString();
const log = (ms: number, dateMs: number | undefined = ms) => ({
  log_id: at(ms),
  ...(dateMs === undefined ? {} : { date: iso(dateMs) }),
});
const undated = (ms: number) => ({ log_id: at(ms), date: 'never' });
const PLACE = at(-10 * HOUR);
const tooLarge: PageAnswer = {
  kind: 'fault',
  fault: { verdict: 'unavailable', code: 'ANSWER_TOO_LARGE', message: 'too large' },
};

/** Reads to the end; `answer` is asked with the place, the number of logs and the call. */
async function read(
  answer: (after: string, take: number, call: number) => PageAnswer,
  { after = PLACE, ripeMs = 15_000 }: { after?: string; ripeMs?: number } = {},
) {
  const asked: [string, number][] = [];
  const steps: ReadStep[] = [];
  const reader = logReader(
    {
      random: () => 0,
      clock: { now: () => NOW, sleep: async () => undefined },
      source: {
        page: async (from, _, take = 100) => {
          asked.push([from, take]);
          return answer(from, take, asked.length - 1);
        },
      },
    },
    after,
    { deadlineMs: NOW + 100_000, ripeMs, headroom: 0.1 },
  );
  while (steps.length < 40) {
    const step = await reader.next();
    steps.push(step);
    if (step.kind !== 'page') break;
  }
  const logs = steps.flatMap(step => (step.kind === 'page' ? step.logs : []));
  return { asked, steps, logs, end: steps.at(-1)!, reader };
}
const once =
  (logs: readonly unknown[], nextLogId?: string) =>
  (_after: string, _take: number, call: number): PageAnswer =>
    call === 0
      ? { kind: 'page', logs, ...(nextLogId !== undefined && { nextLogId }) }
      : { kind: 'page', logs: [] };
const way = async (logs: readonly unknown[], link?: string, after?: string) =>
  (await read(once(logs, link), after === undefined ? {} : { after })).asked[1]?.[0];

describe('the date of a log', () => {
  test.each([
    ['fits its id', -2 * HOUR, -2 * HOUR - 1000, -2 * HOUR - 1000],
    ['an hour before its id', -2 * HOUR, -3 * HOUR, -3 * HOUR],
    ['more than an hour before its id', -2 * HOUR, -3 * HOUR - 1, -2 * HOUR],
    ['an hour after its id', -2 * HOUR, -HOUR, -HOUR],
    ['more than an hour after its id', -2 * HOUR, -HOUR + 1, -2 * HOUR],
    ['this very moment', -20_000, 0, 0],
    ['to come', -20_000, 1, -20_000],
  ])('%s', async (_, idMs, dateMs, expected) => {
    const { logs } = await read(once([log(idMs, dateMs)]));
    expect(logs.map(one => [one.dateMs, one.idTimeMs, one.checkpoint])).toEqual([
      [NOW + expected, NOW + idMs, { logId: at(idMs), logDateMs: NOW + expected }],
    ]);
  });

  test('that cannot be read is the id’s time', async () => {
    expect((await read(once([undated(-HOUR)]))).logs[0]).toEqual({
      log: undated(-HOUR),
      logId: at(-HOUR),
      dateMs: NOW - HOUR,
      idTimeMs: NOW - HOUR,
      checkpoint: { logId: at(-HOUR), logDateMs: NOW - HOUR },
    });
  });

  test.each([
    [0, NOW],
    [1, undefined],
    [undefined, undefined],
  ])('of a log without a known id, %s ms from now, is %s', async (ms, expected) => {
    const own = { type: 's', ...(ms === undefined ? {} : { date: iso(ms) }) };
    const { logs } = await read(once([log(-HOUR), own, log(-HOUR + 1)]), { ripeMs: 0 });
    expect(logs[1]?.dateMs).toBe(expected);
    expect(logs[1]).not.toHaveProperty('logId');
    expect(logs[1]).not.toHaveProperty('idTimeMs');
    expect(logs[1]).not.toHaveProperty('checkpoint');
    expect(Object.hasOwn(logs[1]!, 'dateMs')).toBe(expected !== undefined);
  });
});

describe('the age of a log', () => {
  test.each([
    [-15_000, 1],
    [-14_999, 0],
  ])('%i ms: %i are ripe', async (ms, ripe) => {
    const { logs, end, steps } = await read(once([log(ms)]));
    expect(logs).toHaveLength(ripe);
    expect(steps).toHaveLength(ripe + 1);
    expect(end).toEqual({ kind: 'caught-up', isEmpty: ripe === 1, atMs: NOW });
  });

  test('does not matter where nothing needs to settle', async () => {
    expect((await read(once([log(0), log(200_000)]), { ripeMs: 0 })).logs).toHaveLength(2);
  });

  test('of a page out of order holds all of it back', async () => {
    const page = [log(-HOUR), log(-2 * HOUR), log(-1000)];
    const { logs, end } = await read(once(page, at(-1000)));
    expect(logs).toEqual([]);
    expect(end).toEqual({ kind: 'caught-up', isEmpty: false, atMs: NOW });
  });
});

describe('the link', () => {
  const page = [log(-3 * HOUR), log(-2 * HOUR)];
  const noIds = (dateMs: number) => [{ type: 's', date: iso(dateMs) }];
  test.each([
    ['none: the last id', page, undefined, at(-2 * HOUR)],
    ['the last id', page, at(-2 * HOUR), at(-2 * HOUR)],
    ['the place it was asked from: the last id', page, PLACE, at(-2 * HOUR)],
    ['before that place: the last id', page, at(-11 * HOUR), at(-2 * HOUR)],
    ['another form than every log: the last id', page, 'zzz', at(-2 * HOUR)],
    ['empty: the last id', page, '', at(-2 * HOUR)],
    ['earlier than the last id: itself', page, at(-3 * HOUR), at(-3 * HOUR)],
    [
      'a minute later than the page: the last id, which is smaller',
      page,
      at(-2 * HOUR + 60_000),
      at(-2 * HOUR),
    ],
    ['the only one that is known', noIds(-HOUR), at(-HOUR), at(-HOUR)],
    ['a minute later than the dates', noIds(-HOUR), at(-HOUR + 60_000), at(-HOUR + 60_000)],
    ['more than a minute later than the dates', noIds(-HOUR), at(-HOUR + 60_001), undefined],
    ['with nothing to compare it to, and no other way on', [{ type: 's' }], at(-HOUR), at(-HOUR)],
    ['ahead of time', [{ type: 's' }, { type: 's' }], at(HOUR), undefined],
    ['where a single log has a new form', [{ log_id: 'b' }], 'b', undefined],
    ['where all logs have a new form', [{ log_id: 'b' }, { log_id: 'c' }], 'c', 'c'],
    ['where all but one have', [{ log_id: 'b' }, { type: 's' }], 'b', undefined],
    ['where one has the known form', [{ log_id: 'b' }, log(-HOUR)], 'zzz', at(-HOUR)],
    ['of a new form that no log has', [{ log_id: 'b' }, { log_id: 'c' }], 'd', undefined],
    [
      'of a new form, 256 long',
      [{ log_id: 'b' }, { log_id: 'd'.repeat(256) }],
      'd'.repeat(256),
      'd'.repeat(256),
    ],
    ['of a new form, 257 long', [{ log_id: 'b' }, { log_id: 'd'.repeat(257) }], 'd'.repeat(257), undefined],
  ] as [string, unknown[], string | undefined, string | undefined][])('%s', async (_, logs, link, expected) =>
    expect(await way(logs, link)).toBe(expected),
  );

  test('the latest log of a page decides how late its link may be', async () => {
    const logs = [
      { type: 's', date: iso(-5 * HOUR) },
      { type: 's', date: iso(-HOUR) },
    ];
    expect(await way(logs, at(-HOUR))).toBe(at(-HOUR));
  });

  test('of a page out of order is the only way on; back, there is none', async () => {
    const logs = [log(-HOUR), log(-3 * HOUR)];
    expect(await way(logs, at(-HOUR))).toBe(at(-HOUR));
    for (const link of [undefined, PLACE, at(-11 * HOUR)]) expect(await way(logs, link)).toBeUndefined();
  });
});

describe('ids of a form that nobody knows', () => {
  test.each([
    [256, 'x'.repeat(256)],
    [257, undefined],
  ])('%i characters long, after a place of such a form', async (length, expected) => {
    expect(await way([{ log_id: 'x'.repeat(length) }], undefined, 'a')).toBe(expected);
  });

  test('are no place after one of the known form', async () => {
    const { logs, end } = await read(once([{ log_id: 'b' }]));
    expect(logs[0]).not.toHaveProperty('checkpoint');
    expect(end).toMatchObject({
      kind: 'fault',
      fault: {
        verdict: 'unavailable',
        code: 'NO_PROGRESS',
        message: expect.stringContaining('without a log id after'),
      },
    });
  });

  test('that stay where they are bring no progress', async () => {
    const { end, asked } = await read(once([{ log_id: 'a' }]), { after: 'a' });
    expect(end).toMatchObject({ fault: { code: 'NO_PROGRESS' } });
    expect(asked).toHaveLength(1);
  });
});

test('logs out of order are told as such', async () => {
  expect((await read(once([log(-2 * HOUR), log(-3 * HOUR)]))).end).toEqual({
    kind: 'fault',
    fault: {
      verdict: 'unavailable',
      code: 'OUT_OF_ORDER',
      message: expect.stringContaining('not after the checkpoint or not in ascending order'),
    },
  });
});

test('the end stays the end, and nothing is asked any more', async () => {
  const { reader, asked, end } = await read(once([]));
  expect(await reader.next()).toBe(end);
  expect(asked).toHaveLength(1);
});

test('a page of logs that are all young is the end', async () => {
  const { steps, asked } = await read(once([log(-1000)]));
  expect([steps.length, asked.length]).toEqual([1, 1]);
});

test('the rate limit is told with its page, and only where there is one', async () => {
  const rateLimit = { limit: 10, remaining: 9, resetAtMs: NOW };
  const { steps } = await read((_, __, call) => ({
    kind: 'page',
    logs: call < 2 ? [log(-HOUR + call)] : [],
    ...(call === 0 && { rateLimit }),
  }));
  expect(steps.map(step => (step.kind === 'page' ? step.rateLimit : 'end'))).toEqual([
    rateLimit,
    undefined,
    'end',
  ]);
  expect(steps[1]).not.toHaveProperty('rateLimit');
});

describe('a page that is too large for the memory', () => {
  const many = Array.from({ length: 400 }, (_, n) => log(-2 * HOUR + n));
  const upTo =
    (most: number) =>
    (after: string, take: number): PageAnswer => {
      const logs = many.filter(one => one.log_id > after).slice(0, take);
      return logs.length > most ? tooLarge : { kind: 'page', logs };
    };

  test.each([
    [100, [100, 100, 100, 100, 100]],
    [30, [100, 20, 40, 8, 16, 32, 7, 14, 28, 56, 12]],
    [1, [100, 20, 4, 1, 2, 1, 2, 1]],
  ])('of %i logs at most', async (most, takes) => {
    const { asked, logs } = await read(upTo(most));
    expect(asked.map(([, take]) => take).slice(0, takes.length)).toEqual(takes);
    expect(logs.length).toBe(most === 1 ? 40 : 400);
  });

  test('even for one log ends the run', async () => {
    const { end, asked } = await read(() => tooLarge);
    expect(end).toEqual(tooLarge);
    expect(asked.map(([, take]) => take)).toEqual([100, 20, 4, 1]);
  });

  test('is no reason to ask for fewer after another fault', async () => {
    const denied: PageAnswer = { kind: 'fault', fault: { verdict: 'denied', message: 'no' } };
    const { asked, end } = await read(() => denied);
    expect([asked.length, end]).toEqual([1, denied]);
  });
});

describe('what was found by search', () => {
  test('is in the order of ids, after the place, and without what is no place', () => {
    const found = foundLogs(
      [
        log(-HOUR),
        { type: 's' },
        log(-3 * HOUR),
        log(HOUR),
        log(-2 * HOUR, -5 * HOUR),
        log(-10 * HOUR),
        log(-11 * HOUR),
      ],
      PLACE,
      NOW,
    );
    expect(found.map(one => [one.logId, one.checkpoint?.logId, one.dateMs])).toEqual([
      [at(-3 * HOUR), at(-3 * HOUR), NOW - 3 * HOUR],
      [at(-2 * HOUR), at(-2 * HOUR), NOW - 2 * HOUR],
      [at(-HOUR), at(-HOUR), NOW - HOUR],
    ]);
  });
});
