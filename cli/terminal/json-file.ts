/** JSON files that an operator wrote by hand. A problem in one is reported in a sentence. */
import { readFileSync, statSync } from 'node:fs';
import { UsageError } from './errors.ts';

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'is not readable by this user',
  EPERM: 'is not readable by this user',
  EISDIR: 'is a directory',
};

/** The file is there, and invalid: `problem` says so without its name. */
export class InvalidJson extends UsageError {
  readonly problem: string;

  constructor(what: string, path: string, problem: string) {
    super(`the ${what} ${path} is ${problem}`);
    this.problem = problem;
  }
}

/**
 * The file's content. Throws UsageError, which never quotes the content: it may hold secrets.
 * @param what the kind of file, such as "configuration file"
 * @param remedy what to do when there is no such file
 */
export function readJsonFile(what: string, path: string, remedy: string): unknown {
  let text: string;
  try {
    text = textOf(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(`the ${what} ${path} ${PROBLEMS[code] ?? `cannot be read (${code})`}; ${remedy}`);
  }
  try {
    // Some editors put a byte order mark in front.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    throw new InvalidJson(what, path, `invalid JSON${placeOf(message)}; correct the file${hintOf(message)}`);
  }
}

/** A pipe, such as /dev/stdin or what `<(…)` makes: a second read finds nothing. */
export const isPipe = (path: string): boolean => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
};

/** What each pipe held. */
const read = new Map<string, string>();

function textOf(path: string): string {
  const known = read.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  if (isPipe(path)) read.set(path, text);
  return text;
}

/** The position of the error, from V8's message, which may also quote the content. */
function placeOf(message: string): string {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined) return ` (line ${line}, column ${column})`;
  if (/end of JSON input/.test(message)) return ' (unexpected end)';
  const [, character] = /^Unexpected token '(.)'/u.exec(message) ?? [];
  return character === undefined ? '' : ` (unexpected ${JSON.stringify(character)})`;
}

/** What V8 says at a common mistake, to that mistake. */
const HINTS: readonly (readonly [message: RegExp, hint: string])[] = [
  [
    /^Expected double-quoted property name/,
    'no comma before a closing brace, and double quotes around a name',
  ],
  [/^Unexpected token '[\]}]'/, 'no comma before a closing bracket, and no value is missing'],
  [/^Expected property name/, 'names are in double quotes, and comments are not allowed'],
  [/^Expected ','/, 'a comma or a closing brace is missing before that place'],
  [/after JSON/, 'nothing may follow the end, also no comment'],
  [/^Unexpected token '[“”„‘’']'/u, 'texts are in straight double quotes'],
  [/^Unexpected token '[/#]'/, 'comments are not allowed'],
];

function hintOf(message: string): string {
  const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1];
  return hint === undefined ? '' : `: ${hint}`;
}
