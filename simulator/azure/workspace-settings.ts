/** What a workspace can be set to, and settings that Azure would not take: those are refused at the start. */

export interface WorkspaceSettings {
  /** The stream of the data collection rule, which feeds the table of its name. */
  readonly stream: string;
  /** Columns that the stream declares: every other field is silently dropped. All are kept when left out. */
  readonly declaredColumns?: readonly string[];
  /**
   * What the Data Collector API finds behind a Log-Type: `classic`, a table that its own first post makes and widens;
   * `dcr`, one that somebody has made for a rule ("V2"), to which it can add no column.
   */
  readonly tableKind: 'classic' | 'dcr';
  /** Whether the rule's transformation fails on every record, as one does that reads a column of another type. */
  readonly transform: 'works' | 'fails';
  /**
   * What the transformation's `where` lets through; everything when left out. Only the metric Rows Dropped counts the rest:
   * https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor#dcr-metrics
   */
  readonly transformWhere?: (record: Readonly<Record<string, unknown>>) => boolean;
  /** Rows that Azure loses silently, as in an outage of its own. Inferred: no page says that it happens. */
  readonly loses?: (row: Readonly<Record<string, unknown>>) => boolean;
  /** How much later than its arrival a row can be queried: https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time */
  readonly rowDelayMs: number;
  /** Columns of one table; Azure's own limit when left out. */
  readonly columnLimit: number;
  /** Bytes of rows that are stored from one reset to the next; no cap when left out. Azure's smallest is 23 MB. */
  readonly dailyCapBytes?: number;
  /** UTC. Azure gives each workspace one, which nobody can choose. */
  readonly dailyCapResetHour: number;
  /** What the Data Collector API may bring in one minute; no limit when left out. */
  readonly ingestionRateBytesPerMinute?: number;
  /** Keeps the rows: for tests that look at them, not for a million logs. */
  readonly keepRecords: boolean;
  /** Keeps, without `keepRecords`, these columns of the rows: enough for queries of them, also of a million logs. */
  readonly keepColumns?: readonly string[];
}

export const WORKSPACE_DEFAULTS: WorkspaceSettings = {
  stream: 'Custom-Auth0Logs_CL',
  tableKind: 'classic',
  transform: 'works',
  columnLimit: 500,
  dailyCapResetHour: 0,
  rowDelayMs: 0,
  keepRecords: false,
};

/** Whether there is anything to query. */
export const keepsRows = ({ keepRecords, keepColumns }: WorkspaceSettings): boolean =>
  keepRecords || keepColumns !== undefined;

/** https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits */
const MAX_COLUMNS = 500;
const MAX_RATE_BYTES = 6_000_000_000;

/** https://learn.microsoft.com/azure/azure-monitor/logs/custom-logs-migrate */
const COLUMN_NAME = /^[A-Za-z][A-Za-z0-9_]{0,44}$/;
const RESERVED = ['_ResourceId', 'id', '_SubscriptionId', 'TenantId', 'Type', 'UniqueId', 'Title'];

/** Throws Error naming the first setting that Azure would not take. */
export function refuseWorkspaceSettings(settings: WorkspaceSettings): void {
  const { stream, declaredColumns = [], tableKind, columnLimit, dailyCapResetHour } = settings;
  demand('stream', stream, /^Custom-[A-Za-z][A-Za-z0-9_]{0,59}_CL$/.test(stream), 'Custom-<table>_CL');
  demand('tableKind', tableKind, ['classic', 'dcr'].includes(tableKind), 'classic or dcr');
  demand('transform', settings.transform, ['works', 'fails'].includes(settings.transform), 'works or fails');
  wholeNumber('columnLimit', columnLimit, 1, MAX_COLUMNS);
  wholeNumber('dailyCapResetHour', dailyCapResetHour, 0, 23);
  wholeNumber('rowDelayMs', settings.rowDelayMs, 0, Number.MAX_SAFE_INTEGER);
  // A cap or a rate below Azure's smallest is stricter than Azure, and lets a test be small.
  wholeNumber('dailyCapBytes', settings.dailyCapBytes ?? 1, 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('ingestionRateBytesPerMinute', settings.ingestionRateBytesPerMinute ?? 1, 1, MAX_RATE_BYTES);
  for (const name of declaredColumns) {
    if (COLUMN_NAME.test(name) && !RESERVED.includes(name)) continue;
    throw new Error(
      `declaredColumns has ${JSON.stringify(name)}: a column has a letter first, then letters, digits and _, ` +
        `at most 45 in all, and is none of ${RESERVED.join(', ')}; rename it`,
    );
  }
  const different = new Set(declaredColumns).size;
  demand('declaredColumns', 'one column twice', different === declaredColumns.length, 'each column once');
  demand('declaredColumns', `${different} columns`, different <= columnLimit, `at most ${columnLimit}`);
}

export const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Throws Error when a setting is not as Azure has it. */
export function demand(name: string, value: unknown, allowed: boolean, what: string): void {
  if (!allowed) throw new Error(`${name} is ${JSON.stringify(value)}; allowed: ${what}`);
}

export function wholeNumber(name: string, value: number, least: number, most: number): void {
  const allowed = Number.isInteger(value) && value >= least && value <= most;
  demand(name, value, allowed, `a whole number from ${least} to ${most}`);
}
