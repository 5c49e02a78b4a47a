/** A record that was written in one form, in another: for batches that waited while the destination changed. */

import type { RecordForm, SerializedRecord } from '../model.ts';
import { COLUMNS, EVENT_TIME_COLUMN } from './columns.ts';
import { type Fields, toJson, write } from './cut.ts';
import { isObject } from './log.ts';

type Layout = RecordForm['layout'];

const TIME_COLUMN = 'TimeGenerated';
const DYNAMIC_COLUMNS = COLUMNS.filter(({ type }) => type === 'dynamic').map(({ name }) => name);
/** Columns come in one order, and these first: so the form of most records is known without parsing. */
const BEGINNINGS: readonly (readonly [Buffer, Layout])[] = [
  [Buffer.from(`{"${TIME_COLUMN}":`), 'typed'],
  [Buffer.from(`{"${EVENT_TIME_COLUMN}":`), 'text'],
];

/**
 * The record as shape.ts would have written it for `to`: free-form columns as values or as the text of their JSON, with
 * or without TimeGenerated, every value cut to the limits of `to` and named in CutColumns. A free-form value that was
 * cut before is not JSON any more and stays text, which either API takes. The same record when there
 * is nothing to change, or when it is not one of ours. Never throws.
 */
export function convertRecord(record: SerializedRecord, to: RecordForm): SerializedRecord {
  const isSmall = record.json.length <= to.fieldMaxBytes;
  if (isSmall && layoutByBeginning(record.json) === to.layout) return record;
  try {
    const fields: unknown = JSON.parse(record.json.toString());
    if (!isObject(fields)) return record;
    const isAlike = layoutOf(fields) === to.layout;
    if (isAlike && isSmall) return record;
    const json = Buffer.from(write(isAlike ? fields : converted(fields, to.layout), to).json);
    return json.equals(record.json) ? record : { logId: record.logId, json };
  } catch {
    // No JSON, or nested more deeply than can be written: as it is, Azure may still take it.
    return record;
  }
}

function layoutByBeginning(json: Buffer): Layout | undefined {
  return BEGINNINGS.find(([begin]) => json.subarray(0, begin.length).equals(begin))?.[1];
}

/** The form of a record without any time shows only in a free-form value that is not text. */
function layoutOf(fields: Fields): Layout {
  if (fields[TIME_COLUMN] !== undefined) return 'typed';
  const isValue = (name: string) => fields[name] !== undefined && typeof fields[name] !== 'string';
  return fields[EVENT_TIME_COLUMN] === undefined && DYNAMIC_COLUMNS.some(isValue) ? 'typed' : 'text';
}

/** In the order of the columns; a field that has none any more comes last. */
function converted(fields: Fields, to: Layout): Fields {
  const time = to === 'typed' ? fields[EVENT_TIME_COLUMN] : undefined;
  const cut = String(fields['CutColumns'] ?? '').split(' ');
  const record: Fields = Object.fromEntries([
    ...COLUMNS.map(({ name }) => [name, fields[name]] as const),
    ...Object.entries(fields),
    [TIME_COLUMN, time],
  ]);
  for (const name of DYNAMIC_COLUMNS) {
    const value = record[name];
    if (value === undefined || cut.includes(name)) continue;
    record[name] = to === 'typed' ? parsed(value) : toJson(value);
  }
  return record;
}

/** The value in a text of JSON; anything else as it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
