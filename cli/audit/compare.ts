/** What Auth0 serves of a window against what the ledger says of it: where is each log? No I/O, and bounded memory. */
import {
  addToSketch,
  emptySketch,
  type IdKey,
  idKey,
  missingFrom,
  readSketch,
  type Sketch,
  unite,
} from '../../lambda/core/sketch.ts';
import {
  type AuditBasis,
  type Evidence,
  evidenceOf,
  type IdRange,
  keysOfLateEntries,
  together,
  touches,
} from './basis.ts';

/** Logs of the window, each counted once. */
export interface Findings {
  /** A ledger entry contains them. */
  readonly settled: number;
  /** Of those: found by a sweep. */
  readonly settledLate: number;
  /** After the checkpoint. */
  readonly notYet: number;
  /** The next sweep for late logs will find them. */
  readonly notSwept: number;
  /** Settled before the ledger begins, or never. */
  readonly notKnown: number;
  /** No ledger entry contains them. */
  readonly missing: number;
  /** Batches with so many logs missing, or deleted by Auth0 since, that they cannot be identified. */
  readonly unsure: readonly Unsure[];
}

/** `logs` of this range may be missing, `atLeastMissing` of them are. */
export type Unsure = IdRange & { readonly logs: number; readonly atLeastMissing: number };

/** Logs that are missing, named or not. */
export const missingAtLeast = ({ missing, unsure }: Findings) =>
  unsure.reduce((sum, { atLeastMissing }) => sum + atLeastMissing, missing);

export const unsureLogs = ({ unsure }: Findings) => unsure.reduce((sum, { logs }) => sum + logs, 0);

/** Where a log is, by the ledger. */
export type Judgement = 'settled' | 'not-yet' | 'not-swept' | 'not-known' | 'unsure' | 'missing';

/** Receives each log of the window, ids ascending. `by`: the evidence for a settled log. */
export type Judged = (logId: string, judgement: Judgement, by?: Evidence) => void;

export interface Auditor {
  /**
   * Adds the next log at Auth0: every one of `readRange`, ids ascending, each once. Those outside the window are
   * not judged, but an entry that reaches beyond it can be compared only as a whole.
   */
  see(logId: string): void;
  /** Judges the rest. */
  end(): Findings;
}

/** An entry while its logs pass by. */
interface Open extends IdRange {
  /** Undefined if it is not a ledger entry. */
  readonly evidence: Evidence | undefined;
  readonly entered: Sketch | undefined;
  readonly logs: number;
  /** What Auth0 serves in its range; logs in a late entry are kept apart. */
  readonly served: Sketch;
  readonly servedLate: Sketch;
}

/** Afterwards. */
interface Closed extends IdRange {
  readonly evidence: Evidence | undefined;
  readonly logs: number;
  /** Undefined when they are too many to be identified. */
  readonly missing: ReadonlySet<IdKey> | undefined;
  unsure: number;
  /** Of those: covered by no other entry that could contain them. */
  unsureAlone: number;
}

interface Pending {
  readonly logId: string;
  readonly key: IdKey;
}

/**
 * Judges each log of the window once every entry that covers it has gone by, so that only entries, and the ids of a few
 * batches, are queued. `onMissing` receives each missing id, `onJudged` each id.
 */
