/** The runs of the chosen pipelines, side by side: each once to the end, or tick by tick until all are stopped. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import { introduction } from '../pipelines/introduction.ts';
import { readConfigs, secretsFor, usableDirectory } from '../pipelines/local/configs.ts';
import { readState } from '../pipelines/local/state.ts';
import { nextTickMs, tickEveryMs } from '../pipelines/schedule.ts';
import { EXIT } from '../terminal/errors.ts';
import { journalOn, liveLine } from '../terminal/live-line.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { printError } from '../terminal/text.ts';
import { counted, dateText, duration } from '../terminal/words.ts';
import { type LocalPipeline, localPipeline } from './one-pipeline.ts';
import { notices, type Told, tellerOn } from './show.ts';
import type { ToldWaiting } from './waiting.ts';

export interface RunOptions {
  readonly config: string;
  readonly once?: true;
  readonly state: string;
  readonly secrets?: string;
  readonly pipeline?: string;
  readonly json?: true;
}

/** Returns the exit code: the worst of the pipelines'. Throws UsageError and ConfigError before anything is begun. */
export async function runPipelines(options: RunOptions): Promise<number> {
  const configs = readConfigs(options.config, options.pipeline);
  const rates = options.once ? [] : configs.map(tickEveryMs);
  const secretsOf = await secretsFor(configs, options.secrets);
  const stateDirectory = await usableDirectory(options.state);
  const bug = new AbortController();
  const asked = stopOnSignals('stopping after this step; press Ctrl-C again to force quit (no log is lost)');
  const stop = AbortSignal.any([asked, bug.signal]);
  // Of JSON, nothing else is on standard output.
  const screen = liveLine(options.json ? process.stderr : process.stdout, Date.now);
  const pipelines: LocalPipeline[] = [];
  for (const config of configs) {
    const { name } = config;
    // Reports an unreadable state now; a run could only say "failed".
    await readState(stateDirectory, name);
    let logsRead = 0;
    const onProgress = (read: number, reachedMs: number | undefined) => {
      logsRead = read;
      const reached = reachedMs === undefined ? '' : `, shipped up to ${dateText(reachedMs)}`;
      screen.update(`${name}: ${counted(read, 'log')} read${reached}`);
    };
    const onWaiting: ToldWaiting = (vendor, waitedMs) =>
      screen.update(
        `${name}: waiting for ${vendor} to answer, ${duration(waitedMs)} so far, ${counted(logsRead, 'log')} read`,
      );
    const journal = journalOn(screen, name);
    const parts = { config, secrets: secretsOf(config), env: process.env, stateDirectory };
    pipelines.push(await localPipeline({ ...parts, journal, stop, onProgress, onWaiting }));
  }
  for (const config of configs) screen.print(introduction(config));
  for (const notice of notices(configs, Date.now())) printError(`warning: ${notice}`);
  const pace = rates.length > 0 ? `; a tick every ${duration(Math.min(...rates))}; press Ctrl-C to stop` : '';
  screen.print(`state in ${stateDirectory}${pace}`);
  const runs = pipelines.map((pipeline, index) => {
    const told = tellerOn(screen, pipeline, { stop, json: options.json });
    const everyMs = rates[index];
    return everyMs === undefined ? runOnce(pipeline, told, stop) : runForever(pipeline, told, stop, everyMs);
  });
  // A bug in one run does not interrupt the others, but stops them at their next safe point.
  for (const run of runs) run.catch(() => bug.abort());
  await Promise.allSettled(runs);
  return Math.max(...(await Promise.all(runs)));
}

/**
 * Ships until caught up or stopped by a fault, delivering the failed batches that are due.
 * The exit code says whether everything new is in Azure; an operator who stops it gets 0.
 */
async function runOnce(pipeline: LocalPipeline, told: Told, stop: AbortSignal): Promise<number> {
  let last: Tick;
  do last = await tick(pipeline, told, stop);
  while (last.report.outcome === 'out-of-time' && !stop.aborted);
  if (stop.aborted) return EXIT.ok;
  told.health(await pipeline.judge(last.report));
  return last.report.outcome === 'caught-up' && !last.stayed ? EXIT.ok : EXIT.fault;
}

/** A tick at once and then every `everyMs`, or sooner while there is more to come, until `stop`. */
async function runForever(
  pipeline: LocalPipeline,
  told: Told,
  stop: AbortSignal,
  everyMs: number,
): Promise<number> {
  const firstMs = Date.now();
  let hasRun = false;
  while (!stop.aborted) {
    const other = await pipeline.otherRunner();
    // Of another machine's it is only certain once it has run since this one's last tick.
    if (other && (other.isAlive || hasRun)) told.company(other);
    const { report } = await tick(pipeline, told, stop);
    hasRun ||= report.outcome !== 'skipped';
    if (stop.aborted) break;
    told.health(await pipeline.judge(report));
    if (report.outcome === 'out-of-time') continue;
    const waitMs = nextTickMs(firstMs, everyMs, Date.now()) - Date.now();
    await sleep(waitMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return EXIT.ok;
}

interface Tick {
  readonly report: RunReport;
  /** A failed batch was tried, and it or a part of it is still on the retry queue. */
  readonly stayed: boolean;
}

/** One run, and what is due of the retry queue. */
async function tick(pipeline: LocalPipeline, told: Told, stop: AbortSignal): Promise<Tick> {
  const report = await pipeline.ship();
  told.run(report);
  const replays: ReplayReport[] = [];
  // The holder of the lease also delivers the retry queue.
  if (report.outcome !== 'skipped' && !stop.aborted) {
    await pipeline.replayDue(one => {
      replays.push(one);
      told.replay(one);
    });
  }
  told.end(report, replays, await pipeline.depths());
  const stayed = replays.some(one => !one.done || one.logsRequeued > 0);
  return { report, stayed };
}
