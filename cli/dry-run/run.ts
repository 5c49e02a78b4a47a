/** Finds the pipeline and its place among Auth0's logs, reads ahead, and shows the result. */
import type { Fault, StartFrom } from '../../lambda/core/model.ts';
import { type PipelineParts, pipelineParts } from '../../lambda/wiring.ts';
import { onlyPipeline, openTarget } from '../pipelines/open.ts';
import type { Operated, TargetOptions } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { liveLine } from '../terminal/live-line.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { counted, dateText } from '../terminal/words.ts';
import { type PreviewDependencies, preview } from '../window/preview.ts';
import { failed, previewDependencies, START_TIMEOUT_MS } from '../window/preview-parts.ts';
import { parseTime } from '../window/window.ts';
import { dryRunJson } from './json.ts';
import { type Start, showDryRun } from './show.ts';

export interface DryRunOptions extends TargetOptions {
  readonly from?: string;
  readonly max: number;
  readonly full?: true;
  readonly json?: true;
}

/** Returns the exit code. Throws UsageError and ConfigError before anything is read. */
export async function runDryRun(options: DryRunOptions): Promise<number> {
  const fromMs = options.from === undefined ? undefined : parseTime('--from', options.from, Date.now());
  const pipeline = onlyPipeline(await openTarget(options));
  const parts = pipelineParts(pipeline.config, pipeline.secrets, pipeline.env);
  const stop = stopOnSignals('stopping; nothing was changed');
  const d = await previewDependencies(parts, stop);
  const start = await startOf(d.source, pipeline, parts, fromMs);
  if (start.kind === 'fault') return failed(pipeline, start.fault, stop);
  const screen = liveLine(process.stderr, Date.now);
  let logs = 0;
  const result = await preview(d, start.checkpoint.logId, {
    deadlineMs: Number.POSITIVE_INFINITY,
    ripeMs: parts.options.ripeMs,
    headroom: parts.options.rateLimitHeadroom,
    maxLogs: options.max,
    onPage: (count, dateMs) => {
      logs += count;
      const reached = dateMs === undefined ? '' : `, up to ${dateText(dateMs)}`;
      screen.update(`${counted(logs, 'log')} read${reached}`);
    },
  });
  screen.clear();
  if (stop.aborted) return EXIT.interrupted;
  // What was read before a fault is not an answer to what would go; the fault is.
  if (typeof result.end !== 'string') return failed(pipeline, result.end, stop);
  if (options.json) console.log(JSON.stringify(dryRunJson(pipeline, start, result), undefined, 2));
  else showDryRun(pipeline, start, result, options.full === true);
  return EXIT.ok;
}

async function startOf(
  source: PreviewDependencies['source'],
  pipeline: Operated,
  { options }: PipelineParts,
  fromMs: number | undefined,
): Promise<Start | { readonly kind: 'fault'; readonly fault: Fault }> {
  const { checkpoint } = fromMs === undefined ? await pipeline.state() : {};
  if (checkpoint) return { kind: 'start', because: 'the checkpoint', checkpoint };
  const from: StartFrom = fromMs === undefined ? options.startFrom : { kind: 'date', dateMs: fromMs };
  const answer = await source.start(from, Date.now(), START_TIMEOUT_MS);
  if (answer.kind === 'fault') return answer;
  const because =
    fromMs === undefined
      ? `auth0.startFrom "${pipeline.config.auth0.startFrom}", because there is no checkpoint`
      : `--from ${dateText(fromMs)}`;
  return { ...answer, because };
}
