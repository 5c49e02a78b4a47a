import { expect, test } from 'vitest';
import { ConfigError, parsePipeline } from '../../../lambda/config/config.ts';
import { PIPELINE } from '../../config/samples.ts';
import { SAMPLE } from './sample.ts';

function problems(azure: object): readonly string[] {
  try {
    parsePipeline({ ...PIPELINE, azure });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const { secret: _, ...rest } = SAMPLE.azure;

test('federated, it needs no secret', () => {
  expect(problems({ ...rest, auth: 'federated' })).toEqual([]);
});

test('that the secret is missing is told with the reason, whatever else is wrong', () => {
  expect(problems({ ...rest, tenantId: 'x', speed: 1 })).toEqual([
    'azure.tenantId: is "x"; allowed: a GUID, such as "01234567-89ab-cdef-0123-456789abcdef"',
    expect.stringMatching(/^azure\.speed: unknown setting/),
    'azure.secret: missing; allowed: the name or ARN of a secret in Secrets Manager (not the secret itself), as auth is "client-secret"',
  ]);
});
