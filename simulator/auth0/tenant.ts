/** A made-up Auth0 tenant: the same seed gives the same logs, in the order of their ids. */
import { type Dice, dice } from '../dice.ts';
import { fieldsOf } from './tenant-fields.ts';

/** One Auth0 log. Every field but these four may be absent, null or of a surprising type. */
export interface Log {
  /** 56 digits: never a number. Equal to `_id`. */
  readonly log_id: string;
  readonly _id: string;
  /** ISO 8601, rarely `2023-05-15 21:55:18.060000000`. */
  readonly date: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface TenantPlan {
  readonly seed: number;
  readonly count: number;
  /** The logs' ids lie evenly in [fromMs, toMs), milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** `demo` when absent: the first label of the tenant's domain. */
  readonly tenantName?: string;
}

/** The Azure simulator refuses every record whose text contains this. */
export const POISON_MARK = 'simulated-poison-record';

/** Auth0's own id layout: `900`, UTC time to the millisecond, 36 digits. A short `tail` is filled up with zeros. */
export function logIdAt(atMs: number, tail = ''): string {
  return `900${new Date(atMs).toISOString().replace(/\D/g, '')}${tail.padEnd(36, '0')}`;
}

/** All logs of a plan at once. Throws RangeError for a plan that cannot be. */
export function generateLogs(plan: TenantPlan): Log[] {
  return [...logStream(plan)];
}

/** The same logs one at a time, for tenants that need not fit into memory. Throws RangeError likewise. */
export function logStream(plan: TenantPlan): Generator<Log> {
  const { count, fromMs, toMs } = plan;
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`count is ${count}; allowed: a whole number, 0 or more`);
  }
  if (!(toMs >= fromMs)) throw new RangeError(`toMs is ${toMs}; allowed: fromMs (${fromMs}) or later`);
  return streamOf(plan);
}

/** The same log, but one that the Azure simulator will refuse for its content. */
export function poisonLog(log: Log): Log {
  return { ...log, description: POISON_MARK };
}

function* streamOf({ seed, count, fromMs, toMs, tenantName = 'demo' }: TenantPlan): Generator<Log> {
  const d = dice(seed);
  for (let i = 0; i < count; i++) {
    const idMs = Math.floor(fromMs + ((i + d.random()) / count) * (toMs - fromMs));
    // The running number keeps ids of the same millisecond unique and in order.
    const logId = logIdAt(idMs, String(i).padStart(18, '0') + d.digits(18));
    // Auth0 writes a log seconds after the fact, so that dates run backwards inside a page.
    const dateMs = idMs - d.whole(10, 5_800);
    const { type, ...fields } = fieldsOf(d, tenantName, dateMs);
    yield { _id: logId, log_id: logId, date: dateText(d, dateMs), type, ...fields };
  }
}

function dateText(d: Dice, dateMs: number): string {
  const iso = new Date(dateMs).toISOString();
  return d.chance(0.01) ? `${iso.slice(0, 10)} ${iso.slice(11, 23)}000000` : iso;
}
