/** From the delivery of a batch to its checkpoint: the one place that keeps the promise. */
import { endOf, headOf, idsOf, type LogBatch, oldestMs, provableIds } from './batch.ts';
import { type Culprit, type Delivery, deliver, QUEUE_UNREACHABLE } from './deliver.ts';
import { encodeCulprits, encodeFailedBatch } from './failed-batch.ts';
import { passed, writeLate } from './late.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Checkpoint, Fault, QueueName, SerializedRecord, ShapedRecord } from './model.ts';
import { isAfter } from './record/log-id.ts';
import type { Run, Stop } from './run.ts';
import { sketchOf, writeSketch } from './sketch.ts';
import { withSettled, writeUnproven } from './unproven.ts';

/** What became of a batch. */
export interface Settled {
  /** The checkpoint has moved past it, or would have, had it an id: every log up to its end is accepted or queued. */
  readonly isPassed: boolean;
  /** Why the run must end; undefined when it need not. */
  readonly stop?: Stop | undefined;
  readonly counts: Counts;
  /** The queue of each log, by id, that is not accepted. */
  readonly queued: ReadonlyMap<string, QueueName>;
}

/** How many logs are where. */
export type Counts = Pick<LedgerEntry, 'accepted' | 'retried' | 'deadLettered'>;
const NONE: ReadonlyMap<string, QueueName> = new Map();
export const NOTHING_SETTLED: Counts = { accepted: 0, retried: 0, deadLettered: 0 };

/** Of a batch, before the checkpoint moves. */
interface Own extends Settled {
  /** How many of its records from the first on are settled, when not all are. */
  readonly head: number;
}

/** Less than this before the deadline and a batch is left for the next run. */
const SETTLE_LEAST_MS = 1_500;

/**
 * Delivers a batch, acts on the verdict, and moves the checkpoint when every log is accepted or queued; past the first
 * few logs when only those are.
 * Batches may be delivered side by side, but the checkpoint passes a batch only after the one `before` it.
 */
export async function settle(
  run: Run,
  batch: LogBatch,
  before: Promise<Settled> = Promise.resolve({ isPassed: true, counts: NOTHING_SETTLED, queued: NONE }),
): Promise<Settled> {
  const own = await handle(run, batch);
  const earlier = await before;
  const { counts, queued } = own;
  const stop = earlier.stop ?? own.stop;
  if (!earlier.isPassed) return { isPassed: false, stop, counts, queued };
  // Excluded logs alone are not worth a write: a line that is held stays where it is.
  const done = own.isPassed ? batch : own.head > 0 ? headOf(batch, own.head) : undefined;
  const saveStop = done && (await pass(run, done, own));
  return { isPassed: own.isPassed && !saveStop, stop: saveStop ?? stop, counts, queued };
}

/** Enters the logs in the ledger and moves the checkpoint past them. */
async function pass(run: Run, batch: LogBatch, { counts, queued }: Own): Promise<Stop | undefined> {
  const { d, tally, late, unproven } = run;
  const checkpoint = endOf(batch);
  if (!checkpoint) return undefined;
  const logIds = idsOf(batch);
  const ids = sketchOf(logIds);
  const afterLogId = tally.counts.checkpoint?.logId;
  await d.ledger.add({
    ...(afterLogId === undefined ? {} : { afterLogId }),
    lastLogId: checkpoint.logId,
    logs: batch.logs.length,
    ...counts,
    excluded: batch.logs.length - batch.records.length,
    ids: writeSketch(ids),
  });
  const lateAfter = late && afterLogId !== undefined ? passed(late, ids, logIds.length, afterLogId) : late;
  const expected = provableIds(batch);
  const settled = { afterLogId: afterLogId ?? '', logIds: expected, queued, isBehind: false };
  const unprovenAfter = unproven && withSettled(unproven, settled, d.clock.now());
  return save(run, checkpoint, { late: lateAfter, unproven: unprovenAfter });
}

/** Has every log of the batch accepted or queued; `isPassed` says whether that was achieved. */
async function handle(run: Run, batch: LogBatch): Promise<Own> {
  const { d, options } = run;
  const nowMs = d.clock.now();
  if (options.deadlineMs - nowMs < SETTLE_LEAST_MS) {
    return {
      isPassed: false,
      stop: { outcome: 'out-of-time' },
      counts: NOTHING_SETTLED,
      queued: NONE,
      head: 0,
    };
  }
  const delivery = await deliver(d, batch.records, options.deadlineMs, {
    ...(run.spilling && { maxAttempts: 1 }),
    evidence: run.evidence,
    another: () => newestRecord(run),
    putAside: culprits => putCulprits(run, culprits),
  });
  if (batch.records.length > 0) run.tally.delivered(delivery);
  const { fault, head } = delivery;
  const queued = queuesOf(delivery.culprits);
  if (!fault) return { isPassed: true, counts: countsOf(delivery, batch.records), queued, head };
  // The checkpoint passes the first records at most.
  const held = { isPassed: false, counts: countsOf(delivery, batch.records.slice(0, head)), queued, head };
  if (fault.code === QUEUE_UNREACHABLE) return { ...held, stop: queueStop(fault) };
  // A hold never outlives Auth0's retention: SQS keeps a batch for 14 days, Auth0 may keep its logs for one.
  const oldest = oldestMs(batch);
  const atRisk = oldest !== undefined && nowMs - oldest > options.retentionMs / 2;
  if (atRisk) {
    run.tally.counts.retentionAtRisk = true;
    run.spilling = true;
  }
  const stop: Stop | undefined = atRisk
    ? undefined
    : { outcome: fault.verdict, party: 'azure', message: fault.message, fault };
  const isHeld = fault.verdict === 'denied' || (fault.verdict === 'intercepted' && !delivery.isLocal);
  if (stop && isHeld) return { ...held, stop };
  const asideStop = await putPending(run, delivery, fault);
  if (asideStop) return { ...held, stop: asideStop };
  for (const { logId } of delivery.pending) queued.set(logId, 'retry');
  return { isPassed: true, stop, counts: countsOf(delivery, batch.records), queued, head };
}

