/** Compares the logs that Auth0 serves with the rows in the workspace. Reads ids only where digests differ. */
import type { Fault } from '../../lambda/core/model.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { digestOf, sketchOf } from '../../lambda/core/sketch.ts';
import {
  type Found,
  type StoredBin,
  type StoredDependencies,
  storedCounts,
  storedIds,
  storedValues,
} from '../../lambda/core/stored.ts';
import { BIN_MS, binAt, binOf } from '../../lambda/core/stored-kql.ts';
import { UsageError } from '../terminal/errors.ts';
import type { Window } from '../window/window.ts';
import type { Evidence } from './basis.ts';
import type { Judged, Judgement } from './compare.ts';

/** Logs of the window, each counted once. Those that are stored twice also count as stored. */
export interface StoredFindings {
  readonly stored: number;
  readonly storedTwice: number;
  /** The configuration does not ship them, or its rule stores them in another table. */
  readonly excluded: number;
  /** The pipeline has not shipped them yet. */
  readonly notYet: number;
  /** Accepted so recently that their rows may not be visible yet. */
  readonly tooYoung: number;
  /** A part of their batch was put on a queue, and the queues are not empty. */
  readonly queued: number;
  /** Accepted, but not in the table. */
  readonly notStored: number;
  /** In neither the table nor the ledger. */
  readonly notShipped: number;
  /** Columns with a value in fewer of the stored rows than it should be; only known of a data collection rule's table. */
  readonly values: readonly LostValues[];
  /** A table or a column that the workspace does not have, so that nothing is stored. */
  readonly unknownName: string | undefined;
  /** The table answered without a row, and rows should be there: a condition of the role may hide the table. */
  readonly isNothingVisible: boolean;
}

/** Of the logs that are stored: how many have a value for the column, and how many rows have one in it. */
export interface LostValues {
  readonly column: string;
  readonly logs: number;
  readonly rows: number;
}

/** Logs that are not in the table, and that nothing will bring there. */
export const lostLogs = ({ notStored, notShipped }: StoredFindings) => notStored + notShipped;

/** Every log is in the table with its values, or is not expected there yet. */
export const isStored = (findings: StoredFindings): boolean =>
  lostLogs(findings) === 0 && findings.queued === 0 && findings.values.length === 0;

export interface StoredOptions extends StoredDependencies {
  /** How long after acceptance a row may appear. */
  readonly delayMs: number;
  /** Whether the pipeline's queues contain messages now. */
  readonly queuesHold: boolean;
  /** Receives each id that is not stored, ascending, and when Azure accepted it; undefined if no entry says that it did. */
  onLost(logId: string, acceptedAtMs: number | undefined): void;
}

export interface StoredComparison {
  readonly judged: Judged;
  /** Before a log is judged: the columns that its row must fill; undefined if no row is expected in the table. */
  expect(logId: string, columns: readonly string[] | undefined): void;
  /** Compares what has been judged. Rejects with UsageError when the workspace does not answer. */
  drain(): Promise<void>;
  /** @param firstMs of the first log that Auth0 serves: it may have deleted the logs of earlier rows, whose values would hide a loss */
  end(firstMs: number | undefined): Promise<StoredFindings>;
}

interface JudgedLog {
  readonly logId: string;
  readonly judgement: Judgement;
  readonly by: Evidence | undefined;
  /** See StoredComparison.expect. */
  readonly columns: readonly string[] | undefined;
}

/** Ids in one query, and logs that wait for one: about thirty megabytes, most of it names of columns. */
const IDS_A_QUERY = 50_000;