export function auditor(
  basis: AuditBasis,
  onMissing: (logId: string) => void,
  onJudged: Judged = () => undefined,
): Auditor {
  const { window, checkpointLogId, ledgerAfterLogId } = basis;
  const lateKeys = keysOfLateEntries(basis.entries);
  // The last one comes first.
  const ahead = openable(basis).sort((a, b) => (a.afterLogId < b.afterLogId ? 1 : -1));
  const count = { settled: 0, settledLate: 0, notYet: 0, notSwept: 0, notKnown: 0, missing: 0 };
  const unsure: Unsure[] = [];
  let open: Open[] = [];
  let closed: Closed[] = [];
  let pending: Pending[] = [];

  const judge = ({ logId, key }: Pending) => {
    const covering = closed.filter(one => logId > one.afterLogId && logId <= one.lastLogId);
    const entries = covering.filter(one => one.evidence !== undefined);
    const passed = covering.find(one => one.evidence === undefined);
    const late = lateKeys.get(key);
    const holding = entries.filter(({ missing }) => missing && !missing.has(key));
    const by = [...holding.map(one => one.evidence), late].filter(one => one !== undefined);
    if (by.length > 0) {
      count.settled++;
      if (late) count.settledLate++;
      return onJudged(logId, 'settled', together(by));
    }
    if (checkpointLogId === undefined || logId > checkpointLogId) {
      count.notYet++;
      return onJudged(logId, 'not-yet');
    }
    // When the sweep cannot identify them, it ships them all.
    if (passed && (!passed.missing || passed.missing.has(key))) {
      count.notSwept++;
      return onJudged(logId, 'not-swept');
    }
    const [untold, ...others] = entries.filter(({ missing }) => !missing);
    if (untold) {
      untold.unsure++;
      if (others.length === 0) untold.unsureAlone++;
      return onJudged(logId, 'unsure');
    }
    const isBefore = ledgerAfterLogId === undefined || logId <= ledgerAfterLogId;
    if (entries.length === 0 && isBefore) {
      count.notKnown++;
      return onJudged(logId, 'not-known');
    }
    count.missing++;
    onMissing(logId);
    onJudged(logId, 'missing');
  };

  /** Judges what no open entry covers any more, and forgets the entries that are done with. */
  const settle = (upTo: string | undefined) => {
    const covered = pending.findIndex(({ logId }) => upTo !== undefined && logId > upTo);
    const judged = covered === -1 ? pending : pending.slice(0, covered);
    pending = covered === -1 ? [] : pending.slice(covered);
    for (const one of judged) judge(one);
    const [next] = pending;
    const [kept, done] = split(closed, one => next !== undefined && one.lastLogId >= next.logId);
    closed = kept;
    for (const { afterLogId, lastLogId, logs, ...one } of done) {
      if (one.unsure === 0) continue;
      // The entry holds no more than `logs` of them.
      const atLeastMissing = Math.max(0, one.unsureAlone - logs);
      unsure.push({ afterLogId, lastLogId, logs: one.unsure, atLeastMissing });
    }
  };

  const close = (entries: readonly Open[]) => {
    for (const { served, servedLate, entered, ...entry } of entries) {
      const all = unite(served, servedLate);
      // Late logs are mostly not in it; without them, more others can be identified.
      const missing = entered && (missingFrom(entered, all) ?? missingFrom(entered, served));
      closed.push({ ...entry, missing, unsure: 0, unsureAlone: 0 });
    }
  };

  return {
    see: logId => {
      for (let next = ahead.at(-1); next && next.afterLogId < logId; next = ahead.at(-1)) {
        ahead.pop();
        open.push(next);
      }
      const [still, done] = split(open, one => one.lastLogId >= logId);
      open = still;
      if (done.length > 0) {
        close(done);
        settle(least(open.map(one => one.afterLogId)));
      }
      const key = idKey(logId);
      const isLate = lateKeys.has(key);
      for (const one of open) addToSketch(isLate ? one.servedLate : one.served, key);
      if (logId <= window.afterLogId || logId > window.lastLogId) return;
      if (open.length === 0) judge({ logId, key });
      else pending.push({ logId, key });
    },
    end: () => {
      close(open);
      open = [];
      settle(undefined);
      return { ...count, unsure };
    },
  };
}

function openable({ entries, passed, window }: AuditBasis): Open[] {
  const empty = () => ({ served: emptySketch(), servedLate: emptySketch() });
  const opened: Open[] = entries.filter(touches(window)).map(entry => {
    const { afterLogId, lastLogId, logs, ids } = entry;
    return { afterLogId, lastLogId, logs, evidence: evidenceOf(entry), entered: readSketch(ids), ...empty() };
  });
  if (!passed || !touches(window)(passed)) return opened;
  const { afterLogId, lastLogId, ids } = passed;
  return [...opened, { afterLogId, lastLogId, logs: 0, evidence: undefined, entered: ids, ...empty() }];
}

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter(one => !isFirst(one))];
}

const least = (texts: readonly string[]) =>
  texts.reduce<string | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
