/** The guard’s function, between CloudFormation’s two ends: the address that it answers to, and the stack’s state. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../lambda/guard-handler.ts';

const STACK_ID = 'arn:aws:cloudformation:us-east-1:123456789012:stack/S/1';
let stackStatus: string;
let answers: { readonly request: IncomingMessage; readonly body: string }[];
let asked: string[];
const server = createServer(async (request, response) => {
  const body = await text(request);
  if (request.method === 'PUT') {
    answers.push({ request, body });
    return response.end();
  }
  asked.push(body);
  if (stackStatus === '')
    return response
      .writeHead(403)
      .end('<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>');
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
  return response.end(
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>S</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>${stackStatus}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
});
let url: string;
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  stackStatus = 'UPDATE_IN_PROGRESS';
  answers = [];
  asked = [];
});

const guarded = (...names: string[]) => ({
  ServiceToken: 'arn',
  pipelines: names.map(name => ({ name, place: 'flat', previousNames: [], adopts: [] })),
  removed: [],
});
async function answerTo(event: object): Promise<Record<string, string>> {
  const common = {
    StackId: STACK_ID,
    RequestId: 'r',
    LogicalResourceId: 'Guard',
    ResponseURL: `${url}/answer?signed`,
  };
  await handler({ ...common, ...event } as CloudFormationCustomResourceEvent);
  expect(answers).toHaveLength(1);
  return JSON.parse(answers[0]!.body);
}
const update = (from: object, to: object) => ({
  RequestType: 'Update',
  PhysicalResourceId: 'pipelines',
  OldResourceProperties: from,
  ResourceProperties: to,
});

test.each([
  ['Create', { RequestType: 'Create', ResourceProperties: guarded('prod') }],
  ['Delete', { RequestType: 'Delete', ResourceProperties: guarded('prod') }],
  ['an Update without harm', update(guarded('prod'), guarded('prod', 'new'))],
])('%s is answered at once, by an address that is signed for no type', async (_, event) => {
  const { Status, PhysicalResourceId, StackId, RequestId, LogicalResourceId } = await answerTo(event);
  expect([Status, PhysicalResourceId]).toEqual(['SUCCESS', 'pipelines']);
  expect([StackId, RequestId, LogicalResourceId]).toEqual([STACK_ID, 'r', 'Guard']);
  expect(answers[0]!.request.headers['content-type']).toBe('');
  expect(asked).toEqual([]);
});

test('an update that leaves a pipeline behind is refused, in words', async () => {
  const { Status, Reason } = await answerTo(update(guarded('prod', 'bars'), guarded('prod')));
  expect(Status).toBe('FAILED');
  expect(Reason).toContain('Pipeline "bars" is deployed');
  expect(asked[0]).toContain('Action=DescribeStacks');
});

test('the way back is never refused: CloudFormation sends it like any update', async () => {
  stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS';
  expect(await answerTo(update(guarded('renamed'), guarded('prod')))).toMatchObject({ Status: 'SUCCESS' });
});

test('when it may not look, it answers all the same', async () => {
  stackStatus = '';
  const { Status, Reason } = await answerTo(update(guarded('prod', 'bars'), guarded('prod')));
  expect(Status).toBe('FAILED');
  expect(Reason).toContain('Pipeline "bars" is deployed');
});
