/** The pipelines of a deployed stack, found by its name. What does not change is asked for once. */
import { type FunctionConfiguration, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ConfigError, type PipelineConfig, parsePipeline } from '../../../lambda/config/config.ts';
import { ENV, type PipelineOutput } from '../../../lambda/core/contract.ts';
import { secretsManager } from '../../../lambda/edges/secrets.ts';
import type { Environment } from '../../../lambda/environment.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { Operated, Target, TargetOptions } from '../operated.ts';
import { deployment } from '../remedy.ts';
import { silenceMs } from '../schedule.ts';
import { stackAlarms } from './alarms.ts';
import { type StackClients, stackClients } from './clients.ts';
import { stackLedger } from './ledger.ts';
import { pipelineOutputs } from './outputs.ts';
import { stackProblems } from './problems.ts';
import { stackQueues } from './queues.ts';
import { stackState } from './state.ts';
import { stackTriggers } from './triggers.ts';

export const DEFAULT_STACK = 'Auth0LogsToAzure';
const BASE_URLS = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl, ENV.workspaceBaseUrl];

/** Throws UsageError when the stack or pipeline does not exist, or AWS refuses access. */
export async function stackTarget(options: TargetOptions): Promise<Target> {
  const { stack: stackName = DEFAULT_STACK, pipeline } = options;
  const elsewhere = 'for a state directory of this machine, specify --config FILE';
  const clients = await stackClients({ ...options, elsewhere }, process.env);
  const { region } = clients;
  const outputs = await pipelineOutputs(clients, stackName);
  const chosen = outputs.filter(one => pipeline === undefined || one.pipeline === pipeline);
  if (chosen.length === 0) {
    const names = outputs.map(one => `"${one.pipeline}"`).join(', ');
    throw new UsageError(`--pipeline is "${pipeline}"; allowed in stack ${stackName}: ${names}`);
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
  const where = { region: stack.region, profile: stack.profile };
  const deploy = deployCommand(stack, output);
  const byDefault = { lagMs: config.alarms.lagMinutes * 60_000, silenceMs: silenceMs(config) };
  return {
    // The functions do not know the alarms; the stack created their topic, or used the configured one.
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
    problems: () => stackProblems(clients, output, where),
    deployCommand: deploy,
    stopped: () => stackTriggers(clients, output, process.env, { ...where, deploy }),
  };
}

export interface ShipFunction {
  /** Without `schedule` and `alarms`, which a function does not need: those are the defaults here. */
  readonly config: PipelineConfig;
  /** Base URLs, in tests. */
  readonly env: Environment;
  readonly logGroup: string;
}

/**
 * The pipeline's own configuration, read off its ship function. Throws UsageError when there is no such function any
 * more, or when its configuration is none of this version's.
 */
export async function shipFunction(
  { lambda, ask }: StackClients,
  { pipeline, shipFunction: name }: PipelineOutput,
): Promise<ShipFunction> {
  const answer = await ask(
    'lambda:GetFunctionConfiguration',
    () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
    `pipeline "${pipeline}": its function ${name} no longer exists; deploy the stack again`,
  );
  const variables = variablesOf(answer, name);
  return {
    config: configOf(variables[ENV.pipelineConfig], name),
    env: Object.fromEntries(BASE_URLS.flatMap(one => (variables[one] ? [[one, variables[one]]] : []))),
    logGroup: answer.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
  };
}

function variablesOf({ Environment: environment }: FunctionConfiguration, name: string): Environment {
  const { Error: problem, Variables: variables = {} } = environment ?? {};
  if (!problem) return variables;
  throw new UsageError(
    `the environment of function ${name} cannot be read (${problem.ErrorCode}); allow these credentials kms:Decrypt on its key`,
  );
}

function configOf(text: string | undefined, name: string): PipelineConfig {
  try {
    return parsePipeline(JSON.parse(text ?? ''));
  } catch (error) {
    const problem = error instanceof ConfigError ? error.problems.join('; ') : 'invalid JSON';
    throw new UsageError(
      `${ENV.pipelineConfig} of function ${name} cannot be used by this version (${problem}); ` +
        'deploy the stack again, or use the version that deployed it',
      error,
    );
  }
}

export interface DeployedStack {
  readonly name: string;
  readonly region: string;
  readonly profile: string | undefined;
}

/**
 * By which this very stack is deployed again: with another configuration it would become another stack. To be typed in
 * the folder of the last deploy; of a stack of another app, in that app's.
 */
export function deployCommand(
  { name, region, profile }: DeployedStack,
  { deployWith }: Pick<PipelineOutput, 'deployWith'>,
): string {
  return deployment(name, deployWith, { region, profile });
}
