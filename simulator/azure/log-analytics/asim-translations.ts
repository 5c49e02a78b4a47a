/** What of ASIM is translated from KQL to SQL, into asim.sql: the parsers, each with its parameters. */

import { ASIM_PARSERS, type AsimParser, parameterList } from '../../../azure/asim/parsers.ts';
import { asimBulkSource } from '../../../azure/asim/source.ts';
import { BULK_MARK } from '../../../azure/function-auth0-logs.ts';
import { BULK_TABLE } from '../../../azure/table.ts';
import { ASIM_RULES } from '../asim/rules.ts';
import { type ColumnOf, checker } from './kql-check.ts';
import { ALL_TABLES, type Tables, WORKSPACES, type WorkspaceName } from './schemas.ts';
import { columnsUsed, local, type Translation, withIngestionTime } from './translations.ts';

/**
 * Columns that Log Analytics adds to the rows of every table:
 * https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns
 * `_ItemId` is not on that page, but Microsoft's own ASIM parsers read it:
 * https://github.com/Azure/Azure-Sentinel/tree/master/Parsers/ASimAuthentication/Parsers
 */
const STANDARD: readonly ColumnOf[] = [{ name: '_ItemId', type: 'string' }];

const withStandard = (tables: Tables): Tables =>
  Object.fromEntries(Object.entries(tables).map(([name, columns]) => [name, [...columns, ...STANDARD]]));

/** The workspaces in which a parser runs here: not each in each, since a translation has 100 KB or more. */
const WORKSPACES_OF = (parser: AsimParser): readonly WorkspaceName[] => {
  if (!parser.filtering) return ['bulk'];
  return parser.schema === 'Authentication' ? ['own', 'bulk', 'sentinel', 'empty'] : ['own', 'bulk'];
};

/** The name of a parser's translation. */
export const asimName = (parser: AsimParser, workspace: WorkspaceName): string =>
  `${parser.alias}-${workspace}`;

/** The text of a parser as the template saves it, with the second table or without. */
export const parserKql = ({ kql, filtering }: AsimParser, withBulk: boolean): string =>
  withBulk ? kql.replace(BULK_MARK, asimBulkSource(filtering)) : kql;

/** The parser as a function in a query that calls it. */
export const asFunction = (parser: AsimParser): string =>
  `let ${parser.alias} = (${parameterList(parser.parameters)}) {\n${parserKql(parser, true)}};\n`;

/** The columns of a parser's result, by the language service. */
export function parserColumns(parser: AsimParser): readonly ColumnOf[] {
  return checkParser(parser).columns;
}

/** The language service's judgment of a parser, called without arguments. */
export function checkParser(parser: AsimParser): ReturnType<ReturnType<typeof checker>> {
  return checker({ tables: withStandard(ALL_TABLES), functions: {} })(
    `${asFunction(parser)}${parser.alias}()`,
  );
}

/** The translator lacks two functions on addresses: in KQL others stand for them that no parser uses. */
const STAND_INS = [
  { kql: 'has_any_ipv4_prefix(', standIn: 'tobool(strrep(', sql: 'repeat(', macro: 'has_any_ipv4_prefix(' },
  { kql: 'ipv6_is_in_any_range(', standIn: 'tobool(pow(', sql: 'power(', macro: 'ipv6_is_in_any_range(' },
] as const;

/** Every translation: the parsers and Microsoft's rules over them, as the translator takes them. */
export function asimTranslations(): Translation[] {
  return [...parserTranslations(), ...ruleTranslations()];
}

/** Microsoft's rules over the unifying parser, here a table. */
function ruleTranslations(): Translation[] {
  const tables = { imAuthentication: parserColumns(ASIM_PARSERS[0]!) };
  return ASIM_RULES.map(({ id, kql }) => ({ name: id, kql, schema: columnsUsed(kql, tables) }));
}

function parserTranslations(): Translation[] {
  return ASIM_PARSERS.flatMap(parser =>
    WORKSPACES_OF(parser).map(workspace => {
      const tables: Tables = WORKSPACES[workspace];
      const text = local(parserKql(parser, BULK_TABLE in tables), tables);
      const declared = `declare query_parameters(${parameterList(parser.parameters)});\n`;
      return {
        name: asimName(parser, workspace),
        kql: declared + withStandIns(text),
        schema: columnsUsed(text, withIngestionTime(withStandard(tables))),
      };
    }),
  );
}

function withStandIns(kql: string): string {
  return STAND_INS.reduce(
    (text, { kql: name, standIn }) =>
      text.replaceAll(new RegExp(`${name.replace('(', '\\(')}([^()]*)\\)`, 'g'), `${standIn}$1))`),
    kql,
  );
}

/** The translator's SQL with the functions' names, and with a variable for each parameter. */
export function asimSql(parser: AsimParser, sql: string): string {
  const named = STAND_INS.reduce((text, one) => text.replaceAll(one.sql, one.macro), sql);
  return named.replace(
    /\$kqlp(\d+)/g,
    (_, index: string) => `getvariable('${parser.parameters[Number(index)]!.name}')`,
  );
}
