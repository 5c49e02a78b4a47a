/** The triggers of a deployed pipeline: the schedule that starts runs, and the mapping that starts replays. */
import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import type { PipelineOutput } from '../../../lambda/core/contract.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import type { Environment } from '../../../lambda/environment.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { Stopped } from '../operated.ts';
import { type About, awsCommand, enableSchedule, revertDrift } from '../remedy.ts';
import type { StackClients } from './clients.ts';
import { queueNameOf } from './queues.ts';

/** On their way to it count too: https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html */
const WORKING = new Set(['Enabled', 'Enabling', 'Creating', 'Updating']);

/** Where the stack is, and the command that deploys it again. */
interface Whereabouts extends Pick<About, 'region' | 'profile'> {
  readonly deploy: string;
}

/** Those that do not work. What may not be asked is a UsageError, unless it is the only thing that is known to be wrong. */
export async function stackTriggers(
  clients: StackClients,
  output: PipelineOutput,
  env: Environment,
  where: Whereabouts,
): Promise<readonly Stopped[]> {
  const asked = await Promise.allSettled([
    stoppedSchedule(clients, output, env, where),
    stoppedMapping(clients, output, where),
  ]);
  const found = asked.flatMap(one => (one.status === 'fulfilled' && one.value ? [one.value] : []));
  const refused = asked.find(one => one.status === 'rejected');
  if (refused && found.length === 0) throw refused.reason;
  return found;
}

/** Stacks deployed by 0.1.0 do not say what their schedule is called. */
async function stoppedSchedule(
  { ask, lambda, region }: StackClients,
  { schedule }: PipelineOutput,
  env: Environment,
  where: Whereabouts,
): Promise<Stopped | undefined> {
  if (schedule === undefined) return undefined;
  const about = { runbook: 'silent', remedy: revertDrift(where.deploy) };
  const missing = `the schedule ${schedule} does not exist`;
  try {
    const state = await ask(
      'scheduler:GetSchedule',
      () => scheduleState(lambda, region, schedule, env),
      missing,
    );
    if (state === 'ENABLED') return undefined;
    return {
      ...about,
      what: 'the schedule is disabled',
      text: `the schedule ${schedule} is ${state}`,
      remedy: enableSchedule(schedule, where),
    };
  } catch (error) {
    if (!(error instanceof UsageError) || error.message !== missing) throw error;
    return { ...about, what: 'the schedule does not exist', text: missing };
  }
}

async function stoppedMapping(
  { ask, lambda }: StackClients,
  { replayFunction, retryQueueUrl }: PipelineOutput,
  where: Whereabouts,
): Promise<Stopped | undefined> {
  const found: EventSourceMappingConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const command = new ListEventSourceMappingsCommand({
      FunctionName: replayFunction,
      ...(Marker && { Marker }),
    });
    const answer = await ask('lambda:ListEventSourceMappings', () => lambda.send(command));
    found.push(...(answer.EventSourceMappings ?? []));
    Marker = answer.NextMarker;
  } while (Marker);
  const queue = `:${queueNameOf(retryQueueUrl)}`;
  const mapping = found.find(({ EventSourceArn: arn = '' }) => arn.endsWith(queue));
  const about = { runbook: 'retry-queue-stuck', what: 'no trigger delivers the retry queue’s batches' };
  if (!mapping) {
    const text = `the event source mapping from the retry queue to ${replayFunction} does not exist`;
    return { ...about, text, remedy: 'create it again: docs/runbook.md, retry-queue-stuck' };
  }
  const { State: state = 'unknown', StateTransitionReason: reason, UUID: uuid } = mapping;
  if (WORKING.has(state)) return undefined;
  return {
    ...about,
    text: `the event source mapping of ${replayFunction} is ${state}${reason ? ` (${reason})` : ''}`,
    remedy: `enable it:\n  ${awsCommand(`lambda update-event-source-mapping --uuid ${uuid} --enabled`, where)}`,
  };
}

const TIMEOUT_MS = 15_000;

/**
 * The state of a schedule of the group `default`: `ENABLED` or `DISABLED`. Rejects with an error that has AWS's name for it.
 * Signed with parts of the SDK that are here: the service's own client would be used for this one call.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html
 */
async function scheduleState(
  { config: { credentials, sha256 } }: LambdaClient,
  region: string,
  name: string,
  env: Environment,
): Promise<string> {
  const given = env['AWS_ENDPOINT_URL_SCHEDULER'] || env['AWS_ENDPOINT_URL'];
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(
    `/schedules/${encodeURIComponent(name)}`,
    given || `https://scheduler.${region}.${domain}`,
  );
  const signer = new SignatureV4({ service: 'scheduler', region, credentials, sha256 });
  const signed = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname,
    query: {},
    headers: { host: url.host },
  });
  const { host: _set, ...headers } = signed.headers;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { headers, signal, redirect: 'manual' }).catch(networkError);
  const text = await response.text();
  const body = jsonOf(text);
  if (response.ok && typeof body['State'] === 'string') return body['State'];
  const type = response.headers.get('x-amzn-errortype') ?? body['__type'] ?? body['Code'] ?? 'UnknownAnswer';
  throw named(
    String(type).replace(/:.*|^.*#/g, ''),
    String(body['Message'] ?? body['message'] ?? `status ${response.status}`),
    response.status,
  );
}

/** `fetch` hides Node's code in the cause. */
function networkError(error: unknown): never {
  const { name, cause } = error instanceof Error ? error : new Error(String(error));
  const { code } = Object(cause) as { readonly code?: unknown };
  throw named(typeof code === 'string' ? code : name, 'no answer');
}

function named(name: string, message: string, httpStatusCode?: number): Error {
  const answered = httpStatusCode !== undefined && { $metadata: { httpStatusCode } };
  return Object.assign(new Error(message), { name }, answered);
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}
