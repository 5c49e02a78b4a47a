/** A backfill's result, for machines. */
import type { Preview } from '../window/preview.ts';
import { previewJson } from '../window/preview-show.ts';
import type { Window } from '../window/window.ts';
import type { Backfill, Begun } from './place.ts';
import type { BackfillEnd } from './ship.ts';

/** What `--json` prints; `end` is undefined when it was done before. */
export function backfillJson(
  pipeline: string,
  { window, directory, ...times }: Backfill | Begun,
  end?: BackfillEnd & { readonly reachedMs: number; readonly tookMs: number },
) {
  const { outcome = 'complete', counts, report, reachedMs = window.toMs, tookMs } = end ?? {};
  const completedAtMs = 'completedAtMs' in times ? times.completedAtMs : undefined;
  return {
    pipeline,
    fromAt: iso(window.fromMs),
    toAt: iso(window.toMs),
    outcome,
    doneBefore: end === undefined,
    reachedAt: iso(outcome === 'complete' ? window.toMs : reachedMs),
    ...(completedAtMs === undefined ? {} : { completedAt: iso(completedAtMs) }),
    ...counts,
    ...(tookMs === undefined ? {} : { durationMs: tookMs }),
    ...(outcome === 'fault' && report ? { fault: report.message ?? report.outcome } : {}),
    directory,
  };
}

/** What `--dry-run --json` prints. */
export function countJson(pipeline: string, { fromMs, toMs }: Window, result: Preview) {
  return { pipeline, fromAt: iso(fromMs), toAt: iso(toMs), outcome: 'counted', ...previewJson(result) };
}

const iso = (ms: number) => new Date(ms).toISOString();
