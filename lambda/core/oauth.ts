/** Tokens by client credentials, as Auth0 and Entra both give them: https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
import { type Refused, remedied } from './cause.ts';
import { withoutSecrets } from './echo.ts';
import { cleanMessage, faultVerdict, jsonObject } from './http.ts';
import type { Clock, Fault } from './model.ts';
import { Secret } from './secret.ts';

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** What a token endpoint brought. The lifetime counts from the request. */
export type Grant =
  | { readonly kind: 'token'; readonly token: Secret; readonly lifetimeMs: number }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** A token kept and renewed. Law: after `drop`, the next `get` asks anew. */
export interface TokenCache {
  get(timeoutMs: number): Promise<TokenAnswer>;
  drop(): void;
}

const RENEW_BEFORE_MS = 300_000;
/** Of a lifetime that is too short for five minutes. */
const RENEW_BEFORE_SHARE = 0.1;
/** For a token that does not say how long it lives. */
const LIFETIME_UNKNOWN_MS = 300_000;

/**
 * Keeps the token that `ask` brings, asks once for all who wait, and renews it five minutes (or a tenth of a short
 * lifetime) before it expires. When renewing fails for want of an answer, the old token serves until it expires. While
 * the vendor's wish to be left alone lasts, nothing is asked: each refusal may count, and be logged, anew.
 */
export function tokenCache(clock: Clock, ask: (timeoutMs: number) => Promise<Grant>): TokenCache {
  let held: { readonly token: Secret; readonly renewAtMs: number; readonly expiresAtMs: number } | undefined;
  let flight: Promise<TokenAnswer> | undefined;
  let quiet: { readonly fault: Fault; readonly untilMs: number } | undefined;
  let generation = 0;

  const renew = async (timeoutMs: number): Promise<TokenAnswer> => {
    const mine = generation;
    const askedAtMs = clock.now();
    try {
      const grant = await ask(timeoutMs);
      // Dropped meanwhile: the caller gets the answer, but it is not kept.
      if (mine !== generation) return grant;
      if (grant.kind === 'token') {
        const expiresAtMs = askedAtMs + grant.lifetimeMs;
        const marginMs = Math.min(RENEW_BEFORE_MS, grant.lifetimeMs * RENEW_BEFORE_SHARE);
        held = { token: grant.token, renewAtMs: expiresAtMs - marginMs, expiresAtMs };
        return grant;
      }
      const { fault } = grant;
      // A refusal starts no wait: the operator may correct its cause earlier.
      if (fault.retryAfterMs !== undefined && fault.verdict !== 'denied') {
        quiet = { fault, untilMs: clock.now() + fault.retryAfterMs };
      }
      if (held && fault.verdict !== 'denied' && clock.now() < held.expiresAtMs) {
        return { kind: 'token', token: held.token };
      }
      return grant;
    } finally {
      if (mine === generation) flight = undefined;
    }
  };

  return {
    get: async timeoutMs => {
      const nowMs = clock.now();
      if (held && nowMs < held.renewAtMs) return { kind: 'token', token: held.token };
      if (quiet && nowMs < quiet.untilMs) {
        if (held && nowMs < held.expiresAtMs) return { kind: 'token', token: held.token };
        return { kind: 'fault', fault: { ...quiet.fault, retryAfterMs: quiet.untilMs - nowMs } };
      }
      flight ??= renew(timeoutMs);
      return flight;
    },
    drop: () => {
      generation++;
      held = undefined;
      flight = undefined;
      quiet = undefined;
    },
  };
}

/**
 * The token endpoint's answer: a token, or why not.
 * @param who the vendor, as the message names it
 * @param remedyFor what to do about a refusal
 * @param secrets what was sent: a vendor that repeats it must not get it printed
 */
export function readGrant(
  answer: {
    readonly status: number;
    readonly text: string;
    readonly retryAfterMs?: number | undefined;
    readonly clockAheadMs?: number | undefined;
  },
  who: string,
  remedyFor: (refused: Refused) => string | undefined,
  secrets: readonly string[],
): Grant {
  const { status, retryAfterMs } = answer;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  const body = jsonObject(answer.text) ?? {};
  const token = body['access_token'];
  // Anything but visible ASCII would be refused as a header, with an error that quotes it.
  if (status === 200 && typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) {
    return { kind: 'token', token: new Secret(token), lifetimeMs: lifetimeMs(body['expires_in']) };
  }
  if (status >= 200 && status < 300) {
    const message = `${who} answered ${status} without a token; a proxy may have answered instead of ${who}`;
    return { kind: 'fault', fault: { verdict: 'unavailable', status, message, ...wait } };
  }
  const clean = (words: unknown) =>
    typeof words === 'string' ? cleanMessage(withoutSecrets(words, secrets)) : undefined;
  const code = clean(body['error']);
  const description = clean(body['error_description']);
  const said = description === undefined ? '' : `: ${description}`;
  const verdict = /^(temporarily_unavailable|server_error)$/.test(code ?? '')
    ? 'unavailable'
    : faultVerdict(status);
  const isPage = /^\s*</.test(answer.text);
  const refused = { status, code, message: description, isPage, clockAheadMs: answer.clockAheadMs };
  const failed = verdict === 'denied' ? 'rejected the token request' : 'returned no token';
  const what = `${who} ${failed} (${[status, code].filter(Boolean).join(' ')}${said})`;
  const remedy = verdict === 'denied' || verdict === 'throttled' ? remedyFor(refused) : undefined;
  return {
    kind: 'fault',
    fault: {
      verdict,
      status,
      ...(code ? { code } : {}),
      ...remedied(what, remedy),
      isTokenRefused: true,
      ...wait,
    },
  };
}

function lifetimeMs(expiresIn: unknown): number {
  const seconds = Number(expiresIn);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : LIFETIME_UNKNOWN_MS;
}
