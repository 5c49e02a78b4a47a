/** Reads what a workspace has stored, within the limits of the API: counts and digests first, ids where these differ. */
import { backoffMs } from './backoff.ts';
import type { Clock, Fault, Random } from './model.ts';
import type { Digest } from './sketch.ts';
import { BIN_MS, countsKql, dcrErrorsKql, idsKql, LOG_OPERATION_KQL, valuesKql } from './stored-kql.ts';
import type { QueryAnswer, Row, Span, StoredPlace, WorkspaceReader } from './workspace.ts';

export interface StoredDependencies {
  readonly reader: WorkspaceReader;
  readonly place: StoredPlace;
  readonly clock: Clock;
  readonly random: Random;
  /** Of each query, while its fault may be temporary. */
  readonly maxAttempts?: number;
  /** When the last answer must be there, milliseconds since 1970. */
  readonly deadlineMs?: number;
}

/** Ten minutes of ids: see `binOf`. */
export interface StoredBin extends Digest {
  readonly ids: number;
  readonly rows: number;
  /** Ids with several rows. */
  readonly repeated: number;
}

/** A message of Azure about data that it did not store, with how often it was logged. */
export interface StoredWord {
  readonly from: '_LogOperation' | 'DCRLogErrors';
  readonly operation: string;
  readonly message: string;
  readonly times: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export interface StoredWords {
  readonly words: readonly StoredWord[];
  /** Tables of messages that were not read, and why, as a clause. */
  readonly unread: readonly { readonly from: StoredWord['from']; readonly why: string }[];
}

export type Found<T> =
  | { readonly kind: 'found'; readonly value: T }
  /** See QueryAnswer. */
  | { readonly kind: 'unknown-name'; readonly name: string }
  | { readonly kind: 'fault'; readonly fault: Fault };

const UNKNOWN = 'the workspace does not have it, or it is not visible to this caller';
const DAY_MS = 86_400_000;
/** A query may take three minutes, after a wait in the queue of the API. https://learn.microsoft.com/azure/azure-monitor/logs/api/timeouts */
const QUERY_TIMEOUT_MS = 240_000;
const MAX_ATTEMPTS = 6;
const BACKOFF = { baseMs: 1_000, capMs: 30_000 };
/** A caller that Azure asks to wait longer is not kept waiting. */
const LONGEST_WAIT_MS = 300_000;
/** In a shorter span, the number of rows cannot be the problem. */
const LEAST_SPAN_MS = 1_000;

/**
 * The TimeGenerated that rows of ids of the span can have. Azure replaces a time more than two days old, or more than
 * one day ahead, by the time of receipt, which lies between the id's own time and now.
 * https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns#timegenerated
 */
export const generatedWithin = ({ fromMs }: Span, nowMs: number): Span => ({
  fromMs: fromMs - 2 * DAY_MS,
  toMs: nowMs + DAY_MS,
});

/** Ids and rows of each ten minutes that have some, by `binOf`. */
export async function storedCounts(
  d: StoredDependencies,
  span: Span,
): Promise<Found<ReadonlyMap<string, StoredBin>>> {
  const columns = { texts: ['Bin'], numbers: ['Ids', 'Rows', 'Repeated', 'High', 'Low'] };
  const found = await byHalves(d, span, { leastMs: BIN_MS, columns, kqlOf: countsKql });
  if (found.kind !== 'found') return found;
  const bins = found.value.map(row => [String(row['Bin']), binOfRow(row)] as const);
  return { kind: 'found', value: new Map(bins) };
}

const binOfRow = (row: Row): StoredBin => ({
  ids: Number(row['Ids']),
  rows: Number(row['Rows']),
  repeated: Number(row['Repeated']),
  high: Number(row['High']),
  low: Number(row['Low']),
});

/** How many rows each id of the span has. */
export async function storedIds(
  d: StoredDependencies,
  span: Span,
): Promise<Found<ReadonlyMap<string, number>>> {
  const columns = { texts: ['LogId'], numbers: ['Rows'] };
  const found = await byHalves(d, span, { leastMs: LEAST_SPAN_MS, columns, kqlOf: idsKql });
  if (found.kind !== 'found') return found;
  const ids = found.value.map(row => [String(row['LogId']), Number(row['Rows'])] as const);
  return { kind: 'found', value: new Map(ids) };
}

/** How many ids of the span have a value in each of these columns, which must be those of a data collection rule's table. */
export async function storedValues(
  d: StoredDependencies,
  span: Span,
  columns: readonly string[],
): Promise<Found<ReadonlyMap<string, number>>> {
  const kqlOf = (place: StoredPlace, part: Span) => valuesKql(place, part, columns);
  const found = await byHalves(d, span, { leastMs: BIN_MS, columns: { texts: [], numbers: columns }, kqlOf });
  if (found.kind !== 'found') return found;
  // Each part has a row, whatever is stored.
  if (found.value.length === 0) return notOurs('it has no row');
  const sum = (name: string) => found.value.reduce((all, row) => all + Number(row[name]), 0);
  return { kind: 'found', value: new Map(columns.map(name => [name, sum(name)])) };
}

/** The messages of the workspace, and of the rule if there is one, in that time. A missing table has no messages. */
export async function storedWords(
  d: StoredDependencies,
  span: Span,
): Promise<Exclude<Found<StoredWords>, { readonly kind: 'unknown-name' }>> {
  const { stream } = d.place;
  const asked = [
    ['_LogOperation', LOG_OPERATION_KQL] as const,
    ...(stream === undefined ? [] : [['DCRLogErrors', dcrErrorsKql(stream)] as const]),
  ];
  const words: StoredWord[] = [];
  const unread: { from: StoredWord['from']; why: string }[] = [];
  for (const [from, kql] of asked) {
    const answer = await patiently(d, kql, span, WORD);
    if (answer.kind === 'fault') return answer;
    if (answer.kind === 'rows') words.push(...answer.rows.map(row => wordOf(from, row)));
    if (answer.kind === 'unknown-name') unread.push({ from, why: UNKNOWN });
    if (answer.kind === 'too-much') unread.push({ from, why: answer.message });
  }
  return { kind: 'found', value: { words, unread } };
}

const WORD: Columns = { texts: ['Operation', 'Message'], numbers: ['Times'], times: ['First', 'Last'] };

const wordOf = (from: StoredWord['from'], row: Row): StoredWord => ({
  from,
  operation: String(row['Operation']),
  message: String(row['Message']),
  times: Number(row['Times']),
  firstAtMs: Date.parse(String(row['First'])),
  lastAtMs: Date.parse(String(row['Last'])),
});

/** What every row of an answer has. */
interface Columns {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly times?: readonly string[];
}

interface Parted {
  readonly leastMs: number;
  readonly columns: Columns;
  kqlOf(place: StoredPlace, part: Span): string;
}

/** All rows of the span. A span too large for one answer is halved, at multiples of `leastMs`. */
async function byHalves(
  d: StoredDependencies,
  span: Span,
  { leastMs, columns, kqlOf }: Parted,
): Promise<Found<readonly Row[]>> {
  const rows: Row[] = [];
  // The next part comes last.
  const parts = [span];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const within = generatedWithin(part, d.clock.now());
    const answer = await patiently(d, kqlOf(d.place, part), within, columns);
    if (answer.kind === 'rows') {
      for (const row of answer.rows) rows.push(row);
      continue;
    }
    if (answer.kind !== 'too-much') return answer;
    const { fromMs, toMs } = part;
    const middleMs = Math.round((fromMs + toMs) / 2 / leastMs) * leastMs;
    if (middleMs <= fromMs || middleMs >= toMs) return { kind: 'fault', fault: tooMuch(answer.message) };
    parts.push({ fromMs: middleMs, toMs }, { fromMs, toMs: middleMs });
  }
  return { kind: 'found', value: rows };
}

