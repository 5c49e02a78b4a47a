/**
 * The Log Analytics query API over the rows that the workspace has stored.
 * https://learn.microsoft.com/azure/azure-monitor/logs/api/request-format
 * https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';
import type { Entra } from './entra.ts';
import { type KqlRow, type KqlTable, runKql, SemanticError } from './kql.ts';
import { KqlSyntaxError } from './kql-parse.ts';
import { isIsoTime, isObject, parseJson } from './record.ts';
import { INGESTED_AT, type Workspace } from './workspace.ts';
import { demand, keepsRows, wholeNumber } from './workspace-settings.ts';

/** What a caller may read: nothing, every table, or these. */
export type QueryRole = 'none' | 'all' | readonly string[];

export interface QuerySettings {
  /** Of the application that posts, and of a person who has logged in. */
  readonly queryRoles: Readonly<Record<'application' | 'operator', QueryRole>>;
  readonly queryMaxRows: number;
  readonly queryMaxBytes: number;
  /** In any 30 seconds, by one caller. */
  readonly queryRate: number;
  /** A row can be queried this long after its arrival. */
  readonly queryDelayMs: number;
  /** What a caller sees of a table that a condition of its role hides. */
  readonly hiddenTable: 'empty' | 'refused' | 'unknown';
  /** Whether a row has the same `_ItemId` in every query. */
  readonly itemIds: 'stable' | 'changing';
}

/**
 * "500,000 rows", "100 MB" less what the engine itself allows, "200 requests per 30 seconds":
 * https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#query-api
 */
export const QUERY_DEFAULTS: QuerySettings = {
  queryRoles: { application: 'none', operator: 'all' },
  queryMaxRows: 500_000,
  queryMaxBytes: 64_000_000,
  queryRate: 200,
  queryDelayMs: 0,
  // Not documented. The hardest case for a client.
  hiddenTable: 'empty',
  // "A unique identifier for the record": https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns
  itemIds: 'stable',
};

/** The tables of every workspace: https://learn.microsoft.com/azure/azure-monitor/reference/tables/dcrlogerrors */
const SYSTEM_TABLES: Readonly<Record<string, readonly string[]>> = {
  _LogOperation: ['TimeGenerated', 'Category', 'Operation', 'Level', 'Detail'],
  DCRLogErrors: ['TimeGenerated', 'OperationName', 'InputStreamId', 'Message', 'ClientRequestId'],
  Usage: ['TimeGenerated', 'DataType', 'Quantity'],
};
const RATE_MS = 30_000;

/** Limits may be lower than Azure's. */
export function refuseQuerySettings({
  queryMaxRows,
  queryMaxBytes,
  queryRate,
  queryRoles,
}: QuerySettings): void {
  wholeNumber('queryMaxRows', queryMaxRows, 1, 500_000);
  wholeNumber('queryMaxBytes', queryMaxBytes, 1, 104_857_600);
  wholeNumber('queryRate', queryRate, 1, 200);
  for (const role of Object.values(queryRoles)) {
    demand(
      'queryRoles',
      role,
      role === 'none' || role === 'all' || Array.isArray(role),
      'none, all, or tables',
    );
  }
}

export interface QueryOptions extends QuerySettings {
  readonly workspaceId: string;
  /** The scope that a token must have been issued for. */
  readonly queryScope: string;
  readonly now: () => number;
}

