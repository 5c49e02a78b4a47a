/** One call of `GET /api/v2/logs`, by the `auth0` package's LogsClient. */
import { LogsClient } from 'auth0/logs';
import type { Answer, Fetch } from '../core/http.ts';
import type { Secret } from '../core/secret.ts';

export type Query = Readonly<Record<string, string | number | boolean>>;

/** An answer of Auth0's, of any status. */
export interface Answered {
  readonly answer: Answer;
  /** Its JSON, or its text where that is none; undefined where a refusal's body did not arrive. */
  readonly body: unknown;
}

type Fetcher = NonNullable<ConstructorParameters<typeof LogsClient>[0]['fetcher']>;

/** Else the package adds page, per_page and include_totals of its own. It knows no `from` and `take`: they go beside. */
const NO_DEFAULTS = { page: null, per_page: null, include_totals: null };

/**
 * Asks for logs. Rejects as `fetch` does, when there is no answer, or when one that is not a refusal breaks off.
 * The package makes URL, query and authorization. Its transport is ours, by its option `fetcher`: its own costs a fifteenth of all processor
 * time of a run, retries without the deadline, and loses the status of an answer that is not JSON.
 * @param baseUrl with `/api/v2`
 */
export function logsClient(
  baseUrl: string,
  fetch: Fetch,
): (query: Query, token: Secret, limit: AbortSignal) => Promise<Answered> {
  const fetcher: Fetcher = async <R>({ url, queryString, headers, abortSignal }: Parameters<Fetcher>[0]) => {
    const answer = await fetch(`${url}?${queryString}`, {
      headers: headers as Record<string, string>,
      redirect: 'manual',
      ...(abortSignal && { signal: abortSignal }),
    });
    const body = await bodyOf(answer);
    // To the package every answer is a good one: what it means is decided by who asked.
    return { ok: true, body: { answer, body } as R, rawResponse: answer as unknown as Response };
  };
  let made: { readonly token: Secret; readonly client: LogsClient } | undefined;
  return async (query, token, limit) => {
    // Made once for a token, and not for each page.
    if (made?.token !== token) {
      made = { token, client: new LogsClient({ baseUrl, token: token.reveal(), fetcher }) };
    }
    const page = await made.client.list(NO_DEFAULTS, { queryParams: query, abortSignal: limit });
    return page.response as unknown as Answered;
  };
}

async function bodyOf(answer: Answer): Promise<unknown> {
  const text = answer.ok ? await answer.text() : await answer.text().catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
