/** The option `--web [port]`, the same for each command that has a page. */
import { UsageError } from '../terminal/errors.ts';

/** Throws UsageError for what is not a port. */
export function portOf(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value < 65_536) return value;
  throw new UsageError(`--web is "${text}"; allowed: a port, 1 to 65535, or nothing for any that is free`);
}
