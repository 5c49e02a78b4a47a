/** A vendor's answer, reduced to what may stand in a report: no text of a log, no name of the account, no secret. */
import { type Answer, jsonObject, networkFailure } from '../../lambda/core/http.ts';
import { isObject } from '../../lambda/core/record/log.ts';
import { counted } from '../terminal/words.ts';

export type Seen =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Those of HEADERS that came. */
      readonly headers: Readonly<Record<string, string>>;
      readonly bytes: number;
      /** Its JSON; undefined when it is none. For judgments, never for the report. */
      readonly body: unknown;
      readonly link: string | null;
    }
  /** No answer; `why` is a clause. */
  | { readonly kind: 'none'; readonly why: string };

export type SeenAnswer = Extract<Seen, { kind: 'answer' }>;

/** Headers whose values are numbers or types: others are only said to be there. */
const VALUED = [
  'content-type',
  'content-length',
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];
const HEADERS = [
  ...VALUED,
  'ratelimit',
  'ratelimit-policy',
  'x-ms-request-id',
  'request-context',
  'date',
  'server',
];
const SAFE_VALUE = /^[\w ;=/.,:+-]{1,80}$/;
const CODE = /^[\w.-]{1,60}$/;

/** Reads the answer to its end. Rejects when the connection breaks. */
export async function seenOf(response: Answer, text: string): Promise<SeenAnswer> {
  const headers = HEADERS.flatMap(name => {
    const value = response.headers.get(name);
    return value === null
      ? []
      : [[name, VALUED.includes(name) && SAFE_VALUE.test(value) ? value : 'present']];
  });
  return {
    kind: 'answer',
    status: response.status,
    headers: Object.fromEntries(headers),
    bytes: Buffer.byteLength(text),
    body: jsonOf(text),
    link: response.headers.get('link'),
  };
}

/** Why there was no answer: only the system's code, since messages may name hosts. */
export const unanswered = (error: unknown): Seen => ({
  kind: 'none',
  why: `no answer (${networkFailure(error).code})`,
});

/** `400 (invalid_query_string)`, `200 with 3 logs`. */
export function statusWords(seen: Seen): string {
  if (seen.kind === 'none') return seen.why;
  const { status, body, bytes } = seen;
  if (Array.isArray(body)) return `${status} with ${counted(body.length, 'log')}`;
  const code = codeOf(body);
  if (code !== undefined) return `${status} (${code})`;
  return `${status} with ${bytes === 0 ? 'an empty body' : `a body of ${bytes} bytes`}`;
}

/** `retry-after: 3, x-ratelimit-limit: 10`. */
export function headerWords({ headers }: SeenAnswer): string {
  const all = Object.entries(headers).map(([name, value]) =>
    value === 'present' ? name : `${name}: ${value}`,
  );
  return all.length === 0 ? 'none of the headers that are looked for' : all.join(', ');
}

/** The word by which a vendor names an error. */
function codeOf(body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const inner = isObject(body['error']) ? body['error']['code'] : body['error'];
  const code = [body['errorCode'], body['Error'], inner].find(
    one => typeof one === 'string' && CODE.test(one),
  );
  return code === undefined ? undefined : String(code);
}

function jsonOf(text: string): unknown {
  if (!text.trim().startsWith('[')) return jsonObject(text);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
