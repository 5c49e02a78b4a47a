/** One tenant to one destination: schedule, functions, state, queues, alarms. */
import { CfnOutput, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import {
  type IManagedPolicy,
  PermissionsBoundary,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ConfigError, type PipelineConfig } from '../lambda/config/config.ts';
import {
  ENV,
  outputKey,
  type PipelineOutput,
  REPLAY_TIMEOUT_SECONDS,
  SHIP_TIMEOUT_SECONDS,
} from '../lambda/core/contract.ts';
import { acknowledge } from './acknowledge.ts';
import { adoptedQueue, adoptedTable } from './adopt.ts';
import { alarmTopic, allowAlarms, allowLogs } from './alarm-topic.ts';
import { addAlarms } from './alarms.ts';
import { type FunctionOptions, pipelineFunction } from './functions.ts';
import { replayStatements, shipStatements } from './permissions.ts';
import { queues } from './queues.ts';
import { outermostStack, placeholderSecret } from './secrets.ts';

export interface Auth0LogsToAzureProps extends FunctionOptions {
  /** As `parsePipeline` or `parsePipelines` of lambda/config/config.ts returned it. */
  readonly config: PipelineConfig;
  /** Encrypts table, queues, log groups, topic and created secrets. Default: keys of AWS, and one key for the topic. */
  readonly kmsKey?: IKey;
  /** The topic of the alarms. Default: `alarms.topicArn` of the configuration, or a new topic. */
  readonly alarmTopic?: ITopic;
  /** The permissions boundary of every role. */
  readonly permissionsBoundary?: IManagedPolicy;
  /** Whether to create secrets given by name, with a placeholder. Default: true. Secrets given by ARN are never created. */
  readonly createSecrets?: boolean;
  /** Removal policy of table and queues. Default: retain, because they may hold the only copy of logs. */
  readonly stateRemovalPolicy?: RemovalPolicy.DESTROY;
  /** URL of docs/runbook.md; alarms link to it. */
  readonly runbookUrl?: string;
  /** See PipelineOutput. */
  readonly deployWith?: readonly string[];
}

/** Lambda allows 4 KB of environment variables: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const CONFIG_MAX_BYTES = 3_200;

export class Auth0LogsToAzure extends Construct {
  readonly config: PipelineConfig;
  readonly shipFunction: LambdaFunction;
  readonly replayFunction: LambdaFunction;
  /** Created here, or adopted. */
  readonly table: ITable;
  /** Likewise, both. */
  readonly retryQueue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly schedule: CfnSchedule;
  readonly topic: ITopic;
  /** Of the outermost stack: with the pipeline's name it identifies metrics and alarms. */
  readonly stackName: string;
  /** By name, as in cdk/alarms.ts. */
  readonly alarms: Readonly<Record<string, Alarm>>;
  readonly #deployWith: readonly string[] | undefined;

  /**
   * Throws ConfigError when the configuration is too long for a function's environment, or another pipeline of the same
   * app has its name. Its output is one of the outermost stack: there the command line finds the pipeline.
   */
  constructor(scope: Construct, id: string, props: Auth0LogsToAzureProps) {
    super(scope, id);
    const { config, kmsKey } = props;
    this.config = config;
    this.#deployWith = props.deployWith;
    refuseTwins(this);
    refuseNamesWithoutState(config);
    this.stackName = outermostStack(this).stackName;
    if (props.permissionsBoundary) PermissionsBoundary.of(this).apply(props.permissionsBoundary);
    if (kmsKey) {
      allowAlarms(kmsKey);
      allowLogs(kmsKey, this);
    }
    if (props.createSecrets ?? true) {
      for (const name of [config.auth0.secret, config.azure.secret]) {
        if (name) placeholderSecret(this, name, kmsKey);
      }
    }

    this.table = checkpointTable(this, props);
    const { retryQueue, deadLetterQueue } = pipelineQueues(this, props);
    this.retryQueue = retryQueue;
    this.deadLetterQueue = deadLetterQueue;

    const common = {
      ...props,
      environment: {
        ...props.environment,
        [ENV.pipelineConfig]: lambdaConfig(config),
        [ENV.checkpointTable]: this.table.tableName,
        [ENV.retryQueueUrl]: retryQueue.queueUrl,
        [ENV.deadLetterQueueUrl]: deadLetterQueue.queueUrl,
        [ENV.stackName]: this.stackName,
      },
    };
    const inVpc = props.vpc !== undefined;
    const resources = { config, table: this.table, retryQueue, deadLetterQueue, kmsKey, inVpc };
    this.shipFunction = pipelineFunction(this, 'Ship', {
      ...common,
      bundle: 'ship',
      description: `Ships the Auth0 logs of pipeline ${config.name} to Azure`,
      timeoutSeconds: SHIP_TIMEOUT_SECONDS,
      statements: shipStatements(this, resources),
    });
    this.replayFunction = pipelineFunction(this, 'Replay', {
      ...common,
      bundle: 'replay',
      description: `Redelivers the failed batches of pipeline ${config.name}`,
      timeoutSeconds: REPLAY_TIMEOUT_SECONDS,
      statements: replayStatements(this, resources),
    });
    this.schedule = tick(this, config, this.shipFunction);
    feed(this, retryQueue, this.replayFunction);

    this.topic = props.alarmTopic ?? alarmTopic(this, config, kmsKey);
    this.alarms = addAlarms(this, this, this.topic, props.runbookUrl);
    const outer = outermostStack(this);
    // One output, not seven: CloudFormation allows 200 per stack.
    new CfnOutput(outer, outputKey(config.name), { value: outer.toJsonString(this.output) });
  }

  /** What the operator's commands need to know of this pipeline. */
  get output(): PipelineOutput {
    return {
      pipeline: this.config.name,
      checkpointTable: this.table.tableName,
      retryQueueUrl: this.retryQueue.queueUrl,
      deadLetterQueueUrl: this.deadLetterQueue.queueUrl,
      shipFunction: this.shipFunction.functionName,
      replayFunction: this.replayFunction.functionName,
      alarmTopicArn: this.topic.topicArn,
      ...(this.#deployWith && { deployWith: this.#deployWith }),
      schedule: this.schedule.ref,
    };
  }
}

/** The name identifies metrics, state and outputs in an account and region; a stage is a separate app. */
function refuseTwins(pipeline: Auth0LogsToAzure): void {
  const placeOf = (one: Auth0LogsToAzure) => {
    const { account, region } = Stack.of(one);
    return [one.config.name, Stage.of(one)?.node.path, account, region].join();
  };
  const twin = pipeline.node.root.node
    .findAll()
    .find(one => one instanceof Auth0LogsToAzure && one !== pipeline && placeOf(one) === placeOf(pipeline));
  if (!twin) return;
  throw new ConfigError([
    `pipeline ${pipeline.config.name}: ${twin.node.path} and ${pipeline.node.path} have the same name; allowed: a unique name per account and region`,
  ]);
}

/** A new table has no checkpoint of a former name. */
function refuseNamesWithoutState({ name, previousNames, adopt }: PipelineConfig): void {
  if (previousNames.length === 0 || adopt?.checkpointTable) return;
  throw new ConfigError([
    `pipeline ${name}: previousNames is set without adopt.checkpointTable; allowed: both, with the table that holds the checkpoint of that name ("status" and the output of the stack show it)`,
  ]);
}

function pipelineQueues(
  scope: Construct,
  { config: { adopt }, kmsKey, stateRemovalPolicy }: Auth0LogsToAzureProps,
): { readonly retryQueue: IQueue; readonly deadLetterQueue: IQueue } {
  if (adopt?.retryQueue && adopt.deadLetterQueue) {
    return {
      retryQueue: adoptedQueue(scope, 'AdoptedRetryQueue', adopt.retryQueue),
      deadLetterQueue: adoptedQueue(scope, 'AdoptedDeadLetterQueue', adopt.deadLetterQueue),
    };
  }
  return queues(scope, stateRemovalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, kmsKey);
}

function checkpointTable(
  scope: Construct,
  { config: { adopt }, kmsKey, stateRemovalPolicy }: Auth0LogsToAzureProps,
): ITable {
  if (adopt?.checkpointTable) return adoptedTable(scope, 'AdoptedCheckpointTable', adopt.checkpointTable);
  return new Table(scope, 'CheckpointTable', {
    partitionKey: { name: 'pipeline', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: stateRemovalPolicy !== RemovalPolicy.DESTROY,
    // Retained also when a first deploy fails: the rollback cannot delete a protected table and would fail too.
    removalPolicy: stateRemovalPolicy ?? RemovalPolicy.RETAIN,
    ...(kmsKey
      ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: kmsKey }
      : { encryption: TableEncryption.AWS_MANAGED }),
  });
}

/**
 * The schedule. A tick that cannot be delivered is dropped: the next one does its work.
 * No concurrency is reserved: the lease already prevents concurrent runs, and the deploy would fail in an account
 * with only ten concurrent executions.
 */
function tick(scope: Construct, config: PipelineConfig, ship: LambdaFunction): CfnSchedule {
  ship.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  acknowledge(ship, {
    id: 'Serverless-LambdaAsyncFailureDestination',
    reason: 'A failed tick holds no data: the next tick is the retry, and the alarms detect it.',
  });
  const { partition, region, account } = Stack.of(scope);
  const role = new Role(scope, 'ScheduleRole', {
    description: `Ticks pipeline ${config.name}`,
    // The group, not the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': account,
          'aws:SourceArn': `arn:${partition}:scheduler:${region}:${account}:schedule-group/default`,
        },
      },
    }),
    inlinePolicies: {
      tick: new PolicyDocument({
        statements: [
          new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [ship.functionArn] }),
        ],
      }),
    },
  });
  return new CfnSchedule(scope, 'Schedule', {
    description: `Ticks pipeline ${config.name}`,
    scheduleExpression: config.schedule,
    scheduleExpressionTimezone: config.scheduleTimeZone,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: ship.functionArn,
      roleArn: role.roleArn,
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
    },
  });
}

