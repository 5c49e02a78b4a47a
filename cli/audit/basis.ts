/** The basis of an audit: a window of log ids, and the ledger's entries that touch it. */
import type { ReadEntry } from '../../lambda/core/ledger.ts';
import { emptySketch, type IdKey, missingFrom, readSketch, type Sketch } from '../../lambda/core/sketch.ts';

/** Log ids after `afterLogId`, up to `lastLogId`, which belongs to it. Compared as text. */
export interface IdRange {
  readonly afterLogId: string;
  readonly lastLogId: string;
}

export interface AuditBasis {
  /** The logs in question. */
  readonly window: IdRange;
  /** The ledger's entries, of which only those that touch the window matter. */
  readonly entries: readonly ReadEntry[];
  readonly checkpointLogId: string | undefined;
  /** The ledger knows nothing of logs up to here; undefined when it has no entry at all. */
  readonly ledgerAfterLogId: string | undefined;
  /** What the pipeline remembers to find late logs: the ids that it passed lately. */
  readonly passed: (IdRange & { readonly ids: Sketch }) | undefined;
}

/** The part of Auth0's logs that must be read: the window, and what else the entries that touch it cover. */
export function readRange({ window, entries, passed }: AuditBasis): IdRange {
  const ranges = [...entries, passed].filter(one => one !== undefined).filter(touches(window));
  const range = { ...window };
  for (const { afterLogId, lastLogId } of ranges) {
    if (afterLogId < range.afterLogId) range.afterLogId = afterLogId;
    if (lastLogId > range.lastLogId) range.lastLogId = lastLogId;
  }
  return range;
}

/** Whether an entry covers a part of the window; one of late logs, which has no range, does not. */
export const touches =
  (window: IdRange) =>
  <T extends Partial<IdRange>>(one: T): one is T & IdRange =>
    one.afterLogId !== undefined &&
    one.lastLogId !== undefined &&
    one.afterLogId < window.lastLogId &&
    one.lastLogId > window.afterLogId;

/** What an entry says about any log in it. */
export interface Evidence {
  /** When the entry was written; undefined if that is not known. */
  readonly enteredAtMs: number | undefined;
  /** Some logs of the entry were put on a queue, perhaps also this one. */
  readonly mayBeQueued: boolean;
}

export const evidenceOf = ({ enteredAtMs, retried, deadLettered }: ReadEntry): Evidence => ({
  enteredAtMs,
  mayBeQueued: retried + deadLettered > 0,
});

/** Of several entries: the latest time, and queued only if each of them may have queued the log. */
export function together(some: readonly Evidence[]): Evidence {
  const times = some.map(one => one.enteredAtMs).filter(ms => ms !== undefined);
  return {
    enteredAtMs: times.length > 0 ? Math.max(...times) : undefined,
    mayBeQueued: some.every(one => one.mayBeQueued),
  };
}

/** Entries without a range contain only ids that their sketch can list; an unreadable one contains none. */
export function keysOfLateEntries(entries: readonly ReadEntry[]): ReadonlyMap<IdKey, Evidence> {
  const keys = new Map<IdKey, Evidence>();
  for (const entry of entries) {
    const sketch = entry.afterLogId === undefined ? readSketch(entry.ids) : undefined;
    for (const key of (sketch && missingFrom(emptySketch(), sketch)) ?? []) keys.set(key, evidenceOf(entry));
  }
  return keys;
}
