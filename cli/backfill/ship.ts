/** A window shipped by the same story as a run, with a checkpoint of its own: run after run until it is done. */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { DEADLINE_MARGIN_MS, SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import type { LedgerEntry } from '../../lambda/core/ledger.ts';
import type { Checkpoint } from '../../lambda/core/model.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import type { ShipDependencies } from '../../lambda/core/run.ts';
import { ship } from '../../lambda/core/ship.ts';
import { ioFirst, pipelineParts } from '../../lambda/wiring.ts';
import { ledgerPlace, localLedger } from '../pipelines/local/ledger.ts';
import type { Operated } from '../pipelines/operated.ts';
import { journalOn, liveLine } from '../terminal/live-line.ts';
import { stoppableClock, stoppableDestination, stoppableSource } from '../terminal/stoppable.ts';
import { shapingOf } from '../window/preview-parts.ts';
import { showProgress, windowProgress } from '../window/progress.ts';
import type { Window } from '../window/window.ts';
import { type Begun, backfillStore } from './place.ts';
import { boundedSource } from './source.ts';

export interface ShipPlan {
  readonly headroom: number;
  /** The date that an earlier call has reached. */
  readonly reachedMs: number | undefined;
  /** The pipeline's own directory, where the ledger is. */
  readonly own: string;
  readonly stop: AbortSignal;
}

export interface BackfillRun {
  readonly pipeline: string;
  readonly window: Window;
  /** Share of Auth0's rate limit that is left to others. */
  readonly headroom: number;
  readonly stop: AbortSignal;
  /** Receives every batch that is accepted or queued, and every position of the backfill's checkpoint. */
  readonly told: { settled(entry: LedgerEntry): void; reached(checkpoint: Checkpoint): void };
}

export type Counts = Pick<
  RunReport,
  'logsRead' | 'logsAccepted' | 'logsExcluded' | 'logsRaw' | 'logsRetried' | 'logsDeadLettered'
>;

export interface BackfillEnd {
  readonly outcome: 'complete' | 'stopped' | 'fault';
  /** Of all runs of this call. */
  readonly counts: Counts;
  /** The last run's. */
  readonly report: RunReport;
}

/** Before the next run when Auth0 or Azure could not go on. */
const PAUSE_MS = 10_000;

/** Ships until the window is complete, a fault ends it or the operator stops it. Throws UsageError and ConfigError before that. */
export async function shipPlan(
  { config, secrets, env, queues }: Operated,
  begun: Begun,
  { headroom, reachedMs, own, stop }: ShipPlan,
): Promise<BackfillEnd & { readonly reachedMs: number; readonly tookMs: number }> {
  const parts = pipelineParts(config, secrets, env);
  const shaping = await shapingOf(parts);
  const clock = stoppableClock(stop);
  const startedMs = clock.now();
  const screen = liveLine(process.stderr, clock.now);
  const journal = journalOn(screen, config.name);
  const progress = windowProgress(begun.window, startedMs, reachedMs);
  const hideProgress = showProgress(progress, screen);
  try {
    const end = await shipWindow(
      {
        ...shaping,
        source: stoppableSource(parts.source, stop),
        destination: stoppableDestination(parts.destination, stop),
        state: backfillStore(begun),
        queue: queues,
        ledger: localLedger(ledgerPlace(dirname(own), config), clock, code =>
          journal.warn(
            `the ledger could not be written (${code}): an audit will report these logs as missing`,
          ),
        ),
        clock,
        random: Math.random,
        journal,
        ioFirst,
      },
      {
        pipeline: config.name,
        window: begun.window,
        headroom,
        stop,
        told: {
          settled: ({ logs }) => progress.logs(logs),
          reached: ({ logDateMs }) => progress.reached(logDateMs),
        },
      },
    );
    return { ...end, reachedMs: progress.reachedMs, tookMs: clock.now() - startedMs };
  } finally {
    hideProgress();
    screen.clear();
  }
}

/** Ships the window from where its own checkpoint stands. A fault ends it after a run without progress. */
export async function shipWindow(d: ShipDependencies, run: BackfillRun): Promise<BackfillEnd> {
  const counts = { ...NOTHING };
  let reachedLogId: string | undefined;
  for (;;) {
    const report = await oneRun(d, run);
    for (const key of COUNTED) counts[key] += report[key];
    if (report.outcome === 'caught-up') return { outcome: 'complete', counts, report };
    if (run.stop.aborted) return { outcome: 'stopped', counts, report };
    const hasMoved = report.checkpoint?.logId !== reachedLogId;
    reachedLogId = report.checkpoint?.logId;
    const isPassing =
      ['throttled', 'unavailable'].includes(report.outcome) && report.logsAccepted > 0 && hasMoved;
    if (report.outcome !== 'out-of-time' && !isPassing) return { outcome: 'fault', counts, report };
    if (isPassing) await d.clock.sleep(PAUSE_MS);
  }
}

function oneRun(d: ShipDependencies, { pipeline, window, headroom, told }: BackfillRun): Promise<RunReport> {
  const endsAtMs = d.clock.now() + SHIP_TIMEOUT_SECONDS * 1000;
  const save: typeof d.state.save = async (...write) => {
    const saved = await d.state.save(...write);
    told.reached(write[1]);
    return saved;
  };
  const add: typeof d.ledger.add = async entry => {
    told.settled(entry);
    await d.ledger.add(entry);
  };
  const dependencies: ShipDependencies = {
    ...d,
    source: boundedSource(d.source, window.toMs, d.clock.now),
    state: { ...d.state, save },
    ledger: { add },
  };
  return ship(dependencies, {
    pipeline,
    startFrom: { kind: 'date', dateMs: window.fromMs },
    // The pipeline puts old logs aside rather than wait, for they might be deleted: a window that is all old would end on the queue.
    retentionMs: Number.POSITIVE_INFINITY,
    // The window lies in the past: nothing in it is still to settle, and late logs are the pipeline's to find.
    ripeMs: 0,
    sweepMs: 0,
    // It ends at its window's end, after which the tenant has newer logs.
    witnessMs: 0,
    rateLimitHeadroom: headroom,
    owner: randomUUID(),
    deadlineMs: endsAtMs - DEADLINE_MARGIN_MS,
    leaseExpiresAtMs: endsAtMs,
  });
}

const NOTHING = {
  logsRead: 0,
  logsAccepted: 0,
  logsExcluded: 0,
  logsRaw: 0,
  logsRetried: 0,
  logsDeadLettered: 0,
};
const COUNTED = Object.keys(NOTHING) as (keyof Counts)[];
