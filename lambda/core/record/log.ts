/** Reading the two facts that everything else hangs on, a log's id and its date, from whatever Auth0 gave. */
import { type Digits, utcMs } from './utc.ts';

/** A JSON object: not null, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a log's id may stand, the first one first. */
export const ID_FIELDS = ['log_id', '_id', 'id'] as const;
/** By these a log is ordered, understood and freed of duplicates. */
export const IDENTITY_FIELDS = [...ID_FIELDS, 'date', 'type'] as const;

/**
 * The log's id: `log_id`, else `_id`, else `id`; undefined when none is a non-empty string.
 * A numeric id is not usable: it has 56 digits, and JSON has lost some of them.
 */
export function logIdOf(log: unknown): string | undefined {
  if (!isObject(log)) return undefined;
  for (const key of ID_FIELDS) {
    const value = Object.hasOwn(log, key) ? log[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** As Auth0 writes nearly every date. */
const USUAL_DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;
const DATE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * The log's date in milliseconds since 1970, or undefined when it cannot be read.
 * Seen: `2020-01-01T00:00:00.000Z`, `2023-05-15 21:55:18.060000000` (UTC, though it does not say so),
 * `{"$date": …}` as the SDK's types allow, and epoch milliseconds.
 */
export function logDateOf(log: unknown): number | undefined {
  return isObject(log) ? parseDate(log['date']) : undefined;
}

/** The same in the form of `toISOString`. */
export function logTimeOf(log: unknown): string | undefined {
  const ms = logDateOf(log);
  if (ms === undefined) return undefined;
  const { date } = log as { readonly date: unknown };
  return typeof date === 'string' && SAME_AGAIN.test(date) ? date : new Date(ms).toISOString();
}

/** See logDateOf. */
export function parseDate(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const ms =
      (CANONICAL.test(value) ? utcMs(value, TIME) : undefined) ??
      Date.parse(USUAL_DATE.test(value) ? value : usualDate(value));
    return isPlausible(ms) ? ms : undefined;
  }
  if (isObject(value)) return parseDate(value['$date']);
  return typeof value === 'number' && isPlausible(value) ? value : undefined;
}

/** As `toISOString` writes nearly every date. */
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TIME: Digits = { year: 0, month: 5, day: 8, hours: 11, minutes: 14, seconds: 17, ms: 20 };
/** Of those that can be read, the ones that it writes just so; not a 31st of February, nor 24 hours. */
const SAME_AGAIN = /^\d{4}-\d\d-(?:[01]\d|2[0-8])T(?:[01]\d|2[0-3]):\d\d:\d\d\.\d{3}Z$/;

/** The date in the form that every engine reads alike; '' when it is none. */
function usualDate(value: string): string {
  const [, day, time, fraction = '', zone = 'Z'] = DATE.exec(value.trim()) ?? [];
  return day === undefined ? '' : `${day}T${time}${fraction.slice(0, 4)}${zone}`;
}

/** Between 2000 and 2100: anything else is a broken date, not an old or a future log. */
function isPlausible(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 946_684_800_000 && ms < 4_102_444_800_000;
}
