/** The state directory of version 0.1.0 (one file per version, message and day), migrated once into the one file. */
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isObject } from '../../../lambda/core/record/log.ts';
import { UsageError } from '../../terminal/errors.ts';

const FOLDERS = ['checkpoint', 'retry', 'dead-letter', 'ledger'];
const DAY_MS = 86_400_000;

/** Whether anything of it is there. `directory` is the pipeline's own. */
export function hasFormer(directory: string): boolean {
  return FOLDERS.some(name => existsSync(join(directory, name)));
}

/**
 * Enters all of it, in the caller's transaction. The function returned deletes exactly the files that were entered; it is
 * called once they are safe. A process of that version that still runs may write on: its files are entered next time.
 */
export function takeOver(directory: string, database: DatabaseSync): () => void {
  if (!hasFormer(directory)) return () => undefined;
  const taken = [
    ...takeCheckpoint(join(directory, 'checkpoint'), database),
    ...(['retry', 'dead-letter'] as const).flatMap(queue =>
      takeQueue(join(directory, queue), queue, database),
    ),
    ...namesIn(join(directory, 'ledger')).flatMap(destination =>
      takeLedger(join(directory, 'ledger', destination), destination, database),
    ),
  ];
  return () => {
    for (const path of taken) rmSync(path, { force: true });
    const ledgers = namesIn(join(directory, 'ledger')).map(name => join('ledger', name));
    for (const name of [...ledgers, ...FOLDERS]) removeEmpty(join(directory, name));
  };
}

/** Of the checkpoint's versions the greatest counts; where there is a state already, that one does. */
function takeCheckpoint(folder: string, database: DatabaseSync): string[] {
  const names = namesIn(folder, /^\d{8,}\.json$/);
  const newest = names.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1);
  if (newest !== undefined) {
    database
      .prepare('INSERT INTO state VALUES (1, ?, ?) ON CONFLICT DO NOTHING')
      .run(Number.parseInt(newest, 10), itemIn(join(folder, newest)));
  }
  return names.map(name => join(folder, name));
}

/** Throws UsageError, because starting over could skip logs. */
function itemIn(path: string): string {
  const damaged = (problem: string) =>
    new UsageError(
      `the state file ${path} ${problem}; delete it to continue from the file with the previous number. Some logs are ` +
        'then shipped twice; none is lost',
    );
  const item = jsonOf(readFileSync(path, 'utf8'));
  if (item === undefined) throw damaged('is invalid JSON');
  if (!isObject(item)) throw damaged('is not a JSON object');
  const { checkpointLogId: logId } = item;
  if (logId !== undefined && (typeof logId !== 'string' || logId === '')) {
    throw damaged('has a "checkpointLogId" that is not a string');
  }
  return JSON.stringify(item);
}

/** A file that is not a message becomes a dead letter unchanged, for an operator to inspect. */
function takeQueue(folder: string, queue: string, database: DatabaseSync): string[] {
  const insert = database.prepare(
    'INSERT INTO message (id, queue, message, sentAtMs, notBeforeMs, tries) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  return namesIn(folder, /^\d+-.*\.json$/).map(name => {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const value = jsonOf(text);
    const { message, tries, notBefore } = isObject(value) ? value : {};
    const sentAtMs = Number.parseInt(name, 10);
    const id = name.replace(/\.json$/, '');
    if (typeof message === 'string') {
      insert.run(id, queue, message, sentAtMs, Date.parse(String(notBefore)) || 0, Number(tries) || 0);
    } else insert.run(id, 'dead-letter', text, sentAtMs, 0, 0);
    return path;
  });
}

/** Skips a line that a crash has cut off. */
function takeLedger(folder: string, destination: string, database: DatabaseSync): string[] {
  const insert = database.prepare('INSERT INTO ledger (destination, writtenAtMs, entry) VALUES (?, ?, ?)');
  return namesIn(folder, /^\d{4}-\d\d-\d\d\.jsonl$/).map(name => {
    const path = join(folder, name);
    // The last moment of its day: the time of day is unknown.
    const writtenAtMs = Date.parse(name.slice(0, 10)) + DAY_MS - 1;
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const entry = jsonOf(line);
      const isEntry =
        isObject(entry) && typeof entry['lastLogId'] === 'string' && typeof entry['ids'] === 'string';
      if (isEntry) insert.run(destination, writtenAtMs, line);
    }
    return path;
  });
}

function namesIn(folder: string, wanted = /./): string[] {
  try {
    return readdirSync(folder)
      .filter(name => wanted.test(name))
      .sort();
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** Keeps folders that contain other files. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

const isCode = (error: unknown, ...codes: string[]) =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
