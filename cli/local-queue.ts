/** The retry queue and the dead-letter queue of one pipeline on this machine's disk: a directory each, a file a message. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../lambda/core/log.ts';
import type { Clock, FailedBatchQueue, QueueName } from '../lambda/core/model.ts';
import { postponeSeconds } from '../lambda/core/replay.ts';
import { moveFile, replaceFile } from './durable-file.ts';

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
    async put(queue, messages) {
      await mkdir(folder(queue), { recursive: true });
      for (const message of messages) {
        // Names sort by age.
        const name = `${clock.now()}-${randomUUID()}.json`;
        await replaceFile(join(folder(queue), name), textOf(message, 0, nextTryMs(clock, 0)));
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
      await mkdir(folder('dead-letter'), { recursive: true });
      await moveFile(path, join(folder('dead-letter'), name));
      return 'dead-letter';
    },
    depths: async () => ({
      retry: (await messagesIn(folder('retry'))).length,
      'dead-letter': (await messagesIn(folder('dead-letter'))).length,
    }),
  };
}

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

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
