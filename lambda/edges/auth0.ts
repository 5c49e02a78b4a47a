/** Auth0's tenant logs as a LogSource. */
import { randomUUID } from 'node:crypto';
import type { PipelineConfig } from '../config/config.ts';
import { AUTH0_PAGE_SIZE } from '../core/contract.ts';
import { type Answer, type Fetch, withinLimit, withTimeLimit } from '../core/http.ts';
import type { Clock, Fault, LogSource, PageAnswer, SecretSource, StartFrom } from '../core/model.ts';
import { logDateOf, logIdOf } from '../core/record/log.ts';
import { isPastLogId, LOWEST_LOG_ID_PREFIX, logIdPrefix, syntheticLogId } from '../core/record/log-id.ts';
import { noAnswer, readNextLogId, readRateLimit, refusal } from './auth0-answer.ts';
import { logsClient, type Query } from './auth0-client.ts';
import { auth0Token } from './auth0-token.ts';

export interface Auth0LogsOptions {
  readonly config: PipelineConfig['auth0'];
  readonly secrets: SecretSource;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Instead of `https://{domain}`, for a simulator: no path, no trailing slash. */
  readonly baseUrl?: string | undefined;
  /** Ids of client assertions; handed in by tests. */
  readonly randomUuid?: () => string;
}

const DAY_MS = 86_400_000;
/** The newest log by date: search mode, since checkpoint mode knows no "last". */
const NEWEST: Query = { page: 0, per_page: 1, sort: 'date:-1', include_totals: false };
/** Before any log of Auth0's. */
const FIRST_DATE_MS = Date.UTC(2000);

/**
 * The tenant's logs. A refused token (401, 403) is dropped with its secret, and the call repeated.
 * Faults: 429 `throttled`; 408, 5xx, no complete answer in time, or a 200 without a JSON array `unavailable`; all else
 * `denied`, including 400 for a log id that Auth0 does not accept, since a retry cannot fix it.
 * https://auth0.com/docs/api/management/v2/logs/get-logs
 */
