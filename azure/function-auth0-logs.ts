/** The saved function Auth0Logs(): every Auth0 log that the workspace holds, whoever brought it, once. */
import { COLUMNS, type Column, type ColumnType, EVENT_TIME_COLUMN } from '../lambda/core/record/columns.ts';
import { DATA_COLLECTOR_TABLE, TABLE } from './table.ts';

/** The table of Microsoft Sentinel's older Auth0 connector, a function app that posts to the Data Collector API. */
export const SENTINEL_FUNCTION_TABLE = 'Auth0AM_CL';

/** What the function adds to the table's columns. */
export const ADDED_COLUMNS: readonly (readonly [name: string, type: string, description: string])[] = [
  ['EventTime', 'datetime', 'When it happened: `event_date`, else `TimeGenerated`'],
  ['IngestionTime', 'datetime', 'When Log Analytics took the row in'],
  ['SourceTable', 'string', 'The table that the row stands in'],
  ['Country', 'string', 'Country in words, by Auth0, else by the address'],
  ['Latitude', 'real', 'By Auth0, else by the address'],
  ['Longitude', 'real', 'By Auth0, else by the address'],
];

/**
 * Names that a column's field has in records of other collectors, where Auth0's own name does not tell. Auth0's
 * former extension called the code `type_code` and used `type` for the words.
 */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  EventType: ['type_code', 'type'],
  Level: ['level'],
  LogId: ['_id'],
  HttpUserAgent: ['user_agent'],
  Os: ['os'],
  OsVersion: ['os_version'],
  Device: ['device'],
};

/** Fields that several columns are made of: OTHER_NAMES says which of them is the field itself. */
const SHARED_FIELDS: readonly string[] = ['type', 'user_agent'];

const NOTHING: Readonly<Record<ColumnType, string>> = {
  string: "''",
  int: 'int(null)',
  boolean: 'bool(null)',
  datetime: 'datetime(null)',
  dynamic: 'dynamic(null)',
};

const ifExists = (name: string, otherwise: string) => `column_ifexists('${name}', ${otherwise})`;

/** The function's text. */
export function auth0Logs(): string {
  const sources = [fromIngestion(), ...[DATA_COLLECTOR_TABLE, SENTINEL_FUNCTION_TABLE].map(fromCollector)];
  return `union isfuzzy=true
${[noRows(), ...sources].map(source => `    (${source})`).join(',\n')}
| extend EventTime = coalesce(${EVENT_TIME_COLUMN}, TimeGenerated)
// Microsoft Sentinel's connector keeps the scheme.
| extend Auth0Domain = tolower(replace_regex(Auth0Domain, @'^https?://|/+$', ''))
// At least once means now and then twice: the same LogId counts once, as it came first. Rows without one are kept.
| extend Content = strcat(tostring(TimeGenerated), EventType, SrcIpAddr, ActorUserId, Description, tostring(Details))
| extend RowKey = coalesce(LogId, Content)
| summarize arg_min(IngestionTime, *) by RowKey
| project-away RowKey, Content
// Other collectors bring the code alone.
| lookup kind=leftouter (Auth0LogTypes()) on EventType
| extend
    EventName = coalesce(EventName, TypeName, EventType),
    Level = coalesce(Level, TypeLevel, int(1)),
    LevelName = coalesce(LevelName, TypeLevelName, 'info'),
    Category = coalesce(Category, TypeCategory, 'unknown')
| project-away TypeName, TypeLevel, TypeLevelName, TypeCategory
// Where Auth0 gives no place, the address tells it.
| extend AddressPlace = geo_info_from_ip_address(SrcIpAddr)
| extend
    Country = coalesce(tostring(LocationInfo.country_name), tostring(AddressPlace.country), CountryCode),
    CityName = coalesce(CityName, tostring(AddressPlace.city)),
    Latitude = coalesce(toreal(LocationInfo.latitude), toreal(AddressPlace.latitude)),
    Longitude = coalesce(toreal(LocationInfo.longitude), toreal(AddressPlace.longitude))
| project-away AddressPlace
`;
}

/** A source that always exists, so that the function has its columns in a workspace without any of the tables. */
function noRows(): string {
  const columns = COLUMNS.map(({ name, type }) => `${name}:${type === 'boolean' ? 'bool' : type}`);
  return `datatable(${columns.join(', ')}, IngestionTime:datetime, SourceTable:string) []`;
}

/** Ours and the one of Sentinel's newer connector, which has some of our columns under the same names. */
function fromIngestion(): string {
  return source(TABLE, ({ name, type }) => (name === 'TimeGenerated' ? name : ifExists(name, NOTHING[type])));
}

/** A table that the Data Collector API made: names with suffixes, and free-form columns as text. */
function fromCollector(table: string): string {
  return source(table, column => (column.name === 'TimeGenerated' ? column.name : collected(column)));
}

function source(table: string, value: (column: Column) => string): string {
  const columns = COLUMNS.map(column =>
    value(column) === column.name ? column.name : `${column.name} = ${value(column)}`,
  );
  const more = ['IngestionTime = ingestion_time()', `SourceTable = '${table}'`];
  return `${table} | project\n        ${[...columns, ...more].join(',\n        ')}`;
}

function collected(column: Column): string {
  const names = [column.name, ...fieldsOf(column), ...(OTHER_NAMES[column.name] ?? [])];
  const first = (suffixes: readonly string[], otherwise: string) => {
    const found = names.flatMap(name => suffixes.map(suffix => ifExists(name + suffix, otherwise)));
    return found.length === 1 ? String(found[0]) : `coalesce(${found.join(', ')})`;
  };
  if (column.name === 'EventName') return `coalesce(${first(['_s'], "''")}, ${FORMER_NAME})`;
  if (column.name === 'Details') return detailsOf(first(['_s'], "''"));
  if (column.type === 'dynamic') return `todynamic(${first(['_s'], "''")})`;
  if (column.type === 'int') return `toint(${first(['_d'], 'real(null)')})`;
  if (column.type === 'boolean') return first(['_b'], NOTHING.boolean);
  if (column.type === 'datetime') return first(['_t'], NOTHING.datetime);
  // A text that looks like a GUID gets a column of its own, with the suffix _g.
  return first(['_s', '_g'], NOTHING.string);
}

/** Auth0's names of the column's field, as the Data Collector API writes them: `location_info_city_name`. */
function fieldsOf({ from }: Column): string[] {
  const fields = from.split(', ').filter(field => /^[\w.]+$/.test(field) && !SHARED_FIELDS.includes(field));
  return fields.map(field => field.replaceAll('.', '_'));
}

const FORMER_NAME = `iff(isnotempty(${ifExists('type_code_s', "''")}), ${ifExists('type_s', "''")}, '')`;

/** Other collectors sent objects, which the Data Collector API makes columns of: the important ones come together again. */
function detailsOf(text: string): string {
  const part = (path: string) => ifExists(`details_${path}_s`, "''");
  const request = ['method', 'path', 'channel', 'ip'].map(key => `'${key}', ${part(`request_${key}`)}`);
  const user = `'auth', bag_pack('user', bag_pack('email', ${part('request_auth_user_email')}))`;
  const response = `bag_pack('statusCode', ${ifExists('details_response_statusCode_d', 'real(null)')})`;
  const bag = `bag_pack('request', bag_pack(${[...request, user].join(', ')}), 'response', ${response})`;
  return `case(isnotempty(${text}), todynamic(${text}), isnotempty(${part('request_path')}), ${bag}, dynamic(null))`;
}
