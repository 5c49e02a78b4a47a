/** The second story: a failed batch from the retry queue is delivered again. */

import { DEAD_LETTER_RETENTION_DAYS, RETRY_MAX_RECEIVES } from './contract.ts';
import { type Culprit, type DeliverOptions, deliver, QUEUE_UNREACHABLE } from './deliver.ts';
import { decodeFailedBatch, encodeCulprits, encodeFailedBatch, type FailedBatch } from './failed-batch.ts';
import type { FailedBatchQueue, Fault, Journal, QueueName, Reason } from './model.ts';
import type { DeliverDependencies } from './post.ts';
import { convertRecord } from './record/convert-record.ts';
import { type AskRedaction, redactedAgain } from './record/redact-again.ts';
import type { ReplayReport } from './report.ts';
import { nameOf } from './settle.ts';

export interface ReplayDependencies extends DeliverDependencies {
  readonly queue: FailedBatchQueue;
  readonly journal: Journal;
  /** Undefined when no rule redacts. */
  readonly redaction?: AskRedaction;
  /** Former names of the pipeline, whose failed batches are its own. */
  readonly accepts?: readonly string[];
  /** Where Auth0 may be asked: a record from elsewhere that distinguishes poison from a wrong configuration. */
  readonly another?: DeliverOptions['another'];
  /** What was accepted by this process, in earlier messages too. */
  readonly evidence?: DeliverOptions['evidence'];
}

/** From this receive on, a lasting fault is looked into: it may be one record's, and keep the others back. */
const ISOLATE_FROM_RECEIVE = 3;
const DAY_MS = 86_400_000;
/** Older batches become dead letters, so that none expires on the retry queue unseen. */
const RETRY_MAX_AGE_MS = (DEAD_LETTER_RETENTION_DAYS - 1) * DAY_MS;

/**
 * Delivers one message of the retry queue. `done`: everything in it is accepted or on a queue anew, so that it may be
 * deleted. What was accepted leaves it, and only the rest goes back, as smaller messages that keep its age and its count
 * of receives, before the old one may be deleted. When nothing of it was settled, it must stay where it is.
 * Never rejects for what Azure or a queue does; throws only for bugs.
 * @param receives how often SQS has handed the message out, this time included
 */
export async function replay(
  d: ReplayDependencies,
  pipeline: string,
  message: string,
  deadlineMs: number,
  receives = 1,
): Promise<ReplayReport> {
  const decoded = decodeFailedBatch(message);
  if (decoded.kind === 'undecodable') {
    d.journal.error('a message on the retry queue is not a failed batch and is left there', {
      problem: decoded.problem,
    });
    return left('undecodable', denied(`it is not a failed batch: ${decoded.problem}`));
  }
  const { batch } = decoded;
  if (batch.pipeline !== pipeline && !d.accepts?.includes(batch.pipeline)) {
    return left(batch.batchId, denied(`it belongs to pipeline ${batch.pipeline}, not to ${pipeline}`));
  }
  // Rules may have become stricter since then, and the destination another one.
  const converted = decoded.records.map(record => convertRecord(record, d.destination.form));
  const redacted = await redactedAgain(d.redaction, batch.redaction, converted);
  if (redacted.kind === 'fault') return left(batch.batchId, redacted.fault);
  const { records } = redacted;
  const tries = (batch.receives ?? 0) + (Number.isFinite(receives) ? receives : 1);
  const aside = asideFor(d, { ...batch, pipeline, redaction: redacted.tag }, tries);
  const delivery = await deliver(d, records, deadlineMs, {
    ...(d.another && { another: d.another }),
    ...(d.evidence && { evidence: d.evidence }),
    ...(tries >= ISOLATE_FROM_RECEIVE && { isolatesFaults: true, maxAttempts: 1 }),
    putAside: culprits => aside.put(queue => encodeCulprits(aside.common, on(queue, culprits))),
  });
  const { fault, pending, culprits } = delivery;
  for (const { record, reason } of on('dead-letter', culprits)) {
    d.journal.error('a log was dead-lettered', { logId: record.logId, reason });
  }
  const isUntouched = pending.length === records.length;
  let problem = fault?.code === QUEUE_UNREACHABLE ? fault.message : undefined;
  let isDone = fault === undefined;
  if (fault && !(isUntouched && !aside.isLast)) {
    const rest = encodeFailedBatch({ ...aside.common, records: pending, reason: fault });
    const restProblem = await aside.put(queue => (queue === 'retry' ? rest : []));
    isDone = restProblem === undefined;
    problem ??= restProblem;
  }
  const retried = on('retry', culprits).length + (isDone ? pending.length : 0);
  return {
    batchId: batch.batchId,
    done: isDone,
    logsAccepted: delivery.accepted,
    logsDeadLettered: on('dead-letter', culprits).length + (aside.isLast ? retried : 0),
    logsRequeued: aside.isLast ? 0 : retried,
    posts: delivery.posts,
    ...(problem !== undefined && { party: 'queue' as const }),
    ...(fault && { reason: fault }),
  };
}