/** Answers queries. */
export function queryApi(
  options: QueryOptions,
  workspace: Workspace,
  entra: Entra,
): { answer(call: Call): Answer } {
  const calls = new Map<string, number[]>();

  const isThrottled = (caller: string): boolean => {
    const nowMs = options.now();
    const recent = (calls.get(caller) ?? []).filter(ms => nowMs - ms < RATE_MS);
    calls.set(caller, [...recent, nowMs]);
    return recent.length >= options.queryRate;
  };

  const answer = (call: Call): Answer => {
    const match = /^Bearer (.+)$/.exec(call.headers.authorization ?? '');
    if (!match)
      return refusal(
        401,
        'AuthenticationFailed',
        "Authentication failed. The 'Authorization' header is missing.",
      );
    const token = match[1] ?? '';
    const scope = entra.scopeOf(token);
    const caller = entra.callerOf(token);
    if (scope === undefined || caller === undefined)
      return refusal(403, 'InvalidAuthenticationToken', 'The access token is invalid.');
    if (scope !== options.queryScope) {
      const message = `The access token has been obtained from wrong audience or resource '${scope}'.`;
      return refusal(403, 'InvalidAuthenticationTokenAudience', message);
    }
    if (isThrottled(caller)) {
      const body = { error: { code: 'ThrottledError', message: 'Too many requests. Try again later.' } };
      return json(429, body, { 'retry-after': '30' });
    }
    const [, , , workspaceId] = call.url.pathname.split('/');
    if (workspaceId !== options.workspaceId)
      return refusal(404, 'WorkspaceNotFoundError', 'The workspace could not be found');
    const role = options.queryRoles[caller];
    if (role === 'none') return INSUFFICIENT;
    return rowsFor(call, role);
  };

  const rowsFor = (call: Call, role: QueryRole): Answer => {
    // Without kept rows, every answer would be empty.
    if (!keepsRows(workspace.settings))
      throw new Error('queries need the setting keepRecords or keepColumns');
    if (!/^application\/json(; ?charset=utf-8)?$/i.test(call.headers['content-type'] ?? '')) {
      return refusal(400, 'BadArgumentError', 'The request must have the content type application/json');
    }
    const request = parseJson(call.body);
    const query = isObject(request) ? request['query'] : undefined;
    if (typeof query !== 'string' || query === '')
      return refusal(400, 'BadArgumentError', 'The request had some invalid properties');
    const within = spanOf(isObject(request) ? request['timespan'] : undefined);
    if (within === 'invalid')
      return refusal(400, 'BadArgumentError', 'The request had some invalid properties: timespan');
    try {
      return table(runKql(query, name => tableOf(name, role, within)));
    } catch (error) {
      if (error instanceof HiddenTable) return INSUFFICIENT;
      if (error instanceof KqlSyntaxError)
        return refused('SyntaxError', 'A recognition error occurred.', error);
      if (error instanceof SemanticError)
        return refused('SemanticError', 'A semantic error occurred.', error);
      throw error;
    }
  };

  const tableOf = (name: string, role: QueryRole, within: Within): KqlTable | undefined => {
    const columns = SYSTEM_TABLES[name] ?? columnsOf(name, workspace);
    if (columns === undefined) return undefined;
    if (role !== 'all' && !role.includes(name)) {
      if (options.hiddenTable === 'refused') throw new HiddenTable();
      return options.hiddenTable === 'unknown' ? undefined : { columns, rows: [] };
    }
    const nowMs = options.now();
    const arrivedBy = new Date(nowMs - options.queryDelayMs).toISOString();
    const isReady = (row: Readonly<Record<string, unknown>>) => String(row[INGESTED_AT]) <= arrivedBy;
    const usage = [
      { TimeGenerated: new Date(nowMs - RATE_MS).toISOString(), DataType: 'Usage', Quantity: 1 },
    ];
    const rows = name === 'Usage' ? usage : (workspace.tables()[name] ?? []).filter(isReady);
    return { columns, rows: rows.filter(within).map((row, n) => withItemId(row, n, options.itemIds)) };
  };

  const table = (rows: readonly KqlRow[]): Answer => {
    const columns = Object.keys(rows[0] ?? {});
    const kept: unknown[][] = [];
    let bytes = 0;
    for (const row of rows) {
      const values = columns.map(name => (typeof row[name] === 'bigint' ? Number(row[name]) : row[name]));
      bytes += Buffer.byteLength(JSON.stringify(values));
      if (kept.length >= options.queryMaxRows)
        return partial(columns, kept, `${options.queryMaxRows} records`);
      if (bytes > options.queryMaxBytes) return partial(columns, kept, `${options.queryMaxBytes} bytes`);
      kept.push(values);
    }
    return json(200, tables(columns, kept));
  };

  return { answer };
}

/** As seen in the field: https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/monitor/Azure.Monitor.Query */
function partial(columns: readonly string[], rows: readonly unknown[][], limit: string): Answer {
  const message = `The results of this query exceed the set limit of ${limit}, so not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE, 0x80DA0003, see https://aka.ms/kustoquerylimits for more information and possible solutions).`;
  const innererror = { code: '-2133196797', message, severity: 2, severityName: 'Error' };
  const details = [
    { code: 'EngineError', message: 'Something went wrong processing your query on the server.', innererror },
  ];
  const error = {
    code: 'PartialError',
    message: 'There were some errors when processing your query.',
    details,
  };
  return json(200, { ...tables(columns, rows), error });
}

const tables = (columns: readonly string[], rows: readonly unknown[][]) => ({
  tables: [{ name: 'PrimaryResult', columns: columns.map(name => ({ name, type: 'dynamic' })), rows }],
});

/** Those of the rule's stream are declared; those of the Data Collector API's tables grow. Undefined: no such table. */
function columnsOf(name: string, { settings, received }: Workspace): readonly string[] | 'any' | undefined {
  const standard = ['TimeGenerated', '_ResourceId', '_ItemId', 'Type', 'TenantId'];
  const collected = received.tables[name];
  if (`Custom-${name}` === settings.stream) {
    return settings.declaredColumns ? [...settings.declaredColumns, ...standard] : 'any';
  }
  if (collected) return [...collected, ...standard];
  return settings.tableKind === 'dcr' ? standard : undefined;
}

function withItemId(row: Readonly<Record<string, unknown>>, n: number, kind: QuerySettings['itemIds']) {
  const seed = kind === 'stable' ? `${n} ${JSON.stringify(row)}` : randomUUID();
  return { ...row, _ItemId: createHash('sha256').update(seed).digest('hex').slice(0, 32) };
}

type Within = (row: Readonly<Record<string, unknown>>) => boolean;

/** By TimeGenerated. Of the forms of a timespan, only two times are known. */
function spanOf(timespan: unknown): Within | 'invalid' {
  if (timespan === undefined) return () => true;
  const [from, to, ...more] = String(timespan).split('/');
  if (!isIsoTime(from) || !isIsoTime(to) || more.length > 0) return 'invalid';
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  return row => {
    const ms = Date.parse(String(row['TimeGenerated']));
    return ms >= fromMs && ms < toMs;
  };
}

function refused(code: string, message: string, cause: Error): Answer {
  const innermost = { code: code === 'SemanticError' ? 'SEM0100' : 'SYN0002', message: cause.message };
  const innererror = { code, message, innererror: innermost };
  const error = { message: 'The request had some invalid properties', code: 'BadArgumentError', innererror };
  return json(400, { error });
}

const refusal = (status: number, code: string, message: string): Answer =>
  json(status, { error: { message, code } });

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

const INSUFFICIENT = refusal(
  403,
  'InsufficientAccessError',
  'The provided credentials have insufficient access to perform the requested operation',
);

class HiddenTable extends Error {}
