/** DynamoDB and SQS on loopback, in memory, for tests and demonstrations. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import dynalite from 'dynalite';
import { CREDENTIALS, type Queue, type Queues, REGION, startQueues } from './queues.ts';

const TABLE = 'auth0-logs-checkpoints';

export interface Aws {
  /** Environment variables that lead an AWS SDK here and away from everything of the user's own. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly table: string;
  readonly retryQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  /** The pipeline's item in plain values; undefined when there is none. Attributes: lambda/edges/dynamodb.ts. */
  readCheckpoint(pipeline: string): Promise<Readonly<Record<string, string | number>> | undefined>;
  /** Messages in each queue, hidden ones too. */
  queueDepths(): Promise<Readonly<Record<Queue, number>>>;
  /** The bodies in a queue, hidden ones too, without receiving them. */
  peek: Queues['peek'];
  /** Ends the waiting of every hidden message, so that nobody need wait for a backoff. */
  makeVisible: Queues['makeVisible'];
  passTime: Queues['passTime'];
  waitsMs: Queues['waitsMs'];
  /** Moves every message of the dead-letter queue that is not hidden to the retry queue; returns how many. */
  redrive(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts both. Messages of the retry queue become dead letters after `maxReceives`, 20 if not given. `prefix` keeps the
 * names of table and queues apart where there are several.
 */
export async function startAws(
  options: { readonly maxReceives?: number; readonly prefix?: string } = {},
): Promise<Aws> {
  const { maxReceives = 20, prefix = '' } = options;
  const table = `${prefix}${TABLE}`;
  const queues = await startQueues(maxReceives, prefix);
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dynamodb = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  await createTable(dynamodb, table);

  return {
    endpoints: {
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
    },
    table,
    retryQueueUrl: queues.urls.retry,
    deadLetterQueueUrl: queues.urls['dead-letter'],
    dynamodb,
    sqs: queues.client,
    readCheckpoint: pipeline => readItem(dynamodb, table, pipeline),
    queueDepths: async () => ({
      retry: await depth(queues, 'retry'),
      'dead-letter': await depth(queues, 'dead-letter'),
    }),
    peek: queues.peek,
    makeVisible: queues.makeVisible,
    passTime: queues.passTime,
    waitsMs: queues.waitsMs,
    redrive: () => redrive(queues),
    close: async () => {
      dynamodb.destroy();
      await queues.close();
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) =>
        server.close(error => (error ? reject(error) : resolve())),
      );
    },
  };
}

async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  const create = new CreateTableCommand({
    TableName: table,
    KeySchema: [{ AttributeName: 'pipeline', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pipeline', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await client.send(create);
  const describe = new DescribeTableCommand({ TableName: table });
  while ((await client.send(describe)).Table?.TableStatus !== 'ACTIVE');
}

async function readItem(client: DynamoDBClient, table: string, pipeline: string) {
  const key = { TableName: table, Key: { pipeline: { S: pipeline } }, ConsistentRead: true };
  const { Item } = await client.send(new GetItemCommand(key));
  if (!Item) return undefined;
  return Object.fromEntries(
    Object.entries(Item).map(([name, value]) => [name, value.S ?? Number(value.N)] as const),
  );
}

async function depth({ client, urls }: Queues, queue: Queue): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: urls[queue],
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

/** fauxqs has no StartMessageMoveTask, so by hand: sent to the one before it is deleted from the other. */
async function redrive({ client, urls }: Queues): Promise<number> {
  for (let moved = 0; ; moved++) {
    const from = { QueueUrl: urls['dead-letter'] };
    const { Messages: [message] = [] } = await client.send(
      new ReceiveMessageCommand({ ...from, MaxNumberOfMessages: 1, WaitTimeSeconds: 0 }),
    );
    if (!message) return moved;
    await client.send(new SendMessageCommand({ QueueUrl: urls.retry, MessageBody: message.Body }));
    await client.send(new DeleteMessageCommand({ ...from, ReceiptHandle: message.ReceiptHandle }));
  }
}
