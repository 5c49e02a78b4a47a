/** The ledger of one pipeline on this machine's disk. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { PipelineConfig } from '../../../lambda/config/config.ts';
import type { Ledger, ReadEntry } from '../../../lambda/core/ledger.ts';
import type { Clock } from '../../../lambda/core/model.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { changing, type Row, reading } from './database.ts';

/** Auth0 keeps logs for 30 days at the most: an older entry has nothing left to be compared with. */
const DAYS_KEPT = 32;
const DAY_MS = 86_400_000;
const ROWS_A_TURN = 500;

/** One ledger per destination: entries for another workspace verify nothing in this one. */
export interface LedgerPlace {
  /** The pipeline's own. */
  readonly directory: string;
  readonly destination: string;
}

export function ledgerPlace(stateDirectory: string, { name, azure }: PipelineConfig): LedgerPlace {
  const identity = createHash('sha256').update(specOf(azure).place(azure).identity).digest('hex');
  return { directory: join(resolve(stateDirectory), name), destination: identity.slice(0, 12) };
}

/** See the law of Ledger. `onFailure` receives write errors: an audit will then report these logs as missing. */
export function localLedger(
  { directory, destination }: LedgerPlace,
  clock: Clock,
  onFailure: (code: string) => void,
): Ledger {
  return {
    async add(entry) {
      const nowMs = clock.now();
      try {
        changing(directory, database => {
          const insert = 'INSERT INTO ledger (destination, writtenAtMs, entry) VALUES (?, ?, ?)';
          database.prepare(insert).run(destination, nowMs, JSON.stringify(entry));
          database.prepare('DELETE FROM ledger WHERE writtenAtMs < ?').run(dayOf(nowMs) - DAYS_KEPT * DAY_MS);
        });
      } catch (error) {
        onFailure(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
      }
    },
  };
}

/** The entries written on the day of `fromMs` or later, oldest first. */
export async function* readLocalLedger(
  { directory, destination }: LedgerPlace,
  fromMs: number,
): AsyncGenerator<ReadEntry> {
  let seq = 0;
  for (;;) {
    const rows = reading<Row[]>(directory, [], database =>
      database
        .prepare(
          'SELECT seq, writtenAtMs, entry FROM ledger WHERE destination = ? AND writtenAtMs >= ? AND seq > ? ORDER BY seq LIMIT ?',
        )
        .all(destination, dayOf(fromMs), seq, ROWS_A_TURN),
    );
    for (const { entry, writtenAtMs } of rows) {
      yield { ...JSON.parse(String(entry)), enteredAtMs: Number(writtenAtMs) };
    }
    if (rows.length < ROWS_A_TURN) return;
    seq = Number(rows.at(-1)?.['seq']);
  }
}

const dayOf = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;
