/**
 * THE STORY: one run, from lease to report.
 *
 * The promise: the checkpoint never passes a log that is neither accepted by Azure nor on one of our queues.
 * It is kept in one place, `settle`: deliver, put aside what was not accepted, and only then save.
 */

import { batcher, type LogBatch } from './batch.ts';
import { evidence } from './evidence.ts';
import { readLastRun, writeLastRun } from './last-run.ts';
import { startLate } from './late.ts';
import type { Checkpoint, PipelineState, StateStore } from './model.ts';
import { type CaughtUp, logReader, prefetch } from './read.ts';
import { logIdTimeMs } from './record/log-id.ts';
import { rememberedLate, rememberedUnproven } from './remembered.ts';
import type { RunReport } from './report.ts';
import type { Run, ShipDependencies, ShipOptions, Stop } from './run.ts';
import { nameOf, recordOf, type Settled, save, settle } from './settle.ts';
import { aheadOfTime } from './start-from.ts';
import { isSweepOverdue, sweep } from './sweep.ts';
import { tally } from './tally.ts';
import { closeVerify, isVerifyOverdue, judge, look } from './verify.ts';
import { compareIds } from './verify-ids.ts';
import { readWaits, stopByWait, waitsAfter, writeWaits } from './waits.ts';
import { hear, isWitnessDue } from './witness.ts';
import { isElsewhere } from './workspace.ts';

/** Reading ends this long before the deadline, so that logs that were read before Auth0 stalled still ship. */
const settleReserveMs = (leftMs: number) => Math.min(15_000, leftMs * 0.4);

const PREPARE_TIMEOUT_MS = 10_000;
/** Reading goes on so many times after logs that an empty page had hidden; the next run goes on from there. */
const MOST_TURNS = 4;

/** Logs shaped before sockets get a turn: the next page's answer must be taken in at once. */
const LOGS_A_TURN = 10;
/** Turns before the first log of a page is shaped: so many it takes until the next page's request has left. */
const TURNS_A_REQUEST = 3;

/** Ships what is new of one pipeline, until caught up, out of time or stopped. Throws only for bugs. */
export async function ship(d: ShipDependencies, options: ShipOptions): Promise<RunReport> {
  const startedAtMs = d.clock.now();
  const { pipeline, owner } = options;
  const since = () => d.clock.now() - startedAtMs;
  let acquired: Awaited<ReturnType<StateStore['acquire']>>;
  try {
    acquired = await d.state.acquire(pipeline, owner, startedAtMs, options.leaseExpiresAtMs);
  } catch (error) {
    const message = `the lease could not be acquired: ${nameOf(error)}`;
    return tally(pipeline).report({ outcome: 'failed', party: 'state', message, durationMs: since() });
  }
  if (acquired.kind === 'held') {
    const message = `${acquired.owner} holds the lease until ${new Date(acquired.expiresAtMs).toISOString()}`;
    return tally(pipeline).report({ outcome: 'skipped', message, durationMs: since() });
  }

  const { state } = acquired;
  const run: Run = {
    d,
    options,
    tally: tally(pipeline, state.checkpoint),
    lease: acquired.lease,
    late: options.sweepMs > 0 ? rememberedLate(state.late, d) : undefined,
    unproven: d.stored && rememberedUnproven(state.unproven, d),
    unsaved: {},
    evidence: evidence(),
    spilling: false,
  };
  const { counts } = run.tally;
  counts.gapSuspected = isGapSuspected(state, startedAtMs, options.retentionMs);
  let report: RunReport | undefined;
  try {
    const { fault, ...stop } = await shipUnlessWaiting(run, state);
    const lagMs = lagOf(run, stop, state.caughtUpAtMs);
    if (lagMs !== undefined && lagMs > options.retentionMs / 2) counts.retentionAtRisk = true;
    counts.sweepOverdue = isSweepOverdue(run);
    closeVerify(run);
    Object.assign(counts, d.redactionUnmatched?.());
    const { status, remedy } = fault ?? {};
    const said = { ...(status && { status }), ...(remedy && { remedy }) };
    const end = { ...stop, ...said, ...(lagMs === undefined ? {} : { lagMs }) };
    report = run.tally.report({ ...end, durationMs: since() });
    return report;
  } finally {
    await release(run, report);
  }
}

