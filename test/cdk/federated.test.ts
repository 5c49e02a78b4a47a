import { describe, expect, test } from 'vitest';
import { config } from './example.ts';
import { one, resources, template } from './synth.ts';

const AZURE = {
  kind: 'logs-ingestion',
  endpoint: 'https://acme-x1y2.westeurope-1.ingest.monitor.azure.com',
  dcrImmutableId: `dcr-${'0a'.repeat(16)}`,
  tenantId: '01234567-89ab-cdef-0123-456789abcdef',
  clientId: '01234567-89ab-cdef-0123-456789abcdef',
} as const;
const federated = template([config({ azure: { ...AZURE, auth: 'federated' } })]);
const withSecret = template([config({ azure: { ...AZURE, secret: 'auth0-logs/prod/azure' } })]);

const statements = (of: typeof federated, role: string) =>
  one(of, 'AWS::IAM::Role', role).Properties.Policies[0].PolicyDocument.Statement as { Action: unknown }[];

describe.each(['prodShipRole', 'prodReplayRole'])('the role %s', role => {
  test('may have itself vouched for to Entra, for RS256 and five minutes, and not otherwise', () => {
    const found = statements(federated, role).filter(({ Action }) => `${Action}`.includes('sts:'));
    expect(found).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:GetWebIdentityToken',
        Resource: '*',
        Condition: {
          'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': 'api://AzureADTokenExchange' },
          StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
          NumericLessThanEquals: { 'sts:DurationSeconds': 300 },
        },
      },
    ]);
  });

  test('may not where a client secret is used', () => {
    expect(JSON.stringify(statements(withSecret, role))).not.toContain('sts:');
  });
});

test('an identity that only queries is the role of ship alone', () => {
  const { tenantId, clientId } = AZURE;
  const identity = { workspaceId: clientId, tenantId, clientId, auth: 'federated' } as const;
  const azure = { kind: 'data-collector', ...identity, secret: 'auth0-logs/prod/azure' } as const;
  const querying = template([config({ azure, verify: 'repair' })]);
  const asksSts = (role: string) => JSON.stringify(statements(querying, role)).includes('sts:');
  expect([asksSts('prodShipRole'), asksSts('prodReplayRole')]).toEqual([true, false]);
  expect(Object.keys(resources(querying, 'AWS::SecretsManager::Secret'))).toHaveLength(2);
});

test('a federated pipeline has no secret of Azure anywhere', () => {
  expect(Object.keys(resources(federated, 'AWS::SecretsManager::Secret'))).toHaveLength(1);
  expect(JSON.stringify(federated)).not.toContain('prod/azure');
  expect(Object.keys(resources(withSecret, 'AWS::SecretsManager::Secret'))).toHaveLength(2);
});

test('its alarm names no cause that is about a secret', () => {
  const named = (of: typeof federated) =>
    JSON.stringify(resources(of, 'AWS::CloudWatch::Alarm')).includes('the client secret expired');
  expect([named(withSecret), named(federated)]).toEqual([true, false]);
});
