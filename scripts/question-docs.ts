/** `npm run generate -- questions`: writes the tables of docs/acceptance.md. The text around them stays. */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Question } from '../cli/acceptance/question.ts';
import { NOT_ASKED, QUESTIONS } from '../cli/acceptance/questions.ts';

const PAGE = resolve(import.meta.dirname, '../docs/acceptance.md');
const REGION = /(<!-- (questions|not asked); written by "npm run generate" -->\n).*?(<!-- end of \2 -->)/gs;

const TABLES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  questions: [
    ['ID', 'Question', 'Assumed', 'Fact', 'Simulator', 'Changes', 'Costs at most'],
    ...QUESTIONS.map(rowOf),
  ],
  'not asked': [
    ['Mark', 'In', 'Why not'],
    ...NOT_ASKED.map(({ file, words, why }) => [words.replaceAll('_', ''), linked(file), why]),
  ],
};

/** The page with its tables as they are now. */
export const withTables = (page: string): string =>
  page.replaceAll(REGION, (_, opening: string, name: string, end: string) =>
    [opening, table(TABLES[name] ?? []), '\n', end].join(''),
  );

function rowOf({ id, asks, assumes, fact, setting, writes, dollars }: Question): string[] {
  const costs = dollars === 0 ? 'nothing' : `${dollars * 100} cent`;
  return [`\`${id}\``, asks, assumes, linked(fact), setting, writes ?? 'nothing', costs];
}

/** From docs/. */
function linked(where: string): string {
  if (where.startsWith('https://')) return `[${new URL(where).host}](${where})`;
  const [file = ''] = where.split('#');
  const path = where.startsWith('docs/') ? where.slice('docs/'.length) : `../${where}`;
  return `[${file.startsWith('simulator/') ? file : file.split('/').at(-1)}](${path})`;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

if (import.meta.main) await writeFile(PAGE, withTables(await readFile(PAGE, 'utf8')));
