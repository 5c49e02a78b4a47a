/** CloudFormation's DescribeStacks (AWS Query, XML) and Lambda's GetFunctionConfiguration (REST, JSON). */
import type { Answer } from '../faults.ts';
import { REGION } from './queues.ts';

export interface SimulatedFunction {
  readonly environment: Readonly<Record<string, string>>;
  /** Absent: Lambda's own, /aws/lambda/NAME. */
  readonly logGroup?: string;
}

type Outputs = Readonly<Record<string, string>>;
type Refuse = (service: string, status: number, code: string, message?: string) => Answer;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
export function describeStacks(body: Buffer, stacks: ReadonlyMap<string, Outputs>, refuse: Refuse): Answer {
  const form = new URLSearchParams(body.toString());
  if (form.get('Action') !== 'DescribeStacks' || form.get('Version') !== '2010-05-15') {
    return refuse('cloudformation', 400, 'InvalidAction', 'Only DescribeStacks of 2010-05-15 is simulated.');
  }
  const name = form.get('StackName');
  const found = [...stacks].filter(([one]) => name === null || name === one);
  if (name !== null && found.length === 0) {
    return refuse('cloudformation', 400, 'ValidationError', `Stack with id ${name} does not exist`);
  }
  const members = found.map(([one, outputs]) => `<member>${stackXml(one, outputs)}</member>`).join('');
  const xml =
    '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>' +
    `<Stacks>${members}</Stacks></DescribeStacksResult><ResponseMetadata><RequestId>simulated</RequestId>` +
    '</ResponseMetadata></DescribeStacksResponse>';
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: xml };
}

function stackXml(name: string, outputs: Outputs): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
  );
  return (
    `<StackId>arn:aws:cloudformation:${REGION}:000000000000:stack/${name}/simulated</StackId>` +
    `<StackName>${name}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>` +
    `<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs>`
  );
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export function functionConfiguration(url: URL, functions: ReadonlyMap<string, SimulatedFunction>): Answer {
  const name = decodeURIComponent(url.pathname.split('/')[3] ?? '');
  const found = functions.get(name);
  if (!found) {
    const arn = `arn:aws:lambda:${REGION}:000000000000:function:${name}`;
    return json(404, { Message: `Function not found: ${arn}`, Type: 'User' }, 'ResourceNotFoundException');
  }
  return json(200, {
    FunctionName: name,
    Role: `arn:aws:iam::000000000000:role/${name}Role-1SIMULATED`,
    Runtime: 'nodejs24.x',
    Environment: { Variables: found.environment },
    LoggingConfig: { LogFormat: 'Text', LogGroup: found.logGroup ?? `/aws/lambda/${name}` },
  });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html */
export interface SimulatedMapping {
  readonly uuid: string;
  state: string;
  reason?: string;
  readonly eventSourceArn: string;
}

/** One per page, so that a client that does not page fails; none for a function that has none. */
export function listMappings(url: URL, mappings: ReadonlyMap<string, readonly SimulatedMapping[]>): Answer {
  const all = mappings.get(url.searchParams.get('FunctionName') ?? '') ?? [];
  const at = Number(url.searchParams.get('Marker') ?? 0);
  return json(200, {
    EventSourceMappings: all.slice(at, at + 1).map(({ uuid, state, reason, eventSourceArn }) => ({
      UUID: uuid,
      State: state,
      StateTransitionReason: reason,
      EventSourceArn: eventSourceArn,
    })),
    ...(at + 1 < all.length && { NextMarker: String(at + 1) }),
  });
}

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html */
export function getSchedule(url: URL, schedules: ReadonlyMap<string, string>): Answer {
  const name = decodeURIComponent(url.pathname.split('/')[2] ?? '');
  const state = schedules.get(name);
  if (state === undefined) {
    return json(404, { Message: `Schedule ${name} does not exist.` }, 'ResourceNotFoundException');
  }
  return json(200, { Name: name, GroupName: 'default', State: state });
}

function json(status: number, body: object, errorType?: string): Answer {
  const headers = { 'content-type': 'application/json', ...(errorType && { 'x-amzn-errortype': errorType }) };
  return { status, headers, body: JSON.stringify(body) };
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
