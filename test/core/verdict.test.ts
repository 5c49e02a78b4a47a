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
  ...['MissingApiVersion', 'MissingContentType', 'MissingLogType', 'UnsupportedContentType'].map(
    name => [DC, status(400, name), small, 'denied'] as (typeof rows)[number],
  ),
  ...['InvalidDcr', 'dataCollectionRule', 'InvalidApiVersion', 'Invalid-Api-Version'].map(
    name => [LI, status(400, name), small, 'denied'] as (typeof rows)[number],
  ),
  [DC, status(400, 'InvalidStream'), small, 'rejected'],
  ...[201, 203, 206, 207, 299].map(code => [DC, status(code), small, 'intercepted'] as (typeof rows)[number]),
  [DC, status(200, 'NOT_AZURE'), small, 'intercepted'],
  [LI, status(204, 'NOT_AZURE'), small, 'intercepted'],
  [DC, status(300), small, 'denied'],
  [DC, status(199), small, 'denied'],
  // The limits themselves.
  [DC, status(404), { bytes: 65_536, records: 9 }, 'denied'],
  [DC, status(404), { bytes: 65_537, records: 9 }, 'too-large'],
  [DC, unanswered('EPIPE'), { bytes: 1_000_000, records: 9 }, 'unavailable'],
  [DC, unanswered('EPIPE'), { bytes: 1_000_001, records: 9 }, 'too-large'],
  [DC, unanswered('UND_ERR_SOCKET'), { bytes: 1_000_001, records: 2 }, 'too-large'],
  [DC, unanswered('EPIPE'), { bytes: 1_000_001, records: 1 }, 'unavailable'],
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

  test.each([
    [DC, unanswered('EPIPE'), large, { code: 'EPIPE', message: 'Azure did not answer: no answer' }],
    [DC, unanswered('TIMEOUT'), small, { code: 'TIMEOUT', message: 'Azure did not answer: no answer' }],
    [DC, status(413), small, { status: 413, message: 'Azure answered 413' }],
    [DC, status(500), small, { status: 500, message: 'Azure answered 500' }],
    [DC, status(429, 'Busy'), small, { status: 429, code: 'Busy', message: 'Azure answered 429 Busy' }],
  ] as const)('%s %o of %o says why', (destination, answer, size, words) => {
    const verdict = judge(destination, answer, size);
    const reason = verdict.kind === 'fault' ? verdict.fault : 'reason' in verdict && verdict.reason;
    const { verdict: name, ...rest } = reason as { verdict: string };
    expect(rest).toEqual(words);
    expect(name).toBe(verdict.kind === 'fault' ? name : 'rejected');
  });

  test.each([
    [{ kind: 'answered', status: 203 }, '203'],
    [{ kind: 'answered', status: 200, code: 'NOT_AZURE', message: 'a page' }, 'a page'],
  ] as const)('%o names what stands between us and Azure', (answer, words) => {
    expect(judge(DC, answer, small)).toEqual({
      kind: 'fault',
      fault: {
        verdict: 'intercepted',
        status: answer.status,
        code: 'NOT_AZURE',
        message: `an answer came back that is not Azure's: ${words}; find the proxy, gateway or firewall between this pipeline and Azure, and let it pass the traffic unchanged`,
      },
    });
  });

  test('without credentials the fault is handed on as it is', () => {
    const fault = { verdict: 'denied', message: 'no secret' } as const;
    expect(judge(LI, { kind: 'unauthorised', fault }, small)).toEqual({ kind: 'fault', fault });
  });
});
