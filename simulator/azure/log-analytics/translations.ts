/**
 * What is translated from KQL to SQL, so that the pack can be executed here: by `npm run generate -- sql`, with duckdb-kql
 * (https://github.com/mmaitre314/duckdb-kql), into queries.sql, for the DuckDB in this process.
 */
import { createHash } from 'node:crypto';
import { bulkTransforms } from '../../../azure/bulk.ts';
import { DETECTIONS } from '../../../azure/detections.ts';
import { BULK_MARK, bulkSource } from '../../../azure/function-auth0-logs.ts';
import { FUNCTIONS, SAVED_QUERIES, type SavedFunction } from '../../../azure/queries.ts';
import { sentinelRule } from '../../../azure/sentinel-rules.ts';
import { BULK_TABLE, DATA_COLLECTOR_TABLE, STREAM, TABLE } from '../../../azure/table.ts';
import {
  countsKql,
  dcrErrorsKql,
  idsKql,
  LOG_OPERATION_KQL,
  valuesKql,
} from '../../../lambda/core/stored-kql.ts';
import { INGESTED_AT } from '../workspace.ts';
import { type ColumnOf, checker } from './kql-check.ts';
import { ALL_TABLES, type Tables, WATCHLIST_TABLES, WORKSPACES, type WorkspaceName } from './schemas.ts';

/** The questions of `audit --stored`, for one span: their times are in their texts. */
export const STORED_SAMPLE = {
  span: { fromMs: Date.parse('2030-05-15T08:00:00Z'), toMs: Date.parse('2030-05-15T11:30:00Z') },
  typed: { table: TABLE, logIdColumn: 'LogId', stream: STREAM },
  suffixed: { table: DATA_COLLECTOR_TABLE, logIdColumn: 'LogId_s' },
  /** One of each type, and one that no table has. */
  columns: ['event_date', 'ClientName', 'Level', 'IsMobile', 'Details', 'OfALaterVersion'],
};

/** By the names of their translations. */
export const STORED_QUERIES: Readonly<Record<string, string>> = {
  'stored-counts': countsKql(STORED_SAMPLE.typed, STORED_SAMPLE.span),
  'stored-ids': idsKql(STORED_SAMPLE.suffixed, STORED_SAMPLE.span),
  'stored-values': valuesKql(STORED_SAMPLE.typed, STORED_SAMPLE.span, STORED_SAMPLE.columns),
  'stored-log-operation': LOG_OPERATION_KQL,
  'stored-dcr-errors': dcrErrorsKql(STORED_SAMPLE.typed.stream),
};

/** The types of the second table in the translations of the two flows. */
export const BULK_SAMPLE = ['sertft', 'ssa'];

/** The rows of each table, of those that a rule receives. */
const FLOWS = Object.entries(bulkTransforms(BULK_SAMPLE)).map(
  ([name, kql]) => [`flow-${name}`, `${kql} | project LogId`] as const,
);

export interface Translation {
  /** Also the name of its section in queries.sql. */
  readonly name: string;
  /** The text as the translator takes it. */
  readonly kql: string;
  /** The columns that it uses, by table: a column that it does not use may come and go. */
  readonly schema: Readonly<Record<string, readonly string[]>>;
}

/** What translations are made for: everything that the repository has, unless a test says otherwise. */
export interface Pack {
  readonly functions: readonly SavedFunction[];
  readonly workspaces: Readonly<Record<WorkspaceName, Tables>>;
}

/** Changes with everything that the translation depends on. */
export const hashOf = ({ kql, schema }: Translation) =>
  createHash('sha256')
    .update(JSON.stringify([kql, schema]))
    .digest('hex');

/** The text of Auth0Logs() depends on the tables that exist, the rest on the functions alone. */
export function translations(
  { functions, workspaces }: Pack = { functions: FUNCTIONS, workspaces: WORKSPACES },
): Translation[] {
  const results = columnsOf(functions, { ...ALL_TABLES, ...workspaces.own });
  const translate = (name: string, kql: string, tables: Tables, exist: Tables): Translation => {
    const text = local(kql, exist);
    return { name, kql: text, schema: columnsUsed(text, withIngestionTime(tables)) };
  };
  const views = { ...results, ...workspaces.own, ...WATCHLIST_TABLES };
  return [
    ...(Object.keys(workspaces) as WorkspaceName[]).map(workspace =>
      translate(
        `Auth0Logs-${workspace}`,
        auth0Logs(functions, BULK_TABLE in workspaces[workspace]),
        { ...workspaces[workspace], Auth0LogTypes: results['Auth0LogTypes']! },
        workspaces[workspace],
      ),
    ),
    ...[
      ...functions.filter(one => one.alias !== 'Auth0Logs').map(({ alias, kql }) => ({ name: alias, kql })),
      ...SAVED_QUERIES.map(({ name, kql }) => ({ name: `query-${name}`, kql })),
      ...DETECTIONS.map(({ id, kql }) => ({ name: `detection-${id}`, kql })),
      ...DETECTIONS.map(sentinelRule).map(({ id, properties: { query } }) => ({
        name: `sentinel-${id}`,
        kql: query,
      })),
      ...Object.entries(STORED_QUERIES).map(([name, kql]) => ({ name, kql })),
    ].map(({ name, kql }) => translate(name, kql, views, workspaces.own)),
    ...FLOWS.map(([name, kql]) => translate(name, kql, { source: workspaces.own[TABLE] ?? [] }, {})),
  ];
}

