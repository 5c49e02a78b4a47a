/** Lambda's SQS event source mapping, one poll at a time: receive, invoke, delete what the function took. */
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Invocation } from './lambda-host.ts';

export interface EventSourceMapping {
  /** One pass. What failed stays in the queue, hidden until its visibility ends. */
  poll(): Promise<{ readonly received: number; readonly deleted: number; readonly error?: string }>;
}

/** Feeds a function from a queue, as with `ReportBatchItemFailures`. `batchSize` is 10 at most. */
export function eventSourceMapping(options: {
  readonly sqsClient: SQSClient;
  readonly queueUrl: string;
  readonly invoke: (event: unknown) => Promise<Invocation>;
  readonly batchSize?: number;
}): EventSourceMapping {
  const { sqsClient: client, queueUrl, invoke, batchSize = 10 } = options;
  return {
    async poll() {
      const { Messages: messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: batchSize,
          WaitTimeSeconds: 0,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (messages.length === 0) return { received: 0, deleted: 0 };
      const queueArn = await arnOf(client, queueUrl);
      const invocation = await invoke({ Records: messages.map(message => recordOf(message, queueArn)) });
      const taken = invocation.ok ? takenOf(messages, invocation.result) : [];
      for (const { ReceiptHandle } of taken) {
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      }
      const error = invocation.ok ? {} : { error: invocation.error };
      return { received: messages.length, deleted: taken.length, ...error };
    },
  };
}

async function arnOf(client: SQSClient, queueUrl: string): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  return (await client.send(command)).Attributes?.['QueueArn'] ?? '';
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf(message: Message, queueArn: string) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: {},
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  };
}

/**
 * The messages to delete. No list of failures, or an empty one, is a success of all; a list that Lambda cannot
 * understand is a failure of all: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function takenOf(messages: readonly Message[], result: unknown): readonly Message[] {
  const failures = (result as { batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return [];
  const failed = new Set(failures.map(one => (one as { itemIdentifier?: unknown } | null)?.itemIdentifier));
  const known = new Set<unknown>(messages.map(message => message.MessageId));
  if ([...failed].some(id => !known.has(id))) return [];
  return messages.filter(message => !failed.has(message.MessageId));
}
