/** When runs happen: once to the end, or tick by tick until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueName } from '../../lambda/core/model.ts';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import { nextTickMs } from '../pipelines/schedule.ts';
import { EXIT } from '../terminal/errors.ts';
import type { LocalPipeline } from './one-pipeline.ts';

/** Who is told what happens. */
export interface Told {
  run(report: RunReport): void;
  replay(report: ReplayReport): void;
  /** At the end of a tick: messages on each queue. */
  queues(depths: Readonly<Record<QueueName, number>>): void;
}

/**
 * Ships until caught up or stopped by a fault, delivering the failed batches that are due.
 * The exit code says whether everything new is in Azure; an operator who stops it gets 0.
 */
export async function runOnce(pipeline: LocalPipeline, told: Told, stop: AbortSignal): Promise<number> {
  let last: Tick;
  do last = await tick(pipeline, told, stop);
  while (last.outcome === 'out-of-time' && !stop.aborted);
  if (stop.aborted) return EXIT.ok;
  return last.outcome === 'caught-up' && !last.stayed ? EXIT.ok : EXIT.fault;
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

interface Tick {
  readonly outcome: RunReport['outcome'];
  /** A failed batch was tried, and it or a part of it is still on the retry queue. */
  readonly stayed: boolean;
}

/** One run, and what is due of the retry queue. */
async function tick(pipeline: LocalPipeline, told: Told, stop: AbortSignal): Promise<Tick> {
  const report = await pipeline.ship();
  told.run(report);
  let stayed = false;
  // Whoever holds the lease looks after the retry queue too.
  if (report.outcome !== 'skipped' && !stop.aborted) {
    await pipeline.replayDue(one => {
      stayed ||= !one.done || one.logsRequeued > 0;
      told.replay(one);
    });
  }
  told.queues(await pipeline.depths());
  return { outcome: report.outcome, stayed };
}
