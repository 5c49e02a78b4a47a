/**
 * What is translated from KQL to SQL, so that the pack can be executed here: by `npm run azure:sql`, with duckdb-kql
 * (https://github.com/mmaitre314/duckdb-kql), into sql/, for the DuckDB in this process.
 */
import { createHash } from 'node:crypto';
import { DETECTIONS } from '../../../azure/detections.ts';
import { FUNCTIONS, SAVED_QUERIES } from '../../../azure/queries.ts';
import { type ColumnOf, checker } from '../kql-check.ts';
import { ALL_TABLES, type Tables, WORKSPACES, type WorkspaceName } from './workspaces.ts';

export interface Translation {
  /** Also the name of its file in sql/. */
  readonly name: string;
  /** The text as the translator takes it. */
  readonly kql: string;
  /** The columns of each table that it can name. */
  readonly schema: Readonly<Record<string, readonly string[]>>;
}

/** Changes with everything that the translation depends on. */
export const hashOf = ({ kql, schema }: Translation) =>
  createHash('sha256')
    .update(JSON.stringify([kql, schema]))
    .digest('hex');

/** In every local table: what Kusto knows of a row without a column. */
export const INGESTED_AT = 'IngestedAt';

/** The text of Auth0Logs() depends on the tables that exist, the rest on the functions alone. */
export function translations(): Translation[] {
  const functions = functionColumns();
  const schema = columnNames({ ...functions, ...WORKSPACES.own });
  const [auth0Logs] = FUNCTIONS.filter(one => one.alias === 'Auth0Logs');
  const others = FUNCTIONS.filter(one => one !== auth0Logs);
  return [
    ...(Object.keys(WORKSPACES) as WorkspaceName[]).map(workspace => {
      const tables: Tables = { ...WORKSPACES[workspace], Auth0LogTypes: functions['Auth0LogTypes']! };
      return {
        name: `Auth0Logs-${workspace}`,
        kql: local(auth0Logs!.kql, WORKSPACES[workspace]),
        schema: columnNames(tables),
      };
    }),
    ...[
      ...others.map(({ alias, kql }) => ({ name: alias, kql })),
      ...SAVED_QUERIES.map(({ name, kql }) => ({ name: `query-${name}`, kql })),
      ...DETECTIONS.map(({ id, kql }) => ({ name: `detection-${id}`, kql })),
    ].map(({ name, kql }) => ({ name, kql: local(kql, WORKSPACES.own), schema })),
  ];
}

let known: Readonly<Record<string, readonly ColumnOf[]>> | undefined;

/** The columns of each function's result, by the language service: worked out once. */
export function functionColumns(): Readonly<Record<string, readonly ColumnOf[]>> {
  if (known) return known;
  const functions: Record<string, readonly ColumnOf[]> = {};
  for (const { alias, kql } of FUNCTIONS) {
    functions[alias] = checker({ tables: ALL_TABLES, functions })(kql).columns;
  }
  known = functions;
  return known;
}

function columnNames(tables: Tables): Translation['schema'] {
  return Object.fromEntries(
    Object.entries(tables).map(([name, columns]) => {
      const names = columns.map(column => column.name);
      return [name, name.startsWith('Auth0') && !name.endsWith('_CL') ? names : [...names, INGESTED_AT]];
    }),
  );
}

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
function local(kql: string, tables: Tables): string {
  const exist = new Set(Object.values(tables).flatMap(columns => columns.map(column => column.name)));
  const text = kql
    .replace(/column_ifexists\('(\w+)', ('[^']*'|\w+\(null\))\)/g, (_, name: string, otherwise: string) =>
      exist.has(name) ? name : otherwise,
    )
    .replaceAll('ingestion_time()', INGESTED_AT)
    .replace(/\b(Auth0\w+)\(\)/g, '$1');
  const needed = Object.entries(STAND_INS).filter(([name]) => text.includes(`${name}(`));
  return [...needed.map(([, standIn]) => standIn), text, ''].join('\n');
}
