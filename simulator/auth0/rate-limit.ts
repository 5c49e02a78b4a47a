/** Auth0's rate limit: a bucket of calls that fills up again at a steady pace. */

export interface RateLimitOptions {
  /** Calls that may come at once. */
  readonly burst: number;
  /** Calls that come back every second; 100 a minute is 100 / 60. */
  readonly perSecond: number;
  /** Whether a 429 carries `Retry-After`, which Auth0 does not promise. */
  readonly retryAfter?: boolean;
}

export interface Allowance {
  readonly allowed: boolean;
  /** `x-ratelimit-*`, and `retry-after` when wished for. */
  readonly headers: Record<string, string>;
}

/**
 * Takes one call at a time. `nowMs` is handed in and must not run backwards.
 * The reset is when the next call is added, in UNIX seconds, rounded up:
 * https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy
 */
export function rateLimit(options: RateLimitOptions): (nowMs: number) => Allowance {
  const { burst, perSecond, retryAfter = false } = options;
  const refillMs = 1000 / perSecond;
  /** When the bucket was, or will be, full: one number says how many calls are missing. */
  let fullAtMs = Number.NEGATIVE_INFINITY;
  return nowMs => {
    const missing = Math.max(0, (fullAtMs - nowMs) / refillMs);
    const allowed = missing <= burst - 1 + 1e-6;
    if (allowed) fullAtMs = Math.max(fullAtMs, nowMs) + refillMs;
    const after = allowed ? missing + 1 : missing;
    const remaining = Math.max(0, Math.floor(burst - after + 1e-6));
    // The bucket is full again at fullAtMs, so the next call is added that many whole refills earlier.
    const resetMs = fullAtMs - refillMs * (burst - remaining - 1);
    const headers: Record<string, string> = {
      'x-ratelimit-limit': String(burst),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Math.ceil(resetMs / 1000 - 1e-6)),
    };
    if (!allowed && retryAfter) headers['retry-after'] = String(Math.ceil((resetMs - nowMs) / 1000 - 1e-6));
    return { allowed, headers };
  };
}
