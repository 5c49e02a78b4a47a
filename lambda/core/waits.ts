/**
 * How long vendors are left alone, remembered from run to run: a `Retry-After` may last for an hour, and each request for
 * a token that is refused writes another log into the tenant.
 */
import { isObject } from './log.ts';
import type { Fault } from './model.ts';
import type { Stop } from './run.ts';

export type Vendor = 'auth0' | 'azure';

export interface Wait {
  readonly untilMs: number;
  /** Refusals in a row. */
  readonly times: number;
  readonly verdict: Fault['verdict'];
  readonly message: string;
}

export type Waits = Readonly<Partial<Record<Vendor, Wait>>>;

/** A shorter wait is over before the next run begins. */
const WORTH_REMEMBERING_MS = 10_000;
/** After the second refusal in a row; the first may have been a role or a secret that was just being spread. */
const REFUSED_WAIT_MS = 120_000;
const REFUSED_WAIT_MOST_MS = 600_000;
/** No vendor asks for more (see retryAfterMs in http.ts): more is a clock that went back. */
const WAIT_MOST_MS = 3_600_000;

/** Why the run ends before it asks anybody; undefined when nobody asked to be left alone. */
export function stopByWait(waits: Waits, nowMs: number): Stop | undefined {
  for (const party of ['auth0', 'azure'] as const) {
    const wait = waits[party];
    if (!wait || wait.untilMs <= nowMs || wait.untilMs > nowMs + WAIT_MOST_MS) continue;
    const message = `${wait.message}; asked again at ${new Date(wait.untilMs).toISOString()}`;
    return { outcome: wait.verdict, party, message };
  }
  return undefined;
}

/** What is to be remembered after a run that asked and ended like this. */
export function waitsAfter(waits: Waits, { party, fault }: Stop, nowMs: number): Waits {
  if ((party !== 'auth0' && party !== 'azure') || !fault) return {};
  const times = (waits[party]?.times ?? 0) + 1;
  const waitMs = Math.max(fault.retryAfterMs ?? 0, isRefusal(party, fault) ? refusedWaitMs(times) : 0);
  const { verdict, message } = fault;
  if (waitMs < WORTH_REMEMBERING_MS && !isRefusal(party, fault)) return {};
  return { [party]: { untilMs: nowMs + Math.min(WAIT_MOST_MS, waitMs), times, verdict, message } };
}

/**
 * A token, or anything at Auth0, is asked for in vain at a price. Azure's own 403 costs one small post a run, and a secret
 * that is not filled in costs nothing: both are tried at every run.
 */
function isRefusal(party: Vendor, { verdict, status, isTokenRefused }: Fault): boolean {
  return verdict === 'denied' && status !== undefined && (party === 'auth0' || isTokenRefused === true);
}

function refusedWaitMs(times: number): number {
  return times < 2 ? 0 : Math.min(REFUSED_WAIT_MOST_MS, REFUSED_WAIT_MS * 2 ** Math.min(times - 2, 10));
}

/** '' for none, so that an item without waits stays as it is. */
export function writeWaits(waits: Waits): string {
  return Object.keys(waits).length === 0 ? '' : JSON.stringify(waits);
}

/** What cannot be read is none: the vendor is asked, and may say it again. */
export function readWaits(text: string | undefined): Waits {
  try {
    const waits: unknown = JSON.parse(text || '{}');
    const isWait = (value: unknown): boolean =>
      isObject(value) &&
      Number.isFinite(value['untilMs']) &&
      Number.isFinite(value['times']) &&
      typeof value['verdict'] === 'string' &&
      typeof value['message'] === 'string';
    return isObject(waits) && Object.values(waits).every(isWait) ? (waits as Waits) : {};
  } catch {
    return {};
  }
}
