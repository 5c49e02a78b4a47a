/** The retry queue and the dead-letter queue of one pipeline on this machine's disk: a directory each, a file a message. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, FailedBatchQueue, QueueName } from '../../../lambda/core/model.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { postponeSeconds } from '../../../lambda/core/replay.ts';
import { ignoreMissing, moveFile, replaceFile } from '../../terminal/durable-file.ts';
import type { DeadLetter, OperatorQueues } from '../operated.ts';

/** A failed batch that waits on the retry queue. */
export interface WaitingBatch {
  /** Its file's name. */
  readonly name: string;
  /** As encodeFailedBatch made it. */
  readonly message: string;
  /** Deliveries tried since it was put here. */
  readonly tries: number;
  /** Not to be tried again before: milliseconds since 1970. */
  readonly notBeforeMs: number;
}

export interface LocalQueue extends FailedBatchQueue {
  /** The retry queue, oldest first, one in memory at a time. A file that is no message is told to `onSpoilt` and left. */
  waiting(): AsyncIterable<WaitingBatch>;
  /** It is delivered: forgotten. */
  remove(batch: WaitingBatch): Promise<void>;
  /** It is not: tried again later, each time later; after so many tries as SQS allows, a dead letter. */
  postpone(batch: WaitingBatch): Promise<'postponed' | 'dead-letter'>;
  /** Messages on each queue. */
  depths(): Promise<Readonly<Record<QueueName, number>>>;
  /** The same with the age of the oldest: since it was first put aside. */
  readonly ages: OperatorQueues['depths'];
  readonly deadLetters: OperatorQueues['deadLetters'];
  readonly redrive: OperatorQueues['redrive'];
  readonly removeDeadLetter: OperatorQueues['remove'];
}

export interface LocalQueueOptions {
  /** The pipeline's own directory. */
  readonly directory: string;
  readonly clock: Clock;
  readonly maxTries: number;
  readonly onSpoilt: (path: string) => void;
}

/** See the law of FailedBatchQueue: `put` resolves only when every message is on the disk. */
export function localQueue({ directory, clock, maxTries, onSpoilt }: LocalQueueOptions): LocalQueue {
  const folder = (queue: QueueName) => join(directory, queue);

  return {
    async put(queue, messages, delaySeconds) {
      await makeFolder(folder(queue));
      const notBeforeMs =
        delaySeconds === undefined ? nextTryMs(clock, 0) : clock.now() + delaySeconds * 1000;
      for (const message of messages) {
        // Names sort by age.
        const name = `${clock.now()}-${randomUUID()}.json`;
        await replaceFile(join(folder(queue), name), textOf(message, 0, notBeforeMs));
      }
    },
    async *waiting() {
      for (const name of await messagesIn(folder('retry'))) {
        const path = join(folder('retry'), name);
        const text = await readFile(path, 'utf8').catch(ignoreMissing);
        const batch = text === undefined ? undefined : parse(name, text);
        if (batch) yield batch;
        else if (text !== undefined) onSpoilt(path);
      }
    },
    async remove({ name }) {
      await rm(join(folder('retry'), name), { force: true });
    },
    async postpone({ name, message, tries }) {
      const path = join(folder('retry'), name);
      if (tries + 1 < maxTries) {
        await replaceFile(path, textOf(message, tries + 1, nextTryMs(clock, tries + 1)));
        return 'postponed';
      }
      await makeFolder(folder('dead-letter'));
      await moveFile(path, join(folder('dead-letter'), name));
      return 'dead-letter';
    },
    depths: async () => ({
      retry: (await messagesIn(folder('retry'))).length,
      'dead-letter': (await messagesIn(folder('dead-letter'))).length,
    }),
    ages: async () => {
      const depth = async (queue: QueueName) => {
        const names = await messagesIn(folder(queue));
        const [oldest] = names;
        const age = oldest === undefined ? {} : { oldestAgeMs: Math.max(0, clock.now() - sentAtMs(oldest)) };
        return { messages: names.length, ...age };
      };
      return { retry: await depth('retry'), 'dead-letter': await depth('dead-letter') };
    },
    async *deadLetters(): AsyncGenerator<DeadLetter> {
      for (const name of await messagesIn(folder('dead-letter'))) {
        const text = await readFile(join(folder('dead-letter'), name), 'utf8').catch(ignoreMissing);
        if (text === undefined) continue;
        const message = parse(name, text)?.message ?? text;
        yield { id: name.replace(/\.json$/, ''), message, sentAtMs: sentAtMs(name) };
      }
    },
    async redrive({ id, message }) {
      await makeFolder(folder('retry'));
      // Due at once, and under the same name: done again after a crash, it is still one message.
      await replaceFile(join(folder('retry'), `${id}.json`), textOf(message, 0, clock.now()));
      await rm(join(folder('dead-letter'), `${id}.json`), { force: true });
    },
    async removeDeadLetter({ id }) {
      await rm(join(folder('dead-letter'), `${id}.json`), { force: true });
    },
  };
}

/** What is put aside holds logs: nobody else's business on this machine. */
const makeFolder = (path: string) => mkdir(path, { recursive: true, mode: 0o700 });

/** Names begin with the time. */
const sentAtMs = (name: string) => Number.parseInt(name, 10);

/** A batch put aside a moment ago waits as long as one that was tried once: Azure has just refused it. */
function nextTryMs(clock: Clock, tries: number): number {
  return clock.now() + 1000 * postponeSeconds(tries + 1);
}

function textOf(message: string, tries: number, notBeforeMs: number): string {
  return `${JSON.stringify({ notBefore: new Date(notBeforeMs).toISOString(), tries, message }, undefined, 2)}\n`;
}

function parse(name: string, text: string): WaitingBatch | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const { message, tries, notBefore } = value;
    const notBeforeMs = Date.parse(String(notBefore));
    if (typeof message !== 'string' || typeof tries !== 'number' || Number.isNaN(notBeforeMs))
      return undefined;
    return { name, message, tries, notBeforeMs };
  } catch {
    return undefined;
  }
}

async function messagesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  return names.filter(name => /^\d+-.*\.json$/.test(name)).sort();
}
