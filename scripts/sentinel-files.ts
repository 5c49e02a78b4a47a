/** `npm run generate -- sentinel`: writes the files of azure/sentinel/, and deletes those that are no longer made. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { parserFiles } from '../azure/asim/files.ts';
import { ASIM_PARSERS, parameterList } from '../azure/asim/parsers.ts';
import { DETECTIONS } from '../azure/detections.ts';
import { FUNCTIONS, SAVED_QUERIES } from '../azure/queries.ts';
import { sentinelFiles } from '../azure/sentinel-files.ts';
import type { ParserFile } from '../azure/sentinel-parts.ts';
import { WATCHLISTS } from '../azure/sentinel-watchlists.ts';
import { workbook } from '../azure/workbook.ts';

const FOLDER = resolve(import.meta.dirname, '../azure/sentinel');

const PARSERS: readonly ParserFile[] = [
  ...FUNCTIONS.map(one => ({ ...one, category: 'Auth0', parameters: '' })),
  ...ASIM_PARSERS.map(({ alias, displayName, description, parameters, kql }) => ({
    alias,
    displayName,
    description,
    category: 'ASIM',
    parameters: parameterList(parameters),
    kql,
  })),
];

/** The text of each file, by its path in azure/sentinel/. */
export function sentinelTexts(): Readonly<Record<string, string>> {
  const files = sentinelFiles({
    detections: DETECTIONS,
    queries: SAVED_QUERIES,
    parsers: PARSERS,
    workbook: workbook(),
  });
  const text = (path: string, content: unknown) => {
    if (typeof content === 'string') return content;
    return path.endsWith('.yaml')
      ? stringify(content, { lineWidth: 0 })
      : `${JSON.stringify(content, null, 2)}\n`;
  };
  const texts = Object.entries(files).map(([path, content]) => [path, text(path, content)] as const);
  return Object.fromEntries([...texts, ...parserFiles().map(one => [one.path, one.text] as const)]);
}

/** The paths of the files that are there. */
export function committedPaths(folder = FOLDER): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(one => one.isFile())
    .map(one => join(one.parentPath, one.name).slice(folder.length + 1))
    .sort();
}

/** The committed text of a file. */
export const committedText = (path: string): string => readFileSync(join(FOLDER, path), 'utf8');

function write(): void {
  const texts = sentinelTexts();
  mkdirSync(FOLDER, { recursive: true });
  for (const path of committedPaths()) if (!(path in texts)) rmSync(join(FOLDER, path));
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(FOLDER, path)), { recursive: true });
    writeFileSync(join(FOLDER, path), text);
  }
  const count = (folder: string) =>
    Object.keys(texts).filter(path => path.startsWith(`solution/${folder}/`)).length;
  console.log(
    `${count('Analytic Rules')} rules, ${count('Hunting Queries')} hunting queries, ${count('Parsers')} parsers, ${WATCHLISTS.length} watchlists: ${Object.keys(texts).length} files in azure/sentinel/`,
  );
}

if (import.meta.main) write();
