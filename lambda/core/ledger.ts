/** The ledger: what an audit compares Auth0's logs with. See docs/decisions/011-audit-by-a-ledger.md. */

/** Logs that are accepted by Azure or on one of our queues, for an audit of a window that is long past. */
export interface LedgerEntry {
  /** The entry covers every log after it, up to `lastLogId`; absent for late logs, which lie scattered. */
  readonly afterLogId?: string;
  readonly lastLogId: string;
  /** Logs in it, excluded ones counted too. */
  readonly logs: number;
  readonly accepted: number;
  readonly excluded: number;
  readonly retried: number;
  readonly deadLettered: number;
  /** The sketch of their ids, see sketch.ts. */
  readonly ids: string;
}

/** An entry read from the ledger. */
export type ReadEntry = LedgerEntry & {
  /** When it was written, milliseconds since 1970; absent if that is not known. */
  readonly enteredAtMs?: number;
};

/**
 * What was settled, batch by batch.
 * Law: gets logs only once they are accepted or queued; never rejects, since an audit must not stop the line.
 */
export interface Ledger {
  add(entry: LedgerEntry): Promise<void>;
}
