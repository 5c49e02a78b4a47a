/** The last hours of a pipeline, from its ledger: what was settled, and how late. Runs that settled nothing leave no entry. */
import type { ReadEntry } from '../../lambda/core/ledger.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { type Facts, lagMs } from '../pipelines/health.ts';
import type { Operated } from '../pipelines/operated.ts';
import { UsageError } from '../terminal/errors.ts';
import type { HistoryView } from './page/model.ts';

const HOURS_MS = 6 * 3_600_000;
const STEP_MS = 5 * 60_000;
/** CloudWatch Logs shows a line some seconds after it was written. */
const LATE_MS = 120_000;
/** From read to read: a deployed pipeline's ledger costs a request or more. */
const AGAIN_MS = 60_000;

/** `read` asks for what is new since the last time; the answer goes back to the last hours. */
export interface HistorySource {
  read(nowMs: number): Promise<void>;
  /** With the lag that `facts` prove since the last entry. */
  view(facts: Facts): HistoryView;
}

export function historySource({ ledger }: Pick<Operated, 'ledger'>): HistorySource {
  let entries: readonly ReadEntry[] = [];
  let readAtMs = Number.NEGATIVE_INFINITY;
  let problem: string | undefined;
  return {
    read: async nowMs => {
      if (nowMs - readAtMs < AGAIN_MS) return;
      const firstMs = nowMs - HOURS_MS;
      const fromMs = Math.max(firstMs, readAtMs - LATE_MS);
      try {
        const fresh: ReadEntry[] = [];
        for await (const entry of ledger(fromMs)) if (enteredAt(entry) >= fromMs) fresh.push(entry);
        const kept = entries.filter(entry => enteredAt(entry) >= firstMs && enteredAt(entry) < fromMs);
        entries = [...kept, ...fresh];
        readAtMs = nowMs;
        problem = undefined;
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        problem = error.message;
      }
    },
    view: facts => ({ ...historyOf(entries, facts), ...(problem !== undefined && { problem }) }),
  };
}

/** Of an entry without a time: long ago. */
const enteredAt = ({ enteredAtMs = 0 }: ReadEntry) => enteredAtMs;

/** In steps of five minutes, the last one up to the time of `facts`. */
export function historyOf(entries: readonly ReadEntry[], facts: Facts): HistoryView {
  const { askedAtMs } = facts;
  const firstMs = Math.floor((askedAtMs - HOURS_MS) / STEP_MS) * STEP_MS;
  const times: number[] = [];
  for (let ms = firstMs; ms <= askedAtMs; ms += STEP_MS) times.push(ms);
  const zero = () => times.map(() => 0);
  const [accepted, putAside] = [zero(), zero()];
  const lag: (number | null)[] = times.map(() => null);
  for (const entry of entries) {
    const at = Math.floor((enteredAt(entry) - firstMs) / STEP_MS);
    if (at < 0 || at >= times.length) continue;
    accepted[at]! += entry.accepted;
    putAside[at]! += entry.retried + entry.deadLettered;
    const lateMs = latenessOf(entry);
    if (lateMs !== undefined) lag[at] = Math.max(lag[at] ?? 0, lateMs);
  }
  for (const [at, lagNow] of tail(times, facts)) lag[at] = Math.max(lag[at] ?? 0, lagNow);
  return { times, stepMs: STEP_MS, accepted, putAside, lagMs: lag };
}

/** How old its newest log was when it was settled. Late logs lie behind the checkpoint, and say nothing of the lag. */
function latenessOf(entry: ReadEntry): number | undefined {
  if (entry.afterLogId === undefined) return undefined;
  const loggedAtMs = logIdTimeMs(entry.lastLogId);
  return loggedAtMs === undefined ? undefined : Math.max(0, enteredAt(entry) - loggedAtMs);
}

/** A run that did not catch up settled nothing since: the lag has grown from step to step up to now. */
function tail(times: readonly number[], facts: Facts): (readonly [at: number, lag: number])[] {
  const now = lagMs(facts);
  const { lastRun } = facts.state ?? {};
  if (now === undefined || lastRun === undefined || lastRun.outcome === 'caught-up') return [];
  const settledAtMs = facts.askedAtMs - now;
  return times.flatMap((ms, at) => {
    const endMs = Math.min(ms + STEP_MS, facts.askedAtMs);
    return endMs > settledAtMs ? [[at, endMs - settledAtMs] as const] : [];
  });
}
