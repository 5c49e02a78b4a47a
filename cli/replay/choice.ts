/** From the options to the dead letters that they choose. */
import type { Choice } from '../pipelines/letters/letters.ts';
import { UsageError } from '../terminal/errors.ts';
import { parseTime } from '../window/window.ts';

/** Throws UsageError for a `--since` or `--max` that is none. */
export function parseChoice(
  options: { readonly reason?: string; readonly since?: string; readonly max?: string },
  nowMs: number,
): Choice {
  const { reason, since, max } = options;
  return {
    reason,
    sinceMs: since === undefined ? undefined : parseTime('--since', since, nowMs),
    max: max === undefined ? Number.POSITIVE_INFINITY : parseMax(max),
  };
}

export function parseMax(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--max is "${text}"; allowed: a whole number, 1 or more`);
}
