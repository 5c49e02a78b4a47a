/** The retry queue and the dead-letter queue of one pipeline on this machine's disk. */
import { randomUUID } from 'node:crypto';
import { setImmediate as aTurn } from 'node:timers/promises';
import type { Clock, FailedBatchQueue, QueueName } from '../../../lambda/core/model.ts';
import { postponeSeconds } from '../../../lambda/core/replay.ts';
import type { DeadLetter, OperatorQueues } from '../operated.ts';
import { changing, type Row, reading } from './database.ts';

/** A failed batch that waits on the retry queue. */
export interface WaitingBatch {
  /** Stays the same on both queues. */
  readonly id: string;
  /** As encodeFailedBatch made it. */
  readonly message: string;
  /** Deliveries tried since it was put here. */
  readonly tries: number;
  /** Not to be tried again before: milliseconds since 1970. */
  readonly notBeforeMs: number;
}

export interface LocalQueue extends FailedBatchQueue {
  /** The retry queue, oldest first, one in memory at a time. */
  waiting(): AsyncIterable<WaitingBatch>;
  /** Removes a delivered batch. */
  remove(batch: WaitingBatch): Promise<void>;
  /** It is not delivered: retried with increasing delay; after the maximum number of attempts, a dead letter. */
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
}

/** See the law of FailedBatchQueue: `put` resolves only when every message is on the disk. */
export function localQueue({ directory, clock, maxTries }: LocalQueueOptions): LocalQueue {
  /** One statement, in a transaction of its own. */
  const run = async (sql: string, ...values: (string | number)[]): Promise<void> =>
    changing(directory, database => void database.prepare(sql).run(...values));
  const rows = (sql: string, ...values: (string | number)[]): Row[] =>
    reading<Row[]>(directory, [], database => database.prepare(sql).all(...values));
  const idsOn = (queue: QueueName) =>
    rows('SELECT id FROM message WHERE queue = ? ORDER BY sentAtMs, seq', queue).map(({ id }) => String(id));
  // SQLite is synchronous: each message yields, so that a long queue does not block signals and sockets.
  /** Undefined when it has left the queue meanwhile. */
  const messageOn = (queue: QueueName, id: string) =>
    rows('SELECT * FROM message WHERE queue = ? AND id = ?', queue, id)[0];
  const remove = (queue: QueueName, id: string) =>
    run('DELETE FROM message WHERE queue = ? AND id = ?', queue, id);

  const ages: LocalQueue['ages'] = async () => {
    const counted = rows(
      'SELECT queue, count(*) AS messages, min(sentAtMs) AS oldestMs FROM message GROUP BY queue',
    );
    const depth = (queue: QueueName) => {
      const { messages = 0, oldestMs } = counted.find(row => row['queue'] === queue) ?? {};
      const age = oldestMs === undefined ? {} : { oldestAgeMs: Math.max(0, clock.now() - Number(oldestMs)) };
      return { messages: Number(messages), ...age };
    };
    return { retry: depth('retry'), 'dead-letter': depth('dead-letter') };
  };

  return {
    async put(queue, messages, delaySeconds) {
      const nowMs = clock.now();
      const notBeforeMs = delaySeconds === undefined ? nextTryMs(clock, 0) : nowMs + delaySeconds * 1000;
      changing(directory, database => {
        const insert = database.prepare(
          'INSERT INTO message (id, queue, message, sentAtMs, notBeforeMs, tries) VALUES (?, ?, ?, ?, ?, 0)',
        );
        for (const message of messages)
          insert.run(`${nowMs}-${randomUUID()}`, queue, message, nowMs, notBeforeMs);
      });
    },
    async *waiting() {
      for (const id of idsOn('retry')) {
        await aTurn();
        const row = messageOn('retry', id);
        if (!row) continue;
        const { message, tries, notBeforeMs } = row;
        yield { id, message: String(message), tries: Number(tries), notBeforeMs: Number(notBeforeMs) };
      }
    },
    remove: ({ id }) => remove('retry', id),
    async postpone({ id, tries }) {
      const isLast = tries + 1 >= maxTries;
      await run(
        `UPDATE message SET queue = ?, tries = ?, notBeforeMs = ? WHERE queue = 'retry' AND id = ?`,
        isLast ? 'dead-letter' : 'retry',
        tries + 1,
        nextTryMs(clock, tries + 1),
        id,
      );
      return isLast ? 'dead-letter' : 'postponed';
    },
    depths: async () => {
      const { retry, 'dead-letter': dead } = await ages();
      return { retry: retry.messages, 'dead-letter': dead.messages };
    },
    ages,
    async *deadLetters(): AsyncGenerator<DeadLetter> {
      for (const id of idsOn('dead-letter')) {
        await aTurn();
        const row = messageOn('dead-letter', id);
        if (row) yield { id, message: String(row['message']), sentAtMs: Number(row['sentAtMs']) };
      }
    },
    // Due at once. Done again after a crash, it finds nothing to do.
    redrive: ({ id }) =>
      run(
        `UPDATE message SET queue = 'retry', tries = 0, notBeforeMs = ? WHERE queue = 'dead-letter' AND id = ?`,
        clock.now(),
        id,
      ),
    removeDeadLetter: ({ id }) => remove('dead-letter', id),
  };
}

/** A batch put aside a moment ago waits as long as one that was tried once: Azure has just refused it. */
function nextTryMs(clock: Clock, tries: number): number {
  return clock.now() + 1000 * postponeSeconds(tries + 1);
}
