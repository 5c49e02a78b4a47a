/** Part of `npm run lint:prose`: refuses the phrases of scripts/words.md in documents, comments and strings. */
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { proseOf } from './prose.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Where the project's texts are. scripts/words.md itself is not among them, nor are the tests, which need bad samples. */
const READ = ['*.md', 'docs/**/*.md', '{azure,cdk,cli,lambda,scripts,simulator}/**/*.{kql,mjs,ts}'];

export interface Word {
  readonly say: string;
  readonly not: string;
}

const page = readFileSync(resolve(ROOT, 'scripts/words.md'), 'utf8');
const rows = page
  .split('\n')
  .filter(line => /^\| [^-]/.test(line))
  .map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );

/** Every phrase that is refused, and what to say instead. */
export const WORDS: readonly Word[] = rows
  .filter(([say, not]) => not && say !== 'Say')
  .flatMap(([say, not]) => not!.split(', ').map(phrase => ({ say: say!, not: phrase })));

/** Phrases that are fine, although a refused one is in them. */
export const FINE: readonly string[] = rows
  .filter(([fine, not]) => not === undefined && fine !== 'Fine')
  .flatMap(([fine]) => fine!.split(', '));

/** Between two words: also the ends of a comment's lines, and the seam of two strings. */
const SEAM = `[\\s*/+'"\`]+`;
const pattern = (phrases: readonly string[]) =>
  new RegExp(`(?<![\\w-])(?:${phrases.map(one => one.replaceAll(' ', SEAM)).join('|')})(?![\\w-])`, 'gi');
const REFUSED = pattern(WORDS.map(({ not }) => not));
const ALLOWED = pattern(FINE);

/** `file:line: the phrase, and what to say`, for each refused phrase. */
export function refusedIn(file: string, text: string): readonly string[] {
  const prose = proseOf(file, text).replace(ALLOWED, fine => fine.replace(/\S/g, '\0'));
  return [...prose.matchAll(REFUSED)].map(({ 0: found, index }) => {
    const line = prose.slice(0, index).split('\n').length;
    const not = found.replace(new RegExp(SEAM, 'g'), ' ');
    const { say } = WORDS.find(word => word.not === not.toLowerCase())!;
    return `${file}:${line}: "${not}"; say: ${say}`;
  });
}

function main(): number {
  const files = globSync(READ, { cwd: ROOT });
  const refused = files.sort().flatMap(file => refusedIn(file, readFileSync(resolve(ROOT, file), 'utf8')));
  for (const one of refused) console.error(one);
  return refused.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = main();
