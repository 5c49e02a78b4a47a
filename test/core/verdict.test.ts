import { describe, expect, test } from 'vitest';
import type { AnswerMeaning, PostAnswer } from '../../lambda/core/model.ts';
import { isAboutCredentials, judge } from '../../lambda/core/verdict.ts';
import { PLAIN } from './meanings.ts';

const small = { bytes: 500, records: 3 };
const large = { bytes: 5_000_000, records: 3000 };
const status = (code: number, name?: string): PostAnswer => ({
  kind: 'answered',
  status: code,
  ...(name ? { code: name } : {}),
});
const unanswered = (code: string): PostAnswer => ({ kind: 'unanswered', code, message: 'no answer' });

/** One that takes less than it says. */
const NARROW: AnswerMeaning = { ...PLAIN, isTooLarge: (_, { records }) => records > 1 };

/** Meaning, answer, size, the verdict it must have. */
const rows: [AnswerMeaning, PostAnswer, { bytes: number; records: number }, string][] = [
  [PLAIN, status(200), small, 'accepted'],
  [PLAIN, status(202), small, 'intercepted'],
  [PLAIN, status(204, 'NOT_AZURE'), small, 'intercepted'],
  [PLAIN, status(400, 'Anything'), small, 'rejected'],
  [PLAIN, status(400), small, 'rejected'],
  [PLAIN, status(400, 'WrongSetting'), small, 'denied'],
  [PLAIN, status(401), small, 'denied'],
  [PLAIN, status(403), small, 'denied'],
  [PLAIN, status(404), large, 'denied'],
  [PLAIN, status(408), small, 'unavailable'],
  [PLAIN, status(413), small, 'too-large'],
  [PLAIN, status(415), small, 'denied'],
  [PLAIN, status(429), small, 'throttled'],
  [PLAIN, status(500), small, 'unavailable'],
  [PLAIN, unanswered('ECONNRESET'), large, 'unavailable'],
  [NARROW, status(500), small, 'too-large'],
  [NARROW, unanswered('ECONNRESET'), small, 'too-large'],
  [NARROW, status(500), { bytes: 5, records: 1 }, 'unavailable'],
];

describe('the verdict table', () => {
  test.each(rows)('%o %o of %o is %s', (meaning, answer, size, expected) => {
    const verdict = judge(meaning, answer, size);
    expect(verdict.kind === 'fault' ? verdict.fault.verdict : verdict.kind).toBe(expected);
  });

  test('a reason keeps the status, the code and the wish to be left alone', () => {
    const answer: PostAnswer = {
      kind: 'answered',
      status: 429,
      code: 'Busy',
      message: 'later',
      retryAfterMs: 7000,
    };
    expect(judge(PLAIN, answer, small)).toEqual({
      kind: 'fault',
      fault: { verdict: 'throttled', status: 429, code: 'Busy', message: 'later', retryAfterMs: 7000 },
    });
  });

  test('only refused credentials are worth a refresh', () => {
    expect(isAboutCredentials(status(401))).toBe(true);
    expect(isAboutCredentials(status(403, 'InvalidAuthorization'))).toBe(true);
    expect(isAboutCredentials(status(400, 'InvalidCustomerId'))).toBe(false);
    expect(
      isAboutCredentials({ kind: 'unauthorised', fault: { verdict: 'unavailable', message: 'down' } }),
    ).toBe(false);
    expect(isAboutCredentials({ kind: 'unauthorised', fault: { verdict: 'denied', message: 'wrong' } })).toBe(
      true,
    );
  });

  test.each([
    [PLAIN, unanswered('EPIPE'), large, { code: 'EPIPE', message: 'Azure did not answer: no answer' }],
    [PLAIN, unanswered('TIMEOUT'), small, { code: 'TIMEOUT', message: 'Azure did not answer: no answer' }],
    [PLAIN, status(413), small, { status: 413, message: 'Azure answered 413' }],
    [PLAIN, status(500), small, { status: 500, message: 'Azure answered 500' }],
    [PLAIN, status(429, 'Busy'), small, { status: 429, code: 'Busy', message: 'Azure answered 429 Busy' }],
  ] as const)('%o %o of %o says why', (meaning, answer, size, words) => {
    const verdict = judge(meaning, answer, size);
    const reason = verdict.kind === 'fault' ? verdict.fault : 'reason' in verdict && verdict.reason;
    const { verdict: name, ...rest } = reason as { verdict: string };
    expect(rest).toEqual(words);
    expect(name).toBe(verdict.kind === 'fault' ? name : 'rejected');
  });

  test.each([
    [{ kind: 'answered', status: 203 }, '203'],
    [{ kind: 'answered', status: 200, code: 'NOT_AZURE', message: 'a page' }, 'a page'],
  ] as const)('%o names what stands between us and Azure', (answer, words) => {
    expect(judge(PLAIN, answer, small)).toEqual({
      kind: 'fault',
      fault: {
        verdict: 'intercepted',
        status: answer.status,
        code: 'NOT_AZURE',
        message: `the answer is not from Azure: ${words}; configure the proxy, gateway or firewall between this pipeline and Azure to pass the traffic unchanged`,
        remedy: expect.stringMatching(/^configure the proxy, gateway or firewall/),
      },
    });
  });

  test('without credentials the fault is handed on as it is', () => {
    const fault = { verdict: 'denied', message: 'no secret' } as const;
    expect(judge(PLAIN, { kind: 'unauthorised', fault }, small)).toEqual({ kind: 'fault', fault });
  });
});
