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

test('a wrong workspace and a wrong cloud are told with what is allowed', () => {
  expect(problems({ ...SAMPLE.azure, workspaceId: 'my-workspace', cloud: 'moon' })).toEqual([
    expect.stringMatching(/^azure\.workspaceId: /),
    expect.stringMatching(/^azure\.cloud: is "moon"; allowed: one of "public"/),
  ]);
});

test('a setting of another destination is unknown', () => {
  expect(problems({ ...SAMPLE.azure, stream: 'Custom-X' })).toEqual([
    expect.stringMatching(/^azure\.stream: unknown setting; allowed: kind, workspaceId/),
  ]);
});