/** Reads the counts of the whole window. Rejects with UsageError if the workspace does not answer. */
export async function storedComparison(d: StoredOptions, window: Window): Promise<StoredComparison> {
  const asked = await storedCounts(d, window);
  const bins = foundOr<ReadonlyMap<string, StoredBin>>(asked, new Map());
  const count = { stored: 0, storedTwice: 0, excluded: 0, notYet: 0, tooYoung: 0, queued: 0 };
  const lost = { notStored: 0, notShipped: 0 };
  const expected = new Map<string, readonly string[] | undefined>();
  const filled = new Map<string, number>();
  const youngMs = d.clock.now() - d.delayMs;
  let open: JudgedLog[] = [];
  let whole: JudgedLog[][] = [];
  let different: JudgedLog[][] = [];

  const place = (log: JudgedLog, rows: number) => {
    const { logId, judgement, by } = log;
    if (rows > 0) {
      count.stored++;
      if (rows > 1) count.storedTwice++;
      for (const column of log.columns ?? []) filled.set(column, (filled.get(column) ?? 0) + 1);
      return;
    }
    if (!log.columns) return void count.excluded++;
    if (judgement === 'not-yet' || judgement === 'not-swept') return void count.notYet++;
    if (judgement !== 'settled') {
      lost.notShipped++;
      return void d.onLost(logId, undefined);
    }
    const acceptedAtMs = by?.enteredAtMs ?? logIdTimeMs(logId) ?? 0;
    if (acceptedAtMs > youngMs) return void count.tooYoung++;
    if (by?.mayBeQueued && d.queuesHold) return void count.queued++;
    lost.notStored++;
    d.onLost(logId, acceptedAtMs);
  };

  /** Compares digests. Returns false if ids must be read. */
  const compare = (logs: readonly JudgedLog[]): boolean => {
    const bin = bins.get(binOf(logs[0]!.logId));
    const inTable = logs.filter(log => log.columns).map(log => log.logId);
    if (!bin) {
      // Lost ids are reported in ascending order, and earlier ones are still to be read.
      if (different.length > 0) return false;
      for (const log of logs) place(log, 0);
      return true;
    }
    const { high, low } = digestOf(sketchOf(inTable));
    if (bin.ids !== inTable.length || bin.high !== high || bin.low !== low) return false;
    for (const log of logs) place(log, log.columns ? 1 : 0);
    count.storedTwice += bin.repeated;
    return true;
  };

  /** Compares ids. */
  const ask = async () => {
    while (different.length > 0) {
      const { taken, span } = nextSpan(different, bins, window);
      different = different.slice(taken.length);
      const ids = foundOr<ReadonlyMap<string, number>>(await storedIds(d, span), new Map());
      for (const log of taken.flat()) place(log, ids.get(log.logId) ?? 0);
    }
  };

  const drain = async () => {
    const now = whole;
    whole = [];
    for (const logs of now) {
      if (compare(logs)) continue;
      different.push(logs);
      if (different.reduce((sum, one) => sum + one.length, 0) >= IDS_A_QUERY) await ask();
    }
  };

  return {
    expect: (logId, columns) => void expected.set(logId, columns),
    judged: (logId, judgement, by) => {
      if (open.length > 0 && keyOf(open[0]!.logId) !== keyOf(logId)) {
        whole.push(open);
        open = [];
      }
      open.push({ logId, judgement, by, columns: expected.get(logId) });
      expected.delete(logId);
    },
    drain,
    end: async firstMs => {
      if (open.length > 0) whole.push(open);
      await drain();
      await ask();
      const unknownName = asked.kind === 'unknown-name' ? asked.name : undefined;
      const isEmpty = asked.kind === 'found' && bins.size === 0;
      const values = await lostValues(d, { ...window, fromMs: firstMs ?? window.fromMs }, filled);
      return { ...count, ...lost, values, unknownName, isNothingVisible: isEmpty && lost.notStored > 0 };
    },
  };
}

/** Asks nothing if no row is stored. Azure drops the value of a column that the rule does not declare, and keeps the row. */
async function lostValues(
  d: StoredOptions,
  span: Window,
  filled: ReadonlyMap<string, number>,
): Promise<readonly LostValues[]> {
  if (filled.size === 0) return [];
  const asked = await storedValues(d, span, [...filled.keys()]);
  const rows = foundOr<ReadonlyMap<string, number>>(asked, new Map());
  return [...filled]
    .map(([column, logs]) => ({ column, logs, rows: rows.get(column) ?? 0 }))
    .filter(one => one.rows < one.logs);
}

/** Prefix and ten minutes. */
const keyOf = (logId: string) => logId.slice(0, 3) + binOf(logId);

/** The first bins that fit into one query, with the stored ids between them. */
function nextSpan(
  different: readonly (readonly JudgedLog[])[],
  bins: ReadonlyMap<string, StoredBin>,
  { fromMs, toMs }: Window,
): { readonly taken: readonly (readonly JudgedLog[])[]; readonly span: Window } {
  const beginOf = (logs: readonly JudgedLog[]) =>
    Math.floor((logIdTimeMs(logs[0]!.logId) ?? 0) / BIN_MS) * BIN_MS;
  const beginMs = beginOf(different[0]!);
  let endMs = beginMs + BIN_MS;
  let ids = bins.get(binAt(beginMs))?.ids ?? 0;
  let taken = 1;
  for (const logs of different.slice(1)) {
    const nextMs = beginOf(logs);
    let more = 0;
    for (let ms = endMs; ms <= nextMs; ms += BIN_MS) more += bins.get(binAt(ms))?.ids ?? 0;
    if (ids + more > IDS_A_QUERY || nextMs < beginMs) break;
    ids += more;
    endMs = nextMs + BIN_MS;
    taken++;
  }
  const span = { fromMs: Math.max(fromMs, beginMs), toMs: Math.min(toMs, endMs) };
  return { taken: different.slice(0, taken), span };
}

/** A table that does not exist has no rows. */
function foundOr<T>(found: Found<T>, nothing: T): T {
  if (found.kind === 'fault') throw unanswered(found.fault);
  return found.kind === 'found' ? found.value : nothing;
}

export const unanswered = ({ message, remedy }: Fault): UsageError => {
  const commands = remedy?.split('\n').slice(1) ?? [];
  return new UsageError([`the workspace could not be read: ${message}`, ...commands].join('\n'));
};
