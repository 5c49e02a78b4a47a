/** JSON files that an operator wrote by hand. A problem in one is reported in a sentence. */
import { readFileSync } from 'node:fs';
import { UsageError } from './errors.ts';

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'is not readable by this user',
  EPERM: 'is not readable by this user',
  EISDIR: 'is a directory',
};

/**
 * The file's content. Throws UsageError, which never quotes the content: it may hold secrets.
 * @param what the kind of file, such as "configuration file"
 * @param remedy what to do when there is no such file
 */
export function readJsonFile(what: string, path: string, remedy: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UsageError(`the ${what} ${path} ${PROBLEMS[code] ?? `cannot be read (${code})`}; ${remedy}`);
  }
  try {
    // Some editors put a byte order mark in front.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`the ${what} ${path} is invalid JSON${placeOf(error)}; correct the file`);
  }
}

/** The position of the error, from V8's message, which may also quote the content. */
function placeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined) return ` (line ${line}, column ${column})`;
  if (/end of JSON input/.test(message)) return ' (unexpected end)';
  const [, character] = /^Unexpected token '(.)'/u.exec(message) ?? [];
  return character === undefined ? '' : ` (unexpected ${JSON.stringify(character)})`;
}
