/** Logs that the workspace does not show: which of them are lost, and which of those may be shipped again now. */
import { batcher, type LogBatch } from './batch.ts';
import type { QueueName } from './model.ts';
import type { RipeLog } from './read.ts';
import type { Run, Stop } from './run.ts';
import { recordOf, settle } from './settle.ts';
import { idKey } from './sketch.ts';
import { queuedOf, type UnprovenSpan } from './unproven.ts';
import type { Verifying } from './workspace.ts';

/** While nothing shows that Azure stores again, so many logs an hour are shipped to find out. */
const TRIAL_LOGS = 100;
const TRIAL_EVERY_MS = 3_600_000;
/** A role may hide the table. Without a row seen for so long, missing rows are reported and not shipped again. */
const VISIBLE_MS = 86_400_000;
/** After that a log has left the retry queue: it is accepted or a dead letter. See postponeSeconds. */
const RETRIED_MS = 50_400_000;

export interface Shipped {
  readonly logIds: readonly string[];
  readonly queued: ReadonlyMap<string, QueueName>;
}

/** Ships logs again, behind the checkpoint. `shipped` are those that are accepted or queued. */
export async function shipAgain(
  run: Run,
  lost: readonly RipeLog[],
): Promise<{ readonly stop: Stop | undefined; readonly shipped: Shipped }> {
  const { d, tally } = run;
  const batches = batcher(d.destination.maxBatchBytes);
  const logIds: string[] = [];
  const queued = new Map<string, QueueName>();
  let stop: Stop | undefined;
  const settleAgain = async (batch: LogBatch | undefined) => {
    if (!batch || stop) return;
    const settled = await settle(run, batch);
    stop = settled.stop;
    if (!settled.isPassed) return;
    logIds.push(...batch.records.map(({ logId }) => logId));
    for (const [logId, queue] of settled.queued) queued.set(logId, queue);
  };
  for (const { checkpoint: _, ...log } of lost) await settleAgain(batches.add(log, recordOf(run, log.log)));
  await settleAgain(batches.flush());
  tally.counts.logsRepaired += logIds.length;
  if (logIds.length > 0)
    d.journal.warn('logs that were accepted but not stored were shipped again', {
      logs: tally.counts.logsRepaired,
    });
  return { stop, shipped: { logIds, queued } };
}

/**
 * Those of the missing logs that do not wait on a queue. A log of the retry queue that SQS has moved to the dead-letter
 * queue may be shipped again, which does no harm.
 */
export async function lostOf(
  run: Run,
  stored: Verifying,
  span: UnprovenSpan,
  missing: readonly RipeLog[],
): Promise<readonly RipeLog[]> {
  // Spans may overlap, since late logs have their own.
  const { afterLogId, lastLogId } = span;
  const spans = run.unproven?.spans ?? [];
  const overlapping = spans.filter(one => one.afterLogId < lastLogId && afterLogId < one.lastLogId);
  const retried = overlapping.filter(one => run.d.clock.now() - one.acceptedAtMs < RETRIED_MS);
  let lost = missing;
  for (const queue of ['retry', 'dead-letter'] as const) {
    const queued = queuedOf(queue === 'retry' ? retried : overlapping, queue);
    if (queued.length === 0 || !(await stored.holds(queue))) continue;
    // Too many to be named: they are compared again when the queue is empty.
    if (queued === 'many') return [];
    const waiting = new Set(queued);
    lost = lost.filter(({ logId }) => !waiting.has(idKey(logId!)));
  }
  return lost;
}

/** How many logs of the span may be shipped again now. */
export function mayShip(run: Run, span: UnprovenSpan): number {
  const { unproven, d } = run;
  if (!unproven) return 0;
  const nowMs = d.clock.now();
  if (nowMs - unproven.visibleAtMs > VISIBLE_MS) return 0;
  if (unproven.storedAtMs >= span.acceptedAtMs) return Number.POSITIVE_INFINITY;
  if (nowMs - unproven.trialAtMs < TRIAL_EVERY_MS) return 0;
  run.unproven = { ...unproven, trialAtMs: nowMs };
  return TRIAL_LOGS;
}
