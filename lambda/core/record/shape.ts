/** From a log to a record: the columns of columns.ts, whatever the log holds, and nothing lost. */
import { createHash } from 'node:crypto';
import type { RecordForm, ShapedRecord } from '../model.ts';
import { COLUMNS, type Column, EVENT_TIME_COLUMN } from './columns.ts';
import { type Fields, partialJson, toJson, write } from './cut.ts';
import { ID_FIELDS, isObject, logIdOf, logTimeOf, parseDate } from './log.ts';
import { logIdTimeMs } from './log-id.ts';
import { logType } from './log-types.ts';
import { userAgent } from './user-agent.ts';

/** `raw`: it would not shape and ships as RawLog, with ShapeError. `cut`: columns were cut, see CutColumns. */
export type ShapedLog = ShapedRecord & { readonly raw: boolean; readonly cut: boolean };

export interface ShapeOptions {
  readonly form: RecordForm;
  /** The tenant that the logs come from, for the column Auth0Domain. */
  readonly auth0Domain: string;
  /** See redact.ts. */
  readonly redact: (log: unknown) => unknown;
  /** False leaves out the columns that follow from the type alone: TYPE_COLUMNS. */
  readonly typeColumns?: boolean;
}

/** A longer id is none of Auth0's, which have 56 digits; it would have to be cut, and then be no id. */
const MAX_LOG_ID_CHARACTERS = 256;

/**
 * A function that makes one record of one log, whatever it is, and never throws.
 *
 * Every top-level field goes into its column, or whole into Extra where it has none or its value does not fit
 * the column's type. null is left out of columns; empty texts are kept. The id fields are left out when they
 * equal LogId, and `date` when event_date reads the same. A log without an id gets a hash of its (redacted)
 * JSON, so that the same log has the same LogId again. What free-form columns and TimeGenerated look like, the form says.
 *
 * A log that will not shape ships raw. A log that cannot be redacted ships without its content.
 */
export function shaper(options: ShapeOptions): (log: unknown) => ShapedLog {
  return log => {
    let redacted: unknown;
    try {
      redacted = options.redact(log);
    } catch (error) {
      return withoutShape(log, `it could not be redacted (${nameOf(error)}) and is withheld`, options, true);
    }
    if (!isObject(redacted)) {
      return withoutShape(redacted, `it is not a JSON object but ${kindOf(redacted)}`, options, false);
    }
    try {
      return finish(shape(redacted, options), options, false);
    } catch (error) {
      return withoutShape(redacted, `it could not be written as JSON (${nameOf(error)})`, options, false);
    }
  };
}

/** Every column, so that all records are built alike and their columns come in the same order. */
const BLANK: Fields = Object.fromEntries(COLUMNS.map(({ name }) => [name, undefined]));

/**
 * Field of a log to the column that holds it: the first one that names it, later ones are derived from it. `id`: the
 * field holds the log's id, or else has no column.
 */
const COLUMN_OF: ReadonlyMap<string, Column | 'id'> = new Map<string, Column | 'id'>([
  ...COLUMNS.toReversed().flatMap(column =>
    column.from.split(', ').flatMap(field => (/^\w+$/.test(field) ? [[field, column] as const] : [])),
  ),
  ...ID_FIELDS.map(field => [field, 'id'] as const),
]);

function shape(log: Record<string, unknown>, options: ShapeOptions): Fields {
  const record: Fields = { ...BLANK };
  const logId = usableId(log) ?? hashOf(toJson(log));
  identify(record, { logId, time: eventTimeOf(log), type: log['type'] }, options);
  const extra: [string, unknown][] = [];
  for (const key of Object.keys(log)) {
    const value = log[key];
    if (!place(record, key, value, options.form)) extra.push([key, value]);
  }
  if (extra.length > 0) record['Extra'] = freeForm(Object.fromEntries(extra), options.form);
  derive(record, log);
  return record;
}

interface Identity {
  readonly logId: string;
  readonly time: string | undefined;
  readonly type: unknown;
}

/** What every record says, even one that would not shape. */
function identify(record: Fields, { logId, time, type }: Identity, options: ShapeOptions): void {
  if (options.form.layout === 'typed') record['TimeGenerated'] = time;
  record[EVENT_TIME_COLUMN] = time;
  record['LogId'] = logId;
  record['Auth0Domain'] = options.auth0Domain;
  if (options.typeColumns === false) return;
  const { name, level, levelName, category } = logType(type);
  record['EventName'] = name;
  record['Level'] = level;
  record['LevelName'] = levelName;
  record['Category'] = category;
}

