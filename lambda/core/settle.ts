/** A batch's way from delivery to checkpoint: the one place where the promise is kept. */
import type { LogBatch } from './batch.ts';
import { deliver } from './deliver.ts';
import { encodeCulprits, encodeFailedBatch } from './failed-batch.ts';
import { type Late, passed, writeLate } from './late.ts';
import type { LedgerEntry } from './ledger.ts';
import type { Checkpoint, ShapedRecord } from './model.ts';
import type { Run, Stop } from './run.ts';
import { sketchOf, writeSketch } from './sketch.ts';

/** What became of a batch. */
export interface Settled {
  /** The checkpoint has moved past it, or would have, had it an id: every log up to its end is accepted or held. */
  readonly isPassed: boolean;
  /** Why the run must end, if it must. */
  readonly stop?: Stop | undefined;
  readonly held: Held;
}

/** How many logs are where. */
export type Held = Pick<LedgerEntry, 'accepted' | 'retried' | 'deadLettered'>;
export const NOTHING_HELD: Held = { accepted: 0, retried: 0, deadLettered: 0 };

/** Less than this before the deadline and a batch is left for the next run. */
const SETTLE_LEAST_MS = 1_500;

/**
 * Delivers a batch, acts on the verdict, and moves the checkpoint when every log is accepted or held.
 * Batches may be delivered side by side, but the checkpoint passes a batch only after the one `before` it.
 */
export async function settle(
  run: Run,
  batch: LogBatch,
  before: Promise<Settled> = Promise.resolve({ isPassed: true, held: NOTHING_HELD }),
): Promise<Settled> {
  const own = await hold(run, batch);
  const earlier = await before;
  const stop = earlier.stop ?? own.stop;
  const { held } = own;
  if (!earlier.isPassed || !own.isPassed) return { isPassed: false, stop, held };
  const saveStop = batch.checkpoint && (await pass(run, batch, batch.checkpoint, held));
  return saveStop ? { isPassed: false, stop: saveStop, held } : { isPassed: true, stop, held };
}

/** Enters the batch in the ledger and moves the checkpoint past it. */
async function pass(
  run: Run,
  batch: LogBatch,
  checkpoint: Checkpoint,
  held: Held,
): Promise<Stop | undefined> {
  const { d, tally, late } = run;
  const ids = sketchOf(batch.logIds);
  const afterLogId = tally.counts.checkpoint?.logId;
  await d.ledger.add({
    ...(afterLogId === undefined ? {} : { afterLogId }),
    lastLogId: checkpoint.logId,
    logs: batch.logs,
    ...held,
    excluded: batch.logs - batch.records.length,
    ids: writeSketch(ids),
  });
  const lateAfter =
    late && afterLogId !== undefined ? passed(late, ids, batch.logIds.length, afterLogId) : late;
  return save(run, checkpoint, lateAfter);
}

/** Has every log of the batch accepted, or held in a queue; `isPassed` says whether that was achieved. */
async function hold(run: Run, batch: LogBatch): Promise<Settled> {
  const { d, options } = run;
  const nowMs = d.clock.now();
  if (options.deadlineMs - nowMs < SETTLE_LEAST_MS) {
    return { isPassed: false, stop: { outcome: 'out-of-time' }, held: NOTHING_HELD };
  }
  const delivery = await deliver(d, batch.records, options.deadlineMs, run.spilling ? 1 : undefined);
  if (batch.records.length > 0) run.tally.delivered(delivery);
  const { fault } = delivery;
  // A hold never outlives Auth0's retention: SQS keeps a batch for 14 days, Auth0 may keep its logs for one.
  const atRisk = batch.oldestDateMs !== undefined && nowMs - batch.oldestDateMs > options.retentionMs / 2;
  if (fault && atRisk) {
    run.tally.counts.retentionAtRisk = true;
    run.spilling = true;
  }
  const stop: Stop | undefined =
    fault && !atRisk ? { outcome: fault.verdict, party: 'azure', message: fault.message } : undefined;
  if (stop?.outcome === 'denied') return { isPassed: false, stop, held: NOTHING_HELD };
  const putAsideFailed = await putAside(run, delivery);
  if (putAsideFailed) return { isPassed: false, stop: putAsideFailed, held: NOTHING_HELD };
  const { accepted, pending, culprits } = delivery;
  return { isPassed: true, stop, held: { accepted, retried: pending.length, deadLettered: culprits.length } };
}

/** Culprits to the dead-letter queue, what Azure may take another time to the retry queue. */
async function putAside(
  run: Run,
  { culprits, pending, fault, posts }: Awaited<ReturnType<typeof deliver>>,
): Promise<Stop | undefined> {
  const { d, options, tally } = run;
  const common = { pipeline: options.pipeline, failedAtMs: d.clock.now(), attempts: posts };
  try {
    const dead = encodeCulprits(common, culprits);
    if (dead.length > 0) await d.queue.put('dead-letter', dead);
    if (fault) await d.queue.put('retry', encodeFailedBatch({ ...common, records: pending, reason: fault }));
  } catch (error) {
    const message = `a failed batch could not be put aside, so the checkpoint stays: ${nameOf(error)}`;
    return { outcome: 'failed', party: 'queue', message };
  }
  tally.counts.logsDeadLettered += culprits.length;
  tally.counts.logsRetried += pending.length;
  for (const { record, reason } of culprits) {
    d.journal.error('a log was dead-lettered', { logId: record.logId, reason });
  }
  if (fault) d.journal.warn('a batch was put on the retry queue', { logs: pending.length, reason: fault });
  return undefined;
}

/** Moves the checkpoint; `late` goes with it. */
export async function save(
  run: Run,
  checkpoint: Checkpoint,
  late: Late | undefined = run.late,
): Promise<Stop | undefined> {
  try {
    const kept = late && writeLate(late);
    const saved = await run.d.state.save(run.lease, checkpoint, run.d.clock.now(), kept);
    if (saved.kind === 'lost')
      return { outcome: 'lease-lost', message: 'another run has taken the lease over' };
    run.lease = saved.lease;
    run.late = late;
    run.unsaved = {};
    run.tally.counts.checkpoint = checkpoint;
    return undefined;
  } catch (error) {
    const message = `the checkpoint could not be saved: ${nameOf(error)}`;
    return { outcome: 'failed', party: 'state', message };
  }
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
