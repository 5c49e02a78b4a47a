/** Where the ASIM parsers read: the tables that Auth0Logs() unites, each filtered before anything is parsed. */
import { COLUMNS, type Column } from '../../lambda/core/record/columns.ts';
import { BULK_MARK, collected, ingested, SENTINEL_FUNCTION_TABLE } from '../function-auth0-logs.ts';
import { BULK_TABLE, DATA_COLLECTOR_TABLE, TABLE } from '../table.ts';

/** The columns that a parser reads. The code is renamed at once: ASIM has an EventType of its own. */
const READ = [
  'TimeGenerated',
  'event_date',
  'LogId',
  'EventType',
  'Description',
  'Connection',
  'ClientId',
  'ClientName',
  'SrcIpAddr',
  'ClientIp',
  'HttpUserAgent',
  'Os',
  'Browser',
  'IsMobile',
  'SrcHostname',
  'ActorUserId',
  'ActorUsername',
  'OrganizationId',
  'OrganizationName',
  'Audience',
  'Scope',
  'Strategy',
  'StrategyType',
  'CountryCode',
  'CityName',
  'LocationInfo',
  'Details',
  'TenantName',
  'EnvironmentName',
  'Auth0Domain',
];

/** ASIM's names that mean something else than the table's. */
const RENAMED: Readonly<Record<string, string>> = {
  EventType: 'EventOriginalType',
  SrcHostname: 'TenantHost',
  ActorUserId: 'LogUserId',
  ActorUsername: 'LogUsername',
};

const columns: readonly Column[] = READ.map(name => COLUMNS.find(one => one.name === name)!);
const nameOf = ({ name }: Column) => RENAMED[name] ?? name;

/**
 * KQL of the parsers' source: rows of these types in the time range, each once. `Types` is a dynamic list that stands
 * before; `timed` adds the filter by `starttime` and `endtime`, which ASIM applies to TimeGenerated.
 */
export function source(timed: boolean): string {
  const tables = [leg(TABLE, ingested, timed), leg(DATA_COLLECTOR_TABLE, collected, timed)];
  const [first, ...rest] = [...tables, leg(SENTINEL_FUNCTION_TABLE, collected, timed)];
  return `union isfuzzy=true
    (${noRows()}),
    (${first}),
    ${BULK_MARK}
${rest.map(one => `    (${one})`).join(',\n')}`;
}

/** What the template puts in the place of BULK_MARK, if the plan of the second table allows it. */
export const asimBulkSource = (timed: boolean): string => `(${leg(BULK_TABLE, ingested, timed)}),`;

function leg(table: string, value: (column: Column) => string, timed: boolean): string {
  const read = columns.map(column =>
    value(column) === nameOf(column) ? nameOf(column) : `${nameOf(column)} = ${value(column)}`,
  );
  const added = ['EventUid = _ItemId', `Type = '${table}'`, 'IngestionTime = ingestion_time()'];
  const time =
    ' and (isnull(starttime) or TimeGenerated >= starttime) and (isnull(endtime) or TimeGenerated <= endtime)';
  return `${table}
    | where not(disabled)${timed ? time : ''}
    | project
        ${[...read, ...added].join(',\n        ')}
    | where EventOriginalType in (Types)`;
}

/** It gives the parser its columns in a workspace without any of the tables. */
function noRows(): string {
  const typed = columns.map(one => `${nameOf(one)}:${one.type === 'boolean' ? 'bool' : one.type}`);
  return `datatable(${typed.join(', ')}, EventUid:string, Type:string, IngestionTime:datetime) []`;
}

/** Delivery is at least once: the first row of each log counts. Rows without a LogId are kept. */
export const ONCE = `| extend RowKey = coalesce(LogId, EventUid)
| summarize arg_min(IngestionTime, *) by RowKey`;
