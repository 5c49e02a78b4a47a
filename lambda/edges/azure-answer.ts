/** What either of Azure's ingestion APIs brought back, as a PostAnswer. */
import {
  type Answer,
  cleanMessage,
  jsonObject,
  networkFailure,
  readText,
  retryAfterMs,
} from '../core/http.ts';
import { isObject } from '../core/log.ts';
import type { Fault, PostAnswer } from '../core/model.ts';

/**
 * Azure's answer, its body read to the end or to 64 KiB. A 2xx with a web page is none of Azure's: it is `unanswered`,
 * since a proxy that says 200 would otherwise lose the batch. Rejects when the connection breaks, see `noAnswer`.
 */
export async function readAnswer(response: Answer, nowMs: number): Promise<PostAnswer> {
  const { status, headers } = response;
  const text = await readText(response);
  const type = headers.get('content-type') ?? 'no content type';
  if (response.ok && (/html/i.test(type) || text.trimStart().startsWith('<'))) {
    const message = `a web page came back with status ${status} (${type}): a proxy answered, not Azure`;
    return { kind: 'unanswered', code: 'NOT_AZURE', message };
  }
  const { code, message } = status >= 300 && status < 400 ? REDIRECT : errorOf(text);
  const waitMs = retryAfterMs(headers.get('retry-after'), nowMs);
  return {
    kind: 'answered',
    status,
    ...(code ? { code } : {}),
    ...(message ? { message } : {}),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

/** No answer, or not a whole one. */
export function noAnswer(error: unknown): PostAnswer {
  return { kind: 'unanswered', ...networkFailure(error) };
}

/** Ours ran out before there was anything to post with. */
export function notInTime(what: 'secret' | 'token'): { readonly kind: 'fault'; readonly fault: Fault } {
  const message = `nothing was posted: the ${what} did not come in time`;
  return { kind: 'fault', fault: { verdict: 'unavailable', code: 'TIMEOUT', message } };
}

const REDIRECT = { code: 'Redirect', message: 'Azure redirects elsewhere, which is not followed' };

/** A code is a word: anything else is none, and may repeat what was posted. */
const CODE = /^[\w.-]{1,100}$/;

/** `{"Error","Message"}` of the Data Collector, `{"error":{"code","message"}}` of the Logs Ingestion API. */
function errorOf(text: string): { code?: string; message?: string } {
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
