/** The ASIM parsers over a workspace on this machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AsimParser, Parameter } from '../../../azure/asim/parsers.ts';
import type { AsimRule } from '../asim/rules.ts';
import { asimName, asimSql } from './asim-translations.ts';
import { type LogAnalytics, openLogAnalytics, type Row, type Rows, type Scope } from './engine.ts';
import { type GeneratedQuery, parseGenerated } from './generated.ts';
import type { WorkspaceName } from './schemas.ts';

/** Values of a parser's parameters by name; a time is ISO 8601 without a zone, in UTC. */
export type Arguments = Readonly<Record<string, string | boolean | readonly string[]>>;

export interface Asim {
  /** The rows of a parser; `scope.logIds` selects rows of its result. */
  run(parser: AsimParser, scope: Scope, args?: Arguments): Promise<Row[]>;
  /** What a rule of Microsoft finds in the rows of a parser, at `scope.toMs`. */
  runRule(rule: AsimRule, parser: AsimParser, scope: Omit<Scope, 'fromMs'>): Promise<Row[]>;
  close(): void;
}

/** What KQL's functions do: https://learn.microsoft.com/kusto/query/has-any-ipv4-prefix-function and .../ipv6-is-in-any-range-function */
const MACROS = [
  // A prefix ends with a dot, or is a whole address; in the text it stands between characters that no address has.
  `CREATE MACRO has_any_ipv4_prefix(source, prefixes) AS len(list_filter(CAST(prefixes AS VARCHAR[]), lambda p:
     regexp_matches(p, '^([0-9]+\\.){1,3}$|^([0-9]+\\.){3}[0-9]+$') AND
     regexp_matches(source, '(^|[^0-9A-Za-z.])' || regexp_escape(p) || CASE WHEN p LIKE '%.' THEN '' ELSE '($|[^0-9A-Za-z.])' END))) > 0`,
  `CREATE MACRO ip_groups(part) AS array_to_string(list_transform(list_filter(str_split(part, ':'), lambda x: x <> ''), lambda x: lpad(lower(x), 4, '0')), '')`,
  `CREATE MACRO ip_digits(address) AS CASE WHEN address NOT LIKE '%:%' THEN NULL WHEN address LIKE '%::%' THEN
     rpad(ip_groups(split_part(address, '::', 1)), CAST(32 - length(ip_groups(split_part(address, '::', 2))) AS INTEGER), '0') || ip_groups(split_part(address, '::', 2))
     ELSE ip_groups(address) END`,
  // Masks of whole digits are enough here. An invalid address or range is null in KQL.
  `CREATE MACRO ipv6_is_in_any_range(address, ranges) AS len(list_filter(CAST(ranges AS VARCHAR[]), lambda r: coalesce(
     left(ip_digits(address), coalesce(TRY_CAST(split_part(r, '/', 2) AS INTEGER), 128) // 4) =
     left(ip_digits(split_part(r, '/', 1)), coalesce(TRY_CAST(split_part(r, '/', 2) AS INTEGER), 128) // 4), false))) > 0`,
];

const ANY_TIME: Scope = { fromMs: 0, toMs: Date.UTC(2100, 0) };

export async function openAsim(workspace: WorkspaceName, rows: Rows): Promise<Asim> {
  const analytics = await openLogAnalytics(workspace, rows);
  for (const macro of MACROS) await analytics.sql(macro, ANY_TIME);
  const call = async (parser: AsimParser, scope: Scope, args: Arguments) => {
    await setParameters(analytics, parser.parameters, args);
    return selected(sqlOf(parser, workspace), scope);
  };
  return {
    run: async (parser, scope, args = {}) => analytics.sql(await call(parser, scope, args), scope),
    runRule: async (rule, parser, to) => {
      const scope = { ...to, fromMs: to.toMs - rule.windowMinutes * 60_000 };
      const events = await call(parser, scope, {});
      await analytics.sql(`CREATE OR REPLACE TABLE "imAuthentication" AS ${events}`, scope);
      return analytics.sql(asimQueries().get(rule.id)!.sql, scope);
    },
    close: analytics.close,
  };
}

async function setParameters(
  analytics: LogAnalytics,
  parameters: readonly Parameter[],
  args: Arguments,
): Promise<void> {
  const unknown = Object.keys(args).filter(name => !parameters.some(one => one.name === name));
  if (unknown.length > 0) throw new Error(`no such parameter: ${unknown.join(', ')}`);
  const values = parameters.map(one => `SET VARIABLE "${one.name}" = ${literal(one, args[one.name])}`);
  for (const value of values) await analytics.sql(value, ANY_TIME);
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The value of a parameter, or its default. */
function literal({ type }: Parameter, value: Arguments[string] | undefined): string {
  if (type === 'datetime') return value === undefined ? 'CAST(NULL AS TIMESTAMP)' : quote(String(value));
  if (type === 'bool') return String(value ?? false);
  if (type === 'string') return quote(String(value ?? '*'));
  return quote(JSON.stringify(value ?? []));
}

/** Each table with the columns that the service adds, each row with an id of its own. */
function sqlOf(parser: AsimParser, workspace: WorkspaceName): string {
  const query = asimQueries().get(asimName(parser, workspace));
  if (!query)
    throw new Error(`asim.sql lacks ${parser.alias} for "${workspace}"; run "npm run generate -- sql"`);
  return asimSql(parser, query.sql).replace(
    /FROM "(\w+_CL)"/g,
    (_, table: string) =>
      `FROM (SELECT *, md5(concat('${table}', row_number() OVER (), "TimeGenerated")) AS "_ItemId" FROM "${table}")`,
  );
}

const selected = (sql: string, { logIds }: Scope): string =>
  logIds
    ? `SELECT * FROM (${sql}) WHERE "EventOriginalUid" IN (${[...logIds, ''].map(quote).join(', ')})`
    : sql;

const FILE = join(import.meta.dirname, 'asim.sql');
let sections: ReadonlyMap<string, GeneratedQuery> | undefined;

/** The sections of asim.sql by name. */
export function asimQueries(): ReadonlyMap<string, GeneratedQuery> {
  sections ??= parseGenerated(readFileSync(FILE, 'utf8'));
  return sections;
}
