/** The retry queue and the dead-letter queue, and the visibility of messages that are not accepted yet. */
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { FAILED_BATCH_MAX_BYTES, type QueueLook, type QueueLooks } from '../core/contract.ts';
import type { FailedBatchQueue, QueueName } from '../core/model.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MESSAGES_PER_REQUEST = 10;
/** The longest that SQS hides a message: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
const VISIBILITY_MAX_SECONDS = 12 * 60 * 60;
/** What a consumer may take, and what it may not take yet: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
const DEPTHS: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
}

/**
 * Failed batches in SQS: see the law of FailedBatchQueue. A message that SQS does not confirm is sent again;
 * then `put` rejects with SQS's codes, never with what a message holds.
 */
export function failedBatchQueue(
  client: SQSClient,
  urls: Readonly<Record<QueueName, string>>,
): FailedBatchQueue {
  return {
    async put(queue, messages, delaySeconds) {
      for (const group of groups(messages, delaySeconds)) {
        const first = await send(client, urls[queue], queue, group);
        if (first.unconfirmed.length === 0) continue;
        const second = await send(client, urls[queue], queue, first.unconfirmed);
        const left = second.unconfirmed.length;
        if (left > 0) {
          const code = [...second.codes].join(', ') || 'NotConfirmed';
          throw failure(`${queue} queue: ${left} of ${messages.length} messages rejected`, code);
        }
      }
    },
  };
}

/** Hides one received message for longer, so that it comes again after a while and not at once. */
export interface Visibility {
  /** Rejects when SQS does; then the message comes again after the queue's own visibility time-out. */
  postpone(receiptHandle: string, seconds: number): Promise<void>;
}

/** The visibility of messages received from the queue at `url`. */
export function visibility(client: SQSClient, url: string): Visibility {
  return {
    async postpone(receiptHandle, seconds) {
      const whole = Math.min(VISIBILITY_MAX_SECONDS, Math.max(0, Math.round(seconds)));
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: whole,
      });
      await client.send(command).catch((error: unknown) => {
        throw failure('retry queue: the message was not postponed', codeOf(error));
      });
    },
  };
}

/**
 * A look at both queues, which never rejects. SQS's own metrics cannot be relied on: the age leaves out what was received
 * three times, and a queue that nobody touches reports nothing. Each look also keeps the queues awake. Two calls a run are
 * 86,400 a month, 0.03 dollars, too little to save.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function queueLooks(
  client: SQSClient,
  urls: Readonly<Record<QueueName, string>>,
): () => Promise<QueueLooks> {
  const look = async (url: string): Promise<QueueLook> => {
    try {
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: DEPTHS });
      const { Attributes: found = {} } = await client.send(command);
      const [visible, ...hidden] = DEPTHS.map(name => Number(found[name] ?? Number.NaN));
      const counts = { visible: visible!, hidden: hidden.reduce((sum, one) => sum + one, 0) };
      return Number.isNaN(counts.visible + counts.hidden) ? { problem: 'NotAnswered' } : counts;
    } catch (error) {
      return { problem: codeOf(error) };
    }
  };
  return async () => {
    const [retry, dead] = await Promise.all([look(urls.retry), look(urls['dead-letter'])]);
    return { retry, 'dead-letter': dead };
  };
}

/** Requests of at most 10 messages and 256 KiB; what is larger goes alone, for SQS to accept or to refuse. */
function groups(messages: readonly string[], delaySeconds?: number): Entry[][] {
  const delay = delaySeconds === undefined ? {} : { DelaySeconds: Math.round(delaySeconds) };
  const all: Entry[][] = [];
  let bytesInGroup = 0;
  for (const message of messages) {
    const bytes = Buffer.byteLength(message);
    const group = all.at(-1);
    if (group && group.length < MESSAGES_PER_REQUEST && bytesInGroup + bytes <= FAILED_BATCH_MAX_BYTES) {
      group.push({ Id: String(group.length), MessageBody: message, ...delay });
      bytesInGroup += bytes;
    } else {
      all.push([{ Id: '0', MessageBody: message, ...delay }]);
      bytesInGroup = bytes;
    }
  }
  return all;
}

async function send(client: SQSClient, url: string, queue: QueueName, entries: readonly Entry[]) {
  const command = new SendMessageBatchCommand({ QueueUrl: url, Entries: [...entries] });
  const answer: SendMessageBatchCommandOutput = await client.send(command).catch((error: unknown) => {
    throw failure(`${queue} queue: ${entries.length} messages not sent`, codeOf(error));
  });
  // Queued is what SQS names as successful: an entry that it does not mention at all is not.
  const confirmed = new Set(answer.Successful?.map(entry => entry.Id));
  const codes = new Set(answer.Failed?.map(entry => entry.Code ?? 'unknown'));
  return { unconfirmed: entries.filter(entry => !confirmed.has(entry.Id)), codes };
}

function failure(what: string, code: string): Error {
  return Object.assign(new Error(`${what}: ${code}`), { code });
}

/** The code of an SDK or network error. Not its message, which may repeat what was sent. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
