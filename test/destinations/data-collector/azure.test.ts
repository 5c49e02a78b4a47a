import { expect, test } from 'vitest';
import { configurationFrom } from '../../../cli/pipelines/from-outputs.ts';
import { CONTENT } from '../../azure/sample-content.ts';
import { deployed, kinds, STATE } from '../../azure/sample-deployment.ts';

const WORKSPACE = STATE['Microsoft.OperationalInsights/workspaces'].customerId;
const NEW = { kind: 'new', domain: 'acme.eu.auth0.com', name: 'eu' } as const;

test('a new configuration has the workspace and the name of its key’s secret', () => {
  const { outputs } = deployed({ destination: 'data-collector' });
  const config = configurationFrom(outputs, NEW);
  const secret = 'auth0-logs/eu/azure';
  const azure = { kind: 'data-collector', cloud: 'public', workspaceId: WORKSPACE, secret };
  expect(Object(config).pipelines[0].azure).toEqual(azure);
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
