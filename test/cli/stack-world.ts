/**
 * A "deployed" stack on loopback: two pipelines, `prod` and `prod-eu`, each to an API of its own, with the real function
 * bundles, so that checkpoint, last run and ledger are what a deployment would have.
 */
import { LEDGER_MESSAGE, outputKey, type PipelineOutput } from '../../lambda/core/contract.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { type Bundles, buildFunctions } from '../../scripts/build.ts';
import type { Auth0Options } from '../../simulator/auth0/server.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type LambdaHost, lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { type AwsOperations, startAwsOperations } from '../../simulator/aws/operations.ts';
import type { AlarmRow } from '../../simulator/aws/operations-cloudwatch.ts';
import { type SecretsManagerSimulator, startSecretsManager } from '../../simulator/aws/secrets-manager.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';
import type { AzureOptions } from '../../simulator/azure/server.ts';
import { type Settings, secretNames, startWorld, type World } from '../../simulator/world.ts';
import { type Cli, type Ended, startCli } from './cli.ts';

export const STACK = 'Auth0LogsToAzure';
export const PIPELINES = ['prod', 'prod-eu'] as const;
export type PipelineName = (typeof PIPELINES)[number];
const CLIENT = { clientId: 'stack-client', clientSecret: 'stack-client-secret' };
/** Long enough for a busy machine: a run ends before it. */
const TIMEOUT_MS = 60_000;

/** `config` is as its function has it in PIPELINE_CONFIG. */
export interface Deployed extends Pick<World, 'auth0' | 'azure' | 'aws' | 'config' | 'posts'> {
  readonly name: PipelineName;
  readonly kind: Kind;
  readonly output: PipelineOutput;
  /** One tick: the ship function is invoked, its lines go to its log group. Throws when it failed. */
  run(): Promise<RunReport>;
  /** One pass over the retry queue by the replay function; returns how many messages were deleted. */
  replayOnce(): Promise<number>;
  /** An alarm of this pipeline goes into a state. */
  setAlarm(row: string, state: AlarmRow['state'], description?: string): void;
  /** CloudWatch reports this age of the oldest message. */
  setOldestAge(queue: 'retry' | 'dead-letter', seconds: number, atMs?: number): void;
}

export interface StackWorld {
  readonly operations: AwsOperations;
  readonly secrets: SecretsManagerSimulator;
  readonly pipelines: Readonly<Record<PipelineName, Deployed>>;
  /** What the operator's shell has: a region, credentials, and the addresses of everything here. */
  readonly env: Readonly<Record<string, string>>;
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Cli;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  close(): Promise<void>;
}

export interface StackSetup {
  /** Of both pipelines; each has its own when absent. */
  readonly kind?: Kind;
  readonly auth0?: Partial<Auth0Options>;
  readonly azure?: AzureOptions;
  /** Laid over every pipeline's configuration. */
  readonly config?: Settings;
}