/** The queue of each culprit, by its id. */
const queuesOf = (culprits: readonly Culprit[]): Map<string, QueueName> =>
  new Map(culprits.map(({ record, queue }) => [record.logId, queue]));

/** Where these records of the delivery are, once all of them are settled. */
function countsOf({ culprits, pending }: Delivery, records: readonly SerializedRecord[]): Counts {
  const among = new Set(records);
  const on = (queue: QueueName) =>
    culprits.filter(one => one.queue === queue && among.has(one.record)).length;
  const deadLettered = on('dead-letter');
  const retried = on('retry') + pending.filter(record => among.has(record)).length;
  return { accepted: records.length - deadLettered - retried, retried, deadLettered };
}

/** Each culprit alone: what is at fault itself to the dead-letter queue, what Azure may take another time to the retry queue. */
async function putCulprits(run: Run, culprits: readonly Culprit[]): Promise<string | undefined> {
  const { d, tally } = run;
  const common = { ...asideOf(run), failedAtMs: d.clock.now(), attempts: 1 };
  try {
    for (const queue of ['dead-letter', 'retry'] as const) {
      const messages = encodeCulprits(
        common,
        culprits.filter(culprit => culprit.queue === queue),
      );
      if (messages.length > 0) await d.queue.put(queue, messages);
    }
  } catch (error) {
    return nameOf(error);
  }
  for (const { record, reason, queue } of culprits) {
    const isDead = queue === 'dead-letter';
    if (isDead) tally.counts.logsDeadLettered++;
    else tally.counts.logsRetried++;
    d.journal.error(isDead ? 'a log was dead-lettered' : 'a log was put on the retry queue', {
      logId: record.logId,
      reason,
    });
  }
  return undefined;
}

/** What Azure may take another time to the retry queue. */
async function putPending(run: Run, { pending, posts }: Delivery, reason: Fault): Promise<Stop | undefined> {
  const { d, tally } = run;
  const aside = { ...asideOf(run), failedAtMs: d.clock.now(), attempts: posts, records: pending, reason };
  try {
    await d.queue.put('retry', encodeFailedBatch(aside));
  } catch (error) {
    return queueStop({ message: nameOf(error) });
  }
  tally.counts.logsRetried += pending.length;
  d.journal.warn('a batch was put on the retry queue', { logs: pending.length, reason });
  return undefined;
}

const asideOf = ({ d, options }: Run) => ({ pipeline: options.pipeline, redaction: d.redactionTag });

function queueStop({ message }: { readonly message: string }): Stop {
  return {
    outcome: 'failed',
    party: 'queue',
    message: `a failed batch could not be put aside, so the checkpoint stays: ${message}`,
  };
}

/** Moves the checkpoint; what is remembered to find and to prove logs goes with it. */
export async function save(
  run: Run,
  checkpoint: Checkpoint,
  { late, unproven }: Pick<Run, 'late' | 'unproven'> = run,
): Promise<Stop | undefined> {
  const before = run.tally.counts.checkpoint?.logId;
  if (before !== undefined && isAfter(before, checkpoint.logId)) {
    const message = `the checkpoint was not moved from ${before} to ${checkpoint.logId}, which is before it`;
    return { outcome: 'failed', party: 'auth0', message };
  }
  try {
    const kept = {
      ...(late && { late: writeLate(late) }),
      ...(unproven && { unproven: writeUnproven(unproven) }),
    };
    const saved = await run.d.state.save(run.lease, checkpoint, run.d.clock.now(), kept);
    if (saved.kind === 'lost') return { outcome: 'lease-lost', message: 'another run has taken the lease' };
    run.lease = saved.lease;
    run.late = late;
    run.unproven = unproven;
    run.unsaved = {};
    run.tally.counts.checkpoint = checkpoint;
    return undefined;
  } catch (error) {
    const message = `the checkpoint could not be saved: ${nameOf(error)}`;
    return { outcome: 'failed', party: 'state', message };
  }
}

const NEWEST_TIMEOUT_MS = 10_000;

interface NewestFrom {
  readonly d: Pick<Run['d'], 'source' | 'clock' | 'includes' | 'shape'>;
  readonly options: Pick<Run['options'], 'deadlineMs' | 'ripeMs'>;
}

/** Of the tenant's newest log: it is accepted if the configuration is right, however many logs are at fault here. */
export async function newestRecord({ d, options }: NewestFrom): Promise<SerializedRecord | undefined> {
  const nowMs = d.clock.now();
  const timeoutMs = Math.min(NEWEST_TIMEOUT_MS, options.deadlineMs - nowMs);
  if (timeoutMs <= 0) return undefined;
  const newest = await d.source.newest(nowMs - options.ripeMs, timeoutMs);
  if (newest.kind === 'fault' || newest.log === undefined || !d.includes(newest.log)) return undefined;
  const { logId, json } = d.shape(newest.log);
  return { logId, json: Buffer.from(json) };
}

/** The error's name and code, but not its message: a vendor's message may quote what was sent. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.name}${code}`;
}

/** The record of a log; undefined when the configuration excludes it. */
export function recordOf(run: Run, log: unknown): ShapedRecord | undefined {
  if (!run.d.includes(log)) {
    run.tally.counts.logsExcluded++;
    return undefined;
  }
  const record = run.d.shape(log);
  if (record.raw) run.tally.counts.logsRaw++;
  return record;
}
