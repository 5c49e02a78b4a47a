/** The queries for stored rows. All but the last two read one table, by log id. */
import type { Span, StoredPlace } from './workspace.ts';

/** A LogId is three digits, then its time as yyyyMMddHHmmssSSS: its first 11 digits name ten minutes. */
const BIN_BEGIN = 3;
const BIN_DIGITS = 11;
export const BIN_MS = 600_000;
/** The highest number of different messages to read. */
const MESSAGES = 500;

/** The ten minutes of a log id, in the form of `Bin` in `countsKql`. */
export const binOf = (logId: string): string => logId.slice(BIN_BEGIN, BIN_BEGIN + BIN_DIGITS);

/** The bin of a time. */
export const binAt = (ms: number): string => timeDigits(ms).slice(0, BIN_DIGITS);

/**
 * One row for each id whose own time lies in the span. TimeGenerated is not used: it is the time of receipt if the row was
 * over two days late. KQL has no `<` for strings, so the time is compared as a number.
 */
export const idsKql = ({ table, logIdColumn }: StoredPlace, span: Span): string =>
  `${table}
| project LogId = ${logIdColumn}
${loggedIn(span)}
| summarize Rows = count() by LogId`;

/**
 * One row: for each column, how many ids of the span have a value in it. A column that the table does not have has none.
 * https://learn.microsoft.com/kusto/query/column-ifexists-function
 */
export const valuesKql = ({ table }: StoredPlace, span: Span, columns: readonly string[]): string =>
  `${table}
${loggedIn(span)}
| summarize ${columns.map(name => `${name} = countif(isnotempty(column_ifexists('${name}', '')))`).join(', ')} by LogId
| summarize ${columns.map(name => `${name} = countif(${name} > 0)`).join(', ')}`;

/**
 * One row for each ten minutes: ids, rows, ids with several rows, and a digest of the ids, the one of `digestOf` in sketch.ts.
 * Functions: https://learn.microsoft.com/kusto/query/hash-sha256-function and
 * https://learn.microsoft.com/kusto/query/binary-all-xor-aggregation-function
 */
export const countsKql = (place: StoredPlace, span: Span): string =>
  `${idsKql(place, span)}
| extend Hash = hash_sha256(LogId)
| extend HighWord = tolong(strcat('0x', substring(Hash, 0, 8))), LowWord = tolong(strcat('0x', substring(Hash, 8, 8)))
| summarize Ids = count(), Rows = sum(Rows), Repeated = countif(Rows > 1), High = binary_all_xor(HighWord), Low = binary_all_xor(LowWord) by Bin = substring(LogId, ${BIN_BEGIN}, ${BIN_DIGITS})`;

/** Messages of the workspace about its ingestion: https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace */
export const LOG_OPERATION_KQL = `_LogOperation
| where Category == 'Ingestion'
| summarize Times = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by Level, Operation, Message = Detail
| take ${MESSAGES}`;

/** Messages of the rule of a stream: https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor#dcr-error-logs */
export const dcrErrorsKql = (stream: string): string => `DCRLogErrors
| where InputStreamId == '${stream}'
| summarize Times = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by Operation = OperationName, Message
| take ${MESSAGES}`;

const loggedIn = ({ fromMs, toMs }: Span): string =>
  `| where strlen(LogId) == 56
| extend LogTime = tolong(substring(LogId, 3, 17))
| where LogTime >= ${timeDigits(fromMs)} and LogTime < ${timeDigits(toMs)}`;

/** yyyyMMddHHmmssSSS */
const timeDigits = (ms: number): string => new Date(ms).toISOString().replaceAll(/\D/g, '');
