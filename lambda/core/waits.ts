/**
 * How long to wait before a vendor is called again, kept from run to run: a `Retry-After` may last for an hour, and each
 * refused request for a token writes another log into the tenant.
 */

import type { Fault } from './model.ts';
import { isObject } from './record/log.ts';
import type { Stop } from './run.ts';

export type Vendor = 'auth0' | 'azure';

export interface Wait {
  readonly untilMs: number;
  /** Refusals in a row. */
  readonly times: number;
  readonly verdict: Fault['verdict'];
  readonly status?: number;
  readonly message: string;
  readonly remedy?: string;
}

export type Waits = Readonly<Partial<Record<Vendor, Wait>>>;

/** A shorter wait is over before the next run begins. */
const WORTH_REMEMBERING_MS = 10_000;
/** After the second refusal in a row; the first may have been a role or a secret that was just being spread. */
const REFUSED_WAIT_MS = 120_000;
const REFUSED_WAIT_MOST_MS = 600_000;
/** No vendor asks for more (see retryAfterMs in http.ts). Twice as much is a clock that was wrong; a little more one that was set back. */
const WAIT_MOST_MS = 3_600_000;

/** Why the run ends before it calls a vendor; undefined when no wait lasts. */
export function stopByWait(waits: Waits, nowMs: number): Stop | undefined {
  for (const party of ['auth0', 'azure'] as const) {
    const wait = waits[party];
    if (!wait || wait.untilMs <= nowMs || wait.untilMs > nowMs + 2 * WAIT_MOST_MS) continue;
    const message = `${wait.message}; next attempt at ${new Date(wait.untilMs).toISOString()}`;
    const { verdict: outcome, status, remedy } = wait;
    return { outcome, party, ...(status && { status }), message, ...(remedy && { remedy }) };
  }
  return undefined;
}

/** What is to be remembered after a run that asked and ended like this. */
export function waitsAfter(waits: Waits, { party, fault }: Stop, nowMs: number): Waits {
  if ((party !== 'auth0' && party !== 'azure') || !fault || !isDear(party, fault)) return {};
  const { verdict, status, message, remedy, retryAfterMs = 0 } = fault;
  // A secret that is not filled in has no status: it is read again at every run, which costs nothing.
  const isRefusal = verdict === 'denied' && status !== undefined;
  const times = isRefusal ? (waits[party]?.times ?? 0) + 1 : 0;
  const waitMs = Math.min(WAIT_MOST_MS, Math.max(retryAfterMs, refusedWaitMs(times)));
  if (waitMs < WORTH_REMEMBERING_MS && !isRefusal) return {};
  const said = { verdict, ...(status && { status }), message, ...(remedy && { remedy }) };
  return { [party]: { untilMs: nowMs + waitMs, times, ...said } };
}

/**
 * Whether a failed request has a cost: a token, or anything at Auth0, where it is logged or counts against a shared
 * limit. A post that Azure does not take is put aside or small, and the next run tries with one batch.
 */
function isDear(party: Vendor, { isTokenRefused }: Fault): boolean {
  return party === 'auth0' || isTokenRefused === true;
}

function refusedWaitMs(times: number): number {
  return times < 2 ? 0 : Math.min(REFUSED_WAIT_MOST_MS, REFUSED_WAIT_MS * 2 ** Math.min(times - 2, 10));
}

/** '' for none, so that an item without waits stays as it is. */
export function writeWaits(waits: Waits): string {
  return Object.keys(waits).length === 0 ? '' : JSON.stringify(waits);
}

/** A wait that cannot be read counts as none: the vendor is called, and may send it again. */
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
