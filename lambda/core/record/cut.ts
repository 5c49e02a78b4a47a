/** Writing a record as JSON within Azure's limits, which count UTF-8 bytes. */

import { RECORD_MAX_BYTES } from '../contract.ts';
import type { RecordForm } from '../model.ts';
import { COLUMNS, type Column } from './columns.ts';

/** What a text that was cut ends with. */
export const CUT_MARK = '…[cut]';
const CUT_MARK_BYTES = Buffer.byteLength(CUT_MARK);
/** Nested deeper than this, a value that cannot be written whole is only named. */
const MAX_DEPTH = 100;

/** Column to value; undefined leaves the column out. */
export type Fields = Record<string, unknown>;

type Size = (value: unknown) => number;

const encoder = new TextEncoder();

/** A character as JavaScript counts them has 3 bytes at most: short texts need no counting. */
const fits = (text: string, maxBytes: number) =>
  text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes;

/** The text in at most `maxBytes` of UTF-8: cut between two characters and marked; '' where not even the mark fits. */
export function cutText(text: string, maxBytes: number): string {
  if (fits(text, maxBytes)) return text;
  const room = maxBytes - CUT_MARK_BYTES;
  if (room < 0) return '';
  const { read } = encoder.encodeInto(text, new Uint8Array(room));
  return text.slice(0, read) + CUT_MARK;
}

/**
 * JSON that any reader takes: half a surrogate pair, which is not a character and would be written as an escape that
 * strict readers refuse, becomes U+FFFD, as in any UTF-8. Throws RangeError for what is nested too deeply.
 */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!json?.includes('\\ud')) return json;
  return json.replace(/((?<!\\)(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}

/**
 * Writes a record: every value within the form's fieldMaxBytes, the whole within RECORD_MAX_BYTES.
 * Columns that had to be cut hold marked text (a dynamic one the text of its JSON) and are named in CutColumns.
 */
export function write(record: Fields, form: RecordForm): { readonly json: string; readonly cut: boolean } {
  const json = toJson(record);
  // JSON is never shorter than the value in it: in a record this small no value is too large.
  if (fits(json, form.fieldMaxBytes)) return { json, cut: false };
  return { json: writeCut(record, form), cut: record['CutColumns'] !== undefined };
}

/** Fills in CutColumns of `record`; what it names already was cut before. */
function writeCut(record: Fields, form: RecordForm): string {
  const cut = new Set(String(record['CutColumns'] ?? '').split(' '));
  cutColumns(record, cut, form.fieldMaxBytes, column =>
    column.type === 'dynamic' && form.layout === 'typed' ? jsonBytes : textBytes,
  );
  for (;;) {
    const names = COLUMNS.map(({ name }) => name).filter(name => cut.has(name));
    record['CutColumns'] = names.length > 0 ? names.join(' ') : undefined;
    const json = toJson(record);
    const bytes = Buffer.byteLength(json);
    if (bytes <= RECORD_MAX_BYTES) return json;
    cutColumns(record, cut, level(record, bytes - RECORD_MAX_BYTES), () => jsonBytes);
  }
}

/** Cuts every text and dynamic value larger than `maxBytes` and adds its column to `cut`. */
function cutColumns(
  record: Fields,
  cut: Set<string>,
  maxBytes: number,
  sizeOf: (column: Column) => Size,
): void {
  for (const column of COLUMNS) {
    const value = record[column.name];
    if (typeof value !== 'string' && column.type !== 'dynamic') continue;
    const size = sizeOf(column);
    if (value === undefined || size(value) <= maxBytes) continue;
    record[column.name] = cutValue(value, maxBytes, size);
    cut.add(column.name);
  }
}

/** The longest cut of the value that has at most `maxBytes` by `size`; found by halves, as what JSON escapes grows up to six times. */
function cutValue(value: unknown, maxBytes: number, size: Size): string {
  const text = typeof value === 'string' ? value : toJson(value);
  let longest = '';
  let low = 0;
  let high = Math.min(maxBytes, Buffer.byteLength(text) - 1);
  // Most texts have nothing to escape: the largest room does.
  for (let room = high; low <= high; room = (low + high) >> 1) {
    const cut = cutText(text, room);
    if (size(cut) <= maxBytes) {
      longest = cut;
      low = room + 1;
    } else high = room - 1;
  }
  return longest;
}

/** How large a value may stay, in bytes of JSON, so that cutting all larger ones to it saves `surplus` bytes. */
function level(record: Fields, surplus: number): number {
  const sizes = Object.values(record)
    .filter(value => value !== undefined)
    .map(jsonBytes)
    .sort((a, b) => b - a);
  let larger = 0;
  for (let count = 1; count <= sizes.length; count++) {
    larger += sizes[count - 1]!;
    const each = Math.floor((larger - surplus) / count);
    if (each >= (sizes[count] ?? 0)) return each;
  }
  return 0;
}

const textBytes: Size = value => Buffer.byteLength(String(value));
const jsonBytes: Size = value => Buffer.byteLength(toJson(value));

/**
 * As much of a value's JSON as can be had, where JSON.stringify gives up: nested deeper than 100 levels only
 * `"[nested deeper]"` is written, for what cannot be read `"[unreadable]"`, and after `maxCharacters` it breaks off.
 */
export function partialJson(value: unknown, maxCharacters: number): string {
  let json = '';
  const append = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) json += leaf(value);
    else if (depth === MAX_DEPTH) json += '"[nested deeper]"';
    else {
      const list = Array.isArray(value);
      json += list ? '[' : '{';
      for (const [index, key] of Object.keys(value).entries()) {
        if (json.length > maxCharacters) return;
        if (index > 0) json += ',';
        if (!list) json += `${JSON.stringify(key)}:`;
        append(read(value, key), depth + 1);
      }
      json += list ? ']' : '}';
    }
  };
  append(value, 0);
  return json;
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return '[unreadable]';
  }
}

function leaf(value: unknown): string {
  return typeof value === 'bigint' ? `"${value}"` : (JSON.stringify(value) ?? 'null');
}
