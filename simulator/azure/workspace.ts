/**
 * The Log Analytics workspace behind both ingestion APIs: what they accepted becomes rows, or is dropped after the
 * answer 200 or 204. An arrival has its own time, which is handed in.
 */
import { type Operations, startOperations } from './operations.ts';
import { quota } from './quota.ts';
import { type Ledger, type StoredRecord, startLedger } from './received.ts';
import { storeTime, truncateFields } from './record.ts';
import { columnNames, rowOf, type Table, widen } from './table.ts';
import {
  keepsRows,
  refuseWorkspaceSettings,
  WORKSPACE_DEFAULTS,
  type WorkspaceSettings,
} from './workspace-settings.ts';

/** In every row: what Kusto stores without a column, and returns from `ingestion_time()`. */
export const INGESTED_AT = 'IngestedAt';

export type Drop =
  | 'overCap'
  | 'overRate'
  | 'tooManyColumns'
  | 'tableIsV2'
  | 'transformFailed'
  | 'filtered'
  | 'lost';

/** A post that the Data Collector API accepted. */
export interface CollectedPost {
  readonly logType: string;
  readonly records: StoredRecord[];
  /** The time-generated-field. */
  readonly timeField?: string | undefined;
  readonly resourceId?: string | undefined;
}

export interface Workspace {
  readonly settings: WorkspaceSettings;
  /** What was accepted, before any drop. */
  readonly received: Ledger;
  /** What Azure reports of it in `_LogOperation` and `DCRLogErrors`. */
  readonly operations: Operations;
  /** Rows that can be queried, and rows that were accepted and are gone, by the reason. */
  readonly stored: number;
  readonly dropped: Readonly<Partial<Record<Drop, number>>>;
  collect(post: CollectedPost, atMs: number): void;
  ingest(records: StoredRecord[], atMs: number): void;
  /** Whether the Data Collector API's table has a column for this property. */
  hasProperty(logType: string, property: string): boolean;
  /** Turns the Data Collector API's tables, as they are, into DCR-based ones: they get no further column. */
  migrateTables(): void;
  /** Deletes rows of a table: https://learn.microsoft.com/rest/api/loganalytics/workspace-purge/purge */
  purge(table: string, isGone: (row: Readonly<StoredRecord>) => boolean): void;
  /**
   * Other data of the workspace uses up the daily cap, which begins anew at a full hour soon after. Returns when.
   * Throws Error without a cap.
   */
  useUpCap(atMs: number): number;
  /** Every table's rows when they are kept, each with INGESTED_AT; `_LogOperation` and `DCRLogErrors` among them. */
  tables(): Readonly<Record<string, readonly Readonly<StoredRecord>[]>>;
}

/** By the service's own message; its page says 32 KB: https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#data-limits */
const COLLECTOR_FIELD_BYTES = 32_766;
const RULE_FIELD_BYTES = 65_536;
/** azure/transform.ts takes the time of a record without TimeGenerated from here. */
const EVENT_TIME = 'event_date';

