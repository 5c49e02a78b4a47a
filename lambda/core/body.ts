/** What is posted: a JSON array in UTF-8, each record written into it once, as soon as it is shaped. */
import type { SerializedRecord, ShapedRecord } from './model.ts';

export interface BodyWriter {
  /**
   * Appends a record. False when the array would grow past the limit: then nothing was written. The first record is
   * always taken.
   */
  add(record: ShapedRecord): boolean;
  /** The records that were added, each a part of one array, and a new array is begun. */
  take(): SerializedRecord[];
}

const OPENING = 0x5b;
const COMMA = 0x2c;
const CLOSING = 0x5d;
/** Of UTF-8, for each character that JavaScript counts. */
const MOST_BYTES = 3;
/** Allocated up front; memory that is not written to is not used. */
const FIRST_BYTES = 1_000_000;
const EMPTY = Buffer.alloc(0);
/** The memory of such arrays: nothing else is ever written there. */
const ARRAYS = new WeakSet<ArrayBufferLike>();

/** Writes arrays of `maxBytes` at most, brackets and commas included. */
export function bodyWriter(maxBytes: number): BodyWriter {
  let body = EMPTY;
  let end = 0;
  let logIds: string[] = [];
  let ends: number[] = [];

  const grow = (bytes: number) => {
    const larger = Buffer.allocUnsafeSlow(
      Math.max(bytes, Math.min(maxBytes, body.length * 2 || FIRST_BYTES)),
    );
    ARRAYS.add(larger.buffer);
    body.copy(larger, 0, 0, end);
    body = larger;
  };

  const add = ({ logId, json }: ShapedRecord): boolean => {
    // Counting a text's bytes costs as much as writing it: it is done only where they may be too many.
    let needed = end + json.length * MOST_BYTES + 2;
    if (needed > Math.min(maxBytes, body.length)) {
      needed = Math.max(end, 1) + Buffer.byteLength(json) + 1;
      if (ends.length > 0 && needed > maxBytes) return false;
      if (needed > body.length) grow(needed);
    }
    if (end === 0) {
      body[0] = OPENING;
      end = 1;
    }
    end += body.write(json, end);
    logIds.push(logId);
    ends.push(end);
    body[end] = COMMA;
    end++;
    return true;
  };

  const take = (): SerializedRecord[] => {
    if (end > 0) body[end - 1] = CLOSING;
    const records = logIds.map((logId, i) => ({
      logId,
      json: body.subarray(i === 0 ? 1 : ends[i - 1]! + 1, ends[i]),
    }));
    // The bytes stay with the records; a body that is posted is never written to again.
    body = EMPTY;
    end = 0;
    logIds = [];
    ends = [];
    return records;
  };

  return { add, take };
}

/** The JSON array of the records: the very one that they were written into when they are all of it, else a new one. */
export function bodyOf(records: readonly SerializedRecord[]): Buffer {
  const bytes = records.reduce((sum, { json }) => sum + json.length + 1, 1);
  const whole = wholeArray(records, bytes);
  if (whole) return whole;
  const body = Buffer.allocUnsafe(Math.max(2, bytes));
  let end = 1;
  for (const { json } of records) {
    body.set(json, end);
    end += json.length + 1;
    body[end - 1] = COMMA;
  }
  body[0] = OPENING;
  body[body.length - 1] = CLOSING;
  return body;
}

/** The array of `bytes` that the records are the whole of, if there is one. */
function wholeArray(records: readonly SerializedRecord[], bytes: number): Buffer | undefined {
  const first = records[0]?.json;
  if (!first || !ARRAYS.has(first.buffer)) return undefined;
  let next = first.byteOffset;
  for (const { json } of records) {
    if (json.buffer !== first.buffer || json.byteOffset !== next) return undefined;
    next += json.length + 1;
  }
  const whole = Buffer.from(first.buffer, first.byteOffset - 1, bytes);
  return whole[0] === OPENING && whole[bytes - 1] === CLOSING ? whole : undefined;
}
