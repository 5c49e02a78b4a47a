/** Keeps the messages of the simulated SQS in files, one each, so that stopping the process loses none. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { buildApp } from 'fauxqs';

const UNFINISHED = '.unfinished';

/** What is used of SQS's requests and answers: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference */
interface Request {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly ReceiptHandle: string;
  readonly Entries: readonly {
    readonly Id: string;
    readonly MessageBody: string;
    readonly ReceiptHandle: string;
  }[];
}
interface Answer {
  readonly MessageId: string;
  readonly Messages?: readonly { readonly MessageId: string; readonly ReceiptHandle: string }[];
  readonly Successful: readonly { readonly Id: string; readonly MessageId: string }[];
}
interface Kept {
  readonly queue: string;
  readonly body: string;
}

/**
 * Writes every message to `directory` before SQS confirms it, and removes it before SQS confirms its deletion.
 * Returns what puts the messages of an earlier process back: to be called once the queues exist. A message that
 * SQS itself moved to the dead-letter queue comes back on the queue that it was sent to.
 */
export function keepMessagesOnDisk(app: ReturnType<typeof buildApp>, directory: string) {
  mkdirSync(directory, { recursive: true });
  const receipts = new Map<string, string>();
  const keep = (asked: Request, messageId: string, body = '') =>
    write(join(directory, messageId), { queue: basename(asked.QueueUrl), body });
  const forget = (receiptHandle = '') => {
    const messageId = receipts.get(receiptHandle);
    if (messageId !== undefined) rmSync(join(directory, messageId), { force: true });
    receipts.delete(receiptHandle);
  };

  app.addHook('preSerialization', async (request, reply, payload: unknown) => {
    if (reply.statusCode !== 200) return payload;
    const asked = request.body as Request;
    const answer = payload as Answer;
    const entry = (id: string) => asked.Entries.find(one => one.Id === id);
    switch (request.headers['x-amz-target']) {
      case 'AmazonSQS.SendMessage':
        keep(asked, answer.MessageId, asked.MessageBody);
        break;
      case 'AmazonSQS.SendMessageBatch':
        for (const one of answer.Successful) keep(asked, one.MessageId, entry(one.Id)?.MessageBody);
        break;
      case 'AmazonSQS.ReceiveMessage':
        for (const one of answer.Messages ?? []) receipts.set(one.ReceiptHandle, one.MessageId);
        break;
      case 'AmazonSQS.DeleteMessage':
        forget(asked.ReceiptHandle);
        break;
      case 'AmazonSQS.DeleteMessageBatch':
        for (const one of answer.Successful) forget(entry(one.Id)?.ReceiptHandle);
    }
    return payload;
  });

  return async (client: SQSClient, urls: Readonly<Record<string, string>>): Promise<void> => {
    for (const file of readdirSync(directory)) {
      const path = join(directory, file);
      if (!file.endsWith(UNFINISHED)) {
        const { queue, body } = JSON.parse(readFileSync(path, 'utf8')) as Kept;
        await client.send(new SendMessageCommand({ QueueUrl: urls[queue], MessageBody: body }));
      }
      // Sent first, removed after: to die in between makes a duplicate, not a gap.
      rmSync(path);
    }
  };
}

/** On the disk, not only on its way there, before it counts: the checkpoint moves on the strength of it. */
function write(path: string, kept: Kept): void {
  const unfinished = path + UNFINISHED;
  writeFileSync(unfinished, JSON.stringify(kept));
  const file = openSync(unfinished, 'r+');
  fsyncSync(file);
  closeSync(file);
  renameSync(unfinished, path);
}