/** No vendor is called while a Retry-After lasts. */
async function shipUnlessWaiting(run: Run, state: PipelineState): Promise<Stop> {
  const { d } = run;
  const waits = readWaits(state.waits);
  const wait = stopByWait(waits, d.clock.now());
  if (wait) return wait;
  d.source.prepare?.(PREPARE_TIMEOUT_MS);
  d.destination.prepare?.(PREPARE_TIMEOUT_MS);
  const stop = await shipAndVerify(run, state);
  const after = writeWaits(waitsAfter(waits, stop, d.clock.now()));
  if (after !== writeWaits(waits)) run.unsaved = { ...run.unsaved, waits: after };
  return stop;
}

/**
 * Proves what earlier runs shipped: counts beside the run, ids after it, or before it where a backlog would leave no time.
 */
async function shipAndVerify(run: Run, state: PipelineState): Promise<Stop> {
  const looking = prefetch(look(run));
  const isFirst = isVerifyOverdue(run) && !isHeld(state);
  if (isFirst) {
    judge(run, await looking);
    // Half of the time, so that new logs ship however slow Auth0 is.
    const { deadlineMs } = run.options;
    const nowMs = run.d.clock.now();
    const stop = await compareIds(run, nowMs + (deadlineMs - nowMs) / 2);
    if (stop) return stop;
  }
  const stop = await shipUntilCaughtUp(run, state);
  if (isFirst) return stop;
  judge(run, await looking);
  return (stop.outcome === 'caught-up' && (await compareIds(run))) || stop;
}

/** Reads on until the end of the logs is confirmed, or why the run ends before that. */
async function shipUntilCaughtUp(run: Run, state: PipelineState): Promise<Stop> {
  const { d, options } = run;
  const start = state.checkpoint ? { checkpoint: state.checkpoint } : await begin(run);
  if ('outcome' in start) return start;
  if (options.sweepMs > 0) run.late ??= startLate(start.checkpoint.logId, d.clock.now());
  let { checkpoint } = start;
  for (let turn = 0; ; turn++) {
    const end = await shipAfter(run, checkpoint.logId, isHeld(state) && turn === 0);
    if ('outcome' in end) return end;
    checkpoint = run.tally.counts.checkpoint ?? checkpoint;
    if (!isWitnessDue(run, state, end)) break;
    const testimony = await hear(run, checkpoint, end, turn === 0);
    if (testimony.kind === 'stop') return testimony.stop;
    if (testimony.kind === 'confirmed') {
      run.unsaved = { ...run.unsaved, witnessedAtMs: d.clock.now() };
      break;
    }
    if (turn >= MOST_TURNS) return { outcome: 'out-of-time' };
    checkpoint = run.tally.counts.checkpoint ?? checkpoint;
  }
  return (await sweep(run)) ?? { outcome: 'caught-up' };
}

/**
 * Reads, shapes and batches; while some batches are being settled, the next one is being read.
 * @param isHeld the line was held: the first page is posted alone, and nothing beside it until it is settled
 */
async function shipAfter(run: Run, logId: string, isHeld: boolean): Promise<CaughtUp | Stop> {
  const { d, options } = run;
  const reader = logReader(d, logId, {
    deadlineMs: options.deadlineMs - settleReserveMs(options.deadlineMs - d.clock.now()),
    ripeMs: options.ripeMs,
    headroom: options.rateLimitHeadroom,
  });
  const batches = batcher(d.destination.maxBatchBytes);
  let stopped: Stop | undefined;
  let isProbing = isHeld;
  const inFlight: Promise<Settled>[] = [];
  const oldestSettled = async () => {
    const settled = await inFlight.shift();
    stopped ??= settled?.stop;
  };
  const settleNext = async (batch: LogBatch | undefined) => {
    const most = isProbing ? 1 : d.destination.maxInFlight;
    while (inFlight.length >= most) await oldestSettled();
    if (!batch || stopped) return;
    const settling = settle(run, batch, inFlight.at(-1));
    inFlight.push(settling);
    // It is awaited before the run ends; until then a stop ends the reading, and a bug must not end the process unseen.
    settling.then(
      ({ stop }) => {
        stopped ??= stop;
      },
      () => undefined,
    );
  };

  let step = await reader.next();
  while (step.kind === 'page' && !stopped) {
    run.tally.page(step.logs.length, step.rateLimit);
    for (let turn = 0; turn < TURNS_A_REQUEST; turn++) await d.ioFirst();
    for (const [index, log] of step.logs.entries()) {
      if (index % LOGS_A_TURN === 0) await d.ioFirst();
      const full = batches.add(log, recordOf(run, log.log), d.stored && isElsewhere(d.stored.place, log.log));
      if (full) await settleNext(full);
    }
    if (isProbing) {
      await settleNext(batches.flush());
      while (inFlight.length > 0) await oldestSettled();
      isProbing = false;
    }
    if (!stopped) step = await reader.next();
  }
  await settleNext(batches.flush());
  while (inFlight.length > 0) await oldestSettled();
  if (stopped) return stopped;
  if (step.kind === 'fault') {
    return { outcome: step.fault.verdict, party: 'auth0', message: step.fault.message, fault: step.fault };
  }
  return step.kind === 'caught-up' ? step : { outcome: 'out-of-time' };
}

