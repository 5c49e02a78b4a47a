/** `npm run generate -- causes`: writes the tables of causes in docs/runbook.md. The text around them stays. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Cause, inLine, NEXT_TRY } from '../lambda/core/cause.ts';
import { STORED_CAUSES } from '../lambda/core/stored-causes.ts';
import { SPECS } from '../lambda/destinations/all.ts';
import { AUTH0_LOGS_CAUSES, AUTH0_TOKEN_CAUSES } from '../lambda/edges/auth0-causes.ts';
import { WORKSPACE_CAUSES } from '../lambda/edges/workspace-causes.ts';

const PAGE = resolve(import.meta.dirname, '../docs/runbook.md');
const REGION = /(<!-- causes: (\w+); written by "npm run generate" -->\n).*?(<!-- end of causes -->)/gs;

type Asked = readonly [what: string, causes: readonly Cause[]];

/** Who is asked for what, and why it refuses. */
export const CAUSES: Readonly<Record<string, readonly Asked[]>> = {
  auth0: [
    ['token', AUTH0_TOKEN_CAUSES],
    ['logs', AUTH0_LOGS_CAUSES],
  ],
  workspace: [['workspace', WORKSPACE_CAUSES]],
  stored: [['workspace', STORED_CAUSES]],
  azure: SPECS.flatMap(({ api, causes, token }): Asked[] => [
    ...(token ? [[`${token.vendor} token`, token.causes] as const] : []),
    [api, causes],
  ]),
};

/** The page with its tables as they are now. */
export const withTables = (page: string): string =>
  page.replaceAll(REGION, (_, opening: string, name: string, end: string) =>
    [opening, table(CAUSES[name] ?? []), '\n', end].join(''),
  );

function table(asked: readonly Asked[]): string {
  const rows = asked.flatMap(([what, causes]) =>
    causes.map(({ answer, means, remedy, next }) => [what, answer, means, shown(remedy), NEXT_TRY[next]]),
  );
  return [['Asked', 'Answer', 'It means', 'Do', 'Asked again'], Array(5).fill('---'), ...rows]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** `{domain}` as a word. Commands stand in the remedy that "doctor" prints. */
const shown = (remedy: string): string => inLine(remedy).replaceAll(/"?\{(\w+)\}"?/g, '_$1_');

if (import.meta.main) await writeFile(PAGE, withTables(await readFile(PAGE, 'utf8')));
