/** The two files: none is replaced unasked, and the one with secrets is the owner's alone and ignored by git. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ignoreMissing, replaceFile } from '../terminal/durable-file.ts';
import { UsageError } from '../terminal/errors.ts';
import { readJsonFile } from '../terminal/json-file.ts';
import { packageFile } from '../terminal/package-files.ts';
import type { SecretFields } from './auth0-answers.ts';
import type { InitOptions, Session } from './options.ts';
import { StoppedByUser } from './questions.ts';

export type Secrets = Readonly<Record<string, SecretFields>>;

const CONFIG_MODE = 0o644;

/** Throws UsageError when a file is there that must stay. */
export function filesThere({ out, secrets, force }: InitOptions): void {
  const there = [out, secrets].filter(file => existsSync(file));
  if (there.length === 0 || force) return;
  throw new UsageError(
    `${exist(there)}; specify --force to replace, or other files with --out and --secrets`,
  );
}

/** Before anything else is asked. Throws StoppedByUser when a file is there and must stay. */
export async function mayReplace({ options, ask }: Session): Promise<void> {
  const { out, secrets, force } = options;
  const there = [out, secrets].filter(file => existsSync(file));
  if (there.length === 0 || force || !ask) return;
  const kept = there.includes(secrets) ? ` Other secrets in ${secrets} are kept.` : '';
  if (!(await ask.yes(`${exist(there)}. Replace?${kept}`, false))) throw new StoppedByUser();
}

const exist = (files: readonly string[]) =>
  `${files.join(' and ')} already exist${files.length === 1 ? 's' : ''}`;

/** Writes both. Throws UsageError when a file cannot be written. */
export async function writeFiles({ options }: Session, config: object, secrets: Secrets): Promise<void> {
  const { out, secrets: secretsFile } = options;
  try {
    const others = existsSync(secretsFile) ? Object(readJsonFile('secrets file', secretsFile, '')) : {};
    await ignoredByGit(secretsFile);
    await replaceFile(resolve(secretsFile), text({ ...others, ...secrets }));
    await replaceFile(resolve(out), text({ $schema: schemaFrom(out), ...config }));
    await chmod(out, CONFIG_MODE);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error && 'code' in error ? error.code : 'unknown';
    throw new UsageError(
      `${out} and ${secretsFile} cannot be written (${why}); choose others with --out and --secrets`,
      error,
    );
  }
}

const text = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;

/** As an editor looks for it. */
function schemaFrom(file: string): string {
  const path = relative(dirname(resolve(file)), packageFile('config.schema.json')).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}

/** Adds the file to .gitignore beside it, unless git ignores it already. */
async function ignoredByGit(file: string): Promise<void> {
  const folder = dirname(resolve(file));
  const isIgnored = await new Promise<boolean>(done =>
    execFile('git', ['check-ignore', '--quiet', '--', basename(file)], { cwd: folder }, error =>
      done(!error),
    ),
  );
  if (isIgnored) return;
  const list = join(folder, '.gitignore');
  const present = await readFile(list, 'utf8').catch(ignoreMissing);
  const line = `/${basename(file)}\n`;
  if (present === undefined) return writeFile(list, line);
  if (!present.split(/\r?\n/).includes(line.trim()))
    await appendFile(list, present.endsWith('\n') ? line : `\n${line}`);
}
