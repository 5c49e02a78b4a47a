/**
 * GET /api/v2/logs, in both modes: https://auth0.com/docs/api/management/v2/logs/get-logs ("you may paginate only
 * through 1,000 search results"). Queries: https://auth0.com/docs/deploy-monitor/logs/log-search-query-syntax
 */

import type { Answer } from '../faults.ts';
import { apiError, json } from './answer.ts';
import { type Log, logIdAt } from './tenant.ts';
import type { TenantShelf } from './tenant-store.ts';

export interface LogsOptions {
  readonly domain: string;
  /**
   * True when absent: parameters that Auth0 would ignore (`page` beside `from`, `take` without it) are refused,
   * since a client that sends them does not mean what it says.
   */
  readonly strict?: boolean;
  /** How a log stands in an answer, JSON when absent: for what no proper Auth0 would send, broken bytes included. */
  readonly writeLog?: (log: Log) => string | Uint8Array;
  /** True when absent: pages name the next one in a `Link` header, which Auth0 does not promise. */
  readonly nextLink?: boolean;
  /** What a `from` meets that no log has; `position` when absent, as a position between logs. Auth0 documents none of them. */
  readonly unknownFrom?: Partial<Readonly<Record<'future' | 'expired' | 'unknown', UnknownFrom>>>;
  /** What a `from` meets that is not made of digits; refused with 400 when absent. */
  readonly malformedFrom?: 'refused' | 'ignored';
  /** What `take` does without `from`, instead of what `strict` says. */
  readonly takeWithoutFrom?: 'ignored' | 'used';
  /** Whether logs are found by date; `answered` when absent, as Auth0 documents. */
  readonly searchByDate?: 'answered' | 'refused' | 'ignored';
}

/** `position`: logs with greater ids; `refused`: 400; `empty`: none; `newest`: the tenant's newest. */
export type UnknownFrom = 'position' | 'refused' | 'empty' | 'newest';

const MOST = 100;
const DEFAULT_SIZE = 50;
/** Search gives up beyond this many results. */
const MOST_FOUND = 1000;
const CHECKPOINT_PARAMETERS = ['from', 'take'];
const SEARCH_PARAMETERS = ['page', 'per_page', 'sort', 'q', 'include_totals'];

/** Answers one request whose token and rate are in order. */
export function answerLogs(
  asked: URLSearchParams,
  shelf: TenantShelf,
  nowMs: number,
  options: LogsOptions,
): Answer {
  const query = obeyed(asked, options);
  if (query === undefined) return oldestFirst(asked, shelf, nowMs, options);
  const checkpoint = query.has('from');
  const allowed = checkpoint ? CHECKPOINT_PARAMETERS : SEARCH_PARAMETERS;
  if (options.strict ?? true) {
    const strange = [...query.keys()].find(name => !allowed.includes(name) || query.getAll(name).length > 1);
    const mode = checkpoint ? 'with "from"' : 'without "from"';
    if (strange) return badQuery(`"${strange}" is not allowed ${mode}: ${allowed.join(', ')}, each once`);
  }
  return checkpoint ? pageAfter(query, shelf, nowMs, options) : search(query, shelf, nowMs, options);
}

/** The parameters without those that this tenant ignores; undefined where `take` alone asks for a page. */
function obeyed(
  query: URLSearchParams,
  { takeWithoutFrom, malformedFrom, searchByDate }: LogsOptions,
): URLSearchParams | undefined {
  const kept = new URLSearchParams(query);
  if (malformedFrom === 'ignored' && query.has('from') && !/^\d+$/.test(query.get('from') ?? '')) {
    kept.delete('from');
    kept.delete('take');
  }
  if (takeWithoutFrom !== undefined && kept.has('take') && !kept.has('from')) {
    if (takeWithoutFrom === 'used') return undefined;
    kept.delete('take');
  }
  if (searchByDate === 'ignored' && /^date:/.test(query.get('q') ?? '')) kept.delete('q');
  return kept;
}

function oldestFirst(
  query: URLSearchParams,
  shelf: TenantShelf,
  nowMs: number,
  options: LogsOptions,
): Answer {
  return list(shelf.after('', Number(query.get('take')), nowMs), options);
}

const lastOf = (shelf: TenantShelf, take: number, nowMs: number): readonly Log[] =>
  take === 0 ? [] : shelf.visible(nowMs).slice(-take);

/** What no log's id is, by its place. */
function placeOf(
  from: string,
  shelf: TenantShelf,
  nowMs: number,
): 'future' | 'expired' | 'unknown' | 'known' {
  const held = shelf.visible(nowMs);
  if (held.some(log => log.log_id === from)) return 'known';
  if (from > logIdAt(nowMs, '9'.repeat(36))) return 'future';
  return from < (held[0]?.log_id ?? '') ? 'expired' : 'unknown';
}

