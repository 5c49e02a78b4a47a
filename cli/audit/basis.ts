/** The basis of an audit: a window of log ids, and the ledger's entries that touch it. */
import type { LedgerEntry } from '../../lambda/core/ledger.ts';
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
  readonly entries: readonly LedgerEntry[];
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

/** Entries without a range contain only ids that their sketch can list; an unreadable one contains none. */
export function keysOfLateEntries(entries: readonly LedgerEntry[]): ReadonlySet<IdKey> {
  const keys = new Set<IdKey>();
  for (const { afterLogId, ids } of entries) {
    const sketch = afterLogId === undefined ? readSketch(ids) : undefined;
    for (const key of (sketch && missingFrom(emptySketch(), sketch)) ?? []) keys.add(key);
  }
  return keys;
}
