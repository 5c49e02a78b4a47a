/** What `backfill` says: before it begins, and when it ends. */
import { relative } from 'node:path';
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { introduction } from '../pipelines/introduction.ts';
import type { Target } from '../pipelines/operated.ts';
import { columnsOf, wrapped } from '../terminal/text.ts';
import { counted, dateText, duration, faultOf } from '../terminal/words.ts';
import type { Window } from '../window/window.ts';
import type { Backfill, Begun } from './place.ts';
import type { BackfillEnd } from './ship.ts';

const DAY_MS = 86_400_000;
const number = new Intl.NumberFormat('en').format;

/** What it is about to do. */
export function planText(
  target: Target,
  config: PipelineConfig,
  { window, directory }: Backfill,
  { reachedMs, headroom }: { readonly reachedMs: number | undefined; readonly headroom: number },
): string {
  const kept = relative(process.cwd(), directory);
  const indented = (text: string) => wrapped(`  ${text}`, columnsOf(), '    ');
  return [
    introduction(config),
    `backfill of ${windowText(window)}`,
    reachedMs !== undefined && `  continues an earlier backfill at ${dateText(reachedMs)}`,
    indented(`batches that Azure does not accept go to the queues of ${target.place}`),
    `  ${Math.round(headroom * 100)} % of Auth0’s rate limit is left to others`,
    indented(`its own checkpoint is in ${kept.startsWith('..') ? directory : kept}`),
    '  logs that are already in Azure become duplicates; remove them by LogId',
  ]
    .filter(line => line !== false)
    .join('\n');
}

export const windowText = ({ fromMs, toMs }: Window): string =>
  `${dateText(fromMs)} to ${dateText(toMs)} (${duration(toMs - fromMs)})`;

/** When a part of the window is older than what Auth0 keeps. */
export function retentionWarning(
  { auth0 }: PipelineConfig,
  { fromMs, toMs }: Window,
  nowMs: number,
): string | undefined {
  const oldestMs = nowMs - auth0.logRetentionDays * DAY_MS;
  if (fromMs >= oldestMs) return undefined;
  const kept = duration(auth0.logRetentionDays * DAY_MS);
  const part = toMs < oldestMs ? 'the whole window is' : 'the window begins';
  return `${part} before ${dateText(oldestMs)}, but Auth0 keeps logs for only ${kept} (auth0.logRetentionDays); deleted logs cannot be shipped`;
}

export function doneBefore({ window, completedAtMs }: Begun): string {
  const when = completedAtMs === undefined ? '' : ` (since ${dateText(completedAtMs)})`;
  return `this backfill is already complete${when}: ${windowText(window)}; nothing to do. --again ships it again`;
}

/** How it ended, in a few sentences. */
export function resultText(
  target: Target,
  { outcome, counts }: BackfillEnd,
  window: Window,
  { reachedMs, tookMs }: { readonly reachedMs: number; readonly tookMs: number },
): string {
  const { logsAccepted, logsExcluded, logsRaw, logsRetried, logsDeadLettered } = counts;
  const shipped = [
    `${counted(logsAccepted, 'log')} shipped in ${duration(tookMs)}`,
    logsExcluded > 0 && `${number(logsExcluded)} excluded by the configuration`,
    logsRaw > 0 && `${number(logsRaw)} of them raw, because they could not be shaped`,
    logsRetried > 0 && `${number(logsRetried)} put on the retry queue`,
    logsDeadLettered > 0 && `${number(logsDeadLettered)} put on the dead-letter queue`,
  ].filter(Boolean);
  const deliverer = target.kind === 'stack' ? 'the replay function delivers them' : '"run" delivers them';
  return [
    `${shipped.join(', ')}; ${endOf(outcome, window, reachedMs)}`,
    logsRetried > 0 && `batches on the retry queue are not lost: ${deliverer}`,
    logsDeadLettered > 0 && 'to list the dead letters: replay --list',
  ]
    .filter(line => line !== false)
    .map(line => wrapped(line))
    .join('\n');
}

function endOf(outcome: BackfillEnd['outcome'], window: Window, reachedMs: number): string {
  if (outcome === 'complete') return 'the window is complete';
  const reached = reachedMs > window.fromMs ? ` at ${dateText(reachedMs)}` : '';
  return outcome === 'stopped'
    ? `stopped${reached}; the same command continues there`
    : `ended early${reached}`;
}

/** What ended it, and what to do. */
export function faultText(pipeline: string, { report }: BackfillEnd): string {
  if (report.outcome === 'skipped') return `this backfill is already running: ${report.message}`;
  return `pipeline "${pipeline}": ${faultOf(report)}. Then run the same command again; it continues where it stopped`;
}