const tooMuch = (message: string): Fault => ({
  verdict: 'unavailable',
  code: 'TOO_MUCH',
  message: `the query is too large even for the shortest window: ${message}`,
});

const OUT_OF_TIME: Fault = {
  verdict: 'unavailable',
  code: 'OUT_OF_TIME',
  message: 'the time for queries of the workspace was over',
};

/** The answer, unless a row lacks a column of the query: then something else has answered. */
function checked(answer: QueryAnswer, { texts, numbers, times = [] }: Columns): QueryAnswer {
  const lackingIn = (row: Row) =>
    texts.find(name => typeof row[name] !== 'string') ??
    numbers.find(name => !Number.isFinite(Number(row[name] ?? Number.NaN))) ??
    times.find(name => Number.isNaN(Date.parse(String(row[name]))));
  const lacking = answer.kind === 'rows' ? answer.rows.map(lackingIn).find(Boolean) : undefined;
  if (lacking === undefined) return answer;
  return notOurs(`a row has no valid ${lacking}`);
}

const notOurs = (why: string): Extract<QueryAnswer, { readonly kind: 'fault' }> => ({
  kind: 'fault',
  fault: { verdict: 'intercepted', message: `the answer is not that of the query: ${why}` },
});

/** Repeats the query after a temporary fault. */
async function patiently(
  {
    reader,
    clock,
    random,
    maxAttempts = MAX_ATTEMPTS,
    deadlineMs = Number.POSITIVE_INFINITY,
  }: StoredDependencies,
  kql: string,
  span: Span,
  columns: Columns,
): Promise<QueryAnswer> {
  for (let attempt = 0; ; attempt++) {
    const timeoutMs = Math.min(QUERY_TIMEOUT_MS, deadlineMs - clock.now());
    if (timeoutMs <= 0) return { kind: 'fault', fault: OUT_OF_TIME };
    const answer = checked(await reader.query(kql, span, timeoutMs), columns);
    if (answer.kind !== 'fault' || answer.fault.verdict === 'denied') return answer;
    const { retryAfterMs = 0 } = answer.fault;
    if (attempt + 1 >= maxAttempts || retryAfterMs > LONGEST_WAIT_MS) return answer;
    await clock.sleep(backoffMs(attempt, random, { ...BACKOFF, retryAfterMs }));
  }
}
