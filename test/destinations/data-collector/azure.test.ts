import { expect, test } from 'vitest';
import { configurationFrom } from '../../../cli/pipelines/from-outputs.ts';
import { CONTENT } from '../../azure/sample-content.ts';
import { deployed, kinds, STATE } from '../../azure/sample-deployment.ts';

const WORKSPACE = STATE['Microsoft.OperationalInsights/workspaces'].customerId;
const IDENTITY = STATE['Microsoft.ManagedIdentity/userAssignedIdentities'];
const ROLE = 'arn:aws:iam::000000000000:role/ship';
const NEW = { kind: 'new', domain: 'acme.eu.auth0.com', name: 'eu' } as const;

test('a new configuration has the workspace and the name of its key’s secret', () => {
  const { outputs } = deployed({ destination: 'data-collector' });
  const config = configurationFrom(outputs, NEW);
  const secret = 'auth0-logs/eu/azure';
  const azure = { kind: 'data-collector', cloud: 'public', workspaceId: WORKSPACE, secret };
  expect(Object(config).pipelines[0].azure).toEqual(azure);
});

test('with readRows it makes an identity that may read the table and what Azure logs, and may not post', () => {
  const reading = { destination: 'data-collector', readRows: true, awsRoleArns: [ROLE] };
  const made = deployed(reading);
  const all = [
    'userAssignedIdentities',
    'userAssignedIdentities/federatedIdentityCredentials',
    'roleAssignments',
    ...CONTENT,
  ];
  expect(kinds(made).toSorted()).toEqual(all.toSorted());
  const { properties } = made.resources.find(({ type }) => type.endsWith('/roleAssignments'))!;
  expect(String(properties['roleDefinitionId'])).toMatch(/3b03c2da-16b3-4a49-8834-0f8130efdd3b$/);
  expect(properties['principalId']).toBe(IDENTITY.principalId);
  const tablesOf = (condition: unknown) =>
    [...String(condition).matchAll(/StringEquals '(\w+)'/g)].map(([, name]) => name);
  expect(tablesOf(properties['condition'])).toEqual(['Auth0_CL', 'Operation', 'DCRLogErrors']);
  const other = deployed({ ...reading, readTable: 'Logins_CL' });
  const role = other.resources.find(({ type }) => type.endsWith('/roleAssignments'))!;
  expect(tablesOf(role.properties['condition'])[0]).toBe('Logins_CL');
});

test.each([
  ['of its own', {}, { clientId: IDENTITY.clientId, auth: 'federated' }],
  [
    'that is there',
    { principalId: 'p', clientId: WORKSPACE },
    { clientId: WORKSPACE, auth: 'client-secret' },
  ],
])('an identity %s is in the configuration, beside the secret with the key', (_, parameters, identity) => {
  const { outputs } = deployed({ destination: 'data-collector', readRows: true, ...parameters });
  const secret = 'its/key';
  const azure = { kind: 'data-collector', workspaceId: WORKSPACE, logType: 'Logins', secret };
  const old = { name: 'old', auth0: { domain: 'acme.eu.auth0.com', secret: 's' }, verify: 'off', azure };
  const made = configurationFrom(outputs, { kind: 'present', config: old, pipeline: undefined });
  expect(Object(made).azure).toEqual({
    ...azure,
    cloud: 'public',
    tenantId: expect.any(String),
    ...identity,
  });
});

test('a configuration that is there moves to the Logs Ingestion API by its "azure" alone', () => {
  const old = {
    name: 'old',
    auth0: { domain: 'acme.eu.auth0.com', secret: 's', logRetentionDays: 10 },
    settleSeconds: 30,
    azure: { kind: 'data-collector', workspaceId: WORKSPACE, logType: 'Logins', secret: 'its/key' },
  };
  const { outputs } = deployed();
  const moved = configurationFrom(outputs, { kind: 'present', config: old, pipeline: undefined });
  const made = Object(configurationFrom(outputs, NEW)).pipelines[0].azure;
  expect(moved).toEqual({ ...old, azure: made });
});

test('the template makes its content and nothing else: the API makes the table by itself', () => {
  expect(kinds(deployed({ destination: 'data-collector' })).toSorted()).toEqual(CONTENT.toSorted());
});
