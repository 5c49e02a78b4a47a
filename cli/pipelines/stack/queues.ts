/** The two queues of a deployed pipeline. */
import { GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { DEAD_LETTER_RETENTION_DAYS, type PipelineOutput } from '../../../lambda/core/contract.ts';
import type { QueueName } from '../../../lambda/core/model.ts';
import { failedBatchQueue } from '../../../lambda/edges/sqs.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { Depth, OperatorQueues } from '../operated.ts';
import type { StackClients } from './clients.ts';
import { absent, stackDeadLetters } from './dead-letters.ts';

const SEND = 'sqs:SendMessage';
const AGE_PERIOD_SECONDS = 300;
const DAY_MS = 86_400_000;

export function stackQueues(clients: StackClients, output: PipelineOutput): OperatorQueues {
  const { sqs, ask } = clients;
  const urls = { retry: output.retryQueueUrl, 'dead-letter': output.deadLetterQueueUrl };
  const { put } = failedBatchQueue(sqs, urls);
  const letters = stackDeadLetters(clients, output);

  const count = async (queue: QueueName): Promise<number> => {
    const command = new GetQueueAttributesCommand({
      QueueUrl: urls[queue],
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    });
    const answer = await ask('sqs:GetQueueAttributes', () => sqs.send(command), absent(urls[queue]));
    return Object.values(answer.Attributes ?? {}).reduce((sum, one) => sum + Number(one), 0);
  };

  return {
    deadLetters: letters.deadLetters,
    remove: letters.remove,
    put: (queue, messages) => ask(SEND, () => put(queue, messages), absent(urls[queue])),
    redrive: async letter => {
      await letters.hold(letter);
      const command = new SendMessageCommand({ QueueUrl: urls.retry, MessageBody: letter.message });
      const { MessageId: id } = await ask(SEND, () => sqs.send(command), absent(urls.retry));
      if (!id) throw new UsageError('the retry queue did not confirm the message; try again');
      await letters.remove(letter);
    },
    depths: async () => {
      const [retry, dead] = await Promise.all([count('retry'), count('dead-letter')]);
      const ages = retry + dead > 0 ? await oldestAges(clients, urls) : {};
      return { retry: depth(retry, ages.retry), 'dead-letter': depth(dead, ages['dead-letter']) };
    },
  };
}

function depth(messages: number, oldestAgeMs: number | undefined): Depth {
  return { messages, ...(messages > 0 && oldestAgeMs !== undefined && { oldestAgeMs }) };
}

/**
 * SQS reports ages only in CloudWatch, and stops when a queue is inactive for six hours. The oldest message then is still
 * the oldest, and has aged since. A message received more than three times is left out: then no age is known.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
async function oldestAges(
  { cloudwatch, ask }: StackClients,
  urls: Readonly<Record<QueueName, string>>,
): Promise<Partial<Record<QueueName, number>>> {
  const nowMs = Date.now();
  const query = (Id: string, queue: QueueName) => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateAgeOfOldestMessage',
        Dimensions: [{ Name: 'QueueName', Value: queueNameOf(urls[queue]) }],
      },
      Period: AGE_PERIOD_SECONDS,
      Stat: 'Maximum',
    },
  });
  const command = new GetMetricDataCommand({
    StartTime: new Date(nowMs - DEAD_LETTER_RETENTION_DAYS * DAY_MS),
    EndTime: new Date(nowMs),
    ScanBy: 'TimestampDescending',
    MetricDataQueries: [query('retry', 'retry'), query('dead', 'dead-letter')],
  });
  const answer = await ask('cloudwatch:GetMetricData', () => cloudwatch.send(command));
  const ages = (id: string) =>
    ageNow(
      answer.MetricDataResults?.find(one => one.Id === id),
      nowMs,
    );
  const retry = ages('retry');
  const dead = ages('dead');
  return { ...(retry !== undefined && { retry }), ...(dead !== undefined && { 'dead-letter': dead }) };
}

function ageNow(result: MetricDataResult | undefined, nowMs: number): number | undefined {
  const [seconds] = result?.Values ?? [];
  const [at] = result?.Timestamps ?? [];
  if (!seconds || !at) return undefined;
  const sinceMs = nowMs - (at.getTime() + AGE_PERIOD_SECONDS * 1000);
  return seconds * 1000 + Math.max(0, sinceMs);
}

/** Last in the path of its URL. */
export const queueNameOf = (url: string): string => url.split('/').at(-1) ?? '';
