/** A backfill on its way: what a run is made of, and the line that shows how far it is. */
import { dirname } from 'node:path';
import { ioFirst, pipelineParts } from '../../lambda/wiring.ts';
import { ledgerDirectory, localLedger } from '../pipelines/local/ledger.ts';
import type { Operated } from '../pipelines/operated.ts';
import { journalOn, liveLine } from '../terminal/live-line.ts';
import { stoppableClock, stoppableDestination, stoppableSource } from '../terminal/stoppable.ts';
import { shapingOf } from '../window/preview-parts.ts';
import { showProgress, windowProgress } from '../window/progress.ts';
import { type Begun, backfillStore } from './place.ts';
import { type BackfillEnd, shipWindow } from './ship-window.ts';

export interface ShipPlan {
  readonly headroom: number;
  /** The date that an earlier call has reached. */
  readonly reachedMs: number | undefined;
  /** The pipeline's own directory, where the ledger is. */
  readonly own: string;
  readonly stop: AbortSignal;
}

/** Ships until the window is done, a fault ends it or somebody does. Throws UsageError and ConfigError before that. */
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
        ledger: localLedger(ledgerDirectory(dirname(own), config), clock, code =>
          journal.warn(`the ledger could not be written (${code}): an audit will name logs that are well`),
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
