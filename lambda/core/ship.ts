/**
 * THE STORY: one run, from lease to report.
 *
 * The promise: the checkpoint never passes a log that is neither accepted by Azure nor held in one of our queues.
 * It is kept in one place, `settle`: deliver, put aside what was not accepted, and only then save.
 */
import { batcher, type LogBatch } from './batch.ts';
import { deliver } from './deliver.ts';
import { encodeFailedBatch } from './failed-batch.ts';
import type {
  Checkpoint,
  Clock,
  Destination,
  FailedBatchQueue,
  Journal,
  Lease,
  LogSource,
  Party,
  PipelineState,
  Random,
  RunOutcome,
  RunReport,
  SerializedRecord,
  StartFrom,
  StateStore,
} from './model.ts';
import { logReader } from './read.ts';
import { type Tally, tally } from './tally.ts';

export interface ShipDependencies {
  readonly source: LogSource;
  readonly destination: Destination;
  readonly state: StateStore;
  readonly queue: FailedBatchQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  /** Log → record. Never throws. */
  readonly shape: (log: unknown) => SerializedRecord & { readonly raw: boolean };
  /** Whether a log ships at all, by the configuration. */
  readonly includes: (log: unknown) => boolean;
}

export interface ShipOptions {
  readonly pipeline: string;
  readonly startFrom: StartFrom;
  readonly retentionMs: number;
  readonly settleMs: number;
  readonly rateLimitHeadroom: number;
  /** Names this run in the lease. */
  readonly owner: string;
  /** When reading and posting must be over. */
  readonly deadlineMs: number;
  /** When the run is over for certain: the lease lasts until then. */
  readonly leaseExpiresAtMs: number;
}

/** Why a run ends before it is caught up. */
interface Stop {
  readonly outcome: RunOutcome;
  readonly party?: Party;
  readonly message?: string;
}

interface Run {
  readonly d: ShipDependencies;
  readonly options: ShipOptions;
  readonly tally: Tally;
  lease: Lease;
  /** Once a batch had to be put aside although nothing got better, no more time is spent on retrying. */
  spilling: boolean;
}

/** Less than this before the deadline and a batch is left for the next run. */
const SETTLE_LEAST_MS = 1_500;
/** Reading ends this long before the deadline, so that what was read before Auth0 stalled is shipped all the same. */
const settleReserveMs = (leftMs: number) => Math.min(15_000, leftMs * 0.4);

/** Ships what is new of one pipeline, until caught up, out of time or stopped. Throws only for bugs. */
export async function ship(d: ShipDependencies, options: ShipOptions): Promise<RunReport> {
  const startedAtMs = d.clock.now();
  const { pipeline, owner } = options;
  const since = () => d.clock.now() - startedAtMs;
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
    spilling: false,
  };
  run.tally.counts.gapSuspected = isGapSuspected(state, startedAtMs, options.retentionMs);
  let stop: Stop = { outcome: 'failed', message: 'the run broke off' };
  try {
    stop = await shipFrom(run, state.checkpoint);
  } finally {
    await release(run, stop);
  }
  const lagMs = lagOf(run, stop, state.caughtUpAtMs);
  if (lagMs !== undefined && lagMs > options.retentionMs / 2) run.tally.counts.retentionAtRisk = true;
  return run.tally.report({ ...stop, ...(lagMs === undefined ? {} : { lagMs }), durationMs: since() });
}

/** Reads, shapes and batches; while one batch is being settled, the next one is being read. */
async function shipFrom(run: Run, checkpoint: Checkpoint | undefined): Promise<Stop> {
  const { d, options } = run;
  const start = checkpoint ? { checkpoint } : await begin(run);
  if ('outcome' in start) return start;
  const reader = logReader(d, start.checkpoint.logId, {
    deadlineMs: options.deadlineMs - settleReserveMs(options.deadlineMs - d.clock.now()),
    settleMs: options.settleMs,
    headroom: options.rateLimitHeadroom,
  });
  const batches = batcher(d.destination.maxBatchBytes);
  let stopped: Stop | undefined;
  let settling: Promise<Stop | undefined> = Promise.resolve(undefined);
  const settleNext = async (batch: LogBatch | undefined) => {
    stopped ??= await settling;
    if (!batch || stopped) return;
    settling = settle(run, batch).then(stop => {
      stopped ??= stop;
      return stop;
    });
    // It is awaited before anything else is settled; until then a bug in it must not end the process unseen.
    settling.catch(() => undefined);
  };

  let step = await reader.next();
  while (step.kind === 'page' && !stopped) {
    run.tally.page(step.logs.length, step.rateLimit);
    for (const log of step.logs) await settleNext(batches.add(log, recordOf(run, log.log)));
    if (!stopped) step = await reader.next();
  }
  await settleNext(batches.flush());
  stopped ??= await settling;
  if (stopped) return stopped;
  if (step.kind === 'fault') {
    return { outcome: step.fault.verdict, party: 'auth0', message: step.fault.message };
  }
  return { outcome: step.kind === 'caught-up' ? 'caught-up' : 'out-of-time' };
}

