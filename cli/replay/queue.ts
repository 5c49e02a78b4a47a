/** `replay --queue`: a queue that no stack knows any more, in the place of a pipeline's dead-letter queue. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { onlyPipeline } from '../pipelines/open.ts';
import type { Operated, OperatorQueues, Target } from '../pipelines/operated.ts';
import { type StackClients, stackClients } from '../pipelines/stack/clients.ts';
import { absent, stackDeadLetters } from '../pipelines/stack/dead-letters.ts';
import { queueNameOf } from '../pipelines/stack/queues.ts';
import { UsageError } from '../terminal/errors.ts';

export interface QueueOptions {
  /** Its URL. */
  readonly queue: string;
  /** Pipelines whose failed batches the chosen one takes. */
  readonly accept?: readonly string[];
  readonly region?: string;
  readonly profile?: string;
}

/**
 * The one pipeline of `target`, with what waits on that queue for its dead letters. What is moved goes to the pipeline's own
 * retry queue, under its own name, so that its replay function takes it. Throws UsageError when there is no such queue.
 */
export async function withQueue(target: Target, options: QueueOptions): Promise<Target> {
  const { queue: url, accept = [] } = options;
  const pipeline = onlyPipeline(target);
  const clients = await stackClients({ ...options, ...regionOf(url) }, process.env);
  const hidden = await hiddenMessages(clients, url);
  if (url === pipeline.queueUrls?.retry) {
    throw new UsageError(
      `--queue is the retry queue of pipeline "${pipeline.config.name}", which its replay function empties; omit --queue`,
    );
  }
  return {
    kind: target.kind,
    place: `queue ${queueNameOf(url)} in ${clients.region}${hidden > 0 ? ` (${hidden} more hidden, for an hour at most)` : ''}`,
    pipelines: [{ ...pipeline, accepts: accept, queues: queuesOf(clients, url, pipeline) }],
  };
}

function queuesOf(clients: StackClients, url: string, { config, queues }: Operated): OperatorQueues {
  const letters = stackDeadLetters(clients, { deadLetterQueueUrl: url });
  return {
    ...queues,
    deadLetters: letters.deadLetters,
    remove: letters.remove,
    redrive: async letter => {
      await letters.hold(letter);
      await queues.put('retry', [relabelled(letter.message, config.name)]);
      await letters.remove(letter);
    },
  };
}

/** As a failed batch of this pipeline: records and reason stay as they are. */
function relabelled(message: string, pipeline: string): string {
  const decoded = decodeFailedBatch(message);
  if (decoded.kind !== 'failed-batch' || decoded.batch.pipeline === pipeline) return message;
  return JSON.stringify({ ...decoded.batch, pipeline });
}

/** https://docs.aws.amazon.com/general/latest/gr/sqs-service.html, and the older form with the region first. */
function regionOf(url: string): { readonly region?: string } {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.pathname.split('/').length < 3) {
    throw new UsageError(
      `--queue is "${url}"; allowed: the URL of a queue, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`,
    );
  }
  const [, region] =
    /(?:^sqs\.|^)([a-z]{2}(?:-[a-z]+)+-\d)\.(?:queue\.)?amazonaws\./.exec(parsed.hostname) ?? [];
  return region === undefined ? {} : { region };
}

/** Delayed, or received by another consumer. */
async function hiddenMessages({ sqs, ask }: StackClients, url: string): Promise<number> {
  const name = 'ApproximateNumberOfMessagesNotVisible';
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [name] });
  const answer = await ask('sqs:GetQueueAttributes', () => sqs.send(command), absent(url));
  return Number(answer.Attributes?.[name] ?? 0);
}
