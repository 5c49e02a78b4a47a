/** What the API's answers mean, with the verdicts that are the same for all. */
import { expect, test } from 'vitest';
import type { PostAnswer } from '../../../lambda/core/model.ts';
import { judge } from '../../../lambda/core/verdict.ts';
import { logsIngestion } from '../../../lambda/destinations/logs-ingestion/spec.ts';

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
  [status(204), small, 'accepted'],
  [status(202), small, 'accepted'],
  [status(400, 'InvalidPayload'), small, 'rejected'],
  [status(400), small, 'rejected'],
  [status(413, 'ContentLengthLimitExceeded'), large, 'too-large'],
  [status(404), large, 'denied'],
  [status(429), small, 'throttled'],
  [unanswered('ECONNRESET'), large, 'unavailable'],
  [status(401), small, 'denied'],
  [status(400, 'InvalidStream'), small, 'denied'],
  [status(400, 'InvalidDcrImmutableId'), small, 'denied'],
  ...['InvalidDcr', 'dataCollectionRule', 'InvalidApiVersion', 'Invalid-Api-Version'].map(
    name => [status(400, name), small, 'denied'] as (typeof rows)[number],
  ),
  [status(204, 'NOT_AZURE'), small, 'intercepted'],
  [status(415), small, 'denied'],
];

test.each(rows)('%o of %o is %s', (answer, size, expected) => {
  const verdict = judge(logsIngestion.meaning, answer, size);
  expect(verdict.kind === 'fault' ? verdict.fault.verdict : verdict.kind).toBe(expected);
});
