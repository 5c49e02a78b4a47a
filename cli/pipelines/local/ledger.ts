/** The ledger of one pipeline on this machine's disk: a file a day, a line an entry. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PipelineConfig } from '../../../lambda/config/config.ts';
import type { Ledger, LedgerEntry } from '../../../lambda/core/ledger.ts';
import type { Clock } from '../../../lambda/core/model.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { ignoreMissing } from '../../terminal/durable-file.ts';

/** Auth0 keeps logs for 30 days at the most: an older entry has nothing left to be compared with. */
const DAYS_KEPT = 32;
const DAY_MS = 86_400_000;

/** Appends to a file, and to nothing that a link leads to; Windows knows no such flag. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/**
 * Where the ledger of a pipeline is: a directory for each destination, so that what was tried out on another workspace
 * vouches for nothing in this one.
 */
export function ledgerDirectory(stateDirectory: string, { name, azure }: PipelineConfig): string {
  const destination = createHash('sha256')
    .update(specOf(azure).place(azure).identity)
    .digest('hex')
    .slice(0, 12);
  return join(resolve(stateDirectory), name, 'ledger', destination);
}

/** See the law of Ledger. What cannot be written is told to `onFailure`: an audit will then name logs that are well. */
export function localLedger(directory: string, clock: Clock, onFailure: (code: string) => void): Ledger {
  return {
    async add(entry) {
      const nowMs = clock.now();
      const path = join(directory, fileName(nowMs));
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        // The line break comes first: one that a crash has broken off spoils none but itself.
        await appendFile(path, `\n${JSON.stringify(entry)}`, { flag: APPEND, flush: true, mode: 0o600 });
        for (const name of await filesIn(directory)) {
          if (name < fileName(nowMs - DAYS_KEPT * DAY_MS)) await rm(join(directory, name), { force: true });
        }
      } catch (error) {
        onFailure(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
      }
    },
  };
}

/** The entries written on the day of `fromMs` or later, oldest first. A line that is broken off is left out. */
export async function* readLocalLedger(directory: string, fromMs: number): AsyncGenerator<LedgerEntry> {
  for (const name of await filesIn(directory)) {
    if (name < fileName(fromMs)) continue;
    for (const line of (await readFile(join(directory, name), 'utf8')).split('\n')) {
      const entry = entryOf(line);
      if (entry) yield entry;
    }
  }
}

async function filesIn(directory: string): Promise<string[]> {
  const names = (await readdir(directory).catch(ignoreMissing)) ?? [];
  return names.filter(name => /^\d{4}-\d\d-\d\d\.jsonl$/.test(name)).sort();
}

const fileName = (ms: number) => `${new Date(ms).toISOString().slice(0, 10)}.jsonl`;

/** Undefined for a line that is no entry. */
function entryOf(line: string): LedgerEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && typeof value['lastLogId'] === 'string' && typeof value['ids'] === 'string'
      ? (value as unknown as LedgerEntry)
      : undefined;
  } catch {
    return undefined;
  }
}