function pageAfter(query: URLSearchParams, shelf: TenantShelf, nowMs: number, options: LogsOptions): Answer {
  const from = query.get('from') ?? '';
  const take = wholeNumber(query.get('take') ?? String(DEFAULT_SIZE), 1, MOST);
  if (take === undefined) return badQuery(`"take" is ${query.get('take')}; allowed: 1 to ${MOST}`);
  if (!/^\d+$/.test(from)) return badQuery(`"from" is ${from}; allowed: a log_id, digits only`);
  const place = options.unknownFrom ? placeOf(from, shelf, nowMs) : 'known';
  const answer = place === 'known' ? 'position' : (options.unknownFrom?.[place] ?? 'position');
  if (answer === 'refused') return badQuery('"from" is the id of no log');
  const logs =
    answer === 'position'
      ? shelf.after(from, take, nowMs)
      : lastOf(shelf, answer === 'empty' ? 0 : take, nowMs);
  // Auth0 documents that an empty page links to itself.
  const next = `https://${options.domain}/api/v2/logs?from=${logs.at(-1)?.log_id ?? from}&take=${take}`;
  return list(logs, options, (options.nextLink ?? true) ? { link: `<${next}>; rel="next"` } : {});
}

function search(query: URLSearchParams, shelf: TenantShelf, nowMs: number, options: LogsOptions): Answer {
  const page = wholeNumber(query.get('page') ?? '0', 0, Number.MAX_SAFE_INTEGER);
  const size = wholeNumber(query.get('per_page') ?? String(DEFAULT_SIZE), 1, MOST);
  const sort = query.get('sort') ?? 'date:-1';
  const totals = query.get('include_totals') ?? 'false';
  if (options.searchByDate === 'refused' && /^date:/.test(query.get('q') ?? ''))
    return badQuery('"q": this tenant does not search by date');
  const matches = matcher(query.get('q') ?? '');
  if (page === undefined) return badQuery(`"page" is ${query.get('page')}; allowed: 0 or more`);
  if (size === undefined) return badQuery(`"per_page" is ${query.get('per_page')}; allowed: 1 to ${MOST}`);
  if (!['date:1', 'date:-1'].includes(sort)) return badQuery(`"sort" is ${sort}; allowed: date:1, date:-1`);
  if (!['true', 'false'].includes(totals)) return badQuery('"include_totals" is neither true nor false');
  if (!matches) {
    return badQuery(
      '"q": the simulator understands type:CODE and date:[FROM TO BEFORE}, times as yyyy-MM-ddTHH:mm:ss',
    );
  }
  if ((page + 1) * size > MOST_FOUND) {
    return badQuery(`the page exceeds the allowed maximum of ${MOST_FOUND} records`);
  }
  const found = shelf.visible(nowMs).filter(matches);
  const sorted = byDate(found, sort === 'date:1' ? 1 : -1);
  const logs = sorted.slice(page * size, (page + 1) * size);
  if (totals === 'false') return list(logs, options);
  return json(200, { start: page * size, limit: size, length: logs.length, total: found.length, logs });
}

/** A JSON array of the logs, each as `writeLog` has it. */
function list(logs: readonly Log[], { writeLog }: LogsOptions, headers: Record<string, string> = {}): Answer {
  const answer = json(200, logs, headers);
  if (!writeLog) return answer;
  const parts = logs.flatMap((log, index) => [index === 0 ? '[' : ',', writeLog(log)]);
  const body = Buffer.concat([...(parts.length > 0 ? parts : ['[']), ']'].map(part => Buffer.from(part)));
  return { ...answer, body };
}

/** By date and not by id: the two orders differ, so that a client that confuses them fails. */
function byDate(logs: readonly Log[], direction: 1 | -1): Log[] {
  const dated = logs.map(log => ({ log, dateMs: dateMsOf(log) }));
  return dated.sort((a, b) => (a.dateMs - b.dateMs) * direction).map(({ log }) => log);
}

function dateMsOf(log: Log): number {
  return Date.parse(log.date.replace(/ (.{12})0{6}$/, 'T$1Z'));
}

/** What `q` asks for: one type, one range of dates, or everything. Undefined for what the simulator does not understand. */
function matcher(q: string): ((log: Log) => boolean) | undefined {
  if (q === '') return () => true;
  const type = /^type:(\w+)$/.exec(q)?.[1];
  if (type !== undefined) return log => log.type === type;
  const [, opening, from = '', to = '', closing] = /^date:([[{])(\S+) TO (\S+)([\]}])$/.exec(q) ?? [];
  const [fromMs, toMs] = [secondMs(from), secondMs(to)];
  if (fromMs === undefined || toMs === undefined || fromMs > toMs) return undefined;
  return log => {
    const ms = dateMsOf(log);
    const isAfter = opening === '[' ? ms >= fromMs : ms > fromMs;
    return isAfter && (closing === ']' ? ms <= toMs : ms < toMs);
  };
}

/** A time of whole seconds, in UTC as the documentation's examples have it. */
function secondMs(text: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function wholeNumber(text: string, from: number, to: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

function badQuery(problem: string): Answer {
  return apiError(400, `Query validation error: ${problem}`, 'invalid_query_string');
}
