/** Writes what the results say into the pages: each text between its marks, the picture, and all results. */
import { readFile, writeFile } from 'node:fs/promises';
import { comparisonText, heldText, profileText } from './comparison.ts';
import { faultsText } from './fault-table.ts';
import { drainText, growthText, volumeText } from './growth.ts';
import { picture } from './picture.ts';
import { type AllKept, type Kept, table, wantedRows } from './report.ts';
import { targetsText } from './targets.ts';

const ROOT = new URL('../', import.meta.url);
const README = 'README.md';
const PERFORMANCE = 'docs/performance.md';
const COST = 'docs/cost.md';
const PICTURE = 'docs/images/performance.svg';
const RESULTS = 'bench/results.md';

/** The text between the marks of this name, by page. Undefined while the section was never measured. */
const TEXTS: readonly {
  readonly page: string;
  readonly mark: string;
  readonly text: (all: AllKept) => string | undefined;
}[] = [
  { page: README, mark: 'faults', text: faultsText },
  { page: PERFORMANCE, mark: 'comparison', text: comparisonText },
  { page: PERFORMANCE, mark: 'faults', text: faultsText },
  { page: PERFORMANCE, mark: 'held', text: heldText },
  { page: PERFORMANCE, mark: 'profile', text: profileText },
  { page: PERFORMANCE, mark: 'growth', text: growthText },
  { page: PERFORMANCE, mark: 'drain', text: drainText },
  { page: COST, mark: 'volume', text: volumeText },
  { page: PERFORMANCE, mark: 'targets', text: targetsText },
];

/** The files that these results make, by path from the root. `read` gives a page as it is. Throws when a page lacks a mark. */
export async function pagesOf(
  all: AllKept,
  read: (path: string) => Promise<string>,
): Promise<Map<string, string>> {
  const files = new Map([[RESULTS, results(all)]]);
  const drawn = picture(all);
  if (drawn) files.set(PICTURE, drawn);
  for (const { page, mark, text } of TEXTS) {
    const written = text(all);
    if (written === undefined) continue;
    files.set(page, between(page, mark, files.get(page) ?? (await read(page)), written));
  }
  return files;
}

export const readPage = (path: string): Promise<string> => readFile(new URL(path, ROOT), 'utf8');

export async function writePages(all: AllKept): Promise<void> {
  for (const [path, text] of await pagesOf(all, readPage)) await writeFile(new URL(path, ROOT), text);
}

function between(page: string, mark: string, whole: string, text: string): string {
  const [begin, end] = [`<!-- ${mark}: written by npm run bench -->`, `<!-- /${mark} -->`];
  const [before, rest] = whole.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${page} lacks the marks "${begin}" and "${end}"`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

const HEAD = `# Results of the benchmarks

\`npm run bench\` writes this file. [Performance](../docs/performance.md) says what the figures mean.`;

function results(all: AllKept): string {
  return `${[HEAD, ...Object.entries(all).map(section)].join('\n\n')}\n`;
}

function section([name, { title, rows, limit, wanted = [], remarks = [], ...kept }]: [string, Kept]): string {
  const bound =
    limit && (limit.atMost === undefined ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`);
  return [
    `## ${title}`,
    ...(limit ? [`Wanted: ${limit.column} ${bound}.`] : []),
    table(rows),
    ...(wanted.length > 0 ? [table(wantedRows(wanted))] : []),
    ...remarks,
    `_${kept.date}, \`npm run bench -- ${name}\`, ${kept.machine}, Node ${kept.node}_`,
  ].join('\n\n');
}
