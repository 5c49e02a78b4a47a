/**
 * The Log Analytics query API as a WorkspaceReader: one POST per query.
 * https://learn.microsoft.com/azure/azure-monitor/logs/api/request-format
 */
import { remedied, remedyOf } from '../core/cause.ts';
import {
  ANSWER_TOO_LARGE,
  type Answer,
  cleanMessage,
  type Fetch,
  faultVerdict,
  jsonObject,
  networkFailure,
  readText,
  retryAfterMs,
  withinLimit,
  withTimeLimit,
} from '../core/http.ts';
import type { Clock, Fault } from '../core/model.ts';
import type { TokenAnswer } from '../core/oauth.ts';
import { isObject } from '../core/record/log.ts';
import type { QueryAnswer, Row, Span, WorkspaceReader } from '../core/workspace.ts';
import { WORKSPACE_CAUSES } from './workspace-causes.ts';

export interface WorkspaceQueryOptions {
  /** The API of the cloud, or a simulator: no path, no trailing slash. */
  readonly baseUrl: string;
  /** The customer id, a GUID, not the resource id. */
  readonly workspaceId: string;
  readonly cloud: string;
  /** The token of the caller. Law: never throws. */
  readonly token: (timeoutMs: number) => Promise<TokenAnswer>;
  readonly clock: Clock;
  readonly fetch: Fetch;
}

/**
 * More rows, bytes, memory or time than an answer may have: https://aka.ms/kustoquerylimits and
 * https://learn.microsoft.com/azure/data-explorer/kusto/concepts/errorsinnativecode
 */
const TOO_MUCH =
  /RESULT_SET_TOO_LARGE|RUNAWAY_QUERY|80DA000[137]|(the set|allowed) limit|timed?[ -]?out|low.memory/i;
const UNKNOWN_NAME = /Failed to resolve [\w ]*named '([^']+)'/;
/** In seconds: https://learn.microsoft.com/azure/azure-monitor/logs/api/timeouts */
const WAIT_SECONDS = 180;
/** Of the limit of 200 requests, for a 429 without a time. */
const RATE_MS = 30_000;

/** See the law of WorkspaceReader. */
export function workspaceQuery(options: WorkspaceQueryOptions): WorkspaceReader {
  const { baseUrl, workspaceId, fetch } = options;
  const url = `${baseUrl}/v1/workspaces/${workspaceId}/query`;

  const ask = async (
    kql: string,
    span: Span,
    timeoutMs: number,
    limit: AbortSignal,
  ): Promise<QueryAnswer> => {
    const granted = await withinLimit(options.token(timeoutMs), limit);
    if (granted.kind === 'fault') return granted;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${granted.token.reveal()}`,
        'content-type': 'application/json',
        prefer: `wait=${WAIT_SECONDS}`,
      },
      body: JSON.stringify({ query: kql, timespan: `${iso(span.fromMs)}/${iso(span.toMs)}` }),
      redirect: 'manual',
      signal: limit,
    });
    return response.ok
      ? tableIn(response, await response.text(), options)
      : refusal(response, await readText(response), options);
  };

  return {
    query: (kql, span, timeoutMs) =>
      withTimeLimit(timeoutMs, limit => ask(kql, span, timeoutMs, limit)).catch(noAnswer),
  };
}

/** https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format */
function tableIn(response: Answer, text: string, options: WorkspaceQueryOptions): QueryAnswer {
  // "If a workspace has no data in it": https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
  if (response.status === 204 && text === '') return { kind: 'rows', rows: [] };
  const body = jsonObject(text);
  // "PartialError" is a 200 with a part of the rows.
  if (body && isObject(body['error'])) return refusal(response, text, options);
  const [table] = Array.isArray(body?.['tables']) ? body['tables'] : [];
  const rows = rowsOf(table);
  if (rows) return { kind: 'rows', rows };
  const remedy = remedyOf(WORKSPACE_CAUSES, { status: response.status, isPage: true }, valuesOf(options));
  const what = `the answer is not from the workspace: ${response.status} without a table`;
  return {
    kind: 'fault',
    fault: { verdict: 'intercepted', status: response.status, ...remedied(what, remedy) },
  };
}

/** Undefined for a value that is not a table, each row with a value for each column. */
function rowsOf(table: unknown): Row[] | undefined {
  if (!isObject(table) || !Array.isArray(table['columns']) || !Array.isArray(table['rows'])) return undefined;
  const names = table['columns'].map(column => String(Object(column).name));
  const rows: unknown[] = table['rows'];
  const isRow = (row: unknown): row is unknown[] => Array.isArray(row) && row.length === names.length;
  return rows.every(isRow)
    ? rows.map(row => Object.fromEntries(names.map((name, i) => [name, row[i]])))
    : undefined;
}

function refusal({ status, headers }: Answer, text: string, options: WorkspaceQueryOptions): QueryAnswer {
  const errors = errorsIn(jsonObject(text)?.['error']);
  const words = errors.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const said = cleanMessage(words);
  const [, name] = UNKNOWN_NAME.exec(words) ?? [];
  if (status === 400 && name !== undefined) return { kind: 'unknown-name', name };
  const isPage = /html/i.test(headers.get('content-type') ?? '');
  // A page is of a gateway in between, which narrower queries do not help.
  const isTimeout = status === 504 && !isPage;
  if (isTimeout || TOO_MUCH.test(words)) return { kind: 'too-much', message: said || `${status}` };
  const code = errors[0]?.code;
  const verdict = status < 300 ? 'unavailable' : faultVerdict(status);
  const remedy =
    verdict === 'unavailable'
      ? undefined
      : remedyOf(WORKSPACE_CAUSES, { status, code, message: said, isPage }, valuesOf(options));
  const askedMs = retryAfterMs(headers.get('retry-after'), options.clock.now());
  const waitMs = askedMs ?? (status === 429 ? RATE_MS : undefined);
  const fault: Fault = {
    verdict,
    status,
    ...(code ? { code } : {}),
    ...remedied(`the query failed (${status}${said ? ` ${said}` : ''})`, remedy),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
  return { kind: 'fault', fault };
}

/** The error and its inner errors: https://learn.microsoft.com/azure/azure-monitor/logs/api/errors */
function errorsIn(error: unknown): { readonly code: string; readonly message: string }[] {
  if (!isObject(error)) return [];
  const { code, message, innererror, details } = error;
  const inner = [innererror, ...(Array.isArray(details) ? details : [])];
  return [
    { code: cleanMessage(String(code ?? '')), message: String(message ?? '') },
    ...inner.flatMap(errorsIn),
  ];
}

function noAnswer(error: unknown): QueryAnswer {
  const { code, message } = networkFailure(error);
  if (code === ANSWER_TOO_LARGE) return { kind: 'too-much', message };
  const what = `the workspace did not answer: ${message}`;
  return { kind: 'fault', fault: { verdict: 'unavailable', code, message: what } };
}

const valuesOf = ({ workspaceId, cloud, baseUrl }: WorkspaceQueryOptions) => ({
  workspaceId,
  cloud,
  host: URL.parse(baseUrl)?.host ?? baseUrl,
});

const iso = (ms: number) => new Date(ms).toISOString();
