/**
 * What an operator asks of AWS besides DynamoDB's and SQS's data: CloudFormation, Lambda, CloudWatch and its logs, and
 * the settings of tables, which dynalite has not. On loopback, for the real SDK clients, in the protocols they speak.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, answerWith } from '../faults.ts';
import { type Call, listen, readBody } from '../loopback.ts';
import { type AlarmRow, alarmsAndMetrics, type Datapoint } from './operations-cloudwatch.ts';
import { type LogEvent, logGroups } from './operations-logs.ts';
import {
  describeStacks,
  functionConfiguration,
  getSchedule,
  listMappings,
  type SimulatedFunction,
  type SimulatedMapping,
} from './operations-stack.ts';
import { type TableFront, tableFront } from './operations-table.ts';
import { REGION } from './queues.ts';

export interface AwsOperations {
  /** Environment variables that lead an AWS SDK here. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Name to its outputs. */
  readonly stacks: Map<string, Readonly<Record<string, string>>>;
  readonly functions: Map<string, SimulatedFunction>;
  /** Function's name to what feeds it. */
  readonly mappings: Map<string, SimulatedMapping[]>;
  /** Name to `ENABLED` or `DISABLED`. */
  readonly schedules: Map<string, string>;
  readonly alarms: AlarmRow[];
  /** Names of alarms whose change to a state was notified of, unless `areDelivered` is false. */
  readonly notices: { areDelivered: boolean; readonly delivered: readonly string[] };
  /** `NAMESPACE/METRIC/DIMENSION VALUE` to its data. */
  readonly metrics: Map<string, Datapoint[]>;
  readonly logGroups: Map<string, LogEvent[]>;
  /** Tables and where each really is. */
  readonly tables: TableFront;
  /** Every call of this action, such as `logs:FilterLogEvents`, is answered with this error until `refuse` says otherwise. */
  refuse(action: string, code: string | undefined, status?: number): void;
  /** Actions that were asked for, in order. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** The name that a service signs its requests with, to the name that IAM knows it by. */
const SERVICES: Readonly<Record<string, string>> = {
  cloudformation: 'cloudformation',
  lambda: 'lambda',
  monitoring: 'cloudwatch',
  logs: 'logs',
  dynamodb: 'dynamodb',
  scheduler: 'scheduler',
};

/** Starts on a free port of 127.0.0.1. */
export async function startAwsOperations(): Promise<AwsOperations> {
  const stacks = new Map<string, Readonly<Record<string, string>>>();
  const functions = new Map<string, SimulatedFunction>();
  const mappings = new Map<string, SimulatedMapping[]>();
  const schedules = new Map<string, string>();
  const watch = alarmsAndMetrics();
  const groups = logGroups();
  const tables = tableFront();
  const refusals = new Map<string, { readonly code: string; readonly status: number }>();
  const calls: string[] = [];

  const answer = async (call: Call, method: string): Promise<Answer> => {
    const { service, operation } = askedOf(call, method);
    if (service === undefined) return errorOf('lambda', 403, 'MissingAuthenticationTokenException');
    calls.push(`${service}:${operation}`);
    const refusal = refusals.get(`${service}:${operation}`);
    if (refusal) return errorOf(service, refusal.status, refusal.code);
    if (service === 'cloudformation') return describeStacks(call.body, stacks, errorOf);
    if (service === 'scheduler') return getSchedule(call.url, schedules);
    if (operation === 'ListEventSourceMappings') return listMappings(call.url, mappings);
    if (service === 'lambda') return functionConfiguration(call.url, functions);
    if (service === 'cloudwatch') return watch.answer(operation, call.body);
    if (service === 'logs') return groups.answer(operation, call.body);
    return tables.answer(operation, call);
  };
  const { url, close } = await listen(async (request, response) => {
    const body = await readBody(request);
    if (!body) return;
    const call = { url: new URL(request.url ?? '/', 'http://localhost'), headers: request.headers, body };
    await answerWith(undefined, request, response, () => answer(call, request.method ?? ''));
  });
  return {
    endpoints: Object.fromEntries(
      ['CLOUDFORMATION', 'LAMBDA', 'CLOUDWATCH', 'CLOUDWATCH_LOGS', 'DYNAMODB', 'SCHEDULER'].map(one => [
        `AWS_ENDPOINT_URL_${one}`,
        url,
      ]),
    ),
    stacks,
    functions,
    mappings,
    schedules,
    alarms: watch.alarms,
    notices: watch.notices,
    metrics: watch.metrics,
    logGroups: groups.groups,
    tables,
    refuse: (action, code, status = 400) => {
      if (code === undefined) refusals.delete(action);
      else refusals.set(action, { code, status });
    },
    calls,
    close,
  };
}

/** The service by its signature, the operation by its protocol. */
function askedOf({ headers, body, url }: Call, method: string) {
  const service = SERVICES[signedFor(headers) ?? ''];
  const target = String(headers['x-amz-target'] ?? '').split('.')[1];
  const { pathname } = url;
  if (method === 'GET' && service === 'scheduler' && /^\/schedules\/[^/]+$/.test(pathname)) {
    return { service, operation: 'GetSchedule' };
  }
  if (method === 'GET' && service === 'lambda' && /^\/2015-03-31\/event-source-mappings\/?$/.test(pathname)) {
    return { service, operation: 'ListEventSourceMappings' };
  }
  const path = /^\/2015-03-31\/functions\/[^/]+\/configuration$/.test(pathname) && method === 'GET';
  const operation =
    service === 'cloudformation'
      ? new URLSearchParams(body.toString()).get('Action')
      : service === 'lambda' && path
        ? 'GetFunctionConfiguration'
        : target;
  return { service, operation: operation ?? 'unknown' };
}

/** `Credential=KEY/DAY/REGION/SERVICE/aws4_request`. */
function signedFor({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  const [, region, service] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, /.exec(authorization) ?? [];
  return region === REGION ? service : undefined;
}

/** An error in the protocol of the service. */
function errorOf(service: string, status: number, code: string, message = 'Simulated.'): Answer {
  if (service === 'cloudformation') {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    const body = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${error}<RequestId>simulated</RequestId></ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml' }, body };
  }
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  };
}