/** The first run: where to begin, remembered at once so that "now" stays the same now. */
async function begin(run: Run): Promise<{ checkpoint: Checkpoint } | Stop> {
  const { d, options } = run;
  const nowMs = d.clock.now();
  const start = await d.source.start(options.startFrom, nowMs, Math.max(1, options.deadlineMs - nowMs));
  if (start.kind === 'fault') {
    return { outcome: start.fault.verdict, party: 'auth0', message: start.fault.message };
  }
  const stop = await save(run, start.checkpoint);
  return stop ?? { checkpoint: start.checkpoint };
}

function recordOf(run: Run, log: unknown): SerializedRecord | undefined {
  if (!run.d.includes(log)) {
    run.tally.counts.logsExcluded++;
    return undefined;
  }
  const record = run.d.shape(log);
  if (record.raw) run.tally.counts.logsRaw++;
  return record;
}

/**
 * Delivers a batch, acts on the verdict, and moves the checkpoint when every log is accepted or held.
 * Returns why the run must end, if it must.
 */
async function settle(run: Run, batch: LogBatch): Promise<Stop | undefined> {
  const { d, options } = run;
  const nowMs = d.clock.now();
  if (options.deadlineMs - nowMs < SETTLE_LEAST_MS) return { outcome: 'out-of-time' };
  const delivery = await deliver(d, batch.records, options.deadlineMs, run.spilling ? 1 : undefined);
  if (batch.records.length > 0) run.tally.delivered(delivery);
  const { fault } = delivery;
  // A hold never outlives Auth0's retention: SQS keeps a batch for 14 days, Auth0 may keep its logs for one.
  const atRisk = batch.oldestDateMs !== undefined && nowMs - batch.oldestDateMs > options.retentionMs / 2;
  if (fault && atRisk) {
    run.tally.counts.retentionAtRisk = true;
    run.spilling = true;
  }
  const end: Stop | undefined =
    fault && !atRisk ? { outcome: fault.verdict, party: 'azure', message: fault.message } : undefined;
  if (end?.outcome === 'denied') return end;
  const putAsideFailed = await putAside(run, delivery);
  if (putAsideFailed) return putAsideFailed;
  return (batch.checkpoint && (await save(run, batch.checkpoint))) ?? end;
}

/** Culprits to the dead-letter queue, what Azure may take another time to the retry queue. */
async function putAside(
  run: Run,
  { culprits, pending, fault, posts }: Awaited<ReturnType<typeof deliver>>,
): Promise<Stop | undefined> {
  const { d, options, tally } = run;
  const common = { pipeline: options.pipeline, failedAtMs: d.clock.now(), attempts: posts };
  try {
    const dead = culprits.flatMap(({ record, reason }) =>
      encodeFailedBatch({ ...common, records: [record], reason }),
    );
    if (dead.length > 0) await d.queue.put('dead-letter', dead);
    if (fault) await d.queue.put('retry', encodeFailedBatch({ ...common, records: pending, reason: fault }));
  } catch (error) {
    const message = `a failed batch could not be put aside, so the checkpoint stays: ${nameOf(error)}`;
    return { outcome: 'failed', party: 'queue', message };
  }
  tally.counts.logsDeadLettered += culprits.length;
  tally.counts.logsRetried += pending.length;
  for (const { record, reason } of culprits) {
    d.journal.error('a log was dead-lettered', { logId: record.logId, ...reason });
  }
  if (fault) d.journal.warn('a batch was put on the retry queue', { logs: pending.length, ...fault });
  return undefined;
}

async function save(run: Run, checkpoint: Checkpoint): Promise<Stop | undefined> {
  try {
    const saved = await run.d.state.save(run.lease, checkpoint, run.d.clock.now());
    if (saved.kind === 'lost')
      return { outcome: 'lease-lost', message: 'another run has taken the lease over' };
    run.lease = saved.lease;
    run.tally.counts.checkpoint = checkpoint;
    return undefined;
  } catch (error) {
    const message = `the checkpoint could not be saved: ${nameOf(error)}`;
    return { outcome: 'failed', party: 'state', message };
  }
}

async function release(run: Run, stop: Stop): Promise<void> {
  const { d, options, lease } = run;
  if (stop.outcome === 'lease-lost') return;
  try {
    const caughtUpAtMs = stop.outcome === 'caught-up' ? d.clock.now() - options.settleMs : undefined;
    await d.state.release(lease, d.clock.now(), caughtUpAtMs);
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

/** The error's name and code, but not its message: a vendor's message may quote what was sent. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.name}${code}`;
}
