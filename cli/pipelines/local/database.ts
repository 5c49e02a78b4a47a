/**
 * The state of one pipeline on this machine's disk: lease, checkpoint, queues and ledger in one SQLite file, and the only
 * module that knows SQLite. See docs/decisions/022-one-file-of-state.md.
 */
import { closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UsageError } from '../../terminal/errors.ts';
import { hasFormer, takeOver } from './former.ts';

const FILE = 'state.sqlite';

/** Opens the file itself and follows no link; Windows has no such flag. */
const OPEN = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
/** Every statement is short: a longer wait means that another process hangs. */
const BUSY_MS = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, item TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL, message TEXT NOT NULL,
    sentAtMs INTEGER NOT NULL, notBeforeMs INTEGER NOT NULL, tries INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY, destination TEXT NOT NULL, writtenAtMs INTEGER NOT NULL, entry TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS ledger_time ON ledger (writtenAtMs);`;

/**
 * Reads and writes in one transaction, which is on the disk when this returns, or not at all. `directory` is the
 * pipeline's own. Opened for each transaction, because another process may delete the file.
 * Throws UsageError, with SQLite's name of the fault as its code.
 */
export function changing<T>(directory: string, work: (database: DatabaseSync) => T, busyMs = BUSY_MS): T {
  return told(directory, () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Queued batches contain logs, which other users of this machine must not read.
    closeSync(openSync(join(directory, FILE), OPEN, 0o600));
    return opened(directory, busyMs, database => {
      database.exec('BEGIN IMMEDIATE');
      try {
        database.exec(SCHEMA);
        const forget = takeOver(directory, database);
        const result = work(database);
        database.exec('COMMIT');
        // The files are deleted only after the commit.
        forget();
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  });
}

/** Reads. `nothing` when there is no state yet, and then none is made. Throws as `changing` does. */
export function reading<T>(directory: string, nothing: T, work: (database: DatabaseSync) => T): T {
  if (hasFormer(directory)) return changing(directory, work);
  if (!existsSync(join(directory, FILE))) return nothing;
  return told(directory, () =>
    opened(directory, BUSY_MS, database => {
      // The process was killed before its first transaction was complete.
      const { tables } = database.prepare(`SELECT count(*) AS tables FROM sqlite_master`).get() as Row;
      return tables === 0 ? nothing : work(database);
    }),
  );
}

/** A row, as a query gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A rollback journal, not a write-ahead log: to read, that must write, which a full or read-only disk refuses. */
function opened<T>(directory: string, busyMs: number, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(directory, FILE), { timeout: busyMs });
  try {
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA');
    return work(database);
  } finally {
    database.close();
  }
}

/** https://sqlite.org/rescode.html; of an extended code, the low byte. */
const FAULTS: Readonly<Record<number, readonly [code: string, text: string]>> = {
  3: ['SQLITE_PERM', 'this user has no permission; correct its owner and permissions'],
  5: ['SQLITE_BUSY', 'another process keeps it locked; find the process that hangs'],
  8: ['SQLITE_READONLY', 'it is read-only; mount it writable, or correct its owner and permissions'],
  10: ['SQLITE_IOERR', 'disk I/O error; see the system log of this machine'],
  11: ['SQLITE_CORRUPT', 'it is damaged'],
  13: ['SQLITE_FULL', 'the disk is full; free space on it'],
  14: ['SQLITE_CANTOPEN', 'it cannot be opened; correct the owner and permissions of its directory'],
  26: ['SQLITE_NOTADB', 'it is damaged'],
};
const RESTORE =
  '; restore a copy of it, or delete it and set the checkpoint to the position of the last run: checkpoint set';

function told<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UsageError) throw error;
    const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
    const path = join(directory, FILE);
    const [name, text] =
      typeof errcode === 'number'
        ? (FAULTS[errcode & 0xff] ?? [`SQLITE_${errcode}`, error.message])
        : [String(code), 'correct its owner and permissions'];
    // A bug is not a disk fault.
    if (code === undefined || errcode === 1) throw error;
    const remedy = text === 'it is damaged' ? RESTORE : '';
    const fault = new UsageError(`the state in ${path} cannot be used (${name}): ${text}${remedy}`, error);
    throw Object.assign(fault, { name: 'SQLite', code: name });
  }
}
