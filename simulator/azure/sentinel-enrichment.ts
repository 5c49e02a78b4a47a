/** What a rule of Microsoft Sentinel makes of a row: entities, details and the alert's own name and severity. */
import type { StoredRecord } from './received.ts';
import type { SentinelMapping, SentinelRuleSettings } from './sentinel-settings.ts';
import { demand } from './workspace-settings.ts';

type Row = Readonly<StoredRecord>;

export interface SentinelEntity {
  readonly type: string;
  /** Identifiers with a value. */
  readonly identifiers: Readonly<Record<string, string>>;
}

/**
 * Identifiers that a mapping can use, of the types that our rules map, the required one first.
 * https://learn.microsoft.com/azure/sentinel/entities-reference
 * https://github.com/Azure/Azure-Sentinel/blob/master/.script/tests/detectionTemplateSchemaValidation/Models/EntityMappingIdentifiers.cs
 */
const IDENTIFIERS: Readonly<Record<string, readonly string[]>> = {
  Account: ['Name', 'UPNSuffix', 'NTDomain', 'DnsDomain'],
  IP: ['Address'],
  CloudApplication: ['Name', 'AppId', 'InstanceName'],
  URL: ['Url'],
};
/** Such an account is dropped from its alert: https://learn.microsoft.com/azure/sentinel/entities-reference#account */
const GENERIC_NAMES: readonly string[] = [
  'ADMIN',
  'ADMINISTRATOR',
  'SYSTEM',
  'ROOT',
  'ANONYMOUS',
  'AUTHENTICATED USER',
  'NETWORK',
  'NULL',
  'LOCAL SYSTEM',
  'LOCALSYSTEM',
  'NETWORK SERVICE',
];
/** https://learn.microsoft.com/azure/sentinel/sentinel-service-limits#analytics-rule-limits */
const MAX_MAPPINGS = 10;
const MAX_IDENTIFIERS = 3;
const MAX_DETAILS = 20;
const MAX_DETAIL_VALUES = 50;
const MAX_DETAILS_BYTES = 2_048;
/** https://learn.microsoft.com/azure/sentinel/customize-alert-details#service-limits */
const MAX_NAME_BYTES = 256;
const MAX_PLACES = 3;
const PLACE = /\{\{(\w+)\}\}/g;

/** Throws Error naming the first mapping or detail that Sentinel would not take. Columns by their types. */
export function refuseEnrichment(
  settings: SentinelRuleSettings,
  columns: Readonly<Record<string, string>>,
): void {
  const { entityMappings, customDetails = {}, alertDetailsOverride = {} } = settings;
  const known = (name: string, column: string) =>
    demand(name, column, column in columns, `a column of the query: ${Object.keys(columns).join(', ')}`);
  if (entityMappings) {
    const count = entityMappings.length;
    demand(
      'the number of entityMappings',
      count,
      count >= 1 && count <= MAX_MAPPINGS,
      `1 to ${MAX_MAPPINGS}`,
    );
  }
  for (const { entityType, fieldMappings } of entityMappings ?? []) {
    const identifiers = IDENTIFIERS[entityType] ?? [];
    demand('entityType', entityType, identifiers.length > 0, Object.keys(IDENTIFIERS).join(', '));
    const given = fieldMappings.map(one => one.identifier);
    demand(
      'fieldMappings',
      given,
      given.length >= 1 && given.length <= MAX_IDENTIFIERS,
      `1 to ${MAX_IDENTIFIERS}`,
    );
    demand('fieldMappings', given, given.includes(identifiers[0]!), `with ${identifiers[0]}`);
    for (const { identifier, columnName } of fieldMappings) {
      demand('identifier', identifier, identifiers.includes(identifier), identifiers.join(', '));
      known('columnName', columnName);
      demand(`the type of ${columnName}`, columns[columnName], columns[columnName] === 'string', 'string');
    }
  }
  const keys = Object.keys(customDetails);
  demand('the number of customDetails', keys.length, keys.length <= MAX_DETAILS, `at most ${MAX_DETAILS}`);
  for (const [key, column] of Object.entries(customDetails)) {
    demand(
      'a key of customDetails',
      key,
      /^[a-zA-Z]\w{0,19}$/.test(key),
      'a letter, then letters and digits, 20 in all',
    );
    known(`customDetails.${key}`, column);
  }
  for (const [name, text] of Object.entries(alertDetailsOverride)) {
    const places = name.endsWith('Format') ? [...text.matchAll(PLACE)].map(([, column]) => column!) : [text];
    demand(name, text, places.length <= MAX_PLACES, `at most ${MAX_PLACES} columns`);
    for (const column of places) known(name, column);
  }
  const format = alertDetailsOverride['alertDisplayNameFormat'] ?? '';
  demand(
    'alertDisplayNameFormat',
    format,
    format.length <= MAX_NAME_BYTES,
    `at most ${MAX_NAME_BYTES} characters`,
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The entities of these rows, each once. A mapping without its first identifier gives none. */
export function entitiesOf(mappings: readonly SentinelMapping[], rows: readonly Row[]): SentinelEntity[] {
  const entities = new Map<string, SentinelEntity>();
  for (const row of rows) {
    for (const { entityType, fieldMappings } of mappings) {
      const pairs = fieldMappings.map(({ identifier, columnName }) => [identifier, textOf(row[columnName])]);
      const identifiers = Object.fromEntries(pairs.filter(([, value]) => value !== ''));
      const required = identifiers[IDENTIFIERS[entityType]![0]!];
      if (required === undefined) continue;
      if (entityType === 'Account' && GENERIC_NAMES.includes(required.toUpperCase())) continue;
      const entity = { type: entityType, identifiers };
      entities.set(JSON.stringify(entity), entity);
    }
  }
  return [...entities.values()];
}

/** Values of the details over these rows. Beyond the size in all, the rest is dropped. */
export function detailsOf(
  customDetails: Readonly<Record<string, string>>,
  rows: readonly Row[],
): Record<string, readonly string[]> {
  let left = MAX_DETAILS_BYTES;
  const details: Record<string, readonly string[]> = {};
  for (const [key, column] of Object.entries(customDetails)) {
    const values = [...new Set(rows.map(row => textOf(row[column])))].slice(0, MAX_DETAIL_VALUES);
    left -= Buffer.byteLength(JSON.stringify(values));
    if (left >= 0) details[key] = values;
  }
  return details;
}

/** A format with the values of a row; undefined if one of them is empty, or the text too long: then the default counts. */
export function formatted(format: string, row: Row): string | undefined {
  const values = [...format.matchAll(PLACE)].map(([, column]) => textOf(row[column!]));
  const text = format.replaceAll(PLACE, (_, column: string) => textOf(row[column]));
  return values.includes('') || Buffer.byteLength(text) > MAX_NAME_BYTES ? undefined : text;
}
