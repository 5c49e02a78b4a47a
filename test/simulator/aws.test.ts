import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Aws, startAws } from '../../simulator/aws.ts';

const running: Aws[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const aws of running.splice(0)) await aws.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function start(options?: Parameters<typeof startAws>[0]): Promise<Aws> {
  const aws = await startAws(options);
  running.push(aws);
  return aws;
}
async function stop(aws: Aws): Promise<void> {
  running.splice(running.indexOf(aws), 1);
  await aws.close();
}
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'aws-'));
  folders.push(path);
  return path;
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

describe('a directory', () => {
  it('keeps table and messages over a restart', async () => {
    const dataPath = await folder();
    const first = await start({ dataPath });
    const item = { pipeline: { S: 'prod' }, version: { N: '3' } };
    await first.dynamodb.send(new PutItemCommand({ TableName: first.table, Item: item }));
    await send(first, 'single ☂');
    const Entries = ['a', 'b', 'c'].map(body => ({ Id: body, MessageBody: body }));
    await first.sqs.send(new SendMessageBatchCommand({ QueueUrl: first.retryQueueUrl, Entries }));
    await send(first, 'dead', first.deadLetterQueueUrl);
    await stop(first);

    const second = await start({ dataPath });
    expect(await second.readCheckpoint('prod')).toEqual({ pipeline: 'prod', version: 3 });
    expect([...(await second.peek('retry'))].sort()).toEqual(['a', 'b', 'c', 'single ☂']);
    expect(await second.peek('dead-letter')).toEqual(['dead']);
    await stop(second);
    const third = await start({ dataPath });
    expect(await third.queueDepths()).toEqual({ retry: 4, 'dead-letter': 1 });
  });

  it('forgets what was deleted, also after it moved to the dead-letter queue', async () => {
    const dataPath = await folder();
    const first = await start({ dataPath, maxReceives: 1 });
    for (const body of ['a', 'b', 'c', 'stays']) await send(first, body);
    const [a, b, c] = await receive(first);
    const url = { QueueUrl: first.retryQueueUrl };
    await first.sqs.send(new DeleteMessageCommand({ ...url, ReceiptHandle: a!.ReceiptHandle }));
    const Entries = [{ Id: 'b', ReceiptHandle: b!.ReceiptHandle }];
    await first.sqs.send(new DeleteMessageBatchCommand({ ...url, Entries }));
    await first.makeVisible('retry');
    await receive(first);
    const dead = await receive(first, first.deadLetterQueueUrl);
    expect(dead.map(message => message.Body)).toEqual([c!.Body, 'stays']);
    const handle = dead[0]!.ReceiptHandle;
    const deadUrl = { QueueUrl: first.deadLetterQueueUrl };
    await first.sqs.send(new DeleteMessageCommand({ ...deadUrl, ReceiptHandle: handle }));
    await stop(first);
    const second = await start({ dataPath });
    expect(await second.peek('retry')).toEqual(['stays']);
  });

  it('outlives a process that is killed right after SQS confirmed', async () => {
    const dataPath = await folder();
    const script = `
      import { startAws } from '${new URL('../../simulator/aws.ts', import.meta.url)}';
      import { SendMessageCommand } from '@aws-sdk/client-sqs';
      import { PutItemCommand } from '@aws-sdk/client-dynamodb';
      const aws = await startAws({ dataPath: ${JSON.stringify(dataPath)} });
      await aws.dynamodb.send(new PutItemCommand({ TableName: aws.table, Item: { pipeline: { S: 'prod' } } }));
      await aws.sqs.send(new SendMessageCommand({ QueueUrl: aws.retryQueueUrl, MessageBody: 'held' }));
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    const aws = await start({ dataPath });
    expect(await aws.peek('retry')).toEqual(['held']);
    expect(await aws.readCheckpoint('prod')).toEqual({ pipeline: 'prod' });
  });

  it('leaves out a message whose writing was cut short, which SQS had not confirmed', async () => {
    const dataPath = await folder();
    const first = await start({ dataPath });
    await send(first, 'whole');
    await stop(first);
    await writeFile(join(dataPath, 'queues', 'some-id.unfinished'), '{"queue":"re');
    const second = await start({ dataPath });
    expect(await second.peek('retry')).toEqual(['whole']);
    expect(existsSync(join(dataPath, 'queues', 'some-id.unfinished'))).toBe(false);
  });

  it('is refused while another process uses it, and taken over from a dead one', async () => {
    const dataPath = await folder();
    // The test runner’s parent is a process that lives.
    await writeFile(join(dataPath, 'process-id'), String(process.ppid));
    await expect(startAws({ dataPath })).rejects.toThrow(
      `the state directory "${dataPath}" is in use by process ${process.ppid}`,
    );
    await writeFile(join(dataPath, 'process-id'), '999999999');
    await start({ dataPath });
  });
});

it('confirms nothing that could not be written to the disk', async () => {
  const dataPath = await folder();
  const aws = await start({ dataPath });
  await rm(join(dataPath, 'queues'), { recursive: true });
  await expect(send(aws, 'lost')).rejects.toThrow();
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
