/** Points in time and windows, as an operator writes them. */
import { parseStartFrom } from '../../lambda/core/start-from.ts';
import { UsageError } from '../terminal/errors.ts';
import { dateText } from '../terminal/words.ts';

/** `fromMs` belongs to it, `toMs` does not. Milliseconds since 1970, whole seconds. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `2026-07-01`, `2026-07-01T08:30:00Z`, `now`, or how long ago: `30m`, `2h`, `3d`. Milliseconds since 1970.
 * Throws UsageError.
 * @param option the option's name as it is typed, for the message: `--from`
 */
export function parseTime(option: string, text: string, nowMs: number): number {
  const given = text.trim();
  if (given === 'now') return nowMs;
  const agoMs = durationIn(given.replace(/ ago$/, ''));
  if (agoMs !== undefined) return nowMs - agoMs;
  const start = parseStartFrom(given);
  if (start?.kind === 'date') return start.dateMs;
  throw new UsageError(
    `${option} is "${text}"; allowed: a UTC date "2026-07-01", a time with its zone "2026-07-01T08:30:00Z", ` +
      'or how long ago: "30m", "2h", "3d"',
  );
}

/** `30m`, `2h`, `3d`. Milliseconds. Throws UsageError. */
export function parseDuration(option: string, text: string): number {
  const ms = durationIn(text.trim());
  if (ms !== undefined) return ms;
  throw new UsageError(`${option} is "${text}"; allowed: a duration, such as "30m", "2h", "3d"`);
}

function durationIn(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6}) ?([mhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

/**
 * The window between `--from` and `--to`; `to` is `latestMs` when it is not given, and is cut to it.
 * Throws UsageError for one that is empty, lies in the future or cannot be read.
 * @param latestMs the youngest logs that can be relied on: now minus the time that Auth0 needs to settle
 */
export function parseWindow(from: string, to: string | undefined, nowMs: number, latestMs = nowMs): Window {
  const fromMs = wholeSecond(parseTime('--from', from, nowMs));
  const askedMs = to === undefined ? latestMs : parseTime('--to', to, nowMs);
  if (askedMs > nowMs) {
    throw new UsageError(
      `--to is "${to}", which is in the future; allowed: up to now (${dateText(nowMs)}), the default`,
    );
  }
  const toMs = wholeSecond(Math.min(askedMs, latestMs));
  if (fromMs < toMs) return { fromMs, toMs };
  throw new UsageError(
    `--from is "${from}" (${dateText(fromMs)}), which is not before --to (${dateText(toMs)}); allowed: an earlier time`,
  );
}

const wholeSecond = (ms: number) => Math.floor(ms / 1000) * 1000;
