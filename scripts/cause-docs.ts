/** `npm run generate -- causes`: writes the tables of causes in docs/runbook.md. The text around them stays. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Cause, inLine, NEXT_TRY, type NextTry } from '../lambda/core/cause.ts';
import { STORED_CAUSES } from '../lambda/core/stored-causes.ts';
import { SPECS } from '../lambda/destinations/all.ts';
import { AUTH0_LOGS_CAUSES, AUTH0_TOKEN_CAUSES } from '../lambda/edges/auth0-causes.ts';
import { WORKSPACE_CAUSES } from '../lambda/edges/workspace-causes.ts';

const PAGE = resolve(import.meta.dirname, '../docs/runbook.md');
const REGION = /(<!-- causes: (\w+); written by "npm run generate" -->\n).*?(<!-- end of causes -->)/gs;

/** A request, when the pipeline usually repeats it, and why it is rejected. `audit` makes those of which it repeats none. */
type Asked = readonly [what: string, usually: NextTry | undefined, causes: readonly Cause[]];

export const CAUSES: Readonly<Record<string, readonly Asked[]>> = {
  auth0: [
    ['token', 'refused', AUTH0_TOKEN_CAUSES],
    ['logs', 'refused', AUTH0_LOGS_CAUSES],
  ],
  workspace: [['query', undefined, WORKSPACE_CAUSES]],
  stored: [['workspace', undefined, STORED_CAUSES]],
  azure: SPECS.flatMap(({ api, causes, token }): Asked[] => [
    ...(token ? [[`${token.vendor} token`, 'refused', token.causes] as const] : []),
    [api, 'next run', causes],
  ]),
};

/** The page with its tables as they are now. */
export const withTables = (page: string): string =>
  page.replaceAll(REGION, (_, opening: string, name: string, end: string) =>
    [opening, table(CAUSES[name] ?? []), '\n', end].join(''),
  );

function table(asked: readonly Asked[]): string {
  const rows = new Map<string, string[]>();
  for (const [what, usually, causes] of asked) {
    for (const { answer, means, remedy, next } of causes) {
      const exception = usually === undefined || next === usually ? '' : `. Repeated ${NEXT_TRY[next]}`;
      const row = `${answer} | ${means} | ${shown(remedy)}${exception}`;
      rows.set(row, [...(rows.get(row) ?? []), what]);
    }
  }
  return [
    ...usualTries(asked),
    '| Request | Answer | Meaning | Fix |',
    '| --- | --- | --- | --- |',
    ...[...rows].map(([row, whats]) => `| ${whats.join(', ')} | ${row} |`),
  ].join('\n');
}

/** The rule for each request, so that rows name only exceptions. */
function usualTries(asked: readonly Asked[]): string[] {
  const whats = Map.groupBy(asked, ([, usually]) => usually);
  const rules = [...whats].flatMap(([usually, those]) =>
    usually === undefined ? [] : [`- ${those.map(([what]) => what).join(', ')}: ${NEXT_TRY[usually]}`],
  );
  return rules.length > 0 ? ['The pipeline repeats a rejected request automatically:', '', ...rules, ''] : [];
}

/** `{domain}` as a word. Commands stand in the remedy that "doctor" prints. */
const shown = (remedy: string): string => inLine(remedy).replaceAll(/"?\{(\w+)\}"?/g, '_$1_');

if (import.meta.main) await writeFile(PAGE, withTables(await readFile(PAGE, 'utf8')));
