/** The pages of docs/, and what stands in their fences. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const DOCS = join(ROOT, 'docs');

/** Pages with commands in them. */
export const PAGES = [
  '../CONTRIBUTING.md',
  '../README.md',
  '../SECURITY.md',
  'azure.md',
  'configuration.md',
  'construct.md',
  'migrating.md',
  'operating.md',
  'runbook.md',
  'setup.md',
  'setup-details.md',
];

export interface Block {
  /** `setup.md:12`, where it begins. */
  readonly where: string;
  /** What stands behind the language. */
  readonly note: string;
  readonly text: string;
}

export const page = (name: string): string => readFileSync(join(DOCS, name), 'utf8');

/** Every fenced block of that language, without the indentation that a list gives it. */
export function blocks(name: string, language: string): readonly Block[] {
  const text = page(name);
  return [...text.matchAll(/^( *)```(\w+)(?: ([^\n]+))?\n(.*?)^\1```$/gms)]
    .filter(([, , given]) => given === language)
    .map(({ index, 1: indentation = '', 3: note = '', 4: inside = '' }) => ({
      where: `${name}:${text.slice(0, index).split('\n').length}`,
      note,
      text: inside.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
    }));
}

/** Where a link may lead to in this text. */
export const anchorsIn = (text: string): readonly string[] =>
  [...text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    anchor(heading!),
  );

/** What Markdown makes of a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
