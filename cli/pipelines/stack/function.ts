/** A pipeline's own configuration, read off its ship function. */
import { type FunctionConfiguration, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ConfigError, type PipelineConfig, parsePipeline } from '../../../lambda/config/config.ts';
import { ENV, type PipelineOutput } from '../../../lambda/core/contract.ts';
import type { Environment } from '../../../lambda/wiring.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { StackClients } from './clients.ts';

export interface ShipFunction {
  /** Without `schedule` and `alarms`, which a function does not need: those are the defaults here. */
  readonly config: PipelineConfig;
  /** Base URLs, in tests. */
  readonly env: Environment;
  readonly logGroup: string;
}

const ACTION = 'lambda:GetFunctionConfiguration';
const BASE_URLS = [ENV.auth0BaseUrl, ENV.azureBaseUrl, ENV.entraBaseUrl];

/** Throws UsageError when there is no such function any more, or when its configuration is none of this version's. */
export async function shipFunction(
  { lambda, ask }: StackClients,
  { pipeline, shipFunction: name }: PipelineOutput,
): Promise<ShipFunction> {
  const answer = await ask(
    ACTION,
    () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
    `pipeline "${pipeline}": its function ${name} does not exist any more; deploy the stack again`,
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
    `the environment of function ${name} cannot be read (${problem.ErrorCode}); allow kms:Decrypt on its key to these credentials`,
  );
}

function configOf(text: string | undefined, name: string): PipelineConfig {
  try {
    return parsePipeline(JSON.parse(text ?? ''));
  } catch (error) {
    const problem = error instanceof ConfigError ? error.problems.join('; ') : 'it is no JSON';
    throw new UsageError(
      `${ENV.pipelineConfig} of function ${name} is none that this version understands (${problem}); ` +
        'deploy the stack again, or use the version that deployed it',
      error,
    );
  }
}
