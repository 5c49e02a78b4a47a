/** An audit's side of the ledger: the entries that touch a window, and where the ledger begins. */
import { known, readLate } from '../../lambda/core/late.ts';
import type { LedgerEntry, ReadEntry } from '../../lambda/core/ledger.ts';
import type { Clock } from '../../lambda/core/model.ts';
import { type LedgerPlace, readLocalLedger } from '../pipelines/local/ledger.ts';
import type { Operated, StoredState } from '../pipelines/operated.ts';
import { type AuditBasis, type IdRange, touches } from './basis.ts';

export interface LedgerDependencies {
  readonly pipeline: Operated;
  readonly clock: Clock;
  /** Of this machine, where `backfill` enters what it ships for a stack; undefined when that is the pipeline's own. */
  readonly backfillLedger: LedgerPlace | undefined;
  /** CloudWatch shows a line only some seconds after it was written: the audit waits that long for those before the checkpoint. */
  readonly ledgerDelayMs: number;
}

/** What became of the logs of the batches that touch the window, as it was entered. */
export interface Entered {
  readonly batches: number;
  readonly logs: number;
  readonly accepted: number;
  readonly excluded: number;
  readonly retried: number;
  readonly deadLettered: number;
}

/** The largest expected difference between the clocks of Auth0 and of the writer of the ledger. */
const CLOCK_TOLERANCE_MS = 300_000;
const LOOKS = 6;

/**
 * The entries that touch the window, and the log id after which the ledger begins: undefined when it is empty.
 * @param fromMs when the window begins: no entry of its logs was made before
 */
export async function readLedger(
  { pipeline, backfillLedger, clock, ledgerDelayMs }: LedgerDependencies,
  fromMs: number,
  window: IdRange,
  checkpointLogId = '',
): Promise<{ readonly entries: ReadEntry[]; readonly ledgerAfterLogId: string | undefined }> {
  const sinceMs = fromMs - CLOCK_TOLERANCE_MS;
  const entries: ReadEntry[] = [];
  let reached = '';
  const take = async (ledger: AsyncIterable<ReadEntry>, isNew = (_: ReadEntry) => true) => {
    for await (const entry of ledger) {
      if (entry.lastLogId > reached) reached = entry.lastLogId;
      const isLate = entry.afterLogId === undefined && entry.lastLogId > window.afterLogId;
      if ((isLate || touches(window)(entry)) && isNew(entry)) entries.push(entry);
    }
  };
  await take(pipeline.ledger(sinceMs));
  const isBehind = () => reached !== '' && reached < window.lastLogId && reached < checkpointLogId;
  for (let look = 0; look < LOOKS && ledgerDelayMs > 0 && isBehind(); look++) {
    const startedMs = clock.now();
    await clock.sleep(ledgerDelayMs / LOOKS);
    const taken = new Set(entries.map(({ ids }) => ids));
    await take(pipeline.ledger(startedMs - CLOCK_TOLERANCE_MS), ({ ids }) => !taken.has(ids));
  }
  const reaching = entries.find(one => one.afterLogId !== undefined && one.afterLogId <= window.afterLogId);
  const ledgerAfterLogId = reaching ? reaching.afterLogId : await firstOf(pipeline.ledger(0));
  if (backfillLedger !== undefined) await take(readLocalLedger(backfillLedger, sinceMs));
  return { entries, ledgerAfterLogId };
}

async function firstOf(ledger: AsyncIterable<LedgerEntry>): Promise<string | undefined> {
  for await (const { afterLogId } of ledger) if (afterLogId !== undefined) return afterLogId;
  return undefined;
}

/** What the next sweep for late logs will take for passed. */
export function passedOf(
  { config }: Operated,
  { checkpoint, late: text }: StoredState,
): AuditBasis['passed'] {
  const late = config.sweepMinutes > 0 ? readLate(text) : undefined;
  if (!late || !checkpoint) return undefined;
  const { fromLogId, ids } = known(late);
  return { afterLogId: fromLogId, lastLogId: checkpoint.logId, ids };
}

export function enteredIn(entries: readonly LedgerEntry[]): Entered {
  const sum = (key: Exclude<keyof Entered, 'batches'>) => entries.reduce((all, one) => all + one[key], 0);
  return {
    batches: entries.length,
    logs: sum('logs'),
    accepted: sum('accepted'),
    excluded: sum('excluded'),
    retried: sum('retried'),
    deadLettered: sum('deadLettered'),
  };
}
