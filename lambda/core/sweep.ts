/**
 * Looking back, now and then, for logs that Auth0 served only after logs with greater ids.
 *
 * A window is read once to find out whether any id in it was never passed, and a second time, when there are such ids, to
 * ship their logs. Both passes keep a cursor, are bounded for each run, and go on in the next one, after its new logs.
 */
import { batcher, type LogBatch, provableIds } from './batch.ts';
import { endSweep, type Late, type Sweep, startSweep, writeLate } from './late.ts';
import { logReader, type RipeLog } from './read.ts';
import { logIdTimeMs } from './record/log-id.ts';
import type { Run, Stop } from './run.ts';
import { NOTHING_SETTLED, recordOf, settle } from './settle.ts';
import {
  addToSketch,
  countOf,
  emptySketch,
  idKey,
  missingFrom,
  sketchOf,
  unite,
  writeSketch,
} from './sketch.ts';
import { withSettled } from './unproven.ts';
import { isElsewhere } from './workspace.ts';

/** Of each run: new logs wait no longer than that takes, and the tenant's rate limit is left to others. */
const PAGES_A_RUN = 25;
/** With less time left, a sweep does not continue. */
const SWEEP_LEAST_MS = 3_000;
/** What is found must still be posted. */
const SHIP_RESERVE_MS = 5_000;
/** After this many times `sweepMs` an unfinished sweep is overdue. */
const OVERDUE_AFTER = 4;

type Sweeping = Late & { readonly sweep: Sweep };

/**
 * Goes on with the look back, or begins one when it is time. Returns why the run must end, if it must. What is left of it
 * is for the next run.
 */
export async function sweep(run: Run): Promise<Stop | undefined> {
  const { options, tally, d } = run;
  const lastLogId = tally.counts.checkpoint?.logId;
  if (!run.late || lastLogId === undefined) return undefined;
  if (!run.late.sweep) {
    if (d.clock.now() - run.late.sweptAtMs < options.sweepMs) return undefined;
    run.late = startSweep(run.late, lastLogId, d.clock.now());
  }
  const pages = { left: PAGES_A_RUN };
  const stop = (await look(run, pages)) ? await shipMissing(run, pages) : undefined;
  // The release writes it, for no write of its own; if it cannot, the next run does this part again.
  run.unsaved = { ...run.unsaved, late: writeLate(run.late) };
  return stop;
}

/** Whether the look back has been unfinished for so long that late logs may be missed. */
export function isSweepOverdue({ late, options, d }: Run): boolean {
  // 0: it is to begin as soon as it can.
  if (!late || late.sweptAtMs === 0) return false;
  const sinceMs = d.clock.now() - (late.sweep?.startedAtMs ?? late.sweptAtMs);
  return sinceMs > OVERDUE_AFTER * options.sweepMs;
}

/** The first pass. True when it is done. */
async function look(run: Run, pages: { left: number }): Promise<boolean> {
  const { sweep } = run.late as Sweeping;
  if (sweep.missing !== undefined) return true;
  const seen = emptySketch();
  const recent = emptySketch();
  let { cursorLogId } = sweep;
  const end = await eachOfWindow(run, pages, 0, async ({ logId }) => {
    if (logId === undefined || logId <= cursorLogId) return true;
    cursorLogId = logId;
    addToSketch(seen, idKey(logId));
    if (logId > sweep.recentFromLogId) addToSketch(recent, idKey(logId));
    return true;
  });
  const read = { seen: unite(sweep.seen, seen), recent: unite(sweep.recent, recent), cursorLogId };
  keep(run, { ...sweep, ...read });
  if (end === 'not yet' || !isWhole(run)) return false;
  const missing = missingFrom(sweep.known, read.seen);
  // The second pass begins where the first one did.
  keep(run, { ...sweep, ...read, cursorLogId: sweep.fromLogId, missing: missing ? [...missing] : 'all' });
  if (!missing) {
    run.tally.counts.logsLate += Math.max(0, countOf(read.seen) - countOf(sweep.known));
    run.tally.counts.isLateEstimate = true;
  }
  return true;
}

/** An empty page alone does not end a window: while Auth0 serves fewer logs than were passed, it is read again, until they expire. */
function isWhole(run: Run): boolean {
  const { sweep } = run.late as Sweeping;
  return countOf(sweep.seen) >= countOf(sweep.known) || isGivenUp(run);
}

/** What Auth0 does not serve by now is gone. */
function isGivenUp({ late, options, d }: Run): boolean {
  const { sweep } = late as Sweeping;
  const nowMs = d.clock.now();
  const beginMs = logIdTimeMs(sweep.fromLogId) ?? logIdTimeMs(sweep.toLogId) ?? nowMs;
  const isEaten = nowMs - beginMs >= options.retentionMs;
  return isEaten || nowMs - sweep.startedAtMs > (OVERDUE_AFTER - 1) * options.sweepMs;
}

