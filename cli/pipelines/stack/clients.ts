/** AWS clients with the operator's own credentials. Region and profile are resolved like in the AWS CLI. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Environment } from '../../../lambda/environment.ts';
import { UsageError } from '../../terminal/errors.ts';
import { type Asker, explained, NO_REGION } from './errors.ts';

export interface StackClients {
  readonly region: string;
  readonly cloudformation: CloudFormationClient;
  readonly cloudwatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly secretsManager: SecretsManagerClient;
  readonly sqs: SQSClient;
  /**
   * The answer, or a UsageError that says what to do.
   * @param action as IAM calls it, such as "sqs:SendMessage"
   * @param absent what to say when that which is asked about does not exist
   */
  ask<T>(action: string, work: () => Promise<T>, absent?: string): Promise<T>;
}

/** The SDK warns about queues with their own endpoint and about credentials that --profile overrides. Both are intended. */
const ignore = () => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Where a stack is, and whose credentials are used. */
export interface StackPlace {
  readonly region?: string;
  readonly profile?: string;
  /** See Asker. */
  readonly elsewhere?: string;
}

/** Throws UsageError when no region is configured. Sends no request. */
export async function stackClients(options: StackPlace, env: Environment): Promise<StackClients> {
  const { profile, elsewhere } = options;
  // AWS_DEFAULT_REGION is the CLI's; the SDK does not know it.
  const given = options.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined);
  const common = {
    ...(given !== undefined && { region: given }),
    ...(profile !== undefined ? { profile } : environmentCredentials(env)),
    logger: SILENT,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  };
  const cloudformation = new CloudFormationClient(common);
  const region = await regionOf(cloudformation, profile);
  const asker: Asker = { region, profile, elsewhere };
  return {
    region,
    cloudformation,
    cloudwatch: new CloudWatchClient(common),
    logs: new CloudWatchLogsClient(common),
    dynamodb: new DynamoDBClient(common),
    lambda: new LambdaClient(common),
    secretsManager: new SecretsManagerClient(common),
    // An endpoint for everything, as an emulator has, counts for more than the address in a queue's URL.
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: !env['AWS_ENDPOINT_URL'] }),
    ask: async (action, work, absent) => {
      try {
        return await work();
      } catch (error) {
        throw explained(error, action, asker, absent);
      }
    },
  };
}

/** Keys in the environment count for more than AWS_PROFILE there, and less than --profile: so the CLI has it, unlike the SDK. */
function environmentCredentials(env: Environment) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const { AWS_SESSION_TOKEN: sessionToken } = env;
  if (!accessKeyId || !secretAccessKey) return {};
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } };
}

async function regionOf(client: CloudFormationClient, profile: string | undefined): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    const hint = profile === undefined ? '' : `; check whether the profile "${profile}" exists`;
    throw new UsageError(`${NO_REGION}${hint}`, error);
  }
}