/** Throws Error for settings that Azure would not take. */
export function openWorkspace(options: Partial<WorkspaceSettings> = {}): Workspace {
  const settings = { ...WORKSPACE_DEFAULTS, ...options };
  refuseWorkspaceSettings(settings);
  const received = startLedger(settings.keepRecords);
  const operations = startOperations();
  const limits = quota(settings, operations);
  const collected = new Map<string, Table>();
  const rows = new Map<string, StoredRecord[]>();
  const dropped: Partial<Record<Drop, number>> = {};
  const ruleTable = settings.stream.slice('Custom-'.length);
  const migrated = new Set<string>();
  let stored = 0;

  const keptColumns = ['TimeGenerated', ...(settings.keepColumns ?? [])];
  const keptOf = (row: StoredRecord): StoredRecord =>
    settings.keepRecords ? row : Object.fromEntries(keptColumns.map(name => [name, row[name]]));
  const drop = (why: Drop, howMany: number): void => {
    dropped[why] = (dropped[why] ?? 0) + howMany;
  };

  const store = (
    table: string,
    some: readonly StoredRecord[],
    by: 'collector' | 'rule',
    atMs: number,
  ): void => {
    const arrived = new Date(atMs + settings.rowDelayMs).toISOString();
    for (const row of some) {
      if (settings.loses?.(row)) {
        drop('lost', 1);
        continue;
      }
      const bytes = limits.counts ? Buffer.byteLength(JSON.stringify(row)) : 0;
      const verdict = limits.admits(bytes, by, atMs);
      if (verdict !== 'stored') {
        drop(verdict, 1);
        continue;
      }
      stored++;
      if (!keepsRows(settings)) continue;
      const kept = rows.get(table) ?? [];
      kept.push({ ...keptOf(row), [INGESTED_AT]: arrived });
      rows.set(table, kept);
    }
  };

  const truncate = (
    table: string,
    records: readonly StoredRecord[],
    limitBytes: number,
    atMs: number,
  ): void => {
    const trimmed = new Set(records.flatMap(record => truncateFields(record, limitBytes, received)));
    if (trimmed.size > 0) operations.fieldsTrimmed(atMs, table, [...trimmed], limitBytes);
  };

  const collect = ({ logType, records, timeField, resourceId }: CollectedPost, atMs: number): void => {
    const name = `${logType}_CL`;
    const before = collected.get(name) ?? new Map();
    const after = widen(before, records);
    const columns = columnNames(after);
    for (const record of records) {
      const time = timeField === undefined ? undefined : record[timeField];
      omitNulls(record);
      storeTime(record, [time], atMs, received);
      if (resourceId !== undefined) record['_ResourceId'] = resourceId;
    }
    truncate(name, records, COLLECTOR_FIELD_BYTES, atMs);
    received.accept(records);
    if (records.length === 0) return;
    // The rule's own table is made for it, whatever the others are. Stricter than Azure may be: the whole post is
    // dropped, where only some of its records bring a new column.
    const isFixed = settings.tableKind === 'dcr' || migrated.has(name) || name === ruleTable;
    if (isFixed && columns.length > columnNames(before).length) {
      operations.tableIsV2(atMs, name);
      drop('tableIsV2', records.length);
      return;
    }
    // The service limits speak of a column AdditionalFields instead: here is the stricter of what is documented.
    if (columns.length > settings.columnLimit) {
      operations.tooManyColumns(atMs, name, columns.length, settings.columnLimit);
      drop('tooManyColumns', records.length);
      return;
    }
    collected.set(name, after);
    received.tables[name] = columns;
    const toStore = keepsRows(settings) || limits.counts ? records.map(one => rowOf(after, one)) : records;
    store(name, toStore, 'collector', atMs);
  };

  const ingest = (records: StoredRecord[], atMs: number): void => {
    const declared = settings.declaredColumns && new Set(settings.declaredColumns);
    for (const record of records) {
      if (declared) dropUndeclared(record, declared, received);
      storeTime(record, [record['TimeGenerated'], record[EVENT_TIME]], atMs, received);
    }
    truncate(ruleTable, records, RULE_FIELD_BYTES, atMs);
    received.accept(records);
    // The metric Rows Dropped counts them too: https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor#dcr-metrics
    if (settings.transform === 'fails') {
      operations.transformFailed(atMs, settings.stream);
      drop('transformFailed', records.length);
      return;
    }
    const { transformWhere = () => true } = settings;
    const passed = records.filter(transformWhere);
    if (passed.length < records.length) drop('filtered', records.length - passed.length);
    store(ruleTable, passed, 'rule', atMs);
  };

  return {
    settings,
    received,
    operations,
    dropped,
    get stored() {
      return stored;
    },
    collect,
    ingest,
    useUpCap: limits.useUpCap,
    hasProperty: (logType, property) => collected.get(`${logType}_CL`)?.has(property) ?? false,
    migrateTables: () => {
      for (const name of collected.keys()) migrated.add(name);
    },
    purge: (table, isGone) => {
      const kept = rows.get(table) ?? [];
      const left = kept.filter(row => !isGone(row));
      stored -= kept.length - left.length;
      rows.set(table, left);
    },
    tables: () => ({
      ...Object.fromEntries(rows),
      _LogOperation: operations.logOperations.map(withIngestionTime),
      DCRLogErrors: operations.dcrLogErrors.map(withIngestionTime),
    }),
  };
}

const withIngestionTime = <T extends { readonly TimeGenerated: string }>(row: T): StoredRecord => ({
  ...row,
  [INGESTED_AT]: row.TimeGenerated,
});

function omitNulls(record: StoredRecord): void {
  for (const name of Object.keys(record)) {
    if (record[name] === null) delete record[name];
  }
}

/**
 * Neither table has a line for this: only the rule's metric Log Columns Dropped, here `received.droppedColumns`.
 * https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor#dcr-metrics
 */
function dropUndeclared(record: StoredRecord, declared: ReadonlySet<string>, received: Ledger): void {
  for (const name of Object.keys(record)) {
    if (declared.has(name)) continue;
    received.drop(name);
    delete record[name];
  }
}
