/** When runs happen: once to the end, or tick by tick until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayReport, RunReport } from '../lambda/core/model.ts';
import { EXIT } from './errors.ts';
import type { LocalPipeline } from './local-pipeline.ts';
import { nextTickMs } from './schedule.ts';

/** Who is told what happens. */
export interface Told {
  run(report: RunReport): void | Promise<void>;
  replay(report: ReplayReport): void;
}

/**
 * Ships until caught up or stopped by a fault, then delivers the failed batches that are due.
 * The exit code says whether everything new is in Azure; an operator who stops it gets 0.
 */
export async function runOnce(pipeline: LocalPipeline, told: Told, stop: AbortSignal): Promise<number> {
  const { outcome, stayed } = await tick(pipeline, told, stop);
  if (stop.aborted) return EXIT.ok;
  if (outcome === 'out-of-time') return runOnce(pipeline, told, stop);
  return outcome === 'caught-up' && !stayed ? EXIT.ok : EXIT.fault;
}

/** A tick at once and then every `everyMs`, or sooner while there is more to come, until `stop`. */
export async function runForever(
  pipeline: LocalPipeline,
  told: Told,
  stop: AbortSignal,
  everyMs: number,
): Promise<number> {
  const firstMs = Date.now();
  while (!stop.aborted) {
    const { outcome } = await tick(pipeline, told, stop);
    if (outcome === 'out-of-time') continue;
    const waitMs = nextTickMs(firstMs, everyMs, Date.now()) - Date.now();
    await sleep(waitMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return EXIT.ok;
}

/** One run, and what is due of the retry queue. `stayed`: a batch was tried and is still there. */
async function tick(pipeline: LocalPipeline, told: Told, stop: AbortSignal) {
  const report = await pipeline.ship();
  let stayed = false;
  // Whoever holds the lease looks after the retry queue too.
  if (report.outcome !== 'skipped' && !stop.aborted) {
    await pipeline.replayDue(one => {
      stayed ||= !one.done;
      told.replay(one);
    });
  }
  await told.run(report);
  return { outcome: report.outcome, stayed };
}
