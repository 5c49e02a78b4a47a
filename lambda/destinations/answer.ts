/** What a destination's API brought back, as a PostAnswer. */
import { clockAhead } from '../core/cause.ts';
import {
  type Answer,
  cleanMessage,
  jsonObject,
  networkFailure,
  readText,
  retryAfterMs,
} from '../core/http.ts';
import type { Fault, PostAnswer } from '../core/model.ts';
import { isObject } from '../core/record/log.ts';
import { NOT_AZURE } from '../core/verdict.ts';

export interface ErrorWords {
  readonly code?: string;
  readonly message?: string;
}

/**
 * Azure's answer, its body read to the end or to 64 KiB. A 2xx with a body that Azure does not send gets the code
 * NOT_AZURE: a proxy that says 200 to everything would otherwise lose the batch. Rejects when the connection breaks, see
 * `noAnswer`.
 * @param errorOf what the body of an error says, where it is not as Azure writes it
 */
export async function readAnswer(
  response: Answer,
  nowMs: number,
  errorOf: (text: string) => ErrorWords = azureError,
): Promise<PostAnswer> {
  const { status, headers } = response;
  const text = await readText(response);
  if (response.ok) {
    const strange = strangeBody(text);
    const type = cleanMessage(headers.get('content-type') ?? 'no content type');
    const message = `${status} with ${strange} (${type})`;
    return { kind: 'answered', status, ...(strange && { code: NOT_AZURE, message }) };
  }
  const { code, message } = status >= 300 && status < 400 ? REDIRECT : errorOf(text);
  const isPage = /html/i.test(headers.get('content-type') ?? '');
  const clockAheadMs = status === 403 ? clockAhead(headers.get('date'), nowMs) : undefined;
  const waitMs = retryAfterMs(headers.get('retry-after'), nowMs);
  return {
    kind: 'answered',
    status,
    ...(code ? { code } : {}),
    ...(message ? { message } : {}),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(isPage ? { isPage } : {}),
    ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
  };
}

/**
 * What is strange about the body of a 2xx, in words; undefined for what Azure sends: nothing, or JSON without an error.
 * The body is never quoted, since it may repeat what was posted.
 */
function strangeBody(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const body = jsonOf(text);
  if (body === NO_JSON) return 'a body that is not JSON';
  return holdsError(body) ? 'an error in its body' : undefined;
}

const NO_JSON = Symbol('no JSON');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NO_JSON;
  }
}

const ERROR_KEY = /^(inner)?[_-]?(error|fault|exception)s?([_-]?(code|message|type|detail|description)s?)?$/i;

/** Whether JSON names an error anywhere: by a key that says so and is filled in, as the code and message of one, or in so many words. */
function holdsError(body: unknown): boolean {
  // A list instead of recursion: what a stranger sends may be nested without end.
  const todo = [body];
  while (todo.length > 0) {
    const value = todo.pop();
    if (typeof value === 'string' && value === body) return /error|fail|denied|invalid/i.test(value);
    if (typeof value !== 'object' || value === null) continue;
    const entries = Object.entries(value);
    const has = (name: string) => entries.some(([key, one]) => key.toLowerCase() === name && isFilled(one));
    if (has('code') && has('message')) return true;
    if (entries.some(([key, one]) => ERROR_KEY.test(key) && isFilled(one))) return true;
    todo.push(...entries.map(([, one]) => one).filter(one => typeof one === 'object' && one !== null));
  }
  return false;
}

function isFilled(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}

/** No answer, or an incomplete one. */
export function noAnswer(error: unknown): PostAnswer {
  return { kind: 'unanswered', ...networkFailure(error) };
}

/** Our time ran out before there were credentials to post with. */
export function notInTime(what: 'secret' | 'token'): { readonly kind: 'fault'; readonly fault: Fault } {
  const message = `nothing was posted: the request for the ${what} timed out`;
  return { kind: 'fault', fault: { verdict: 'unavailable', code: 'TIMEOUT', message } };
}

const REDIRECT = { code: 'Redirect', message: 'Azure answered with a redirect, which is not followed' };

/** A code is a word: anything else is none, and may repeat what was posted. */
const CODE = /^[\w.-]{1,100}$/;

/** `{"Error","Message"}` of the Data Collector, `{"error":{"code","message"}}` of the Logs Ingestion API. */
function azureError(text: string): ErrorWords {
  const body = jsonObject(text);
  if (!body) return {};
  const inner = isObject(body['error']) ? body['error'] : {};
  const code = inner['code'] ?? body['Error'] ?? body['code'];
  const message = inner['message'] ?? body['Message'] ?? body['message'];
  return {
    ...(typeof code === 'string' && CODE.test(code) ? { code: cleanMessage(code) } : {}),
    ...(typeof message === 'string' ? { message: cleanMessage(message) } : {}),
  };
}
