/**
 * The time inside Auth0's log ids: a prefix of three digits, the UTC time as `yyyyMMddHHmmssSSS`, then 36 digits.
 * Auth0 calls ids opaque, but takes one made from a time as a position. Compared as text, never as numbers.
 */
import { type Digits, utcMs } from './utc.ts';

/**
 * The smallest prefix seen: ids begin with `900` today, with `800` in older EU tenants. For a tenant that shows no
 * log: a position with it lies before every log since, whereas one with `900` would hide all of an `800` tenant.
 */
export const LOWEST_LOG_ID_PREFIX = '800';

const ID = /^\d{56}$/;
const TIME: Digits = { year: 3, month: 7, day: 9, hours: 11, minutes: 13, seconds: 15, ms: 17 };

/** The position before every log of that second: `ms` is milliseconds since 1970, `prefix` three digits. */
export function syntheticLogId(prefix: string, ms: number): string {
  const second = new Date(ms).toISOString().slice(0, 19).replaceAll(/\D/g, '');
  return `${prefix}${second}${'0'.repeat(39)}`;
}

/** The three digits that the tenant's ids begin with; undefined when the id is none of the known form. */
export function logIdPrefix(id: string | undefined): string | undefined {
  return id !== undefined && ID.test(id) ? id.slice(0, 3) : undefined;
}

/** When the id was given, in milliseconds since 1970; undefined when it is not of the known form. */
export function logIdTimeMs(id: string): number | undefined {
  if (!ID.test(id)) return undefined;
  return utcMs(id, TIME) ?? unusualTimeMs(id);
}

/** The same by the parser of Date. */
function unusualTimeMs(id: string): number | undefined {
  const day = `${id.slice(3, 7)}-${id.slice(7, 9)}-${id.slice(9, 11)}`;
  const time = Date.parse(
    `${day}T${id.slice(11, 13)}:${id.slice(13, 15)}:${id.slice(15, 17)}.${id.slice(17, 20)}Z`,
  );
  return Number.isNaN(time) ? undefined : time;
}

/** An id whose time lies further ahead than a clock may be wrong is broken: nothing would come after it. */
const CLOCK_TOLERANCE_MS = 300_000;

/** Whether it has the known form and a time that is not to come: then logs can be read from it. */
export function isPastLogId(id: string, nowMs: number): boolean {
  const timeMs = logIdTimeMs(id);
  return timeMs !== undefined && isPastIdTime(timeMs, nowMs);
}

/** Whether an id's time is not to come. */
export const isPastIdTime = (timeMs: number, nowMs: number) => timeMs < nowMs + CLOCK_TOLERANCE_MS;

/** Ids are opaque, but where they are digits of one length their order is known. */
export function isComparable(one: string, other: string): boolean {
  return one.length === other.length && /^\d+$/.test(one + other);
}

/** Whether it is known that the one comes after the other. */
export function isAfter(one: string, other: string): boolean {
  return one > other && isComparable(one, other);
}

/** An id of the known form whose time is still to come. */
export function isFutureLogId(id: string, nowMs: number): boolean {
  return logIdTimeMs(id) !== undefined && !isPastLogId(id, nowMs);
}
