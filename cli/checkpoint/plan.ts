/** What `checkpoint set` would do: the place that is meant, and how many logs a moved checkpoint would send again or skip. */
import type { Checkpoint, LogSource, StartFrom } from '../../lambda/core/model.ts';
import { logReader } from '../../lambda/core/read.ts';
import { logIdOf } from '../../lambda/core/record/log.ts';
import { isPastLogId, logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { parseStartFrom } from '../../lambda/core/start-from.ts';
import { standingOf } from '../../lambda/core/witness.ts';
import type { Operated, TargetOptions } from '../pipelines/operated.ts';
import { UsageError } from '../terminal/errors.ts';
import { stoppableClock, stoppableSource } from '../terminal/stoppable.ts';
import { dateText } from '../terminal/words.ts';
import { parseTime } from '../window/window.ts';

export interface Move {
  readonly from: string;
  readonly to: string;
}

/** `back`: logs are sent again; `forward`: skipped. `unknown`: one of the ids is of a form whose order is not known. */
export type Direction = 'back' | 'forward' | 'none' | 'unknown';

export type Count =
  /** `isMore`: there may be more than these. */
  | { readonly kind: 'counted'; readonly logs: number; readonly isMore: boolean }
  | { readonly kind: 'unknown'; readonly why: string };

/** What would be done. */
export interface Plan {
  readonly pipeline: Operated;
  readonly place: string;
  readonly old: Checkpoint;
  /** There is no checkpoint yet: `old` is where the first run would begin. */
  readonly isFirst: boolean;
  readonly next: Checkpoint;
  readonly direction: Direction;
  readonly count: Count;
  /** The new place is so young that Auth0 may still write logs before it. */
  readonly isUnsettled: boolean;
  /** By which the pipeline was found. */
  readonly options: TargetOptions;
}

const ALLOWED =
  'a log id, a UTC date "2026-07-01", a time with its zone "2026-07-01T08:30:00Z", how long ago "2h" or "3d", ' +
  '"oldest" or "now"';
const TIMEOUT_MS = 30_000;
const MOST_PAGES = 100;
const MOST_MS = 180_000;

/** Throws UsageError for what is none, or lies in the future: a run would wait there and skip all logs until then. */
export function parseWhere(text: string, nowMs: number): StartFrom {
  const given = text.trim();
  const from = parseStartFrom(given) ?? ago(given, nowMs);
  if (!from) throw new UsageError(`<where> is "${text}"; allowed: ${ALLOWED}`);
  const timeMs = from.kind === 'log' ? logIdTimeMs(from.logId) : undefined;
  if (from.kind === 'log' && (!isPastLogId(from.logId, nowMs) || (timeMs ?? 0) > nowMs)) {
    const problem =
      timeMs === undefined
        ? 'which is not a valid Auth0 log id: three digits, the time as yyyyMMddHHmmssSSS, 36 digits'
        : `which is in the future (${dateText(timeMs)})`;
    throw new UsageError(
      `<where> is "${text}", ${problem}; allowed: ${ALLOWED}, up to now (${dateText(nowMs)})`,
    );
  }
  if (from.kind === 'date' && from.dateMs > nowMs) {
    throw new UsageError(
      `<where> is "${text}", which is in the future; allowed: up to now (${dateText(nowMs)}), or "now"`,
    );
  }
  return from;
}

function ago(text: string, nowMs: number): StartFrom | undefined {
  if (!/^\d+ ?[mhd]( ago)?$/.test(text)) return undefined;
  return { kind: 'date', dateMs: parseTime('<where>', text, nowMs) };
}

/** The place itself. Throws UsageError when Auth0 has to be asked and does not answer. */
export async function placeOf(source: LogSource, from: StartFrom, nowMs: number): Promise<Checkpoint> {
  const start = await source.start(from, nowMs, TIMEOUT_MS);
  if (start.kind === 'start') return start.checkpoint;
  throw new UsageError(
    `the place could not be looked up at Auth0: ${start.fault.message}. Specify a log id, which needs no look-up`,
    start.fault,
  );
}

/** Throws UsageError for a place after which no log can come. Auth0 is asked; where it does not answer, the place may do. */
export async function refuseBeyond(source: LogSource, place: Checkpoint): Promise<void> {
  const nowMs = Date.now();
  const answer = await source.newest(nowMs, TIMEOUT_MS);
  if (answer.kind === 'fault' || standingOf(place, answer.log, nowMs, nowMs) !== 'beyond') return;
  throw new UsageError(
    `<where> is "${place.logId}", which is after the tenant's newest log ${logIdOf(answer.log)}: no log would ` +
      `ever be shipped; allowed: ${ALLOWED}, up to the newest log`,
  );
}

/** Auth0's order is that of the ids as text, where they are digits of one length. */
export function directionOf({ from, to }: Move): Direction {
  if (from === to) return 'none';
  if (from.length !== to.length || !/^\d+$/.test(from + to)) return 'unknown';
  return to < from ? 'back' : 'forward';
}

/**
 * Reads 100 pages or three minutes at most, and leaves the pipeline's share of the rate limit to others.
 * @param onProgress receives the number so far
 */
export async function countBetween(
  source: LogSource,
  { from, to }: Move,
  headroom: number,
  stop: AbortSignal,
  onProgress: (logs: number) => void,
): Promise<Count> {
  const [first, last] = from < to ? [from, to] : [to, from];
  const clock = stoppableClock(stop);
  const dependencies = { source: stoppableSource(source, stop), clock, random: Math.random };
  const reader = logReader(dependencies, first, { deadlineMs: clock.now() + MOST_MS, ripeMs: 0, headroom });
  let logs = 0;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const step = await reader.next();
    if (step.kind === 'caught-up') return { kind: 'counted', logs, isMore: false };
    if (step.kind === 'out-of-time') return { kind: 'counted', logs, isMore: true };
    if (step.kind === 'fault') return { kind: 'unknown', why: step.fault.message };
    const beyond = step.logs.findIndex(({ logId }) => logId !== undefined && logId > last);
    logs += beyond === -1 ? step.logs.length : beyond;
    if (beyond !== -1) return { kind: 'counted', logs, isMore: false };
    onProgress(logs);
  }
  return { kind: 'counted', logs, isMore: true };
}

/** Whether logs are not sent, or may not be. */
export function skipsLogs({ direction, count, isUnsettled }: Plan): boolean {
  if (direction === 'unknown') return true;
  return (
    direction === 'forward' && (isUnsettled || count.kind === 'unknown' || count.logs > 0 || count.isMore)
  );
}