const on = (queue: QueueName, culprits: readonly Culprit[]) => culprits.filter(one => one.queue === queue);

/** Where the parts of a batch go that is taken apart. */
function asideFor(d: ReplayDependencies, batch: FailedBatch, tries: number) {
  const firstMs = Date.parse(batch.failedAt);
  const isOld = d.clock.now() - firstMs > RETRY_MAX_AGE_MS;
  /** It has been tried often enough: what would go back to the retry queue becomes a dead letter. */
  const isLast = tries >= RETRY_MAX_RECEIVES || isOld;
  const delaySeconds = Math.min(DELAY_MOST_SECONDS, postponeSeconds(tries));
  return {
    isLast,
    common: {
      pipeline: batch.pipeline,
      failedAtMs: Number.isNaN(firstMs) ? d.clock.now() : firstMs,
      attempts: batch.attempts + 1,
      // A dead letter that is sent back begins anew.
      ...(isLast ? {} : { receives: tries }),
      redaction: batch.redaction,
    },
    /** Puts what belongs on each queue; gives why it could not, if so. */
    async put(messagesFor: (queue: QueueName) => readonly string[]): Promise<string | undefined> {
      try {
        for (const queue of ['dead-letter', 'retry'] as const) {
          const messages = messagesFor(queue);
          if (messages.length === 0) continue;
          if (queue === 'retry' && !isLast) await d.queue.put(queue, messages, delaySeconds);
          else await d.queue.put('dead-letter', messages);
        }
        return undefined;
      } catch (error) {
        return `a failed batch could not be put aside: ${nameOf(error)}`;
      }
    },
  };
}

function left(batchId: string, reason: Reason): ReplayReport {
  const nothing = { logsAccepted: 0, logsDeadLettered: 0, logsRequeued: 0, posts: 0 };
  return { batchId, done: false, ...nothing, reason };
}

const denied = (message: string): Fault => ({ verdict: 'denied', message });

/** SQS delays no message for longer: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const DELAY_MOST_SECONDS = 900;
const POSTPONE_MOST_SECONDS = 3600;

/**
 * Seconds a batch stays invisible after its `receives`-th try: 10 s doubling to an hour, which SQS allows up to 12 h; at
 * least as long as a token endpoint asked for, since a failed request counts against its limits.
 */
export function postponeSeconds(receives: number, reason?: Reason): number {
  const doublings = Number.isFinite(receives) ? Math.min(Math.max(receives, 1), 20) - 1 : 0;
  const askedMs = reason?.isTokenRefused ? (reason.retryAfterMs ?? 0) : 0;
  return Math.min(POSTPONE_MOST_SECONDS, Math.max(10 * 2 ** doublings, Math.ceil(askedMs / 1000)));
}