/** Whether the last run kept the checkpoint because of what it posted: then this one begins there, and with little. */
function isHeld({ lastRunText }: PipelineState): boolean {
  const { outcome, party } = readLastRun(lastRunText) ?? {};
  return party === 'queue' || (party === 'azure' && (outcome === 'denied' || outcome === 'intercepted'));
}

/** The first run: where to begin; "now" is remembered at once, so that it stays the same now. */
async function begin(run: Run): Promise<{ checkpoint: Checkpoint } | Stop> {
  const { d, options } = run;
  const nowMs = d.clock.now();
  const ahead = aheadOfTime(options.startFrom, nowMs);
  if (ahead) return { outcome: 'failed', message: `auth0.startFrom: ${ahead}` };
  const start = await d.source.start(options.startFrom, nowMs, Math.max(1, options.deadlineMs - nowMs));
  if (start.kind === 'fault') {
    const { fault } = start;
    return { outcome: fault.verdict, party: 'auth0', message: fault.message, fault };
  }
  const { checkpoint } = start;
  if (options.startFrom.kind === 'now') return (await save(run, checkpoint)) ?? { checkpoint };
  // Should the run be killed, the next one finds the same place, or an earlier one.
  run.tally.counts.checkpoint = checkpoint;
  run.unsaved = { checkpoint };
  return { checkpoint };
}

/** In the same write goes all that a run leaves behind. `report` is undefined when a bug broke the run off. */
async function release(run: Run, report: RunReport | undefined): Promise<void> {
  const { d, options, lease, unsaved } = run;
  if (report?.outcome === 'lease-lost') return;
  try {
    const nowMs = d.clock.now();
    const caughtUp = report?.outcome === 'caught-up' ? { caughtUpAtMs: nowMs - options.ripeMs } : {};
    const lastRun = report ? { lastRun: writeLastRun(report, nowMs) } : {};
    await d.state.release(lease, nowMs, { ...unsaved, ...caughtUp, ...lastRun });
  } catch (error) {
    d.journal.warn('the lease could not be released and expires automatically', { error: nameOf(error) });
  }
}

function lagOf(run: Run, stop: Stop, caughtUpAtMs: number | undefined): number | undefined {
  if (stop.outcome === 'caught-up') return 0;
  const known = [run.tally.counts.checkpoint?.logDateMs, caughtUpAtMs].filter(ms => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(0, run.d.clock.now() - Math.max(...known));
}

/** A gap that the retention has eaten cannot be seen, only inferred: nothing was read for longer than it. */
function isGapSuspected(state: PipelineState, nowMs: number, retentionMs: number): boolean {
  const { checkpoint, caughtUpAtMs } = state;
  // A position from which nothing was shipped yet has no date, and says nothing of a gap.
  if (checkpoint?.logDateMs === undefined && caughtUpAtMs === undefined) return false;
  const shippedMs =
    checkpoint?.logDateMs === undefined ? 0 : (logIdTimeMs(checkpoint.logId) ?? checkpoint.logDateMs);
  return nowMs - Math.max(shippedMs, caughtUpAtMs ?? 0) > retentionMs;
}
