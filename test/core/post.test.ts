import { describe, expect, test } from 'vitest';
import type { PostAnswer, SerializedRecord } from '../../lambda/core/model.ts';
import { poster } from '../../lambda/core/post.ts';
import { PLAIN } from './meanings.ts';
import { TYPED } from './record/forms.ts';

const records: readonly SerializedRecord[] = ['a', 'b'].map(logId => ({
  logId,
  json: Buffer.from(
    JSON.stringify({ LogId: logId, Text: `the secret of ${logId}, which nobody else may read` }),
  ),
}));
const ok: PostAnswer = { kind: 'answered', status: 200 };
const busy: PostAnswer = { kind: 'answered', status: 503 };
const forbidden: PostAnswer = { kind: 'answered', status: 403 };

/** Posts with scripted answers, each after `tookMs`, in virtual time. */
function posting(answers: readonly PostAnswer[], deadlineMs = 100_000, tookMs = 0, maxAttempts?: number) {
  let nowMs = 0;
  let refreshes = 0;
  const waits: number[] = [];
  const timeouts: number[] = [];
  const p = poster(
    {
      random: () => 1,
      clock: {
        now: () => nowMs,
        sleep: async ms => {
          waits.push(ms);
          nowMs += ms;
        },
      },
      destination: {
        form: TYPED,
        meaning: PLAIN,
        isCompressed: false,
        maxBatchBytes: 1000,
        maxInFlight: 1,
        refresh: () => void refreshes++,
        post: async (_, timeoutMs) => {
          timeouts.push(timeoutMs);
          nowMs += tookMs;
          return answers[Math.min(timeouts.length, answers.length) - 1]!;
        },
      },
    },
    deadlineMs,
    maxAttempts,
  );
  return { waits, timeouts, refreshes: () => refreshes, ...p };
}

describe('a post', () => {
  test('is made once when it is accepted', async () => {
    const p = posting([ok]);
    expect([await p.post(records, false), p.posts(), p.waits]).toEqual([{ kind: 'accepted' }, 1, []]);
  });

  test('is made five times, with jitter between, and lasts 30 s at most', async () => {
    const p = posting([busy]);
    expect(await p.post(records, false)).toMatchObject({ kind: 'fault', fault: { verdict: 'unavailable' } });
    expect([p.posts(), p.timeouts, p.waits]).toEqual([5, Array(5).fill(30_000), [500, 1000, 2000, 4000]]);
  });

  test('is made as often as it is told', async () => {
    const p = posting([busy], 100_000, 0, 2);
    await p.post(records, false);
    expect(p.posts()).toBe(2);
  });

  test('waits 15 s at most by itself', async () => {
    const p = posting([busy], 1_000_000, 0, 8);
    await p.post(records, false);
    expect(p.waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  test('waits as long as Azure asks', async () => {
    const p = posting([{ kind: 'answered', status: 429, retryAfterMs: 20_000 }, ok]);
    expect([await p.post(records, false), p.waits]).toEqual([{ kind: 'accepted' }, [20_050]]);
  });

  test.each([
    [1_000, 1],
    [999, 0],
  ])('with %i ms left is made %i times', async (deadlineMs, times) => {
    const p = posting([ok], deadlineMs);
    const posted = await p.post(records, false);
    expect(p.timeouts).toEqual(Array(times).fill(deadlineMs));
    if (times === 1) return expect(posted.kind).toBe('accepted');
    expect(posted).toEqual({
      kind: 'fault',
      fault: {
        verdict: 'unavailable',
        code: 'OUT_OF_TIME',
        message: 'the run ended before Azure answered',
      },
    });
    expect(p.posts()).toBe(0);
  });

  test.each([
    [1_500, 2],
    [1_499, 1],
  ])(
    'within %i ms is made %i times: it waits for no post that would have no time',
    async (deadlineMs, times) => {
      const p = posting([busy], deadlineMs);
      expect(await p.post(records, false)).toMatchObject({ fault: { message: 'Azure answered 503' } });
      expect(p.posts()).toBe(times);
    },
  );

  test.each([203, 302])('answered %i is not repeated', async status => {
    const p = posting([{ kind: 'answered', status }]);
    await p.post(records, false);
    expect(p.posts()).toBe(1);
  });
});

describe('refused credentials', () => {
  test('are read anew once in all, and the post is made again at once', async () => {
    const p = posting([forbidden, ok, forbidden]);
    expect(await p.post(records, false)).toEqual({ kind: 'accepted' });
    expect(await p.post(records, false)).toMatchObject({
      kind: 'refused',
      queue: 'retry',
      isTooLarge: false,
    });
    expect([p.refreshes(), p.posts(), p.waits]).toEqual([1, 3, []]);
  });

  test('without any there is no record at fault', async () => {
    const fault = { verdict: 'denied', message: 'no' } as const;
    const p = posting([{ kind: 'unauthorised', fault }]);
    for (const isolates of [false, true])
      expect(await p.post(records, isolates)).toEqual({ kind: 'fault', fault });
    expect([p.refreshes(), p.posts()]).toEqual([1, 3]);
  });
});

describe('what it means', () => {
  test.each([
    [400, false, { kind: 'refused', queue: 'dead-letter', isTooLarge: false }],
    [413, false, { kind: 'refused', queue: 'dead-letter', isTooLarge: true }],
    [404, false, { kind: 'refused', queue: 'retry', isTooLarge: false }],
    [500, false, { kind: 'fault' }],
    [500, true, { kind: 'refused', queue: 'retry', isTooLarge: false, reason: { verdict: 'unavailable' } }],
    [203, false, { kind: 'fault' }],
    [203, true, { kind: 'refused', queue: 'retry', isTooLarge: false, reason: { verdict: 'intercepted' } }],
  ])('%i, where faults are isolated: %s', async (status, isolates, expected) => {
    expect(await posting([{ kind: 'answered', status }]).post(records, isolates)).toMatchObject(expected);
  });

  test('no record’s content is in a reason, though Azure quotes it', async () => {
    const message = `cannot read ${records[0]!.json.toString()}`;
    const posted = await posting([{ kind: 'answered', status: 400, message }]).post(records, false);
    expect(JSON.stringify(posted)).not.toContain('the secret of a');
  });
});
