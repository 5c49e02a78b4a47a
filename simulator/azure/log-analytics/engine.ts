/** A workspace on this machine: tables in DuckDB, the saved functions as views, and the pack's queries as SQL. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { INGESTED_AT } from '../workspace.ts';
import { type GeneratedQuery, parseGenerated } from './generated.ts';
import { type Tables, WATCHLIST_TABLES, WORKSPACES, type WorkspaceName } from './schemas.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Rows of one table, each with IngestedAt, the time that the service took it in. */
export type Rows = Readonly<Record<string, readonly Row[]>>;

export interface Scope {
  /** Only rows with these ids, if given: several scenes can share a workspace. */
  readonly logIds?: readonly string[];
  /** The time range that the portal or the alert rule looks at, by TimeGenerated: milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The current time of the query, and when its rows had arrived at the latest: `toMs` if absent. */
  readonly nowMs?: number;
}

export interface LogAnalytics {
  /** The rows of a translated query, such as `detection-brute-force`, at `scope.toMs` as the current time. */
  run(name: string, scope: Scope): Promise<Row[]>;
  /** The same for SQL: for tests of the functions themselves. */
  sql(text: string, scope: Scope): Promise<Row[]>;
  close(): void;
}

const DUCKDB_TYPE: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  real: 'DOUBLE',
  bool: 'BOOLEAN',
  datetime: 'TIMESTAMP',
  dynamic: 'JSON',
};

/**
 * Auth0Logs() is computed once over all rows. If the tables hold duplicates, it is computed once per range, because the
 * range decides which duplicate counts; many queries use the same range in turn.
 */
export async function openLogAnalytics(workspace: WorkspaceName, rows: Rows): Promise<LogAnalytics> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'; SET threads = 1");
  const tables: Tables = WORKSPACES[workspace];
  for (const [name, columns] of Object.entries(tables)) {
    const all = [...columns, { name: INGESTED_AT, type: 'datetime' }];
    await createTable(connection, `all_${name}`, all, rows[name] ?? []);
    await connection.run(
      `CREATE VIEW "${name}" AS SELECT * FROM "all_${name}" WHERE ${inRange(INGESTED_AT)}`,
    );
  }
  for (const [alias, columns] of Object.entries(WATCHLIST_TABLES)) {
    await createTable(connection, alias, columns, rows[alias] ?? []);
  }
  await connection.run(`CREATE MACRO now() AS CAST(getvariable('now') AS TIMESTAMPTZ)`);
  await connection.run(`CREATE TABLE "Auth0LogTypes" AS ${sqlOf('Auth0LogTypes')}`);
  const auth0Logs = sqlOf(`Auth0Logs-${workspace}`);
  const work = (text: string) => connection.run(`CREATE OR REPLACE TABLE "known_Auth0Logs" AS ${text}`);
  await work(auth0Logs.replace(/"(\w+_CL)"/g, '"all_$1"'));
  const given = Object.keys(tables).flatMap(name => (name.endsWith('_CL') ? (rows[name] ?? []) : []));
  const known = await connection.runAndReadAll('SELECT count(*) FROM "known_Auth0Logs"');
  const isOnce = Number(known.getRowsJS()[0]?.[0]) === given.length;
  await connection.run(
    `CREATE VIEW "Auth0Logs" AS SELECT * FROM "known_Auth0Logs" WHERE ${inRange('IngestionTime')}
       AND (getvariable('logIds') IS NULL OR list_contains(CAST(getvariable('logIds') AS VARCHAR[]), "LogId"))`,
  );
  for (const name of ['Auth0ApiCalls', 'Auth0SignIns']) {
    await connection.run(`CREATE VIEW "${name}" AS ${sqlOf(name)}`);
  }
  let range = '';
  const sql = async (text: string, scope: Scope) => {
    await setScope(connection, scope);
    const next = `${scope.fromMs} ${scope.toMs} ${scope.nowMs}`;
    if (!isOnce && next !== range) await work(auth0Logs);
    range = next;
    return (await connection.runAndReadAll(text)).getRowObjectsJS() as Row[];
  };
  return {
    sql,
    run: async (name, scope) => sql(sqlOf(name), scope),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Rows of the time range that have arrived. */
const inRange = (
  arrival: string,
) => `"TimeGenerated" > CAST(getvariable('from') AS TIMESTAMP) AND "TimeGenerated" <= CAST(getvariable('to') AS TIMESTAMP)
  AND ("${arrival}" IS NULL OR "${arrival}" <= CAST(getvariable('now') AS TIMESTAMP))`;

async function setScope(
  connection: DuckDBConnection,
  { logIds, fromMs, toMs, nowMs = toMs }: Scope,
): Promise<void> {
  const ids = logIds ? `[${logIds.map(quote).join(', ')}]` : 'NULL';
  await connection.run(
    `SET VARIABLE "from" = ${quote(iso(fromMs))}; SET VARIABLE "to" = ${quote(iso(toMs))}; SET VARIABLE "now" = ${quote(iso(nowMs))}; SET VARIABLE "logIds" = ${ids}`,
  );
}

const iso = (ms: number) => new Date(ms).toISOString().slice(0, -1);
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

async function createTable(
  connection: DuckDBConnection,
  name: string,
  columns: readonly { name: string; type: string }[],
  rows: readonly Row[],
): Promise<void> {
  const types = columns.map(column => `"${column.name}" ${DUCKDB_TYPE[column.type]}`);
  await connection.run(`CREATE TABLE "${name}" (${types.join(', ')})`);
  if (rows.length === 0) return;
  const shape = Object.fromEntries(columns.map(column => [column.name, DUCKDB_TYPE[column.type]]));
  // KQL knows no null in a text: a text that is not there is empty.
  const values = columns.map(column =>
    column.type === 'string' ? `coalesce(r."${column.name}", '')` : `r."${column.name}"`,
  );
  await connection.run(
    `INSERT INTO "${name}" SELECT ${values.join(', ')} FROM (SELECT unnest(from_json($rows::JSON, $shape)) AS r)`,
    { rows: JSON.stringify(rows), shape: JSON.stringify([shape]) },
  );
}

const SQL = join(import.meta.dirname, 'queries.sql');
let sections: ReadonlyMap<string, GeneratedQuery> | undefined;

/** The sections of queries.sql by name. */
export function generatedQueries(): ReadonlyMap<string, GeneratedQuery> {
  sections ??= parseGenerated(readFileSync(SQL, 'utf8'));
  return sections;
}

/** The SQL of a query, by its name. */
function sqlOf(name: string): string {
  const query = generatedQueries().get(name);
  if (!query) throw new Error(`queries.sql has no "${name}"; run "npm run generate -- sql"`);
  return query.sql;
}
