/** `backfill --dry-run`: what a window holds. */
import { pipelineParts } from '../../lambda/wiring.ts';
import type { Operated } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { liveLine } from '../terminal/live-line.ts';
import { printError } from '../terminal/text.ts';
import { preview } from '../window/preview.ts';
import { failed, previewDependencies, START_TIMEOUT_MS } from '../window/preview-parts.ts';
import { countLines, typeLines } from '../window/preview-show.ts';
import { showProgress, windowProgress } from '../window/progress.ts';
import type { Window } from '../window/window.ts';
import { countJson } from './json.ts';
import { retentionWarning, windowText } from './show.ts';
import { boundedSource } from './source.ts';

/** Reads the whole window and changes nothing. Returns the exit code. */
export async function countWindow(
  pipeline: Operated,
  window: Window,
  { headroom, json }: { readonly headroom: number; readonly json?: true },
  stop: AbortSignal,
): Promise<number> {
  const { config, secrets, env } = pipeline;
  const d = await previewDependencies(pipelineParts(config, secrets, env), stop);
  const nowMs = Date.now();
  const warning = retentionWarning(config, window, nowMs);
  if (warning !== undefined) printError(`warning: ${warning}`);
  const source = boundedSource(d.source, window.toMs, Date.now);
  const start = await source.start({ kind: 'date', dateMs: window.fromMs }, nowMs, START_TIMEOUT_MS);
  if (start.kind === 'fault') return failed(pipeline, start.fault, stop);
  const screen = liveLine(process.stderr, Date.now);
  const progress = windowProgress(window, nowMs);
  const hideProgress = showProgress(progress, screen);
  const result = await preview({ ...d, source }, start.checkpoint.logId, {
    deadlineMs: Number.POSITIVE_INFINITY,
    ripeMs: 0,
    headroom,
    maxLogs: Number.POSITIVE_INFINITY,
    onPage: (logs, dateMs) => {
      progress.logs(logs);
      progress.reached(dateMs);
    },
  }).finally(hideProgress);
  screen.clear();
  if (stop.aborted) return EXIT.interrupted;
  if (typeof result.end !== 'string') return failed(pipeline, result.end, stop);
  if (json) {
    console.log(JSON.stringify(countJson(config.name, window, result), undefined, 2));
    return EXIT.ok;
  }
  console.log(`${config.name}: backfill of ${windowText(window)}`);
  console.log([...countLines(result), ...(result.logsRead > 0 ? typeLines(result) : [])].join('\n'));
  console.log('dry run: nothing was posted or written');
  return EXIT.ok;
}
