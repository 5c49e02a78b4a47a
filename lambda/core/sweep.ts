/** Looking back, now and then, for logs that Auth0 served only after logs with greater ids. */
import { batcher, type LogBatch } from './batch.ts';
import { type Found, known, type Late, swept, writeLate } from './late.ts';
import { logReader, type SettledLog } from './read.ts';
import type { Run, Stop } from './run.ts';
import { NOTHING_HELD, recordOf, settle } from './settle.ts';
import { addToSketch, emptySketch, idKey, missingFrom, sketchOf, writeSketch } from './sketch.ts';

/** A sweep is not begun with less time, and gives up when it runs out: the next run tries again. */
const SWEEP_LEAST_MS = 10_000;
const NOTHING: Found = { logIds: [], whole: false };

/**
 * Re-reads the window of ids that were passed lately and ships those of its logs that never were. Returns why the run
 * must end, if it must: then the window stays, and the next run sweeps again.
 */
export async function sweep(run: Run): Promise<Stop | undefined> {
  const { d, options, late, tally } = run;
  const { checkpoint } = tally.counts;
  if (!late || !checkpoint || d.clock.now() - late.sweptAtMs < options.sweepMs) return undefined;
  const all = emptySketch();
  const read = await eachOfWindow(run, late, checkpoint.logId, async ({ logId }) => {
    if (logId !== undefined) addToSketch(all, idKey(logId));
  });
  if (!read) return undefined;
  const missing = missingFrom(known(late), all);
  const found = missing?.size === 0 ? NOTHING : await shipLate(run, late, checkpoint.logId, missing);
  if (!found || 'outcome' in found) return found;
  run.late = swept(late, found, checkpoint.logId, d.clock.now());
  // The release writes it, for no write of its own; if it cannot, the next run sweeps the same window again.
  run.unsaved = { ...run.unsaved, late: writeLate(run.late) };
  return undefined;
}

/** Ships the logs named by `missing`, or the whole window when they are too many to be named. Returns their ids. */
async function shipLate(
  run: Run,
  late: Late,
  lastLogId: string,
  missing: ReadonlySet<string> | undefined,
): Promise<Found | Stop | undefined> {
  const found: string[] = [];
  const batches = batcher(run.d.destination.maxBatchBytes);
  let stop: Stop | undefined;
  const held = { ...NOTHING_HELD };
  const settleLate = async (batch: LogBatch) => {
    const settled = await settle(run, batch);
    stop = settled.stop;
    held.accepted += settled.held.accepted;
    held.retried += settled.held.retried;
    held.deadLettered += settled.held.deadLettered;
  };
  const read = await eachOfWindow(run, late, lastLogId, async log => {
    if (stop || log.logId === undefined || (missing && !missing.has(idKey(log.logId)))) return;
    found.push(log.logId);
    // The checkpoint stays where it is: these logs lie before it.
    const { checkpoint: _, ...settled } = log;
    const full = batches.add(settled, recordOf(run, log.log));
    if (full) await settleLate(full);
  });
  if (!read) return undefined;
  const rest = batches.flush();
  if (!stop && rest) await settleLate(rest);
  if (stop) return stop;
  run.tally.counts.logsLate += found.length;
  if (found.length > 0) {
    await run.d.ledger.add({
      // A few are told by their sketch alone; a whole window covers its range.
      ...(missing ? {} : { afterLogId: late.fromLogId }),
      lastLogId,
      logs: found.length,
      ...held,
      excluded: found.length - held.accepted - held.retried - held.deadLettered,
      ids: writeSketch(sketchOf(found)),
    });
  }
  run.d.journal.warn('late logs were found and shipped', {
    logs: found.length,
    whole: missing === undefined,
  });
  return { logIds: found, whole: missing === undefined };
}

/** Reads the window's logs up to `lastLogId`. False when it could not be read to the end. */
async function eachOfWindow(
  { d, options }: Run,
  late: Late,
  lastLogId: string,
  visit: (log: SettledLog) => Promise<void>,
): Promise<boolean> {
  if (options.deadlineMs - d.clock.now() < SWEEP_LEAST_MS) return false;
  if (late.fromLogId >= lastLogId) return true;
  const reader = logReader(d, late.fromLogId, {
    deadlineMs: options.deadlineMs - SWEEP_LEAST_MS / 2,
    settleMs: 0,
    headroom: options.rateLimitHeadroom,
  });
  for (let step = await reader.next(); step.kind !== 'caught-up'; step = await reader.next()) {
    if (step.kind !== 'page') return false;
    for (const log of step.logs) {
      if (log.logId !== undefined && log.logId > lastLogId) return true;
      await visit(log);
    }
    if (step.logs.at(-1)?.logId === lastLogId) return true;
  }
  return true;
}
