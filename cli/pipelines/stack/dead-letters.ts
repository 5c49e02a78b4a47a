/** The dead-letter queue of a deployed pipeline, letter by letter. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { PipelineOutput } from '../../../lambda/core/contract.ts';
import { UsageError } from '../../terminal/errors.ts';
import { printError } from '../../terminal/text.ts';
import type { DeadLetter, OperatorQueues } from '../operated.ts';
import type { StackClients } from './clients.ts';

/** The longest time that a letter stays hidden when this process crashes. */
const HIDDEN_SECONDS = 120;
/** The most of one request: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MESSAGES_PER_REQUEST = 10;
/** Receives in a row that bring nothing new: then everything has been seen, and what comes is coming again. */
const RECEIVES_WITHOUT_NEWS = 3;
const SURE_MS = 10_000;

/** A letter that SQS has given to us. */
interface Held {
  readonly receiptHandle: string;
  readonly untilMs: number;
}

export interface StackDeadLetters extends Pick<OperatorQueues, 'deadLetters' | 'remove'> {
  /** Hides it from others until it is removed or released. Rejects with UsageError when another consumer has it. */
  hold(letter: DeadLetter): Promise<void>;
}

/** To read a message, SQS must deliver it. Each one is released at the end, unless it was removed. */
export function stackDeadLetters(
  clients: StackClients,
  output: Pick<PipelineOutput, 'deadLetterQueueUrl'>,
): StackDeadLetters {
  const { sqs, ask } = clients;
  const { deadLetterQueueUrl: QueueUrl } = output;
  const held = new Map<string, Held>();

  const receive = async (): Promise<readonly Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: MESSAGES_PER_REQUEST,
      VisibilityTimeout: HIDDEN_SECONDS,
      // Without waiting, SQS asks only some of its servers and may miss letters.
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp'],
    });
    const untilMs = Date.now() + HIDDEN_SECONDS * 1000;
    const answer = await ask('sqs:ReceiveMessage', () => sqs.send(command), absent(QueueUrl));
    for (const { MessageId: id = '', ReceiptHandle: receiptHandle = '' } of answer.Messages ?? []) {
      held.set(id, { receiptHandle, untilMs });
    }
    return answer.Messages ?? [];
  };

  const giveBack = async (ids: Iterable<string>): Promise<void> => {
    const entries = [...ids].flatMap(id => {
      const one = held.get(id);
      held.delete(id);
      return one ? [{ Id: '', ReceiptHandle: one.receiptHandle, VisibilityTimeout: 0 }] : [];
    });
    let problem: Error | undefined;
    for (let i = 0; i < entries.length; i += MESSAGES_PER_REQUEST) {
      const group = entries.slice(i, i + MESSAGES_PER_REQUEST).map((one, at) => ({ ...one, Id: String(at) }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: group });
      await ask('sqs:ChangeMessageVisibility', () => sqs.send(command)).catch((error: Error) => {
        problem = error;
      });
    }
    // A message that is not released becomes visible again automatically: no reason to fail.
    if (problem) warn(problem);
  };

  async function* deadLetters(): AsyncGenerator<DeadLetter> {
    const seen = new Set<string>();
    try {
      for (let old = 0; old < RECEIVES_WITHOUT_NEWS; ) {
        const messages = await receive();
        if (messages.length === 0) return;
        const fresh = messages.filter(({ MessageId: id = '' }) => !seen.has(id));
        old = fresh.length > 0 ? 0 : old + 1;
        for (const { MessageId: id = '' } of fresh) seen.add(id);
        yield* fresh.map(letterOf).sort((a, b) => a.sentAtMs - b.sentAtMs);
      }
    } finally {
      await giveBack(seen);
    }
  }

  /** Receives the letter again if its visibility timeout is over or almost over. */
  const handleOf = async (id: string): Promise<string> => {
    const one = held.get(id);
    if (one && one.untilMs > Date.now() + SURE_MS) return one.receiptHandle;
    let again: Held | undefined;
    for await (const letter of deadLetters()) {
      if (letter.id !== id) continue;
      again = held.get(id);
      // Not to be given back with the others.
      held.delete(id);
      break;
    }
    if (!again) {
      throw new UsageError(
        `dead letter ${id} is not on its queue now; another process has taken it or is reading it: try again in two minutes`,
      );
    }
    held.set(id, again);
    return again.receiptHandle;
  };

  return {
    deadLetters,
    hold: async ({ id }) => void (await handleOf(id)),
    remove: async ({ id }) => {
      const ReceiptHandle = await handleOf(id);
      const command = new DeleteMessageCommand({ QueueUrl, ReceiptHandle });
      await ask('sqs:DeleteMessage', () => sqs.send(command), absent(QueueUrl));
      held.delete(id);
    },
  };
}

function warn({ message }: Error): void {
  printError(`warning: ${message}. The messages that were read stay hidden for two minutes`);
}

export const absent = (url: string) =>
  `the queue ${url} does not exist; check the AWS account and region, and whether it was deleted`;

function letterOf({ MessageId: id = '', Body: message = '', Attributes: attributes }: Message): DeadLetter {
  return { id, message, sentAtMs: Number(attributes?.SentTimestamp) };
}
