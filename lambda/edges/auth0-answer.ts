/** What an answer of Auth0's Management API holds besides logs: rate limit, next page, refusals. */
import { remedied, remedyOf } from '../core/cause.ts';
import {
  ANSWER_TOO_LARGE,
  type Answer,
  cleanMessage,
  faultVerdict,
  networkFailure,
  RETRY_AFTER_MAX_MS,
  retryAfterMs,
} from '../core/http.ts';
import type { Fault, RateLimit } from '../core/model.ts';
import { isObject } from '../core/record/log.ts';
import { AUTH0_LOGS_CAUSES } from './auth0-causes.ts';

type AnswerHeaders = Answer['headers'];

/** The `x-ratelimit-*` headers: https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy */
export function readRateLimit(headers: AnswerHeaders): RateLimit | undefined {
  const limit = whole(headers.get('x-ratelimit-limit'));
  const remaining = whole(headers.get('x-ratelimit-remaining'));
  const resetSeconds = whole(headers.get('x-ratelimit-reset'));
  if (limit === undefined || remaining === undefined || resetSeconds === undefined) return undefined;
  return { limit, remaining, resetAtMs: resetSeconds * 1000 };
}

/**
 * `Retry-After`, else the time until `x-ratelimit-reset`: Auth0 documents neither. Every answer has the latter, so that
 * it proves nothing about a refusal. An hour at most, the longest wait of a token quota:
 * https://auth0.com/docs/fine-grained-m2m-token-quotas
 */
export function auth0RetryAfterMs(status: number, headers: AnswerHeaders, nowMs: number): number | undefined {
  const asked = retryAfterMs(headers.get('retry-after'), nowMs);
  if (asked !== undefined || faultVerdict(status) === 'denied') return asked;
  const resetSeconds = whole(headers.get('x-ratelimit-reset'));
  if (resetSeconds === undefined) return undefined;
  return Math.min(RETRY_AFTER_MAX_MS, Math.max(0, resetSeconds * 1000 - nowMs));
}

/** The log id in the `Link` header's `rel="next"`. */
export function readNextLogId(headers: AnswerHeaders): string | undefined {
  for (const [, url = '', parameters = ''] of (headers.get('link') ?? '').matchAll(/<([^>]*)>([^,<]*)/g)) {
    if (!/;\s*rel="?next"?/i.test(parameters)) continue;
    return URL.parse(url)?.searchParams.get('from') || undefined;
  }
  return undefined;
}

export interface Refused {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Its JSON, if it was any. */
  readonly body: unknown;
  /** Logs were searched by date, and not read from a log id. */
  readonly isSearch: boolean;
}

/** Auth0 answered, but not with logs. */
export function refusal(refused: Refused, nowMs: number, domain: string): Fault {
  const { status, headers, body } = refused;
  const details = isObject(body) ? body : {};
  const code = text(details['errorCode']) ?? text(details['error']);
  const said = text(details['message']);
  const verdict = faultVerdict(status);
  const waitMs = auth0RetryAfterMs(status, headers, nowMs);
  const failed = verdict === 'denied' ? 'rejected the request for logs' : 'returned no logs';
  const what = `Auth0 ${failed} (${[status, code].filter(Boolean).join(' ')}${said ? `: ${said}` : ''})`;
  // A gateway's page has no JSON, and the package hands its text on.
  const isPage =
    /html/i.test(headers.get('content-type') ?? '') || (typeof body === 'string' && /^\s*</.test(body));
  const seen = { status, code, message: said, isPage, isSearch: refused.isSearch };
  const remedy =
    verdict === 'unavailable' ? undefined : remedyOf(AUTH0_LOGS_CAUSES, seen, { domain, host: domain });
  return {
    verdict,
    status,
    ...(code ? { code } : {}),
    ...remedied(what, remedy),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

/** Auth0 did not answer, or not to the end, or with more than fits the memory. */
export function noAnswer(error: unknown): Fault {
  const { code, message } = networkFailure(error);
  if (code === ANSWER_TOO_LARGE) {
    const remedy =
      'smaller pages are tried automatically; if one log alone is too large, increase the memory of the function (memorySizeMb)';
    return { verdict: 'unavailable', code, message: `Auth0 returned no logs: ${message}; ${remedy}` };
  }
  return { verdict: 'unavailable', code, message: `Auth0 did not answer: ${message}` };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? cleanMessage(value) : undefined;
}

function whole(header: string | null): number | undefined {
  return header !== null && /^\d{1,12}$/.test(header.trim()) ? Number(header) : undefined;
}