/** The second pass: ships the logs that are missing, or the whole window where they are too many to be named. */
async function shipMissing(run: Run, pages: { left: number }): Promise<Stop | undefined> {
  const { d, tally } = run;
  const { sweep } = run.late as Sweeping;
  const missing = sweep.missing === 'all' ? undefined : new Set(sweep.missing);
  if (missing?.size === 0) return end(run);
  const batches = batcher(d.destination.maxBatchBytes);
  const found: string[] = [];
  const counts = { ...NOTHING_SETTLED };
  let stop: Stop | undefined;
  let { cursorLogId } = sweep;
  let readUpTo = cursorLogId;
  const settleLate = async (batch: LogBatch | undefined, upTo: string) => {
    if (batch) {
      const settled = await settle(run, batch);
      stop = settled.stop;
      if (!settled.isPassed) return;
      for (const { logId } of batch.logs) if (logId !== undefined) found.push(logId);
      const behind = { afterLogId: cursorLogId, logIds: provableIds(batch), queued: settled.queued };
      run.unproven &&= withSettled(run.unproven, { ...behind, isBehind: true }, d.clock.now());
      counts.accepted += settled.counts.accepted;
      counts.retried += settled.counts.retried;
      counts.deadLettered += settled.counts.deadLettered;
    }
    cursorLogId = upTo;
  };
  const read = await eachOfWindow(run, pages, SHIP_RESERVE_MS, async log => {
    if (log.logId === undefined || log.logId <= readUpTo) return true;
    if (!missing || missing.has(idKey(log.logId))) {
      // The checkpoint stays where it is: these logs lie before it.
      const { checkpoint: _, ...late } = log;
      const full = batches.add(
        late,
        recordOf(run, log.log),
        d.stored && isElsewhere(d.stored.place, log.log),
      );
      if (full) await settleLate(full, readUpTo);
    }
    readUpTo = log.logId;
    return stop === undefined;
  });
  if (!stop) await settleLate(batches.flush(), readUpTo);
  for (const logId of found) missing?.delete(idKey(logId));
  if (missing) tally.counts.logsLate += found.length;
  else tally.counts.logsReshipped += found.length;
  const afterLogId = missing ? undefined : sweep.cursorLogId;
  await enter(run, found, counts, { afterLogId, lastLogId: missing ? (found.at(-1) ?? '') : cursorLogId });
  keep(run, { ...sweep, cursorLogId, missing: missing ? [...missing] : 'all' });
  const isRead = read === 'end' || (read === 'empty' && isGivenUp(run));
  if (!stop && (isRead || missing?.size === 0)) end(run);
  return stop;
}

function end(run: Run): undefined {
  run.late = endSweep(run.late as Sweeping, run.d.clock.now());
}

function keep(run: Run, sweep: Sweep): void {
  run.late = { ...run.late!, sweep };
}

/** In the ledger, only a sketch identifies named logs; a window that ships again covers its range. */
async function enter(
  run: Run,
  found: readonly string[],
  counts: typeof NOTHING_SETTLED,
  { afterLogId, lastLogId }: { readonly afterLogId: string | undefined; readonly lastLogId: string },
): Promise<void> {
  if (found.length === 0) return;
  const { accepted, retried, deadLettered } = counts;
  await run.d.ledger.add({
    ...(afterLogId === undefined ? {} : { afterLogId }),
    lastLogId,
    logs: found.length,
    ...counts,
    excluded: found.length - accepted - retried - deadLettered,
    ids: writeSketch(sketchOf(found)),
  });
  run.d.journal.warn('late logs were found and shipped', { logs: found.length });
}

/** Reads the window from the cursor on: `not yet` for want of pages, time or an answer; `empty` alone does not end it. */
async function eachOfWindow(
  { d, options, tally, late }: Run,
  pages: { left: number },
  reserveMs: number,
  visit: (log: RipeLog) => Promise<boolean>,
): Promise<'end' | 'empty' | 'not yet'> {
  const { cursorLogId, toLogId } = (late as Sweeping).sweep;
  if (cursorLogId >= toLogId) return 'end';
  const deadlineMs = options.deadlineMs - reserveMs;
  if (deadlineMs - d.clock.now() < SWEEP_LEAST_MS) return 'not yet';
  const headroom = options.rateLimitHeadroom;
  const reader = logReader(d, cursorLogId, { deadlineMs, ripeMs: 0, headroom });
  while (pages.left-- > 0) {
    const step = await reader.next();
    if (step.kind !== 'page') return step.kind === 'caught-up' ? 'empty' : 'not yet';
    tally.sweptPage();
    for (const log of step.logs) {
      if (log.logId !== undefined && log.logId > toLogId) return 'end';
      if (!(await visit(log))) return 'not yet';
    }
    if (step.logs.at(-1)?.logId === toLogId) return 'end';
  }
  return 'not yet';
}