/** As the template saves it. */
function auth0Logs(functions: readonly SavedFunction[], withBulk: boolean): string {
  const { kql } = functions.find(one => one.alias === 'Auth0Logs')!;
  return withBulk ? kql.replace(BULK_MARK, bulkSource()) : kql;
}

let known: Readonly<Record<string, readonly ColumnOf[]>> | undefined;

/** The columns of each function's result, by the language service: worked out once. */
export function functionColumns(): Readonly<Record<string, readonly ColumnOf[]>> {
  known ??= columnsOf(FUNCTIONS, ALL_TABLES);
  return known;
}

function columnsOf(some: readonly SavedFunction[], tables: Tables): Record<string, readonly ColumnOf[]> {
  const functions: Record<string, readonly ColumnOf[]> = {};
  for (const { alias, kql } of some) functions[alias] = checker({ tables, functions })(kql).columns;
  return functions;
}

/**
 * The columns that the text names, and those that it hands on without naming them, as a query without `project` or
 * `summarize` does. The translator gets no others.
 */
export function columnsUsed(text: string, tables: Tables): Translation['schema'] {
  const words = new Set(text.match(/\w+/g));
  const named = Object.fromEntries(Object.entries(tables).filter(([table]) => words.has(table)));
  const handedOn = new Set(checkerOf(named)(text).columns.map(column => column.name));
  return Object.fromEntries(
    Object.entries(named).map(([table, columns]) => [
      table,
      columns.map(column => column.name).filter(name => words.has(name) || handedOn.has(name)),
    ]),
  );
}

const checkers = new Map<string, ReturnType<typeof checker>>();

/** A checker for these tables, made once: many queries read the same few. */
function checkerOf(tables: Tables): ReturnType<typeof checker> {
  const key = JSON.stringify(tables);
  const found = checkers.get(key) ?? checker({ tables, functions: {} });
  checkers.set(key, found);
  return found;
}

/** The functions' results have no ingestion time of their own. */
export function withIngestionTime(tables: Tables): Tables {
  const isTable = (name: string) => !name.startsWith('Auth0') || name.endsWith('_CL');
  return Object.fromEntries(
    Object.entries(tables).map(([name, columns]) => [
      name,
      isTable(name) ? [...columns, { name: INGESTED_AT, type: 'datetime' }] : columns,
    ]),
  );
}

/** The translator lacks an aggregate that DuckDB has: in KQL one stands for it that no query of ours uses. */
const AGGREGATE = { kql: 'binary_all_xor(', sql: 'bit_xor(' };
const AGGREGATE_STAND_IN = { kql: 'variance(', sql: 'var_samp(' };

/** What the translator wrote, without the stand-in. */
export const withoutStandIns = (sql: string): string => sql.replaceAll(AGGREGATE_STAND_IN.sql, AGGREGATE.sql);

/** Stands for what the translator lacks. The place of an address is never known here. */
const STAND_INS = {
  geo_info_from_ip_address: 'let geo_info_from_ip_address = (address:string) { dynamic(null) };',
  // The great circle on a sphere of Earth's size, in metres.
  geo_distance_2points:
    'let geo_distance_2points = (lon1:real, lat1:real, lon2:real, lat2:real) { 12742017.6 * asin(sqrt(pow(sin(radians(lat2 - lat1) / 2), 2) + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lon2 - lon1) / 2), 2))) };',
};

/**
 * The query as the translator takes it. Functions become tables of their names, column_ifexists is decided by the
 * tables that exist, as Kusto does when it reads a query, and ingestion_time() is a column.
 */
export function local(kql: string, tables: Tables): string {
  const exist = new Set(Object.values(tables).flatMap(columns => columns.map(column => column.name)));
  const text = kql
    .replace(/column_ifexists\('(\w+)', ('[^']*'|\w+\(null\))\)/g, (_, name: string, otherwise: string) =>
      exist.has(name) ? name : otherwise,
    )
    .replaceAll('ingestion_time()', INGESTED_AT)
    .replaceAll(AGGREGATE.kql, AGGREGATE_STAND_IN.kql)
    .replace(/\b(Auth0\w+)\(\)/g, '$1')
    .replace(/_GetWatchlist\('(\w+)'\)/g, '$1');
  const needed = Object.entries(STAND_INS).filter(([name]) => text.includes(`${name}(`));
  return [...needed.map(([, standIn]) => standIn), text, ''].join('\n');
}
