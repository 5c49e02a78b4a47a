/** The tables that a workspace can have, as the checker and the local engine take them. */
import { SENTINEL_FUNCTION_TABLE } from '../../../azure/function-auth0-logs.ts';
import { WATCHLISTS } from '../../../azure/sentinel-watchlists.ts';
import { BULK_TABLE, DATA_COLLECTOR_TABLE, dataCollectorColumn, TABLE } from '../../../azure/table.ts';
import { COLUMNS, type ColumnType } from '../../../lambda/core/record/columns.ts';
import type { ColumnOf } from './kql-check.ts';

export type Tables = Readonly<Record<string, readonly ColumnOf[]>>;

const KQL_TYPE = (type: ColumnType) => (type === 'boolean' ? 'bool' : type);

const ingestion: readonly ColumnOf[] = COLUMNS.map(({ name, type }) => ({ name, type: KQL_TYPE(type) }));

const SUFFIX_TYPE: Readonly<Record<string, string>> = {
  _s: 'string',
  _g: 'string',
  _d: 'real',
  _b: 'bool',
  _t: 'datetime',
};

const suffixed = (name: string): ColumnOf => ({ name, type: SUFFIX_TYPE[name.slice(-2)] ?? 'datetime' });

/** A text that looks like a GUID goes to a column with the suffix _g, whatever it means. */
const collector: readonly ColumnOf[] = COLUMNS.flatMap(column => {
  const name = dataCollectorColumn(column);
  return column.type === 'string' ? [suffixed(name), suffixed(`${column.name}_g`)] : [suffixed(name)];
});

/** Microsoft Sentinel’s newer connector has these of our columns. */
const SENTINEL_COLUMNS = [
  'TimeGenerated',
  'event_date',
  'EventType',
  'Description',
  'Connection',
  'ConnectionId',
  'ClientId',
  'ClientName',
  'SrcIpAddr',
  'HttpUserAgent',
  'SrcHostname',
  'ActorUserId',
  'ActorUsername',
  'OrganizationId',
  'OrganizationName',
  'Audience',
  'Scope',
  'Strategy',
  'StrategyType',
  'LocationInfo',
  'Details',
  'SecurityContext',
  'LogId',
  'TenantName',
  'IsMobile',
  'Auth0Domain',
];

/** What Sentinel’s function app makes of an Auth0 log, as far as it matters here. */
const sentinelFunction: readonly ColumnOf[] = [
  'TimeGenerated',
  'date_t',
  'log_id_s',
  'type_s',
  'description_s',
  'client_id_s',
  'client_id_g',
  'client_name_s',
  'connection_s',
  'ip_s',
  'user_agent_s',
  'user_id_s',
  'user_name_s',
  'isMobile_b',
  'scope_s',
  'details_request_method_s',
  'details_request_path_s',
  'details_request_channel_s',
  'details_request_auth_user_email_s',
  'details_response_statusCode_d',
].map(suffixed);

/** What Auth0’s former extension wrote: the code in `type_code`, the words in `type`. */
const formerExtension: readonly ColumnOf[] = [
  'TimeGenerated',
  'date_t',
  '_id_s',
  'type_code_s',
  'type_s',
  'level_d',
  'description_s',
  'client_id_s',
  'client_name_s',
  'connection_s',
  'ip_s',
  'user_id_s',
  'user_name_s',
  'os_s',
  'os_version_s',
  'device_s',
].map(suffixed);

/** The table of the rule’s own errors: https://learn.microsoft.com/azure/azure-monitor/reference/tables/dcrlogerrors */
const dcrLogErrors: readonly ColumnOf[] = [
  { name: 'TimeGenerated', type: 'datetime' },
  { name: 'OperationName', type: 'string' },
  { name: 'InputStreamId', type: 'string' },
  { name: 'Message', type: 'string' },
  { name: 'ClientRequestId', type: 'string' },
];

/** The system function, as a table: https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace */
const logOperation: readonly ColumnOf[] = [
  { name: 'TimeGenerated', type: 'datetime' },
  { name: 'Category', type: 'string' },
  { name: 'Operation', type: 'string' },
  { name: 'Level', type: 'string' },
  { name: 'Detail', type: 'string' },
];

/** Workspaces as they occur, each with other tables. */
export const WORKSPACES = {
  /** This pipeline, by either API: after a move there are both tables. */
  own: {
    [TABLE]: ingestion,
    [DATA_COLLECTOR_TABLE]: collector,
    DCRLogErrors: dcrLogErrors,
    _LogOperation: logOperation,
  },
  /** The noisy types in a second table, which has the plan Analytics. */
  bulk: { [TABLE]: ingestion, [BULK_TABLE]: ingestion },
  /** Microsoft Sentinel’s connectors, the newer and the older one. */
  sentinel: {
    [TABLE]: ingestion.filter(({ name }) => SENTINEL_COLUMNS.includes(name)),
    [SENTINEL_FUNCTION_TABLE]: sentinelFunction,
  },
  /** Auth0’s former extension. */
  former: { [DATA_COLLECTOR_TABLE]: formerExtension },
  /** A workspace into which nothing has been sent yet. */
  empty: {},
} satisfies Record<string, Tables>;

export type WorkspaceName = keyof typeof WORKSPACES;

/** Every table at once, for the checker. */
export const ALL_TABLES: Tables = {
  ...WORKSPACES.sentinel,
  ...WORKSPACES.own,
  [BULK_TABLE]: ingestion,
  [DATA_COLLECTOR_TABLE]: [...collector, ...formerExtension.filter(one => one.name !== 'TimeGenerated')],
};

/**
 * What `_GetWatchlist()` returns of each watchlist, by alias: of a list without items, and of one that is not there, only the
 * columns that every watchlist has. https://learn.microsoft.com/azure/sentinel/watchlists-queries
 */
export const WATCHLIST_TABLES: Tables = Object.fromEntries(
  WATCHLISTS.map(({ alias }) => [alias, [{ name: 'SearchKey', type: 'string' }]]),
);
