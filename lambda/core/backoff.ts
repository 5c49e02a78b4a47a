/** How long to wait before trying again. */
import type { Random } from './model.ts';

/**
 * Full jitter: anything from 0 to base·2ⁿ, capped; at least the vendor's Retry-After.
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 * @param attempt 0 after the first failure
 */
export function backoffMs(
  attempt: number,
  random: Random,
  { baseMs, capMs, retryAfterMs = 0 }: { baseMs: number; capMs: number; retryAfterMs?: number },
): number {
  const jitterMs = random() * Math.min(capMs, baseMs * 2 ** attempt);
  return Math.ceil(retryAfterMs > 0 ? retryAfterMs + jitterMs / 10 : jitterMs);
}
