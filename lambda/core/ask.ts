/** Calls to Auth0: within the tenant's rate limit, repeated after a temporary fault, and never past the deadline. */
import { backoffMs } from './backoff.ts';
import { ANSWER_TOO_LARGE } from './http.ts';
import type { Clock, Fault, Random, RateLimit } from './model.ts';

export interface AskDependencies {
  readonly clock: Clock;
  readonly random: Random;
}

export interface AskOptions {
  readonly deadlineMs: number;
  /** Share of the rate limit left to the tenant's other callers, 0 to 1. */
  readonly headroom: number;
}

type Faulty = { readonly kind: 'fault'; readonly fault: Fault; readonly rateLimit?: RateLimit };
export type OutOfTime = { readonly kind: 'out-of-time' };
export type Ask = <T extends { readonly kind: string; readonly rateLimit?: RateLimit }>(
  once: (timeoutMs: number) => Promise<T | Faulty>,
) => Promise<T | Faulty | OutOfTime>;

const ANSWER_TIMEOUT_MS = 20_000;
const ANSWER_LEAST_MS = 2_000;
const MAX_ATTEMPTS = 6;
const BACKOFF = { baseMs: 500, capMs: 10_000 };

/** What remembers the rate limit from call to call; a fault that a retry cannot fix is returned immediately. */
export function asker(d: AskDependencies, options: AskOptions): Ask {
  let rateLimit: RateLimit | undefined;
  const isTooLate = (waitMs: number) => d.clock.now() + waitMs + ANSWER_LEAST_MS > options.deadlineMs;
  return async once => {
    for (let attempt = 0; ; attempt++) {
      const paceMs = rateLimit ? waitForRateLimitMs(rateLimit, options.headroom, d.clock.now()) : 0;
      if (isTooLate(paceMs)) return { kind: 'out-of-time' };
      if (paceMs > 0) await d.clock.sleep(paceMs);
      const answer = await once(Math.min(ANSWER_TIMEOUT_MS, options.deadlineMs - d.clock.now()));
      rateLimit = answer.rateLimit;
      if (!isFault(answer) || !mayPass(answer.fault)) return answer;
      const retryAfterMs = answer.fault.retryAfterMs ?? 0;
      const waitMs = backoffMs(attempt, d.random, { ...BACKOFF, retryAfterMs });
      if (attempt + 1 >= MAX_ATTEMPTS || isTooLate(waitMs)) return answer;
      await d.clock.sleep(waitMs);
      rateLimit = undefined;
    }
  };
}

const isFault = (answer: { readonly kind: string }): answer is Faulty => answer.kind === 'fault';

/** A retry does not help when the page is too large. */
const mayPass = ({ verdict, code }: Fault) => verdict !== 'denied' && code !== ANSWER_TOO_LARGE;

/**
 * Milliseconds until a call leaves the headroom untouched. Less than one whole call cannot be kept back: of two, as
 * the Free plan has, a headroom of a tenth is none, or half of the limit would be lost to resets in whole seconds.
 */
export function waitForRateLimitMs(rateLimit: RateLimit, headroom: number, nowMs: number): number {
  const reserved = Math.min(rateLimit.limit - 1, Math.floor(rateLimit.limit * headroom));
  if (rateLimit.remaining > reserved) return 0;
  // The reset is given in whole seconds, up to a minute ahead; a later one means that a clock is wrong.
  return Math.min(60_000, Math.max(0, rateLimit.resetAtMs - nowMs));
}
