import { networkInterfaces } from 'node:os';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Message, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Aws, startAws } from '../../../simulator/aws/emulators.ts';

const running: Aws[] = [];
afterEach(async () => {
  for (const aws of running.splice(0)) await aws.close();
});

async function start(options?: Parameters<typeof startAws>[0]): Promise<Aws> {
  const aws = await startAws(options);
  running.push(aws);
  return aws;
}

const send = (aws: Aws, body: string, url = aws.retryQueueUrl) =>
  aws.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
async function receive(aws: Aws, url = aws.retryQueueUrl): Promise<readonly Message[]> {
  const ask = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 };
  return (await aws.sqs.send(new ReceiveMessageCommand(ask))).Messages ?? [];
}

describe('where it is', () => {
  it('listens on loopback only, and leads every client there by environment variables', async () => {
    const aws = await start();
    for (const name of ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_SQS']) {
      expect(aws.endpoints[name]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    }
    for (const url of [aws.retryQueueUrl, aws.deadLetterQueueUrl]) {
      expect(new URL(url).origin).toBe(aws.endpoints['AWS_ENDPOINT_URL_SQS']);
    }
    const addresses = Object.values(networkInterfaces()).flatMap(all => all ?? []);
    for (const { address } of addresses.filter(one => !one.internal && one.family === 'IPv4')) {
      for (const name of ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_SQS']) {
        const outside = aws.endpoints[name]!.replace('127.0.0.1', address);
        await expect(fetch(outside)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
      }
    }
  });

  it('shows a pipeline’s item in plain values, and that there is none', async () => {
    const aws = await start();
    expect(await aws.readCheckpoint('prod')).toBeUndefined();
    const item = { pipeline: { S: 'prod' }, version: { N: '3' } };
    await aws.dynamodb.send(new PutItemCommand({ TableName: aws.table, Item: item }));
    expect(await aws.readCheckpoint('prod')).toEqual({ pipeline: 'prod', version: 3 });
  });
});

describe('the queues', () => {
  it('move a message to the dead-letter queue after so many receives, and back by a redrive', async () => {
    const aws = await start({ maxReceives: 2 });
    await send(aws, 'poison');
    for (let receives = 0; receives < 2; receives++) {
      expect(await receive(aws)).toHaveLength(1);
      await aws.makeVisible('retry');
    }
    expect(await receive(aws)).toEqual([]);
    expect(await aws.queueDepths()).toEqual({ retry: 0, 'dead-letter': 1 });
    expect(await aws.peek('dead-letter')).toEqual(['poison']);
    expect(await aws.redrive()).toBe(1);
    expect(await aws.queueDepths()).toEqual({ retry: 1, 'dead-letter': 0 });
    expect(await aws.redrive()).toBe(0);
  });

  it('end the wait of a hidden message when their clock has moved far enough, and not before', async () => {
    const aws = await start({ maxReceives: 20 });
    await send(aws, 'hidden');
    await receive(aws);
    expect(aws.waitsMs('retry')).toEqual([expect.closeTo(360_000, -4)]);
    aws.passTime('retry', 300_000);
    expect(aws.waitsMs('retry')).toEqual([expect.closeTo(60_000, -4)]);
    expect(await receive(aws)).toEqual([]);
    aws.passTime('retry', 60_000);
    expect(await receive(aws)).toHaveLength(1);
  });

  it('count and show hidden messages too, and show them without a receive', async () => {
    const aws = await start({ maxReceives: 2 });
    await send(aws, 'hidden');
    await receive(aws);
    await send(aws, 'ready');
    for (let looks = 0; looks < 5; looks++) {
      expect([...(await aws.peek('retry'))].sort()).toEqual(['hidden', 'ready']);
    }
    expect(await aws.queueDepths()).toEqual({ retry: 2, 'dead-letter': 0 });
  });
});

it('is not reachable after it is closed', async () => {
  const aws = await startAws();
  await aws.close();
  const endpoint = aws.endpoints['AWS_ENDPOINT_URL_DYNAMODB']!;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const item = { TableName: aws.table, Item: { pipeline: { S: 'prod' } } };
  await expect(client.send(new PutItemCommand(item))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
