import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { collectRequest } from '../../simulator/azure/data-collector-calls.ts';
import type { Sample } from '../sample.ts';

export const SAMPLE = {
  azure: {
    kind: 'data-collector',
    workspaceId: '01234567-89ab-cdef-0123-456789abcdef',
    secret: 'auth0-logs/prod/azure',
  },
  defaults: { logType: 'Auth0', apiVersion: '2016-04-01', cloud: 'public', maxBatchBytes: 1_000_000 },
  besides: fc.record(
    {
      logType: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,20}$/),
      cloud: fc.constantFrom('public', 'us-gov', 'china'),
      maxBatchBytes: fc.integer({ min: 200_000, max: 1_048_576 }),
    },
    { requiredKeys: [] },
  ),
  carried: {
    workspaceId: '01234567-89ab-cdef-0123-456789abcdef',
    logType: 'Auth0',
    apiVersion: '2016-04-01',
    resourceId: '/subscriptions/0123/resourceGroups/logs (1)/providers/x',
  },
  newSecret: () => randomBytes(64).toString('base64'),
  wrongSecret: /signature/,
  isSecretSent: false,
  elsewhere: [{ workspaceId: '02234567-89ab-cdef-0123-456789abcdef' }, { logType: 'Auth0Trial' }],
  proof: /SharedKey \S+:\S{43}=/,
  request: collectRequest,
  status: 200,
} as const satisfies Sample;
