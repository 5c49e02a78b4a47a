/**
 * The table: every column a record can have, once. Shaping fills it, and the Azure side is generated from it.
 * Names are Microsoft Sentinel's `Auth0Logs_CL` where it has them, so that its queries keep working.
 */

export type ColumnType = 'string' | 'int' | 'boolean' | 'datetime' | 'dynamic';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Where it comes from in an Auth0 log. */
  readonly from: string;
  readonly description: string;
}

const column = (name: string, type: ColumnType, from: string, description: string): Column => ({
  name,
  type,
  from,
  description,
});

/**
 * The event's own time. Log Analytics replaces a TimeGenerated more than two days old by the time of receipt,
 * so the event's time has this column too: https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns
 */
export const EVENT_TIME_COLUMN = 'event_date';

export const COLUMNS: readonly Column[] = [
  column(
    'TimeGenerated',
    'datetime',
    'date',
    'Time of the event; the time of receipt when over two days old',
  ),
  column(EVENT_TIME_COLUMN, 'datetime', 'date', 'Time of the event, from Auth0'),
  column('LogId', 'string', 'log_id', 'Auth0’s unique id of the log; remove duplicates by it'),
  column('EventType', 'string', 'type', 'Auth0’s type code, such as `fp`'),
  column('EventName', 'string', 'type', 'The type in words, such as `Failed Login (Incorrect Password)`'),
  column('Level', 'int', 'type', '0 debug, 1 info, 2 warning, 3 error, 4 critical'),
  column('LevelName', 'string', 'type', 'The level in words'),
  column('Category', 'string', 'type', 'The group of types, such as `auth-login-fail`'),
  column('Description', 'string', 'description', 'Auth0’s description'),
  column('Connection', 'string', 'connection', 'Name of the connection'),
  column('ConnectionId', 'string', 'connection_id', 'Id of the connection'),
  column('ClientId', 'string', 'client_id', 'Id of the application'),
  column('ClientName', 'string', 'client_name', 'Name of the application'),
  column('SrcIpAddr', 'string', 'ip', 'IP address of the request'),
  column('ClientIp', 'string', 'client_ip', 'IP address of the end user that an application passed on'),
  column('HttpUserAgent', 'string', 'user_agent', 'User agent, unchanged'),
  column('Os', 'string', 'user_agent', 'Operating system'),
  column('OsVersion', 'string', 'user_agent', 'Version of the operating system'),
  column('Device', 'string', 'user_agent', 'Device'),
  column('Browser', 'string', 'user_agent', 'Browser'),
  column('BrowserVersion', 'string', 'user_agent', 'Version of the browser'),
  column(
    'IsMobile',
    'boolean',
    'isMobile, is_mobile, user_agent',
    'Whether the device is mobile, from Auth0 or else from the user agent',
  ),
  column('SrcHostname', 'string', 'hostname', 'Host name of the tenant that was called'),
  column('ActorUserId', 'string', 'user_id', 'Id of the user'),
  column('ActorUsername', 'string', 'user_name', 'Name of the user'),
  column('IdentityUserId', 'string', 'identity_user_id', 'Id of the user at the identity provider'),
  column('OrganizationId', 'string', 'organization_id', 'Id of the organization'),
  column('OrganizationName', 'string', 'organization_name', 'Name of the organization'),
  column('Audience', 'string', 'audience', 'Audience of the token'),
  column('Scope', 'string', 'scope', 'Scopes, separated by spaces'),
  column('Strategy', 'string', 'strategy', 'Strategy of the connection'),
  column('StrategyType', 'string', 'strategy_type', 'Kind of the strategy'),
  column('CountryCode', 'string', 'location_info.country_code', 'Country code of two letters'),
  column('CityName', 'string', 'location_info.city_name', 'City'),
  column('LocationInfo', 'dynamic', 'location_info', 'All of the location'),
  column('Details', 'dynamic', 'details', 'All details'),
  column('SecurityContext', 'dynamic', 'security_context', 'All of the security context'),
  column('Auth0Client', 'dynamic', 'auth0_client', 'The SDK that called'),
  column('TenantName', 'string', 'tenant_name', 'Name of the tenant'),
  column(
    'EnvironmentName',
    'string',
    'environment_name',
    'Name of the Auth0 environment, such as `prod-eu-1`',
  ),
  column('Auth0Domain', 'string', '(configuration)', 'Domain of the tenant'),
  column('Extra', 'dynamic', '(every other field)', 'All fields that have no column or do not fit it'),
  column('CutColumns', 'string', '(shaping)', 'Columns that were cut to the byte limit, separated by spaces'),
  column('RawLog', 'string', '(the whole log)', 'The log as JSON, only if it could not be shaped'),
  column('ShapeError', 'string', '(shaping)', 'Why the log could not be shaped; otherwise empty'),
];

/** The columns that follow from EventType alone, so that a query can look them up. */
export const TYPE_COLUMNS: readonly string[] = COLUMNS.filter(
  ({ name, from }) => from === 'type' && name !== 'EventType',
).map(({ name }) => name);
