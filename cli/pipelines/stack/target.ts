/** The pipelines of a deployed stack, found by its name. What does not change is asked for once. */
import type { PipelineOutput } from '../../../lambda/core/contract.ts';
import { secretsManager } from '../../../lambda/edges/secrets.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { Operated, Target, TargetOptions } from '../operated.ts';
import { silenceMs } from '../schedule.ts';
import { stackAlarms } from './alarms.ts';
import { type StackClients, stackClients } from './clients.ts';
import { type DeployedStack, deployCommand } from './deploy-command.ts';
import { shipFunction } from './function.ts';
import { stackLedger } from './ledger.ts';
import { pipelineOutputs } from './outputs.ts';
import { stackProblems } from './problems.ts';
import { stackQueues } from './queues.ts';
import { stackState } from './state.ts';
import { stackTriggers } from './triggers.ts';

const DEFAULT_STACK = 'Auth0LogsToAzure';

/** Throws UsageError when there is no such stack or pipeline, or AWS does not let us look. */
export async function stackTarget(options: TargetOptions): Promise<Target> {
  const { stack: stackName = DEFAULT_STACK, pipeline } = options;
  const clients = await stackClients(options, process.env);
  const { region } = clients;
  const outputs = await pipelineOutputs(clients, stackName);
  const chosen = outputs.filter(one => pipeline === undefined || one.pipeline === pipeline);
  if (chosen.length === 0) {
    const names = outputs.map(one => `"${one.pipeline}"`).join(', ');
    throw new UsageError(`--pipeline is "${pipeline}"; allowed, by stack ${stackName}: ${names}`);
  }
  return {
    place: `stack ${stackName} in ${region}`,
    kind: 'stack',
    pipelines: await Promise.all(
      chosen.map(output => operated(clients, { name: stackName, region, profile: options.profile }, output)),
    ),
  };
}

async function operated(
  clients: StackClients,
  stack: DeployedStack,
  output: PipelineOutput,
): Promise<Operated> {
  const { config, env, logGroup } = await shipFunction(clients, output);
  const state = stackState(clients, output);
  const alarms = stackAlarms(clients, stack.name, output);
  const byDefault = { lagMs: config.alarms.lagMinutes * 60_000, silenceMs: silenceMs(config) };
  return {
    // The functions are not told of the alarms: the stack made a topic for them, or took the configured one.
    config: { ...config, alarms: { ...config.alarms, topicArn: output.alarmTopicArn } },
    secrets: secretsManager(clients.secretsManager),
    env: { ...env, ...process.env },
    store: state.store,
    queues: stackQueues(clients, output),
    queueUrls: { retry: output.retryQueueUrl, 'dead-letter': output.deadLetterQueueUrl },
    state: state.look,
    alarms: alarms.ringing,
    limits: async () => (await alarms.limits()) ?? byDefault,
    ledger: fromMs => stackLedger(clients, logGroup, fromMs),
    problems: () => stackProblems(clients, output),
    deployCommand: deployCommand(stack, output),
    stopped: () => stackTriggers(clients, output, process.env),
  };
}
