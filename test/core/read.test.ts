import { describe, expect, test } from 'vitest';
import { waitForRateLimitMs } from '../../lambda/core/ask.ts';
import type { PageAnswer } from '../../lambda/core/model.ts';
import { logReader, type ReadStep } from '../../lambda/core/read.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const id = (n: number) => String(n).padStart(56, '0');
const log = (n: number, ageMs = 60_000) => ({ log_id: id(n), date: new Date(NOW - ageMs).toISOString() });
const page = (logs: unknown[], nextLogId?: string): PageAnswer => ({
  kind: 'page',
  logs,
  ...(nextLogId ? { nextLogId } : {}),
});

/** Reads to the end from scripted answers, in virtual time. */
async function read(
  answers: PageAnswer[],
  options: Partial<Parameters<typeof logReader>[2]> = {},
  after = id(0),
) {
  const asked: string[] = [];
  const waits: number[] = [];
  let nowMs = NOW;
  const reader = logReader(
    {
      random: () => 1,
      clock: {
        now: () => nowMs,
        sleep: async ms => {
          waits.push(ms);
          nowMs += ms;
        },
      },
      source: {
        page: async from => {
          asked.push(from);
          return answers[Math.min(asked.length, answers.length) - 1]!;
        },
      },
    },
    after,
    { deadlineMs: NOW + 100_000, ripeMs: 15_000, headroom: 0.1, ...options },
  );
  const steps: ReadStep[] = [];
  for (;;) {
    const step = await reader.next();
    steps.push(step);
    if (step.kind !== 'page' || steps.length > 50) break;
  }
  const logs = steps.flatMap(step => (step.kind === 'page' ? step.logs : []));
  return { steps, logs, asked, waits, end: steps.at(-1)! };
}

