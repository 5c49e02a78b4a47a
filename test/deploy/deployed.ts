/** A pipeline as it is deployed: its state, its queues, its log lines, and its functions to be called. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { PipelineOutput } from '../../lambda/core/contract.ts';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import type { FunctionConfiguration, RawAws } from '../../simulator/aws/ministack/calls.ts';
import { type PipelineName, secretName } from './tenant.ts';

export interface Clients {
  readonly raw: RawAws;
  readonly cloudwatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly secrets: SecretsManagerClient;
}

/** More than the hour after which a run compares. */
const HOUR_MS = 3_700_000;

export type LoggedRun = RunReport & { readonly atMs: number };

export type Queue = 'retry' | 'dead-letter';

export interface Deployed<N extends string = PipelineName> {
  readonly name: N;
  readonly output: PipelineOutput;
  /** Names of the functions' roles. */
  readonly roles: { readonly ship: string; readonly replay: string };
  /** The ship function, called by hand; again while the schedule's own run has the lease. */
  ship(): Promise<RunReport>;
  /** Every run that the ship function has logged, and when. */
  runs(): Promise<readonly LoggedRun[]>;
  replays(): Promise<readonly ReplayReport[]>;
  /** Lines of metrics of both functions, as JSON. */
  metricLines(): Promise<readonly Record<string, unknown>[]>;
  /** Every line of both functions. */
  lines(): Promise<readonly string[]>;
  checkpoint(): Promise<string | undefined>;
  /** Whether a run is under way. */
  isLeased(): Promise<boolean>;
  /** As if an hour had passed since Azure accepted what is not proven stored yet: nobody waits for it. */
  passAnHour(): Promise<void>;
  tableStatus(): Promise<string | undefined>;
  /** Throws when one of the two queues is gone. */
  queuesExist(): Promise<true>;
  /** The ids of the logs in the messages of a queue, hidden messages too; one list a message. */
  held(queue: Queue): Promise<readonly (readonly string[])[]>;
  /** Moves all dead letters back to the retry queue, as the console's redrive does. Returns how many. */
  redrive(): Promise<number>;
  fillIn(of: 'auth0' | 'azure', value: string): Promise<void>;
  /** By hand: the emulator makes no metrics from the functions' log lines, so that no alarm goes off. */
  setAlarm(name: string, state: 'ALARM' | 'OK'): Promise<void>;
}

export function clients(endpoint: string, raw: RawAws, region = 'us-east-1'): Clients {
  const options = {
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return {
    raw,
    cloudwatch: new CloudWatchClient(options),
    dynamodb: new DynamoDBClient(options),
    sqs: new SQSClient(options),
    secrets: new SecretsManagerClient(options),
  };
}

/** Looks up the functions' log groups, so that they can be read after the functions are gone. */
export async function deployed<N extends string>(
  stackName: string,
  name: N,
  output: PipelineOutput,
  c: Clients,
): Promise<Deployed<N>> {
  const { raw, cloudwatch, dynamodb, sqs, secrets } = c;
  const ship = await raw.functionConfiguration(output.shipFunction);
  const replay = await raw.functionConfiguration(output.replayFunction);
  if (!ship || !replay) throw new Error(`the functions of ${name} are not there`);
  const urls: Record<Queue, string> = {
    retry: output.retryQueueUrl,
    'dead-letter': output.deadLetterQueueUrl,
  };

  const lines = async (of: typeof ship) => {
    const all = await raw.logLines(of.LoggingConfig.LogGroup);
    return all.map(line => line.message.trimEnd());
  };
  const both = async () => [...(await lines(ship)), ...(await lines(replay))];
  const item = async () => {
    const key = { TableName: output.checkpointTable, Key: { pipeline: { S: name } } };
    const { Item = {} } = await dynamodb.send(new GetItemCommand({ ...key, ConsistentRead: true }));
    return Item;
  };
  const invoke = async () => (await raw.invoke(output.shipFunction)) as RunReport;

  return {
    name,
    output,
    roles: { ship: roleOf(ship), replay: roleOf(replay) },
    ship: async () => {
      for (;;) {
        const report = await invoke();
        if (report.outcome !== 'skipped') return report;
        await sleep(500);
      }
    },
    runs: async () =>
      (await lines(ship))
        .map(json)
        .filter(line => 'run' in line)
        .map(line => ({ ...(line['run'] as RunReport), atMs: Date.parse(String(line['timestamp'])) })),
    replays: async () =>
      (await lines(replay))
        .map(json)
        .flatMap(line => ('replay' in line ? [line['replay'] as ReplayReport] : [])),
    metricLines: async () => (await both()).map(json).filter(line => '_aws' in line),
    lines: both,
    checkpoint: async () => (await item())['checkpointLogId']?.S,
    isLeased: async () => (await item())['leaseOwner'] !== undefined,
    passAnHour: async () => {
      const { unproven, version } = await item();
      const TableName = output.checkpointTable;
      const update = new UpdateItemCommand({
        TableName,
        Key: { pipeline: { S: name } },
        // A run that is under way would write its own over it.
        ConditionExpression: 'version = :version AND attribute_not_exists(leaseOwner)',
        UpdateExpression: 'SET unproven = :unproven, version = :version + :one',
        ExpressionAttributeValues: {
          ':version': version!,
          ':one': { N: '1' },
          ':unproven': { S: JSON.stringify(anHourEarlier(JSON.parse(unproven!.S!))) },
        },
      });
      await dynamodb.send(update);
    },
    tableStatus: async () => {
      const describe = new DescribeTableCommand({ TableName: output.checkpointTable });
      return (await dynamodb.send(describe)).Table?.TableStatus;
    },
    queuesExist: async () => {
      for (const QueueUrl of Object.values(urls)) {
        await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
      }
      return true;
    },
    held: async queue =>
      (await raw.peek(urls[queue])).map(body => {
        const decoded = decodeFailedBatch(body);
        if (decoded.kind === 'failed-batch') return decoded.records.map(record => record.logId);
        throw new Error(`a message of the ${queue} queue is no failed batch: ${decoded.problem}`);
      }),
    // By hand: the emulator has no StartMessageMoveTask. Sent to the one before it is deleted from the other.
    redrive: async () => {
      const from = { QueueUrl: urls['dead-letter'] };
      for (let moved = 0; ; moved++) {
        const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand(from));
        if (!message) return moved;
        await sqs.send(new SendMessageCommand({ QueueUrl: urls.retry, MessageBody: message.Body }));
        await sqs.send(new DeleteMessageCommand({ ...from, ReceiptHandle: message.ReceiptHandle }));
      }
    },
    fillIn: async (of, value) => {
      const put = { SecretId: secretName(name, of), SecretString: value };
      await secrets.send(new PutSecretValueCommand(put));
    },
    setAlarm: async (alarm, StateValue) => {
      const AlarmName = `${stackName}-${name}-${alarm}`;
      await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'a test' }));
    },
  };
}

/** All its times: the names of these end in Ms. Those of logs stay, since their ids have them too. */
function anHourEarlier(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map(one => anHourEarlier(one));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, anHourEarlier(one, key)]));
  const isTime = typeof value === 'number' && name.endsWith('Ms') && name !== 'fromMs';
  return isTime ? value - HOUR_MS : value;
}

function roleOf({ Role }: FunctionConfiguration): string {
  return Role.split('/').at(-1)!;
}

/** What a function wrote as JSON; of any other line, nothing. */
function json(line: string): Record<string, unknown> {
  try {
    return line.startsWith('{') ? JSON.parse(line) : {};
  } catch {
    return {};
  }
}
