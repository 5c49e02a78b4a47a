/**
 * THE STORY: one run, from lease to report.
 *
 * The promise: the checkpoint never passes a log that is neither accepted by Azure nor held in one of our queues.
 * It is kept in one place, `settle`: deliver, put aside what was not accepted, and only then save.
 */
import { batcher, type LogBatch } from './batch.ts';
import { writeLastRun } from './last-run.ts';
import { readLate, startLate } from './late.ts';
import type { Checkpoint, PipelineState, RunReport, StateStore } from './model.ts';
import { logReader } from './read.ts';
import type { Run, ShipDependencies, ShipOptions, Stop } from './run.ts';
import { nameOf, recordOf, type Settled, save, settle } from './settle.ts';
import { sweep } from './sweep.ts';
import { tally } from './tally.ts';

/** Reading ends this long before the deadline, so that what was read before Auth0 stalled is shipped all the same. */
const settleReserveMs = (leftMs: number) => Math.min(15_000, leftMs * 0.4);

const PREPARE_TIMEOUT_MS = 10_000;

/** Logs shaped before sockets get a turn: the next page's answer must be taken in at once. */
const LOGS_A_TURN = 10;
/** Turns before the first log of a page is shaped: so many it takes until the next page's request has left. */
const TURNS_A_REQUEST = 3;

/** Ships what is new of one pipeline, until caught up, out of time or stopped. Throws only for bugs. */
export async function ship(d: ShipDependencies, options: ShipOptions): Promise<RunReport> {
  const startedAtMs = d.clock.now();
  const { pipeline, owner } = options;
  const since = () => d.clock.now() - startedAtMs;
  // Tokens take longer than the lease: they come beside it, and each has to be had once in a while anyway.
  d.source.prepare?.(PREPARE_TIMEOUT_MS);
  d.destination.prepare?.(PREPARE_TIMEOUT_MS);
  let acquired: Awaited<ReturnType<StateStore['acquire']>>;
  try {
    acquired = await d.state.acquire(pipeline, owner, startedAtMs, options.leaseExpiresAtMs);
  } catch (error) {
    const message = `the checkpoint table could not be reached: ${nameOf(error)}`;
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
    late: options.sweepMs > 0 ? readLate(state.late) : undefined,
    unsaved: {},
    spilling: false,
  };
  run.tally.counts.gapSuspected = isGapSuspected(state, startedAtMs, options.retentionMs);
  let report: RunReport | undefined;
  try {
    const stop = await shipFrom(run, state.checkpoint);
    const lagMs = lagOf(run, stop, state.caughtUpAtMs);
    if (lagMs !== undefined && lagMs > options.retentionMs / 2) run.tally.counts.retentionAtRisk = true;
    Object.assign(run.tally.counts, d.redactionUnmatched?.());
    report = run.tally.report({ ...stop, ...(lagMs === undefined ? {} : { lagMs }), durationMs: since() });
    return report;
  } finally {
    await release(run, report);
  }
}

/** Reads, shapes and batches; while some batches are being settled, the next one is being read. */
async function shipFrom(run: Run, checkpoint: Checkpoint | undefined): Promise<Stop> {
  const { d, options } = run;
  const start = checkpoint ? { checkpoint } : await begin(run);
  if ('outcome' in start) return start;
  if (options.sweepMs > 0) run.late ??= startLate(start.checkpoint.logId, d.clock.now());
  const reader = logReader(d, start.checkpoint.logId, {
    deadlineMs: options.deadlineMs - settleReserveMs(options.deadlineMs - d.clock.now()),
    settleMs: options.settleMs,
    headroom: options.rateLimitHeadroom,
  });
  const batches = batcher(d.destination.maxBatchBytes);
  let stopped: Stop | undefined;
  const inFlight: Promise<Settled>[] = [];
  const oldestSettled = async () => {
    const settled = await inFlight.shift();
    stopped ??= settled?.stop;
  };
  const settleNext = async (batch: LogBatch | undefined) => {
    while (inFlight.length >= d.destination.maxInFlight) await oldestSettled();
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
      const full = batches.add(log, recordOf(run, log.log));
      if (full) await settleNext(full);
    }
    if (!stopped) step = await reader.next();
  }
  await settleNext(batches.flush());
  while (inFlight.length > 0) await oldestSettled();
  if (stopped) return stopped;
  if (step.kind === 'fault') {
    return { outcome: step.fault.verdict, party: 'auth0', message: step.fault.message };
  }
  if (step.kind === 'out-of-time') return { outcome: 'out-of-time' };
  return (await sweep(run)) ?? { outcome: 'caught-up' };
}

/** The first run: where to begin; "now" is remembered at once, so that it stays the same now. */
async function begin(run: Run): Promise<{ checkpoint: Checkpoint } | Stop> {
  const { d, options } = run;
  const nowMs = d.clock.now();
  const start = await d.source.start(options.startFrom, nowMs, Math.max(1, options.deadlineMs - nowMs));
  if (start.kind === 'fault') {
    return { outcome: start.fault.verdict, party: 'auth0', message: start.fault.message };
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
    const caughtUp = report?.outcome === 'caught-up' ? { caughtUpAtMs: nowMs - options.settleMs } : {};
    const lastRun = report ? { lastRun: writeLastRun(report, nowMs) } : {};
    await d.state.release(lease, nowMs, { ...unsaved, ...caughtUp, ...lastRun });
  } catch (error) {
    d.journal.warn('the lease could not be released and will expire by itself', { error: nameOf(error) });
  }
}

function lagOf(run: Run, stop: Stop, caughtUpAtMs: number | undefined): number | undefined {
  if (stop.outcome === 'caught-up') return 0;
  const known = [run.tally.counts.checkpoint?.logDateMs, caughtUpAtMs].filter(ms => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(0, run.d.clock.now() - Math.max(...known));
}

/** A gap that the retention has eaten cannot be seen, only inferred: nothing was read for longer than it. */
function isGapSuspected(state: PipelineState, nowMs: number, retentionMs: number): boolean {
  if (state.checkpoint?.logDateMs === undefined && state.caughtUpAtMs === undefined) return false;
  return nowMs - Math.max(state.checkpoint?.logDateMs ?? 0, state.caughtUpAtMs ?? 0) > retentionMs;
}