/** Puts a field into its column. False when it has none, or when the column cannot hold all of it. */
function place(record: Fields, key: string, value: unknown, form: RecordForm): boolean {
  const column = COLUMN_OF.get(key);
  if (!column) return false;
  if (column === 'id') return value === record['LogId'] || value === null;
  if (value === null || value === undefined) return true;
  if (key === 'date') return isTime(value, record[EVENT_TIME_COLUMN]);
  const converted = convert(value, column, form);
  if (converted === undefined) return false;
  if (record[column.name] !== undefined) return record[column.name] === converted;
  record[column.name] = converted;
  return true;
}

/** The value in the column's type; undefined when it is not of that type. */
function convert(value: unknown, column: Column, form: RecordForm): unknown {
  if (column.type === 'string') return column.name === 'Scope' ? scopeText(value) : text(value);
  if (column.type === 'dynamic') return freeForm(value, form);
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : toJson(value);
}

function scopeText(value: unknown): string | undefined {
  return Array.isArray(value) && value.every(one => typeof one === 'string') ? value.join(' ') : text(value);
}

function freeForm(value: unknown, { layout }: RecordForm): unknown {
  return layout === 'text' ? toJson(value) : value;
}

/** Columns that are made from what other fields hold. */
function derive(record: Fields, log: Record<string, unknown>): void {
  const place = log['location_info'];
  if (isObject(place)) {
    record['CountryCode'] = text(place['country_code'] ?? undefined);
    record['CityName'] = text(place['city_name'] ?? undefined);
  }
  const agent = record['HttpUserAgent'];
  if (typeof agent !== 'string' || agent === '') return;
  const { os, osVersion, device, browser, browserVersion, isMobile } = userAgent(agent);
  record['Os'] = os;
  record['OsVersion'] = osVersion;
  record['Device'] = device;
  record['Browser'] = browser;
  record['BrowserVersion'] = browserVersion;
  record['IsMobile'] ??= isMobile;
}

function usableId(log: unknown): string | undefined {
  const id = logIdOf(log);
  return id !== undefined && id.length <= MAX_LOG_ID_CHARACTERS ? id : undefined;
}

const hashOf = (json: string) => `sha256:${createHash('sha256').update(json).digest('hex')}`;

/** The log's date in ISO 8601, else the time in its id; undefined when neither can be read. */
function eventTimeOf(log: unknown): string | undefined {
  return logTimeOf(log) ?? timeInId(logIdOf(log));
}

function timeInId(logId = ''): string | undefined {
  const ms = parseDate(logIdTimeMs(logId));
  if (ms === undefined) return undefined;
  const time = new Date(ms).toISOString();
  // The 31st of February would be read as a day in March.
  return logId.slice(3, 20) === time.replaceAll(/\D/g, '') ? time : undefined;
}

/** Auth0 writes the same time in two ways: `2023-05-15T21:55:18.060Z` and `2023-05-15 21:55:18.060000000`. */
const TWO_WAYS = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}\.\d{3})0*Z?$/;

/** Whether the value is exactly that time. */
function isTime(value: unknown, time: unknown): boolean {
  return typeof value === 'string' && (value === time || value.replace(TWO_WAYS, '$1T$2Z') === time);
}

/** The record of a log that will not shape: what can be read of its identity, why, and the log as text. */
function withoutShape(log: unknown, why: string, options: ShapeOptions, withheld: boolean): ShapedLog {
  const record: Fields = { ...BLANK };
  const whole = attempt(() => partialJson(log, options.form.fieldMaxBytes)) ?? '"[unreadable]"';
  const logId = attempt(() => usableId(log)) ?? hashOf(whole);
  const type = attempt(() => (isObject(log) ? log['type'] : undefined));
  identify(record, { logId, time: attempt(() => eventTimeOf(log)), type }, options);
  if (typeof type === 'string') record['EventType'] = type;
  if (!withheld) record['RawLog'] = whole;
  record['ShapeError'] = why;
  return finish(record, options, true);
}

function finish(record: Fields, options: ShapeOptions, raw: boolean): ShapedLog {
  const written = write(record, options.form);
  return { logId: String(record['LogId']), json: written.json, cut: written.cut, raw };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Only the kind of error: its message may quote the log. */
const nameOf = (error: unknown) => (error instanceof Error ? error.constructor.name : typeof error);

const kindOf = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
