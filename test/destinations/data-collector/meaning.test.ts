/** What the API's answers mean, with the verdicts that are the same for all. */
import { expect, test } from 'vitest';
import type { PostAnswer } from '../../../lambda/core/model.ts';
import { judge } from '../../../lambda/core/verdict.ts';
import { dataCollector } from '../../../lambda/destinations/data-collector/spec.ts';

const small = { bytes: 500, records: 3 };
const large = { bytes: 5_000_000, records: 3000 };
const status = (code: number, name?: string): PostAnswer => ({
  kind: 'answered',
  status: code,
  ...(name ? { code: name } : {}),
});
const unanswered = (code: string): PostAnswer => ({ kind: 'unanswered', code, message: 'no answer' });

/** Answer, size, the verdict it must have. */
const rows: [PostAnswer, { bytes: number; records: number }, string][] = [
  [status(200), small, 'accepted'],
  [status(400, 'InvalidDataFormat'), small, 'rejected'],
  [status(413), small, 'too-large'],
  [status(404), large, 'too-large'],
  [status(404), small, 'denied'],
  [status(429), small, 'throttled'],
  [status(408), small, 'unavailable'],
  [status(500, 'UnspecifiedError'), small, 'unavailable'],
  [status(503, 'ServiceUnavailable'), small, 'unavailable'],
  [unanswered('ECONNRESET'), small, 'unavailable'],
  [unanswered('TIMEOUT'), large, 'unavailable'],
  [unanswered('NOT_AZURE'), large, 'unavailable'],
  [unanswered('ECONNREFUSED'), large, 'unavailable'],
  [unanswered('ECONNRESET'), large, 'too-large'],
  [status(403, 'InvalidAuthorization'), small, 'denied'],
  [status(400, 'InvalidCustomerId'), small, 'denied'],
  [status(400, 'InactiveCustomer'), small, 'denied'],
  [status(400, 'InvalidLogType'), small, 'denied'],
  [status(400, 'InvalidApiVersion'), small, 'denied'],
  ...['MissingApiVersion', 'MissingContentType', 'MissingLogType', 'UnsupportedContentType'].map(
    name => [status(400, name), small, 'denied'] as (typeof rows)[number],
  ),
  [status(400, 'InvalidStream'), small, 'rejected'],
  ...[201, 203, 206, 207, 299].map(code => [status(code), small, 'intercepted'] as (typeof rows)[number]),
  [status(200, 'NOT_AZURE'), small, 'intercepted'],
  [status(300), small, 'denied'],
  [status(199), small, 'denied'],
  [status(404), { bytes: 65_536, records: 9 }, 'denied'],
  [status(404), { bytes: 65_537, records: 9 }, 'too-large'],
  [unanswered('EPIPE'), { bytes: 1_000_000, records: 9 }, 'unavailable'],
  [unanswered('EPIPE'), { bytes: 1_000_001, records: 9 }, 'too-large'],
  [unanswered('UND_ERR_SOCKET'), { bytes: 1_000_001, records: 2 }, 'too-large'],
  [unanswered('EPIPE'), { bytes: 1_000_001, records: 1 }, 'unavailable'],
  [status(302), small, 'denied'],
];

test.each(rows)('%o of %o is %s', (answer, size, expected) => {
  const verdict = judge(dataCollector.meaning, answer, size);
  expect(verdict.kind === 'fault' ? verdict.fault.verdict : verdict.kind).toBe(expected);
});
