/** What every vendor's HTTP answer, or the lack of one, needs before its own meaning: limits, causes, clean words. */
import type { Fault } from './model.ts';

/** As much of `fetch` as the edges use, so that it can stand in for the client that wiring.ts makes, and the other way round. */
export type Fetch = (url: string, init?: FetchInit) => Promise<Answer>;

export interface FetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | URLSearchParams;
  readonly redirect?: 'manual';
  readonly signal?: AbortSignal;
}

/** The head of an answer. The body is read once, either in parts or as text. */
export interface Answer {
  readonly status: number;
  /** Status 200 to 299. */
  readonly ok: boolean;
  readonly headers: Pick<Headers, 'get'>;
  readonly body: AsyncIterable<Uint8Array> | null;
  /** Rejects with the code ANSWER_TOO_LARGE when there is more than fits the memory, before it is taken in. */
  text(): Promise<string>;
}

export const ANSWER_TOO_LARGE = 'ANSWER_TOO_LARGE';

/** Error bodies are a few hundred bytes; more than this is not read. */
const ANSWER_MAX_BYTES = 65_536;
const MESSAGE_MAX_CHARACTERS = 300;
/** The longest wait that a vendor's header may ask for: above it is a clock or a header that is wrong. */
export const RETRY_AFTER_MAX_MS = 3_600_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * Does `work` with a signal that fires after `timeoutMs`: one for the whole of a call, secret, token, headers and body.
 * It ends with the work: AbortSignal.timeout would keep what each call has used until its time is up.
 */
export async function withTimeLimit<T>(
  timeoutMs: number,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const give = () => limit.abort(new DOMException('the request timed out', 'TimeoutError'));
  const timer = setTimeout(give, Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(timeoutMs))));
  // No process stays for it alone.
  timer.unref();
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The outcome of `work`, or a rejection with the signal's reason when that comes first. */
export function withinLimit<T>(work: Promise<T>, limit: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(limit.reason);
    if (limit.aborted) give();
    limit.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => limit.removeEventListener('abort', give));
  });
}

/**
 * The beginning of the answer's body as text; the rest is left unread.
 * Rejects when the connection breaks or the request's signal fires, as `networkFailure` understands.
 */
export async function readText(response: Answer): Promise<string> {
  if (!response.body) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body) {
    parts.push(part);
    bytes += part.byteLength;
    if (bytes >= ANSWER_MAX_BYTES) break;
  }
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, ANSWER_MAX_BYTES));
}

/** The JSON object in the text; undefined when it holds anything else. */
export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a status other than 2xx means when a vendor gives it no meaning of its own. */
export function faultVerdict(status: number): Fault['verdict'] {
  if (status === 429) return 'throttled';
  return status === 408 || status >= 500 ? 'unavailable' : 'denied';
}

/**
 * Why there was no answer, or only half of one. Code `TIMEOUT` is our own limit; others are the system's
 * (`ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_SOCKET`, …), else `NETWORK`.
 */
export function networkFailure(error: unknown): { readonly code: string; readonly message: string } {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'TimeoutError' || cause.name === 'AbortError') {
      return { code: 'TIMEOUT', message: 'the request timed out' };
    }
    const code = 'code' in cause ? cause.code : undefined;
    if (typeof code === 'string') return { code, message: cleanMessage(cause.message || code) };
  }
  // Only a coded error's words are passed on: others, such as "invalid header value", may quote a token.
  return {
    code: 'NETWORK',
    message: `no connection (${error instanceof Error ? error.name : typeof error})`,
  };
}

/**
 * A `Retry-After` header, seconds or a date, in milliseconds from `nowMs`; undefined when absent or unreadable.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  const dateMs = /^[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : dateMs - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, Math.ceil(ms)));
}

/** A vendor's own words, made safe to log: one line, at most 300 characters, nothing like a token or a signature. */
export function cleanMessage(text: string): string {
  const line = text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/\b(Bearer|SharedKey|Basic) \S+/gi, '$1 [removed]')
    .replaceAll(/eyJ[\w-]+(\.[\w-]*)*/g, '[removed]')
    .replaceAll(/[A-Za-z0-9+/_=~-]{40,}/g, '[removed]')
    .trim();
  return line.length > MESSAGE_MAX_CHARACTERS ? `${line.slice(0, MESSAGE_MAX_CHARACTERS - 1)}…` : line;
}
