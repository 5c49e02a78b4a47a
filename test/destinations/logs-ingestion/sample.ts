import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { ingestRequest } from '../../simulator/azure/logs-ingestion-calls.ts';
import type { Sample } from '../sample.ts';

const GUID = '01234567-89ab-cdef-0123-456789abcdef';

const part = (bytes: number) => randomBytes(bytes).toString('base64url');

export const SAMPLE = {
  azure: {
    kind: 'logs-ingestion',
    endpoint: 'https://acme-abcd.westeurope-1.ingest.monitor.azure.com',
    dcrImmutableId: `dcr-${'0a'.repeat(16)}`,
    tenantId: GUID,
    clientId: GUID,
    secret: 'auth0-logs/prod/azure',
  },
  defaults: {
    stream: 'Custom-Auth0Logs_CL',
    cloud: 'public',
    auth: 'client-secret',
    maxBatchBytes: 1_000_000,
  },
  besides: fc.record(
    {
      workspaceId: fc.uuid(),
      bulkTypes: fc.subarray(['sertft', 'ssa']),
      cloud: fc.constantFrom('public', 'us-gov', 'china'),
      maxBatchBytes: fc.integer({ min: 200_000, max: 1_048_576 }),
      auth: fc.constantFrom('federated', 'client-secret'),
    },
    { requiredKeys: [] },
  ),
  carried: {
    endpoint: 'https://acme-abcd.westeurope-1.ingest.monitor.azure.com',
    dcrImmutableId: `dcr-${'0a'.repeat(16)}`,
    stream: 'Custom-Auth0Logs_CL',
    tenantId: GUID,
    clientId: GUID,
  },
  // 40 characters, `~` and `.` among them.
  newSecret: () => `${part(3)}8Q~${part(12)}.${part(11)}`,
  wrongSecret: /AADSTS7000215/,
  isSecretSent: true,
  elsewhere: [{ dcrImmutableId: `dcr-${'0b'.repeat(16)}` }, { stream: 'Custom-Auth0Trial_CL' }],
  proof: /Bearer eyJ/,
  request: ingestRequest,
  status: 204,
} as const satisfies Sample;
