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

const ID = SAMPLE.azure.workspaceId;
const NEEDED = 'allowed: a GUID, such as "01234567-89ab-cdef-0123-456789abcdef", if azure has an identity';

test.each([
  ['an application', { tenantId: ID, clientId: ID }, []],
  ['a federated identity', { tenantId: ID, clientId: ID, auth: 'federated' }, []],
  ['a tenant alone', { tenantId: ID }, [`azure.clientId: missing; ${NEEDED}`]],
  ['an application without its tenant', { clientId: ID }, [`azure.tenantId: missing; ${NEEDED}`]],
  ['a way to authenticate alone', { auth: 'federated' }, [`azure.tenantId: missing; ${NEEDED}`]],
  ['what is no GUID', { tenantId: 'acme', clientId: ID }, ['azure.tenantId: is "acme"; allowed: a GUID']],
] as const)('the identity beside the key: %s', (_, identity, expected) => {
  expect(problems({ ...SAMPLE.azure, ...identity })).toEqual(
    expected.map(text => expect.stringContaining(text)),
  );
});

test('verify needs the identity, as the key cannot read', () => {
  const verified = (azure: object) => () => parsePipeline({ ...PIPELINE, verify: 'repair', azure });
  expect(verified({ ...SAMPLE.azure, tenantId: ID, clientId: ID })).not.toThrow();
  expect(verified(SAMPLE.azure)).toThrow(
    'verify: is "repair"; allowed: "off", unless azure.workspaceId, azure.tenantId and azure.clientId are set',
  );
});
