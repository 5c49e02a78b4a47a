/** How many logs Auth0 has between two places: what a moved checkpoint would send again, or skip. */
import type { LogSource } from '../../lambda/core/model.ts';
import { logReader } from '../../lambda/core/read.ts';
import { stoppableClock, stoppableSource } from '../terminal/stoppable.ts';

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

const MOST_PAGES = 100;
const MOST_MS = 180_000;

/** Auth0's order is that of the ids as text, where they are digits of one length. */
export function directionOf({ from, to }: Move): Direction {
  if (from === to) return 'none';
  if (from.length !== to.length || !/^\d+$/.test(from + to)) return 'unknown';
  return to < from ? 'back' : 'forward';
}

/**
 * Reads 100 pages or three minutes at most, and leaves the pipeline's share of the rate limit to others.
 * @param onProgress told how many so far
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
  const reader = logReader(dependencies, first, { deadlineMs: clock.now() + MOST_MS, settleMs: 0, headroom });
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
