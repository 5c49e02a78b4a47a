import { expect, test } from 'vitest';
import { type AzureOptions, startAzure } from '../../../simulator/azure/server.ts';

test.each<[string, AzureOptions, string]>([
  ['a workspace id that is no GUID', { workspaceId: 'mine' }, 'workspaceId is "mine"; allowed: a GUID'],
  ['no shared key', { sharedKeys: [] }, 'sharedKeys'],
  ['a shared key that is not base64', { sharedKeys: ['no key!'] }, 'allowed: keys in base64'],
  ['a log type that cannot be', { logTypes: ['Auth0-Logs'] }, 'logTypes is "Auth0-Logs"'],
  ['posts over 30 MB', { dataCollectorMaxBytes: 30_000_001 }, 'dataCollectorMaxBytes is 30000001'],
  ['posts over 1 MiB', { logsIngestionMaxBytes: 1_048_577 }, 'logsIngestionMaxBytes is 1048577'],
  ['bodies over 50 MiB', { logsIngestionMaxRawBytes: 52_428_801 }, 'logsIngestionMaxRawBytes'],
  ['a rule id that is none', { dcrImmutableId: 'dcr-mine' }, 'dcrImmutableId is "dcr-mine"'],
  ['another audience', { ingestionScope: 'https://example.com/.default' }, 'ingestionScope'],
  ['a latency below zero', { latencyMs: -1 }, 'latencyMs is -1'],
  ['a tenant that is no GUID', { entra: { tenantId: 'mine' } }, 'entra.tenantId is "mine"'],
  ['an application that is no GUID', { entra: { clientId: 'mine' } }, 'entra.clientId is "mine"'],
  ['no client secret', { entra: { clientSecret: '' } }, 'entra.clientSecret'],
  ['a scope of no resource', { entra: { scope: 'read:logs' } }, 'entra.scope is "read:logs"'],
  ['more columns than Azure has', { columnLimit: 501 }, 'columnLimit is 501'],
])('the simulator does not start with %s', async (_, options, message) => {
  await expect(startAzure(options)).rejects.toThrow(message);
});

test('a wrong key is not told', async () => {
  await expect(startAzure({ sharedKeys: ['a secret!'] })).rejects.toThrow(/^(?!.*a secret).*sharedKeys/);
});
