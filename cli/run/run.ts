/** The runs of the chosen pipelines, side by side, until each is done or all are stopped. */

import { introduction } from '../pipelines/introduction.ts';
import { readConfigs, secretsFor, usableDirectory } from '../pipelines/local/configs.ts';
import { readState } from '../pipelines/local/state.ts';
import { tickEveryMs } from '../pipelines/schedule.ts';
import { journalOn, liveLine } from '../terminal/live-line.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { counted, dateText, duration } from '../terminal/words.ts';
import type { RunOptions } from './command.ts';
import { runForever, runOnce } from './loop.ts';
import { type LocalPipeline, localPipeline } from './one-pipeline.ts';
import { notices, tellerOn } from './show.ts';

/** Returns the exit code: the worst of the pipelines'. Throws UsageError and ConfigError before anything is begun. */
export async function runPipelines(options: RunOptions): Promise<number> {
  const configs = readConfigs(options.config, options.pipeline);
  const rates = options.once ? [] : configs.map(tickEveryMs);
  const secretsOf = await secretsFor(configs, options.secrets);
  const stateDirectory = await usableDirectory(options.state);
  const bug = new AbortController();
  const asked = stopOnSignals('stopping after this step; once more ends it at once, and loses no log either');
  const stop = AbortSignal.any([asked, bug.signal]);
  const screen = liveLine(process.stdout, Date.now);
  const pipelines: LocalPipeline[] = [];
  for (const config of configs) {
    const { name } = config;
    // A state that cannot be read is told now, and not by a run that can only say "failed".
    await readState(stateDirectory, name);
    const onProgress = (read: number, reachedMs: number | undefined) => {
      const reached = reachedMs === undefined ? '' : `, shipped up to ${dateText(reachedMs)}`;
      screen.update(`${name}: ${counted(read, 'log')} read${reached}`);
    };
    const journal = journalOn(screen, name);
    const parts = { config, secrets: secretsOf(config), env: process.env, stateDirectory };
    pipelines.push(await localPipeline({ ...parts, journal, stop, onProgress }));
  }
  for (const config of configs) screen.print(introduction(config));
  for (const notice of notices(configs, Date.now())) console.error(`warning: ${notice}`);
  const pace = rates.length > 0 ? `, a tick every ${duration(Math.min(...rates))}, Ctrl-C stops` : '';
  screen.print(`state in ${stateDirectory}${pace}`);
  const runs = pipelines.map((pipeline, index) => {
    const told = tellerOn(screen, pipeline, stop);
    const everyMs = rates[index];
    return everyMs === undefined ? runOnce(pipeline, told, stop) : runForever(pipeline, told, stop, everyMs);
  });
  // A bug in one is no reason to break the others off in the middle, but it is one to end.
  for (const run of runs) run.catch(() => bug.abort());
  await Promise.allSettled(runs);
  return Math.max(...(await Promise.all(runs)));
}
