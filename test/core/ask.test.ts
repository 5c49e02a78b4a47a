import { describe, expect, test } from 'vitest';
import { type AskOptions, asker, waitForRateLimitMs } from '../../lambda/core/ask.ts';
import type { Fault, RateLimit } from '../../lambda/core/model.ts';

type Answer =
  | { kind: 'page'; rateLimit?: RateLimit }
  | { kind: 'fault'; fault: Fault; rateLimit?: RateLimit };
const down: Answer = { kind: 'fault', fault: { verdict: 'unavailable', message: 'down' } };
const page: Answer = { kind: 'page' };

/** Asks with scripted answers, each after `tookMs`, in virtual time. */
function asking(answers: readonly Answer[], options: Partial<AskOptions> = {}, tookMs = 0) {
  let nowMs = 0;
  const waits: number[] = [];
  const timeouts: number[] = [];
  const ask = asker(
    {
      random: () => 1,
      clock: {
        now: () => nowMs,
        sleep: async ms => {
          waits.push(ms);
          nowMs += ms;
        },
      },
    },
    { deadlineMs: 100_000, headroom: 0.1, ...options },
  );
  const once = async (timeoutMs: number): Promise<Answer> => {
    timeouts.push(timeoutMs);
    nowMs += tookMs;
    return answers[Math.min(timeouts.length, answers.length) - 1]!;
  };
  return { waits, timeouts, ask: () => ask(once), advance: (ms: number) => (nowMs += ms) };
}

describe('asking', () => {
  test('a fault that passes is asked about six times, with jitter between', async () => {
    const { ask, waits, timeouts } = asking([down]);
    expect(await ask()).toBe(down);
    expect(timeouts).toEqual(Array(6).fill(20_000));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  test('no wait is longer than ten seconds by itself, nor shorter than the vendor asks', async () => {
    const patient = asking([
      { kind: 'fault', fault: { verdict: 'throttled', message: '', retryAfterMs: 12_000 } },
    ]);
    await patient.ask();
    expect(patient.waits).toEqual([12_050, 12_100, 12_200, 12_400, 12_800]);
  });

  test('ends with the first answer', async () => {
    const { ask, timeouts } = asking([down, page]);
    expect([await ask(), timeouts.length]).toEqual([page, 2]);
  });

  test.each([
    { verdict: 'denied', message: 'no' },
    { verdict: 'unavailable', code: 'ANSWER_TOO_LARGE', message: 'too large' },
  ] as Fault[])('what no repetition mends is asked once: %o', async fault => {
    const { ask, timeouts } = asking([{ kind: 'fault', fault }]);
    expect(await ask()).toEqual({ kind: 'fault', fault });
    expect(timeouts).toHaveLength(1);
  });

  test.each([
    [2_000, 1],
    [1_999, 0],
  ])('with %i ms left it is asked %i times, for no longer', async (deadlineMs, times) => {
    const { ask, timeouts } = asking([page], { deadlineMs });
    expect((await ask()).kind).toBe(times === 1 ? 'page' : 'out-of-time');
    expect(timeouts).toEqual(Array(times).fill(deadlineMs));
  });

  test.each([
    [2_500, 2],
    [2_499, 1],
  ])('it is not waited past the deadline: within %i ms, %i attempts', async (deadlineMs, times) => {
    const { ask, timeouts } = asking([down], { deadlineMs });
    expect((await ask()).kind).toBe('fault');
    expect(timeouts).toHaveLength(times);
  });

  test('at the rate limit it waits for the reset, and remembers the limit from call to call', async () => {
    const rateLimit = { limit: 10, remaining: 1, resetAtMs: 5_000 };
    const { ask, waits } = asking([{ kind: 'page', rateLimit }, page, page]);
    await ask();
    await ask();
    await ask();
    expect(waits).toEqual([5_000]);
  });

  test('a reset that lies beyond the deadline is not waited for', async () => {
    const rateLimit = { limit: 10, remaining: 0, resetAtMs: 8_001 };
    const { ask, waits } = asking([{ kind: 'page', rateLimit }], { deadlineMs: 10_000 });
    await ask();
    expect([await ask(), waits]).toEqual([{ kind: 'out-of-time' }, []]);
  });

  test('after a fault its backoff counts, not the limit as well', async () => {
    const rateLimit = { limit: 10, remaining: 0, resetAtMs: 50_000 };
    const { ask, waits } = asking([{ ...down, rateLimit } as Answer, page]);
    await ask();
    expect(waits).toEqual([500]);
  });
});

describe('the wait at the rate limit', () => {
  const limit = (remaining: number, resetAtMs: number, of = 10) => ({ limit: of, remaining, resetAtMs });
  test.each([
    [limit(2, 5_000), 0.1, 0],
    [limit(1, 5_000), 0.1, 4_000],
    [limit(1, 500), 0.1, 0],
    [limit(0, 90_000), 0.1, 60_000],
    [limit(3, 5_000), 0.35, 4_000],
    [limit(4, 5_000), 0.35, 0],
    [limit(1, 5_000, 2), 0.1, 0],
    [limit(1, 5_000, 2), 1, 4_000],
    [limit(2, 5_000, 2), 1, 0],
    [limit(0, 5_000, 1), 1, 4_000],
    [limit(1, 5_000, 1), 1, 0],
  ])('%o with a headroom of %f: %i ms', (rateLimit, headroom, expected) => {
    expect(waitForRateLimitMs(rateLimit, headroom, 1_000)).toBe(expected);
  });
});