export function auth0Logs(options: Auth0LogsOptions): LogSource {
  const { config, clock } = options;
  const token = auth0Token({
    ...options,
    domain: config.domain,
    customDomain: config.customDomain,
    secretName: config.secret,
    randomUuid: options.randomUuid ?? randomUUID,
  });
  const baseUrl = `${options.baseUrl ?? `https://${config.customDomain ?? config.domain}`}/api/v2`;
  const logs = logsClient(baseUrl, options.fetch);

  /** One request, within the limit. */
  const request = async (query: Query, timeoutMs: number, limit: AbortSignal): Promise<PageAnswer> => {
    try {
      const granted = await withinLimit(token.get(timeoutMs), limit);
      if (granted.kind === 'fault') return granted;
      const { answer, body } = await logs(query, granted.token, limit);
      return answer.ok ? readPage(answer, body) : refused(answer, query, body);
    } catch (error) {
      return { kind: 'fault', fault: noAnswer(error) };
    }
  };

  const readPage = (answer: Answer, logs: unknown): PageAnswer => {
    const rateLimit = readRateLimit(answer.headers);
    if (answer.status !== 200 || !Array.isArray(logs)) {
      const type = answer.headers.get('content-type') ?? 'no content type';
      const message = `Auth0 answered ${answer.status} without a JSON array of logs (${type}); check for a proxy, and check auth0.domain "${config.domain}"`;
      const fault = { verdict: 'unavailable', status: answer.status, message } as const;
      return { kind: 'fault', fault, ...(rateLimit ? { rateLimit } : {}) };
    }
    const nextLogId = readNextLogId(answer.headers);
    return { kind: 'page', logs, ...(nextLogId ? { nextLogId } : {}), ...(rateLimit ? { rateLimit } : {}) };
  };

  const refused = ({ status, headers }: Answer, query: Query, body: unknown): PageAnswer => {
    const rateLimit = readRateLimit(headers);
    const refused = { status, headers, body, isSearch: !('from' in query) };
    const fault = refusal(refused, clock.now(), config.domain);
    return { kind: 'fault', fault, ...(rateLimit ? { rateLimit } : {}) };
  };

  const askWithin = async (query: Query, timeoutMs: number, limit: AbortSignal): Promise<PageAnswer> => {
    const first = await request(query, timeoutMs, limit);
    if (first.kind === 'page' || (first.fault.status !== 401 && first.fault.status !== 403)) return first;
    token.drop();
    return request(query, timeoutMs, limit);
  };
  const ask = (query: Query, timeoutMs: number): Promise<PageAnswer> =>
    withTimeLimit(timeoutMs, limit => askWithin(query, timeoutMs, limit));

  return {
    prepare: timeoutMs => void token.get(timeoutMs),
    page: (logId, timeoutMs, take = AUTH0_PAGE_SIZE) => ask({ from: logId, take }, timeoutMs),
    newest: (beforeMs, timeoutMs) =>
      withTimeLimit(timeoutMs, async limit => {
        const dated = { ...NEWEST, q: datedBefore(beforeMs) };
        const answer = await askWithin(dated, timeoutMs, limit);
        const isBefore = (log: unknown) => (logDateOf(log) ?? Number.POSITIVE_INFINITY) < beforeMs;
        if (answer.kind === 'fault' && answer.fault.status !== 400) return answer;
        if (answer.kind === 'page') {
          const [log] = answer.logs;
          if (logDateOf(log) === undefined || isBefore(log)) return newestOf(answer, log);
        }
        // Refused or ignored: the syntax is documented, but unproven for some tenants. Plain, the newest may be too young.
        const plain = await askWithin({ ...NEWEST, per_page: AUTH0_PAGE_SIZE }, timeoutMs, limit);
        if (plain.kind === 'fault') return plain;
        const log = plain.logs.find(isBefore);
        if (log !== undefined || plain.logs.length === 0) return newestOf(plain, log);
        return {
          kind: 'fault',
          fault: NO_SEARCH_BY_DATE,
          ...(plain.rateLimit ? { rateLimit: plain.rateLimit } : {}),
        };
      }),
    search: async (fromMs, beforeMs, page, timeoutMs) => {
      const range = { q: datedFrom(fromMs, beforeMs), sort: 'date:1' };
      const answer = await ask({ ...NEWEST, ...range, page, per_page: AUTH0_PAGE_SIZE }, timeoutMs);
      if (answer.kind === 'fault') return answer;
      const { nextLogId: _, ...found } = answer;
      return found;
    },
    start: async (from, nowMs, timeoutMs) => {
      if (from.kind === 'log') return { kind: 'start', checkpoint: { logId: from.logId } };
      const answer = await ask(NEWEST, timeoutMs);
      if (answer.kind === 'fault') return { kind: 'fault', fault: answer.fault };
      const newest = answer.logs[0];
      const id = logIdOf(newest);
      // To begin at an id that leads nowhere would hide every log: such a one counts as none.
      const logId = id !== undefined && isPastLogId(id, nowMs) ? id : undefined;
      if (from.kind === 'now' && logId !== undefined) {
        const logDateMs = logDateOf(newest);
        return { kind: 'start', checkpoint: { logId, ...(logDateMs === undefined ? {} : { logDateMs }) } };
      }
      const prefix = logIdPrefix(logId) ?? LOWEST_LOG_ID_PREFIX;
      const fromMs = startTimeMs(from, nowMs, config.logRetentionDays);
      return { kind: 'start', checkpoint: { logId: syntheticLogId(prefix, fromMs) } };
    },
  };
}

/**
 * Whole seconds, rounded down: so ranges that follow one another share no log and leave none out.
 * https://auth0.com/docs/deploy-monitor/logs/log-search-query-syntax
 */
function datedFrom(fromMs: number, beforeMs: number): string {
  const second = (ms: number) => new Date(ms).toISOString().slice(0, 19);
  return `date:[${second(fromMs)} TO ${second(beforeMs)}}`;
}

/** The search for every log dated before then. */
export const datedBefore = (beforeMs: number): string => datedFrom(FIRST_DATE_MS, beforeMs);

const NO_SEARCH_BY_DATE: Fault = {
  verdict: 'unavailable',
  code: 'NO_SEARCH_BY_DATE',
  message:
    'Auth0 does not search for logs by date, and its newest logs are too young to confirm the checkpoint',
};

function newestOf({ rateLimit }: PageAnswer, log: unknown) {
  return {
    kind: 'newest',
    ...(log === undefined ? {} : { log }),
    ...(rateLimit ? { rateLimit } : {}),
  } as const;
}

/** The oldest log may be older than the retention says by a day: Auth0 deletes when it gets to it. */
function startTimeMs(
  from: Exclude<StartFrom, { kind: 'log' }>,
  nowMs: number,
  retentionDays: number,
): number {
  if (from.kind === 'date') return from.dateMs;
  return from.kind === 'now' ? nowMs : nowMs - (retentionDays + 1) * DAY_MS;
}
