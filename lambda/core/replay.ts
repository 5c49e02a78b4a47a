/** The second story: a failed batch from the retry queue is delivered again. */
import { type DeliverDependencies, deliver } from './deliver.ts';
import { decodeFailedBatch, encodeCulprits } from './failed-batch.ts';
import type { FailedBatchQueue, Journal, ReplayReport } from './model.ts';

export interface ReplayDependencies extends DeliverDependencies {
  readonly queue: FailedBatchQueue;
  readonly journal: Journal;
  /** Former names of the pipeline, whose failed batches are its own. */
  readonly accepts?: readonly string[];
}

/**
 * Delivers one message of the retry queue. `done`: everything in it is accepted or on the dead-letter queue, so
 * it may be deleted. Otherwise it must stay where it is, whole: records accepted in this try come again, as duplicates.
 * Throws only for bugs.
 */
export async function replay(
  d: ReplayDependencies,
  pipeline: string,
  message: string,
  deadlineMs: number,
): Promise<ReplayReport> {
  const decoded = decodeFailedBatch(message);
  if (decoded.kind === 'undecodable') {
    d.journal.error('a message of the retry queue is no failed batch and is left', {
      problem: decoded.problem,
    });
    return left('undecodable', `it is no failed batch: ${decoded.problem}`);
  }
  const { batch, records } = decoded;
  if (batch.pipeline !== pipeline && !d.accepts?.includes(batch.pipeline)) {
    return left(batch.batchId, `it belongs to pipeline ${batch.pipeline}, this is ${pipeline}`);
  }
  const delivery = await deliver(d, records, deadlineMs);
  const { fault, culprits, posts } = delivery;
  const base = { batchId: batch.batchId, logsAccepted: delivery.accepted, posts };
  if (fault) return { ...base, done: false, logsDeadLettered: 0, reason: fault };
  const common = { pipeline, failedAtMs: d.clock.now(), attempts: batch.attempts + posts };
  const dead = encodeCulprits(common, culprits);
  // It rejects when it holds not all of them: then the message stays, and with it every culprit.
  if (dead.length > 0) await d.queue.put('dead-letter', dead);
  return { ...base, done: true, logsDeadLettered: culprits.length };
}

function left(batchId: string, message: string): ReplayReport {
  const reason = { verdict: 'denied', message } as const;
  return { batchId, done: false, logsAccepted: 0, logsDeadLettered: 0, posts: 0, reason };
}

/** Seconds a batch stays invisible after its `receives`-th try: 10 s doubling to an hour, which SQS allows up to 12 h. */
export function postponeSeconds(receives: number): number {
  const doublings = Number.isFinite(receives) ? Math.min(Math.max(receives, 1), 20) - 1 : 0;
  return Math.min(3600, 10 * 2 ** doublings);
}
