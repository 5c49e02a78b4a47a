/** The saved function Auth0Logs(): every Auth0 log in the workspace, from any collector, once. */
import { COLUMNS, type Column, type ColumnType, EVENT_TIME_COLUMN } from '../lambda/core/record/columns.ts';
import { BULK_TABLE, DATA_COLLECTOR_TABLE, TABLE } from './table.ts';

/** The table of Microsoft Sentinel's older Auth0 connector, a function app that posts to the Data Collector API. */
export const SENTINEL_FUNCTION_TABLE = 'Auth0AM_CL';

/** What the function adds to the table's columns. */
export const ADDED_COLUMNS: readonly (readonly [name: string, type: string, description: string])[] = [
  ['EventTime', 'datetime', 'Time of the event: `event_date`, or else `TimeGenerated`'],
  ['IngestionTime', 'datetime', 'Time when Log Analytics ingested the row'],
  ['SourceTable', 'string', 'The table of the row'],
  ['Country', 'string', 'Name of the country from Auth0, or else from the IP address'],
  ['Latitude', 'real', 'From Auth0, or else from the IP address'],
  ['Longitude', 'real', 'From Auth0, or else from the IP address'],
];

/**
 * Names of a column's field in records of other collectors, where they differ from Auth0's. Auth0's former extension
 * called the code `type_code` and used `type` for its name.
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

/** Fields from which several columns are derived: OTHER_NAMES says which column is the field itself. */
const SHARED_FIELDS: readonly string[] = ['type', 'user_agent'];

const NOTHING: Readonly<Record<ColumnType, string>> = {
  string: "''",
  int: 'int(null)',
  boolean: 'bool(null)',
  datetime: 'datetime(null)',
  dynamic: 'dynamic(null)',
};

const ifExists = (name: string, otherwise: string) => `column_ifexists('${name}', ${otherwise})`;

/** In the function's text: the place of `bulkSource`. */
export const BULK_MARK = `// ${BULK_TABLE}, if it has the plan Analytics.`;

/** What the template puts in the place of BULK_MARK, if the plan of the second table allows it. */
export const bulkSource = (): string => `(${fromIngestion(BULK_TABLE)}),`;

/** The function's text. */
export function auth0Logs(): string {
  const collectors = [DATA_COLLECTOR_TABLE, SENTINEL_FUNCTION_TABLE].map(fromCollector);
  const listed = (sources: readonly string[]) => sources.map(source => `    (${source})`).join(',\n');
  return `union isfuzzy=true
${listed([noRows(), fromIngestion(TABLE)])},
    ${BULK_MARK}
${listed(collectors)}
| extend EventTime = coalesce(${EVENT_TIME_COLUMN}, TimeGenerated)
// Microsoft Sentinel's connector keeps the scheme.
| extend Auth0Domain = tolower(replace_regex(Auth0Domain, @'^https?://|/+$', ''))
// Delivery is at least once, so only the first row of each LogId counts. Rows without a LogId are kept.
| extend Content = strcat(tostring(TimeGenerated), EventType, SrcIpAddr, ActorUserId, Description, tostring(Details))
| extend RowKey = coalesce(LogId, Content)
| summarize arg_min(IngestionTime, *) by RowKey
| project-away RowKey, Content
// Other collectors send only the code. A type that was unknown when its log was shipped may be known by now.
| lookup kind=leftouter (Auth0LogTypes()) on EventType
| extend KnownNow = Category == 'unknown' and isnotempty(TypeName)
| extend
    EventName = iff(KnownNow, TypeName, coalesce(EventName, TypeName, EventType, 'Unknown')),
    Level = iff(KnownNow, TypeLevel, coalesce(Level, TypeLevel, int(1))),
    LevelName = iff(KnownNow, TypeLevelName, coalesce(LevelName, TypeLevelName, 'info')),
    Category = iff(KnownNow, TypeCategory, coalesce(Category, TypeCategory, 'unknown'))
| project-away TypeName, TypeLevel, TypeLevelName, TypeCategory, KnownNow
// If Auth0 gives no location, it is derived from the IP address.
| extend AddressPlace = geo_info_from_ip_address(SrcIpAddr)
| extend
    Country = coalesce(tostring(LocationInfo.country_name), tostring(AddressPlace.country), CountryCode),
    CityName = coalesce(CityName, tostring(AddressPlace.city)),
    Latitude = coalesce(toreal(LocationInfo.latitude), toreal(AddressPlace.latitude)),
    Longitude = coalesce(toreal(LocationInfo.longitude), toreal(AddressPlace.longitude))
| project-away AddressPlace
`;
}

/** A source that always exists: it gives the function its columns in a workspace without any of the tables. */
function noRows(): string {
  const columns = COLUMNS.map(({ name, type }) => `${name}:${type === 'boolean' ? 'bool' : type}`);
  return `datatable(${columns.join(', ')}, IngestionTime:datetime, SourceTable:string) []`;
}

/** A table of our rule; Sentinel's newer connector also fills the first one, with some of the same columns. */
function fromIngestion(table: string): string {
  return source(table, ingested);
}

/** A table that the Data Collector API created: names with suffixes, and dynamic columns as text. */
function fromCollector(table: string): string {
  return source(table, collected);
}

function source(table: string, value: (column: Column) => string): string {
  const columns = COLUMNS.map(column =>
    value(column) === column.name ? column.name : `${column.name} = ${value(column)}`,
  );
  const more = ['IngestionTime = ingestion_time()', `SourceTable = '${table}'`];
  return `${table} | project\n        ${[...columns, ...more].join(',\n        ')}`;
}

/** A column's value in a table of our rule, whether or not the table has the column. */
export function ingested({ name, type }: Column): string {
  return name === 'TimeGenerated' ? name : ifExists(name, NOTHING[type]);
}

/** A column's value in a table that the Data Collector API created. */
export function collected(column: Column): string {
  if (column.name === 'TimeGenerated') return column.name;
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

/** Other collectors sent objects, which the Data Collector API split into columns: the important ones are joined again. */
function detailsOf(text: string): string {
  const part = (path: string) => ifExists(`details_${path}_s`, "''");
  const request = ['method', 'path', 'channel', 'ip'].map(key => `'${key}', ${part(`request_${key}`)}`);
  const user = `'auth', bag_pack('user', bag_pack('email', ${part('request_auth_user_email')}))`;
  const response = `bag_pack('statusCode', ${ifExists('details_response_statusCode_d', 'real(null)')})`;
  const bag = `bag_pack('request', bag_pack(${[...request, user].join(', ')}), 'response', ${response})`;
  return `case(isnotempty(${text}), todynamic(${text}), isnotempty(${part('request_path')}), ${bag}, dynamic(null))`;
}