describe('reading', () => {
  test('follows the last id of each page until an empty page, a short page being no end', async () => {
    const { asked, logs, end } = await read([page([log(1), log(2)]), page([log(3)]), page([])]);
    expect(asked).toEqual([id(0), id(2), id(3)]);
    expect(logs.map(l => l.checkpoint?.logId)).toEqual([id(1), id(2), id(3)]);
    expect(end.kind).toBe('caught-up');
  });

  test('leaves young logs, and everything after the first of them, for the next run', async () => {
    const { logs, end } = await read([page([log(1), log(2, 5_000), log(3)])]);
    expect(logs).toHaveLength(1);
    expect(end.kind).toBe('caught-up');
  });

  test.each(['yesterday', '', null, {}, '2026-13-45T99:00:00Z', '9999-01-01T00:00:00Z'])(
    'ships a log whose date is %o: its age cannot be read',
    async date => {
      const { logs } = await read([page([{ ...log(1), date }, log(2)]), page([])]);
      expect(logs).toHaveLength(2);
    },
  );

  test.each([86_400_000, 290_000, 60_000])(
    'a date %i ms ahead does not stop the line, and is no date',
    async aheadMs => {
      const { logs } = await read([page([log(1, -aheadMs), log(2)]), page([])]);
      expect(logs.map(({ checkpoint, dateMs }) => [checkpoint?.logId, dateMs])).toEqual([
        [id(1), undefined],
        [id(2), NOW - 60_000],
      ]);
    },
  );

  test('dates that run backwards inside a page are no reason to stop', async () => {
    const { logs } = await read([page([log(1, 60_000), log(2, 66_000), log(3, 61_000)]), page([])]);
    expect(logs).toHaveLength(3);
  });

  test('logs at or before the checkpoint, or descending, are refused: going on could skip logs', async () => {
    for (const logs of [[log(4), log(3)], [log(1)]]) {
      const { end, logs: shipped } = await read([page(logs)], {}, id(2));
      expect(end).toMatchObject({ kind: 'fault', fault: { code: 'OUT_OF_ORDER' } });
      expect(shipped).toEqual([]);
    }
  });

  test('a page out of order that names its next id ships, and only its end may become the checkpoint', async () => {
    const { asked, logs } = await read([page([log(5), log(3), log(4)], id(5)), page([])]);
    expect(logs.map(l => l.checkpoint?.logId)).toEqual([undefined, undefined, id(5)]);
    expect(asked).toEqual([id(0), id(5)]);
  });

  test('logs without an id ship; the page goes on from the last id', async () => {
    const { asked, logs } = await read([
      page([log(1), { type: 's' }]),
      page(['nonsense', log(10)]),
      page([]),
    ]);
    expect(logs).toHaveLength(4);
    expect(asked).toEqual([id(0), id(1), id(10)]);
  });

  test('a page with no id at all ships and ends the run: it cannot be passed', async () => {
    const { logs, end } = await read([page([{ type: 's' }])]);
    expect(logs).toHaveLength(1);
    expect(end).toMatchObject({ kind: 'fault', fault: { code: 'NO_PROGRESS' } });
  });

  describe('an id that would lead astray', () => {
    const at = (seconds: number, digits: string) =>
      `900${new Date(NOW + seconds * 1000).toISOString().replaceAll(/\D/g, '')}${digits.padEnd(36, '0')}`;
    const place = (n: number) => ({ log_id: at(-100 + n, ''), date: new Date(NOW - 60_000).toISOString() });
    const astray = ['nobody', '99', '9'.repeat(56), '0'.repeat(56), at(86_400, '1'), '9'.repeat(300)];

    test.each(astray)('%s: its log ships, and reading goes on from the ids around it', async log_id => {
      const answers = [page([place(1), { ...place(2), log_id }, place(3), { log_id }]), page([place(4)])];
      const { asked, logs } = await read([...answers, page([])], {}, at(-100, ''));
      expect(logs.map(l => l.checkpoint?.logId)).toEqual([
        at(-99, ''),
        undefined,
        at(-97, ''),
        undefined,
        at(-96, ''),
      ]);
      expect(logs.map(l => l.logId)).toEqual(logs.map(l => l.checkpoint?.logId));
      expect(asked).toEqual([at(-100, ''), at(-97, ''), at(-96, '')]);
    });

    test.each(astray)('%s: at the end of a page, the link is the way on', async log_id => {
      const { asked } = await read([page([place(1), { log_id }], at(-98, '')), page([])], {}, at(-100, ''));
      expect(asked).toEqual([at(-100, ''), at(-98, '')]);
    });

    test.each(astray)('%s: a link to it is not believed', async log_id => {
      for (const logs of [[place(1), { log_id }], [{ log_id }]]) {
        const { asked } = await read([page(logs, log_id), page([])], {}, at(-100, ''));
        expect(asked).toEqual([at(-100, ''), at(-99, '')].slice(0, logs.length));
      }
    });

    test('the link of a page whose ids all have another form than ever is believed', async () => {
      const { asked } = await read(
        [page([{ log_id: 'b' }, { log_id: 'c' }], 'c'), page([])],
        {},
        at(-100, ''),
      );
      expect(asked).toEqual([at(-100, ''), 'c']);
    });

    test('where the link and the last id differ, the smaller one is the way on: a greater one would skip logs', async () => {
      for (const [last, link] of [
        [3, 5],
        [5, 3],
      ] as const) {
        const { asked } = await read(
          [page([place(1), place(last)], place(link).log_id), page([])],
          {},
          at(-100, ''),
        );
        expect(asked[1]).toBe(place(3).log_id);
      }
    });

    test('ids of a form that nobody knows yet are believed where the checkpoint has no known form either', async () => {
      const { asked } = await read([page([{ log_id: 'b' }, { log_id: 'c' }]), page([])], {}, 'a');
      expect(asked).toEqual(['a', 'c']);
    });
  });

  test('a passing fault is retried, a denial is not', async () => {
    const busy: PageAnswer = { kind: 'fault', fault: { verdict: 'unavailable', message: 'down' } };
    const denied: PageAnswer = { kind: 'fault', fault: { verdict: 'denied', message: 'no' } };
    const passing = await read([busy, busy, page([log(1)]), page([])]);
    expect(passing.logs).toHaveLength(1);
    expect(passing.waits).toEqual([500, 1000]);
    const refused = await read([denied]);
    expect(refused.end).toMatchObject({ kind: 'fault', fault: { verdict: 'denied' } });
    expect(refused.asked).toHaveLength(1);
  });

  test('a wait that Auth0 asks for is kept, and ends the run when it outlasts it', async () => {
    const throttled = (retryAfterMs: number): PageAnswer => ({
      kind: 'fault',
      fault: { verdict: 'throttled', message: 'slow down', retryAfterMs },
    });
    expect((await read([throttled(30_000), page([])])).waits[0]).toBeGreaterThanOrEqual(30_000);
    expect((await read([throttled(300_000)])).end).toMatchObject({ fault: { verdict: 'throttled' } });
  });

  test('the headroom of the rate limit is left to others', async () => {
    const rateLimit = { limit: 10, remaining: 1, resetAtMs: NOW + 4000 };
    const { waits } = await read([{ kind: 'page', logs: [log(1)], rateLimit }, page([])]);
    expect(waits).toEqual([4000]);
    expect(waitForRateLimitMs({ ...rateLimit, remaining: 2 }, 0.1, NOW)).toBe(0);
    // A tenth of two calls is less than one: to keep one back would give up half of the Free plan's limit.
    expect(waitForRateLimitMs({ limit: 2, remaining: 1, resetAtMs: NOW + 500 }, 0.1, NOW)).toBe(0);
    expect(waitForRateLimitMs({ limit: 2, remaining: 0, resetAtMs: NOW + 500 }, 0.1, NOW)).toBe(500);
    expect(waitForRateLimitMs({ limit: 2, remaining: 1, resetAtMs: NOW + 500 }, 0.5, NOW)).toBe(500);
    expect(waitForRateLimitMs({ limit: 1, remaining: 1, resetAtMs: NOW + 500 }, 0.9, NOW)).toBe(0);
  });

  test('ends in time', async () => {
    const { end, asked } = await read([page([log(1)])], { deadlineMs: NOW + 1000 });
    expect(end.kind).toBe('out-of-time');
    expect(asked).toEqual([]);
  });
});
