/** What makes a deployed pipeline move: the schedule that starts runs, and the mapping that starts replays. */
import { type EventSourceMappingConfiguration, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { PipelineOutput } from '../../../lambda/core/contract.ts';
import type { Environment } from '../../../lambda/wiring.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { Stopped } from '../operated.ts';
import type { StackClients } from './clients.ts';
import { queueNameOf } from './queues.ts';
import { scheduleState } from './scheduler.ts';

/** On their way to it count too: https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html */
const WORKING = new Set(['Enabled', 'Enabling', 'Creating', 'Updating']);

/** Those that do not work. What may not be asked is a UsageError, unless it is the only thing that is known to be wrong. */
export async function stackTriggers(
  clients: StackClients,
  output: PipelineOutput,
  env: Environment,
): Promise<readonly Stopped[]> {
  const asked = await Promise.allSettled([
    stoppedSchedule(clients, output, env),
    stoppedMapping(clients, output),
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
): Promise<Stopped | undefined> {
  if (schedule === undefined) return undefined;
  const about = { runbook: 'silent', remedy: 'put it back: npx cdk deploy' };
  const missing = `there is no schedule ${schedule}`;
  try {
    const state = await ask(
      'scheduler:GetSchedule',
      () => scheduleState(lambda, region, schedule, env),
      missing,
    );
    if (state === 'ENABLED') return undefined;
    const remedy = 'enable it: console → EventBridge → Scheduler → Schedules';
    return {
      ...about,
      what: 'the schedule is disabled',
      text: `the schedule ${schedule} is ${state}`,
      remedy,
    };
  } catch (error) {
    if (!(error instanceof UsageError) || error.message !== missing) throw error;
    return { ...about, what: 'the schedule does not exist', text: missing };
  }
}

async function stoppedMapping(
  { ask, lambda }: StackClients,
  { replayFunction, retryQueueUrl }: PipelineOutput,
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
  const about = { runbook: 'retry-queue-stuck', what: 'nothing takes the retry queue’s batches' };
  if (!mapping) {
    const text = `nothing feeds the retry queue to ${replayFunction}: its event source mapping does not exist`;
    return { ...about, text, remedy: 'make it anew: docs/runbook.md, retry-queue-stuck' };
  }
  const { State: state = 'unknown', StateTransitionReason: reason, UUID: uuid } = mapping;
  if (WORKING.has(state)) return undefined;
  return {
    ...about,
    text: `the event source mapping of ${replayFunction} is ${state}${reason ? ` (${reason})` : ''}`,
    remedy: `enable it:\n  aws lambda update-event-source-mapping --uuid ${uuid} --enabled`,
  };
}
