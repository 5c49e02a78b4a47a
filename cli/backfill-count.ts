/** `backfill --dry-run`: what a window holds. */
import { pipelineParts } from '../lambda/wiring.ts';
import type { BackfillOptions } from './backfill.ts';
import { boundedSource } from './backfill-source.ts';
import { retentionWarning, windowText } from './backfill-told.ts';
import { EXIT } from './errors.ts';
import { liveLine } from './live-line.ts';
import { preview } from './preview.ts';
import { failed, previewDependencies, START_TIMEOUT_MS } from './preview-parts.ts';
import { countLines, previewJson, typeLines } from './preview-told.ts';
import type { Operated } from './target.ts';
import { wrapped } from './text.ts';
import type { Window } from './window.ts';
import { showProgress, windowProgress } from './window-progress.ts';

/** Reads the whole window and changes nothing. Returns the exit code. */
export async function countWindow(
  pipeline: Operated,
  window: Window,
  { headroom, json }: BackfillOptions,
  stop: AbortSignal,
): Promise<number> {
  const { config, secrets, env } = pipeline;
  const d = await previewDependencies(pipelineParts(config, secrets, env), stop);
  const nowMs = Date.now();
  const warning = retentionWarning(config, window, nowMs);
  if (warning !== undefined) console.error(wrapped(`warning: ${warning}`));
  const source = boundedSource(d.source, window.toMs, Date.now);
  const start = await source.start({ kind: 'date', dateMs: window.fromMs }, nowMs, START_TIMEOUT_MS);
  if (start.kind === 'fault') return failed(pipeline, start.fault, stop);
  const screen = liveLine(process.stderr, Date.now);
  const progress = windowProgress(window, nowMs);
  const hideProgress = showProgress(progress, screen);
  const result = await preview({ ...d, source }, start.checkpoint.logId, {
    deadlineMs: Number.POSITIVE_INFINITY,
    settleMs: 0,
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
    const times = {
      fromAt: new Date(window.fromMs).toISOString(),
      toAt: new Date(window.toMs).toISOString(),
    };
    const document = { pipeline: config.name, ...times, outcome: 'counted', ...previewJson(result) };
    console.log(JSON.stringify(document, undefined, 2));
    return EXIT.ok;
  }
  console.log(`${config.name}: backfill of ${windowText(window)}`);
  console.log([...countLines(result), ...(result.logsRead > 0 ? typeLines(result) : [])].join('\n'));
  console.log('a dry run: nothing was posted or written');
  return EXIT.ok;
}
