import { describe, expect, test } from 'vitest';
import { redactionFindings } from '../../../cli/doctor/redaction.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { PIPELINE } from '../../config/samples.ts';

const rules = (...fields: unknown[]) =>
  parsePipeline({ ...PIPELINE, redact: fields.map(field => ({ field, how: 'hash' })), exclude: ['sapi'] });
const LOGS = [
  { type: 's', user_name: 'ada', details: { 'https://acme.com/email': 'x' } },
  { type: 'fp', user_name: null },
  { type: 'sapi', ip: '::1' },
  'no log',
];

describe('what doctor finds of the rules of redact', () => {
  test('is nothing without rules', () => {
    expect(redactionFindings(parsePipeline(PIPELINE), LOGS, {})).toEqual([]);
  });

  test('is well when each has matched a log, and says of how many', () => {
    const finding = redactionFindings(rules('user_name', ['details', 'https://acme.com/email']), LOGS, {});
    expect(finding).toMatchObject([
      { check: 'redaction', level: 'ok', text: 'each of 2 rules matched, in a sample of 3 logs' },
    ]);
  });

  test('is a warning when one has matched nothing that ships', () => {
    const [finding, ...others] = redactionFindings(rules('user_name', 'ip'), LOGS, {});
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      level: 'warning',
      text: '1 of 2 rules matched none of 3 logs: ip',
      remedy: expect.stringContaining('npx auth0-logs-to-azure dry-run'),
    });
  });

  test('is a warning when a field is not known, though it may match', () => {
    const logs = [{ type: 's', user_nam: 'x' }];
    expect(redactionFindings(rules('user_nam', '*'), logs, {})).toMatchObject([
      { level: 'warning', text: expect.stringContaining('did you mean "user_name"?') },
      { level: 'ok' },
    ]);
  });

  test.each([
    [undefined, 'no logs could be read'],
    [[], 'no log of the sample is shipped'],
    [[{ type: 'sapi' }], 'no log of the sample is shipped'],
  ])('is not checked without logs', (logs, why) => {
    expect(redactionFindings(rules('user_name'), logs, {})).toMatchObject([
      { level: 'not checked', text: expect.stringContaining(why) },
    ]);
  });
});
