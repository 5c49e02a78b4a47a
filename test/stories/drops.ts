/** Ways in which Azure drops what it accepted, or seems to. */
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import { DATA_COLLECTOR } from '../../simulator/azure/data-collector.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import type { AzureOptions, AzureSimulator } from '../../simulator/azure/server.ts';
import type { WorkspaceSettings } from '../../simulator/azure/workspace-settings.ts';

/** What must have happened in the end. */
type End =
  /** The runs shipped what was missing. */
  | 'repaired'
  /** The commands that the audit printed shipped it. */
  | 'backfilled'
  /** Every row was there all the time. */
  | 'nothing';

export interface Way {
  readonly name: string;
  readonly kind: typeof DATA_COLLECTOR.kind | typeof LOGS_INGESTION.kind;
  readonly azure?: AzureOptions;
  /** The pipeline has no identity that may query the workspace, so `verify` is off. */
  readonly isKeyAlone?: true;
  /** Minutes since the first log: when it begins, and when its cause is gone. */
  readonly from: number;
  readonly to: number;
  readonly begin?: (azure: AzureSimulator) => void;
  readonly end?: (azure: AzureSimulator) => void;
  /** Laid over the pipeline's settings of Azure when it begins, and when its cause is gone. */
  readonly wrong?: Readonly<Record<string, unknown>>;
  readonly remedy?: Readonly<Record<string, unknown>>;
  /** The audit's window begins here; with what is accepted from the beginning on, if absent. */
  readonly auditedFrom?: number;
  /** That of the last audit, where the logs before are in the former table. */
  readonly lastAuditedFrom?: number;
  /** Rows are stored without the value of this column, which every log of the tenant has: such a row counts as missing. */
  readonly ofColumn?: string;
  readonly ends: End;
  /** More rows may not be there twice; none if absent. A backfill ships a window, and stored logs in it again. */
  readonly duplicates?: number;
}

/** Many logs of one minute, in minutes since the first log. */
export const BURST = { fromMinute: 65, logs: 200 } as const;
const BURST_IDS = /^9002026031009(05|06)/;

const DECLARED = COLUMNS.map(({ name }) => name);
const VALUE_COLUMN = 'SrcIpAddr';

const RULE = { kind: LOGS_INGESTION.kind, from: 60, ends: 'repaired' } as const;
const COLLECTOR = { kind: DATA_COLLECTOR.kind, from: 60, to: 120, ends: 'repaired' } as const;
/** What the advice of the audit says: another table. */
const ELSEWHERE = { from: 30, lastAuditedFrom: 60, remedy: { logType: 'Auth0New' }, duplicates: 10 } as const;

const set =
  (settings: Partial<WorkspaceSettings>) =>
  ({ workspace }: AzureSimulator) =>
    void Object.assign(workspace.settings, settings);

const CAP = {
  azure: { dailyCapBytes: 150_000, dailyCapResetHour: 12 },
  to: 255,
  end: set({ dailyCapBytes: 50_000_000 }),
};

const role = (application: 'all' | readonly string[]) => (azure: AzureSimulator) =>
  void Object.assign(azure.settings.queryRoles, { application });

function fillTable({ workspace, settings }: AzureSimulator): void {
  const left = settings.columnLimit - workspace.received.tables['Auth0_CL']!.length;
  const record = Object.fromEntries(Array.from({ length: left }, (_, n) => [`other${n}`, 'x']));
  workspace.collect({ logType: 'Auth0', records: [record] }, settings.now());
}

export const WAYS: readonly Way[] = [
  { ...RULE, ...CAP, name: 'Daily cap' },
  {
    ...RULE,
    name: 'The transformation fails for an hour',
    to: 120,
    begin: set({ transform: 'fails' }),
    end: set({ transform: 'works' }),
  },
  {
    ...RULE,
    name: 'A `where` of the transformation filters successful logins for three hours',
    to: 240,
    begin: set({ transformWhere: record => record['EventType'] !== 's' }),
    end: set({ transformWhere: () => true }),
  },
  {
    ...RULE,
    name: 'A third of one minute is lost inside Azure',
    to: 105,
    begin: set({
      loses: row => BURST_IDS.test(`${row['LogId']}`) && Number(`${row['LogId']}`.at(-1)) % 3 === 0,
    }),
    end: set({ loses: () => false }),
  },
  {
    ...RULE,
    name: 'All of half an hour is lost inside Azure',
    to: 90,
    begin: set({ loses: () => true }),
    end: set({ loses: () => false }),
  },
  {
    ...RULE,
    name: 'Somebody purges rows, hours later',
    from: 180,
    to: 240,
    auditedFrom: 45,
    begin: ({ workspace }) => workspace.purge('Auth0Logs_CL', row => BURST_IDS.test(`${row['LogId']}`)),
    ends: 'backfilled',
  },
  {
    ...RULE,
    name: 'The values of a column that the rule does not declare for an hour; their rows are stored',
    azure: { declaredColumns: DECLARED },
    to: 120,
    begin: set({ declaredColumns: DECLARED.filter(name => name !== VALUE_COLUMN) }),
    end: set({ declaredColumns: DECLARED }),
    ofColumn: VALUE_COLUMN,
    ends: 'backfilled',
    duplicates: 500,
  },
  { ...COLLECTOR, ...CAP, name: 'Daily cap' },
  { ...COLLECTOR, ...CAP, name: 'Daily cap, with the key alone', isKeyAlone: true, ends: 'backfilled' },
  {
    ...COLLECTOR,
    name: '`logType` is changed to the table of a data collection rule',
    wrong: { logType: 'Auth0Logs' },
    remedy: { logType: 'Auth0' },
  },
  {
    ...COLLECTOR,
    ...ELSEWHERE,
    name: 'The table is migrated to a data collection rule, then a log brings a new column',
    begin: ({ workspace }) => workspace.migrateTables(),
  },
  {
    ...COLLECTOR,
    ...ELSEWHERE,
    name: 'Another collector fills the table up to 500 columns, then a log brings a new one',
    begin: fillTable,
  },
  {
    ...COLLECTOR,
    name: 'More in one minute than the ingestion rate limit',
    azure: { ingestionRateBytesPerMinute: 100_000 },
    end: set({ ingestionRateBytesPerMinute: 6_000_000_000 }),
  },
  {
    ...RULE,
    name: 'No drop: rows of an hour appear 90 minutes late',
    to: 120,
    begin: set({ rowDelayMs: 90 * 60_000 }),
    end: set({ rowDelayMs: 0 }),
    duplicates: 20,
  },
  {
    ...RULE,
    name: 'No drop: a condition of the role hides the table',
    to: 240,
    begin: role(['_LogOperation', 'DCRLogErrors']),
    end: role('all'),
    ends: 'nothing',
  },
];