export async function openStackWorld(setup: StackSetup = {}): Promise<StackWorld> {
  const operations = await startAwsOperations();
  const secrets = await startSecretsManager({ secrets: {} });
  const built = await buildFunctions();
  const [prod, eu] = await Promise.all(
    PIPELINES.map((name, n) =>
      deploy(name, { kind: KINDS[n % KINDS.length], ...setup }, operations, secrets, built),
    ),
  );
  if (!prod || !eu) throw new Error('two pipelines');
  const outputs = [prod, eu].map(({ output }) => [outputKey(output.pipeline), JSON.stringify(output)]);
  operations.stacks.set(STACK, Object.fromEntries(outputs));
  operations.stacks.set('SomethingElse', { Bucket: 'a-bucket' });
  const env = {
    ...prod.aws.endpoints,
    ...operations.endpoints,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const start: StackWorld['start'] = (args, more = {}) => startCli(args, { ...env, ...more });
  return {
    operations,
    secrets,
    pipelines: { prod, 'prod-eu': eu },
    env,
    start,
    run: (args, more) => start(args, more).ended,
    close: async () => {
      await Promise.all([prod.close(), eu.close(), operations.close(), secrets.close()]);
      await built.remove();
    },
  };
}

async function deploy(
  name: PipelineName,
  { kind = KINDS[0], ...setup }: StackSetup,
  operations: AwsOperations,
  secrets: SecretsManagerSimulator,
  built: Bundles,
): Promise<Deployed & { close(): Promise<void> }> {
  const world = await startWorld({
    kind,
    name,
    auth0: { ...CLIENT, ...setup.auth0 },
    azure: { keepRecords: true, ...setup.azure },
    settings: setup.config,
    secrets,
  });
  const { aws, environment, env } = world;
  const redactionKey = 'stack-redaction-key-of-enough-characters';
  secrets.set(secretNames(name).auth0, JSON.stringify({ ...CLIENT, redactionKey }));
  const output: PipelineOutput = {
    pipeline: name,
    checkpointTable: aws.table,
    retryQueueUrl: aws.retryQueueUrl,
    deadLetterQueueUrl: aws.deadLetterQueueUrl,
    shipFunction: `${STACK}-${name}Ship`,
    replayFunction: `${STACK}-${name}Replay`,
    alarmTopicArn: `arn:aws:sns:us-east-1:000000000000:${name}-alarms`,
    deployWith: ['config=config.json'],
    schedule: `${STACK}-${name}Schedule`,
  };
  const logGroup = `${STACK}-${name}ShipLogs`;
  operations.functions.set(output.shipFunction, { environment, logGroup });
  operations.functions.set(output.replayFunction, { environment });
  operations.schedules.set(`${STACK}-${name}Schedule`, 'ENABLED');
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${name}-retry`;
  operations.mappings.set(output.replayFunction, [
    { uuid: 'of-another-queue', state: 'Disabled', eventSourceArn: `${queueArn}-other` },
    { uuid: `${name}-mapping`, state: 'Enabled', eventSourceArn: queueArn },
  ]);
  operations.logGroups.set(logGroup, []);
  operations.tables.settings.set(aws.table, {
    endpoint: aws.endpoints['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    pointInTimeRecovery: true,
    deletionProtection: true,
  });
  const setAlarm = alarmsOf(operations, output);
  const host = (bundle: string) => lambdaHost({ bundle, env, timeoutMs: TIMEOUT_MS });
  const ship = host(built.ship);
  const replay = host(built.replay);
  const mapping = eventSourceMapping({
    sqsClient: aws.sqs,
    queueUrl: aws.retryQueueUrl,
    batchSize: 1,
    invoke: replay.invoke,
  });
  return {
    ...world,
    name,
    kind,
    output,
    setAlarm,
    run: () => tick(ship, operations, logGroup),
    replayOnce: async () => {
      await aws.makeVisible('retry');
      return (await mapping.poll()).deleted;
    },
    setOldestAge: (queue, seconds, atMs = Date.now() - 60_000) => {
      const key = `AWS/SQS/ApproximateAgeOfOldestMessage/${name}-${queue}`;
      operations.metrics.set(key, [{ atMs, value: seconds }]);
    },
    close: async () => {
      await Promise.all([ship.stop(), replay.stop()]);
      await world.close();
    },
  };
}

async function tick(ship: LambdaHost, operations: AwsOperations, logGroup: string): Promise<RunReport> {
  const before = ship.logs.length;
  const invocation = await ship.invoke({});
  const atMs = Date.now();
  const lines = ship.logs.slice(before);
  operations.logGroups
    .get(logGroup)
    ?.push(...lines.map(message => ({ atMs: lineDate(message) ?? atMs, message })));
  if (invocation.ok) return invocation.result as RunReport;
  throw new Error(`ship failed: ${invocation.error}\n${lines.slice(-5).join('\n')}`);
}

/** Powertools writes when it wrote. */
function lineDate(line: string): number | undefined {
  if (!line.includes(LEDGER_MESSAGE)) return undefined;
  return Date.parse(Object(JSON.parse(line)).timestamp) || undefined;
}

/** Some of the rows of cdk/alarms.ts, all OK at first. */
function alarmsOf(operations: AwsOperations, output: PipelineOutput): Deployed['setAlarm'] {
  const prefix = `${STACK}-${output.pipeline}-`;
  const own: Readonly<Record<string, string>> = { pipeline: output.pipeline, stack: STACK };
  const add = (row: string, dimensions: Readonly<Record<string, string>>, threshold: number) =>
    operations.alarms.push({
      name: `${prefix}${row}`,
      description: `The sentence of ${row}. What to do: docs/runbook.md#${row}`,
      state: 'OK',
      changedAtMs: Date.now() - 3_600_000,
      dimensions,
      threshold,
      periodSeconds: 60,
      periods: 5,
    });
  add('lag', own, 15 * 60);
  add('silent', own, 1);
  add('denied-by-auth0', own, 0);
  add('denied-by-azure', own, 0);
  add('run-errors', own, 0);
  add('ship-errors', { FunctionName: output.shipFunction }, 0);
  add('dead-letters', own, 0);
  return (row, state, description) => {
    const at = operations.alarms.findIndex(one => one.name === `${prefix}${row}`);
    const alarm = operations.alarms[at];
    if (!alarm) throw new Error(`no alarm ${row}`);
    const changed = { ...alarm, state, changedAtMs: Date.now() - 600_000 };
    operations.alarms[at] = description === undefined ? changed : { ...changed, description };
  };
}
