import { describe, expect, test } from 'vitest';
import type { DestinationKind, PostAnswer } from '../../lambda/core/model.ts';
import { isAboutCredentials, judge } from '../../lambda/core/verdict.ts';

const DC: DestinationKind = 'data-collector';
const LI: DestinationKind = 'logs-ingestion';
const small = { bytes: 500, records: 3 };
const large = { bytes: 5_000_000, records: 3000 };
const status = (code: number, name?: string): PostAnswer => ({
  kind: 'answered',
  status: code,
  ...(name ? { code: name } : {}),
});
const unanswered = (code: string): PostAnswer => ({ kind: 'unanswered', code, message: 'no answer' });

/** destination, answer, size, the verdict it must have. */
const rows: [DestinationKind, PostAnswer, { bytes: number; records: number }, string][] = [
  [DC, status(200), small, 'accepted'],
  [LI, status(204), small, 'accepted'],
  [LI, status(202), small, 'accepted'],
  [DC, status(400, 'InvalidDataFormat'), small, 'rejected'],
  [LI, status(400, 'InvalidPayload'), small, 'rejected'],
  [LI, status(400), small, 'rejected'],
  [DC, status(413), small, 'too-large'],
  [LI, status(413, 'ContentLengthLimitExceeded'), large, 'too-large'],
  [DC, status(404), large, 'too-large'],
  [DC, status(404), small, 'denied'],
  [LI, status(404), large, 'denied'],
  [DC, status(429), small, 'throttled'],
  [LI, status(429), small, 'throttled'],
  [DC, status(408), small, 'unavailable'],
  [DC, status(500, 'UnspecifiedError'), small, 'unavailable'],
  [DC, status(503, 'ServiceUnavailable'), small, 'unavailable'],
  [DC, unanswered('ECONNRESET'), small, 'unavailable'],
  [DC, unanswered('TIMEOUT'), large, 'unavailable'],
  [DC, unanswered('NOT_AZURE'), large, 'unavailable'],
  [DC, unanswered('ECONNREFUSED'), large, 'unavailable'],
  [DC, unanswered('ECONNRESET'), large, 'too-large'],
  [LI, unanswered('ECONNRESET'), large, 'unavailable'],
  [LI, status(401), small, 'denied'],
  [DC, status(403, 'InvalidAuthorization'), small, 'denied'],
  [DC, status(400, 'InvalidCustomerId'), small, 'denied'],
  [DC, status(400, 'InactiveCustomer'), small, 'denied'],
  [DC, status(400, 'InvalidLogType'), small, 'denied'],
  [DC, status(400, 'InvalidApiVersion'), small, 'denied'],
  [LI, status(400, 'InvalidStream'), small, 'denied'],
  [LI, status(400, 'InvalidDcrImmutableId'), small, 'denied'],
  [DC, status(302), small, 'denied'],
  [LI, status(415), small, 'denied'],
];

describe('the verdict table', () => {
  test.each(rows)('%s %o of %o is %s', (destination, answer, size, expected) => {
    const verdict = judge(destination, answer, size);
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
    expect(judge(LI, answer, small)).toEqual({
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
});