/** The retry queue → replay. One failed batch per call: it has the full time, and its failure costs no other batch a receive. */
function feed(scope: Construct, retryQueue: IQueue, replay: LambdaFunction): void {
  const mapping = new EventSourceMapping(scope, 'RetryQueueMapping', {
    target: replay,
    eventSourceArn: retryQueue.queueArn,
    batchSize: 1,
    reportBatchItemFailures: true,
    maxConcurrency: 2,
  });
  acknowledge(mapping, {
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'The redrive policy of the queue handles failures; Lambda has no other destination for SQS.',
  });
}

/** Without the settings of the stack: fewer bytes, and a new email address does not change the functions. */
function lambdaConfig({ alarms, adopt, schedule, scheduleTimeZone, ...needed }: PipelineConfig): string {
  const { checkpointTable } = adopt ?? {};
  const json = JSON.stringify({ ...needed, ...(checkpointTable && { adopt: { checkpointTable } }) });
  const bytes = Buffer.byteLength(json);
  if (bytes <= CONFIG_MAX_BYTES) return json;
  throw new ConfigError([
    `pipeline ${needed.name}: its configuration is ${bytes} bytes as a function's environment; allowed: ${CONFIG_MAX_BYTES}; shorten include, exclude or redact, for example with "*"`,
  ]);
}
