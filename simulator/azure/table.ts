/**
 * The columns that the Data Collector API makes of what it is sent.
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#record-type-and-properties
 */

import type { StoredRecord } from './received.ts';
import { isIsoTime } from './record.ts';

type Suffix = '_s' | '_b' | '_d' | '_t' | '_g';

/** Property name to the columns that exist for it: more than one when its type was not stable. */
export type Table = ReadonlyMap<string, readonly Suffix[]>;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The table after these records: the first value of a property decides its type; one that does not convert adds a column. */
export function widen(table: Table, records: readonly StoredRecord[]): Table {
  const wider = new Map(table);
  for (const record of records) {
    for (const name of Object.keys(record)) {
      const value = record[name];
      if (value === null) continue;
      const suffixes = wider.get(name) ?? [];
      if (!suffixes.some(suffix => converts(value, suffix))) wider.set(name, [...suffixes, suffixOf(value)]);
    }
  }
  return wider;
}

/** Names as the table shows them, such as `LogId_s`. */
export function columnNames(table: Table): string[] {
  return [...table].flatMap(([name, suffixes]) => suffixes.map(suffix => name + suffix));
}

/** The record under the names of the table, which has a column for each of its values. */
export function rowOf(table: Table, record: StoredRecord): StoredRecord {
  const row: StoredRecord = {};
  for (const [name, value] of Object.entries(record)) {
    const suffix = table.get(name)?.find(one => converts(value, one));
    // TimeGenerated and _ResourceId are the service's own.
    if (suffix === undefined) row[name] = value;
    else row[name + suffix] = convert(value, suffix);
  }
  return row;
}

function convert(value: unknown, suffix: Suffix): unknown {
  if (suffix === '_b') return value === true || value === 'true';
  if (suffix === '_d') return Number(value);
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function suffixOf(value: unknown): Suffix {
  if (typeof value === 'boolean') return '_b';
  if (typeof value === 'number') return '_d';
  if (typeof value === 'string' && GUID.test(value)) return '_g';
  return isIsoTime(value) ? '_t' : '_s';
}

function converts(value: unknown, suffix: Suffix): boolean {
  if (suffix === '_s') return true;
  if (suffix === '_b') return typeof value === 'boolean' || value === 'true' || value === 'false';
  if (suffix === '_d') return typeof value === 'number' || (typeof value === 'string' && isNumeric(value));
  if (suffix === '_t') return isIsoTime(value);
  return typeof value === 'string' && GUID.test(value);
}

function isNumeric(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
