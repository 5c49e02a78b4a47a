import { expect, test } from 'vitest';
import { startOperations } from '../../../simulator/azure/operations.ts';
import { azureForTest, NOW } from './calls.ts';
import { collect } from './data-collector-calls.ts';
import { ingest } from './logs-ingestion-calls.ts';

test('a refused post is told in DCRLogErrors by the id that its client gave it, but for one that found no rule', async () => {
  const azure = await azureForTest();
  const id = { 'x-ms-client-request-id': '5ca1ab1e-0000-4000-8000-00000000000a' };
  expect((await ingest(azure, 'no json', { headers: id })).status).toBe(400);
  expect((await ingest(azure, [], { headers: { authorization: undefined } })).status).toBe(401);
  const path = `/dataCollectionRules/dcr-${'0'.repeat(32)}/streams/Custom-Auth0Logs_CL?api-version=2023-01-01`;
  expect((await ingest(azure, [], { path })).status).toBe(404);
  expect((await ingest(azure, [])).status).toBe(204);
  expect(azure.workspace.operations.dcrLogErrors).toEqual([
    {
      TimeGenerated: new Date(NOW).toISOString(),
      OperationName: 'Ingestion',
      InputStreamId: 'Custom-Auth0Logs_CL',
      Message: 'InvalidPayload: The body is not a JSON array of objects.',
      ClientRequestId: '5ca1ab1e-0000-4000-8000-00000000000a',
    },
    expect.objectContaining({ Message: expect.stringContaining('InvalidToken'), ClientRequestId: '' }),
  ]);
});

test('what is dropped is answered 200 and 204 all the same', async () => {
  const azure = await azureForTest({ dailyCapBytes: 10, tableKind: 'dcr' });
  expect(await ingest(azure, [{ LogId: 'a' }])).toEqual({ status: 204, text: '' });
  expect(await collect(azure, [{ LogId: 'b' }])).toEqual({ status: 200, text: '' });
  expect(azure.received).toMatchObject({ records: 2, acceptedPosts: 2, refusals: {} });
  expect([azure.received.has('a'), azure.received.kept.length]).toEqual([true, 2]);
  expect([azure.workspace.stored, azure.workspace.dropped]).toEqual([0, { overCap: 1, tableIsV2: 1 }]);
  expect(azure.workspace.operations.logOperations).toHaveLength(2);
});

test('an error that comes again and again is muted until the end of the hour', () => {
  const operations = startOperations();
  const error = {
    OperationName: 'Ingestion',
    InputStreamId: 'Custom-A_CL',
    Message: 'bad',
    ClientRequestId: '',
  } as const;
  const hour = Math.floor(NOW / 3_600_000) * 3_600_000;
  for (let i = 0; i < 20; i++) operations.dcrError(hour + i * 1000, error);
  operations.dcrError(hour + 30_000, { ...error, Message: 'another' });
  operations.dcrError(hour + 3_600_000, error);
  const messages = operations.dcrLogErrors.map(one => one.Message);
  expect(messages.slice(0, 10)).toEqual(Array(10).fill('bad'));
  expect(messages.slice(10)).toEqual([
    expect.stringContaining('not logged again in this hour'),
    'another',
    'bad',
  ]);
});
