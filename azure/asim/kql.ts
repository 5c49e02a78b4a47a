/** KQL that the three parsers share: the table of codes, filters, and the fields common to ASIM's schemas. */
import { codesOf, type Placed, type Schema } from './codes.ts';

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A column of the table of codes, and its value for a code. */
export type CodeColumn = readonly [name: string, value: (placed: Placed) => string | undefined];

/**
 * `Placed`, the codes of a schema and what follows from them, and `Types`, the codes themselves. `filters` are conditions
 * that the codes alone decide: then no row of another code is read.
 */
export function placedTable(
  schema: Schema,
  extra: readonly CodeColumn[],
  filters: readonly string[] = [],
): string {
  const columns: readonly CodeColumn[] = [
    ['EventOriginalType', one => one.code],
    ['EventType', one => one.type],
    ['EventResult', one => one.result],
    ['EventSeverity', one => one.severity],
    ...extra,
  ];
  const rows = codesOf(schema).map(placed =>
    columns.map(([, value]) => quote(value(placed) ?? '')).join(', '),
  );
  return `let Placed = datatable(${columns.map(([name]) => `${name}:string`).join(', ')}) [
    ${rows.join(',\n    ')}
]${filters.map(one => `\n| where ${one}`).join('')};
let Types = toscalar(Placed | summarize make_set(EventOriginalType));`;
}

/** Conditions on parameters: one that is not given filters nothing. */
export const anyOf = (parameter: string, column: string): string =>
  `array_length(${parameter}) == 0 or ${column} has_any (${parameter})`;
export const isIn = (parameter: string, column: string): string =>
  `array_length(${parameter}) == 0 or ${column} in~ (${parameter})`;
export const RESULT = "eventresult == '*' or EventResult =~ eventresult";
/** ASIM documents prefixes of IPv4 that end with a dot; ranges and whole addresses of IPv6 work as well. */
export const ADDRESS =
  'array_length(srcipaddr_has_any_prefix) == 0 or has_any_ipv4_prefix(SrcIpAddr, srcipaddr_has_any_prefix) or ipv6_is_in_any_range(SrcIpAddr, srcipaddr_has_any_prefix)';

export const where = (conditions: readonly string[]): string =>
  conditions.map(one => `| where ${one}\n`).join('');

/** What ASIM calls the kind of a user name: an e-mail address is a UPN. */
const usernameType = (column: string): string => `case(
        isempty(${column}), '',
        ${column} contains '@', 'UPN',
        ${column} contains '\\\\', 'Windows',
        ${column} startswith 'CN=', 'DN',
        'Simple')`;

export const typeIf = (column: string, type: string): string => `iff(isempty(${column}), '', '${type}')`;

/** The reporting device is the tenant: its host name, or else its domain, or else its name. */
export const TENANT = `| extend TenantHost = tolower(coalesce(TenantHost, replace_regex(Auth0Domain, @'^https?://|/+$', ''), TenantName, 'auth0'))
| extend DvcHostname = tostring(split(TenantHost, '.')[0]), Dot = indexof(TenantHost, '.')
| extend DvcDomain = iff(Dot > 0, substring(TenantHost, Dot + 1), '')`;

/** Auth0's place of the address, or else that of the service. */
export const PLACE = `| extend AddressPlace = geo_info_from_ip_address(SrcIpAddr)
| extend
    SrcGeoCountry = coalesce(tostring(LocationInfo.country_name), tostring(AddressPlace.country), CountryCode),
    SrcGeoRegion = coalesce(tostring(LocationInfo.subdivision_name), tostring(AddressPlace.state)),
    SrcGeoCity = coalesce(CityName, tostring(LocationInfo.city_name), tostring(AddressPlace.city)),
    SrcGeoLatitude = coalesce(toreal(LocationInfo.latitude), toreal(AddressPlace.latitude)),
    SrcGeoLongitude = coalesce(toreal(LocationInfo.longitude), toreal(AddressPlace.longitude))`;

/** The fields of every schema: https://learn.microsoft.com/azure/sentinel/normalization-common-fields */
export const commonFields = (schema: Schema, version: string): readonly string[] => [
  'TimeGenerated',
  'Type',
  'EventCount = int(1)',
  'EventStartTime = coalesce(event_date, TimeGenerated)',
  'EventEndTime = coalesce(event_date, TimeGenerated)',
  'EventType',
  'EventResult',
  'EventResultDetails',
  'EventOriginalResultDetails = Description',
  'EventSeverity',
  'EventMessage = Description',
  'EventUid',
  'EventOriginalUid = LogId',
  'EventOriginalType',
  "EventProduct = 'Auth0'",
  "EventVendor = 'Okta'",
  `EventSchema = '${schema}'`,
  `EventSchemaVersion = '${version}'`,
  'Dvc = TenantHost',
  'DvcHostname',
  'DvcDomain',
  `DvcDomainType = ${typeIf('DvcDomain', 'FQDN')}`,
  `DvcFQDN = iff(isempty(DvcDomain), '', TenantHost)`,
  'DvcId = TenantName',
  `DvcIdType = ${typeIf('TenantName', 'Other')}`,
  'DvcAction',
  'Src = SrcIpAddr',
  'SrcIpAddr',
  'IpAddr = SrcIpAddr',
  'SrcGeoCountry',
  'SrcGeoRegion',
  'SrcGeoCity',
  'SrcGeoLatitude',
  'SrcGeoLongitude',
  'HttpUserAgent',
  'AdditionalFields',
];

/** Id and name of a user, with what kind each is. */
export const userFields = (role: 'Actor' | 'Target'): readonly string[] => [
  `${role}UserId`,
  `${role}UserIdType = ${typeIf(`${role}UserId`, 'Other')}`,
  `${role}Username`,
  `${role}UsernameType = ${usernameType(`${role}Username`)}`,
];

/** With `pack`, what has no field of its own. */
export const additional = (fields: readonly string[]): string =>
  `| extend AdditionalFields = iff(pack, bag_pack(${fields.map(one => `'${one}', ${one}`).join(', ')}), dynamic({}))`;

export const project = (fields: readonly string[]): string => `| project\n    ${fields.join(',\n    ')}`;
