import { expect, test } from 'vitest';
import { readLedger } from '../../../cli/audit/ledger.ts';
import type { Operated } from '../../../cli/pipelines/operated.ts';
import type { LedgerEntry } from '../../../lambda/core/ledger.ts';

const START_MS = Date.parse('2026-03-01T12:00:00Z');
const id = (n: number) => String(n).padStart(9, '0');
const entry = (after: number | undefined, last: number): LedgerEntry => ({
  ...(after === undefined ? {} : { afterLogId: id(after) }),
  lastLogId: id(last),
  logs: 1,
  accepted: 1,
  excluded: 0,
  retried: 0,
  deadLettered: 0,
  ids: `${after} ${last}`,
});

/** A ledger whose entries can be seen from some time on, as CloudWatch has it. */
function pipelineOf(entries: readonly (readonly [seenMs: number, LedgerEntry])[]) {
  let nowMs = START_MS;
  const asked: number[] = [];
  async function* ledger(fromMs: number) {
    asked.push(fromMs);
    for (const [seenMs, one] of entries) if (seenMs <= nowMs - START_MS) yield one;
  }
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const pipeline = { ledger } as unknown as Operated;
  const d = { pipeline, clock, backfillLedger: undefined, ledgerDelayMs: 30_000 };
  return { d, asked, waitedMs: () => nowMs - START_MS };
}
const WINDOW = { afterLogId: id(100), lastLogId: id(900) };

test('entries that touch the window are kept, and late ones that may lie in it', async () => {
  const inside = [entry(50, 150), entry(150, 300), entry(850, 950), entry(undefined, 300)];
  const outside = [entry(20, 100), entry(900, 990), entry(undefined, 90)];
  const { d, waitedMs } = pipelineOf([...inside, ...outside].map(one => [0, one] as const));
  const { entries, ledgerAfterLogId } = await readLedger(d, START_MS, WINDOW, id(990));
  expect(entries).toEqual(inside);
  expect([ledgerAfterLogId, waitedMs()]).toEqual([id(50), 0]);
});

test('entries before the checkpoint that cannot be seen yet are waited for, and none is taken twice', async () => {
  const { d, waitedMs } = pipelineOf([
    [0, entry(50, 300)],
    [8_000, entry(300, 400)],
    [12_000, entry(400, 500)],
  ]);
  const { entries } = await readLedger(d, START_MS, WINDOW, id(500));
  expect(entries.map(({ lastLogId }) => lastLogId)).toEqual([id(300), id(400), id(500)]);
  expect(waitedMs()).toBe(15_000);
});

test('they are not waited for without end, nor where there is no delay, nor for another window', async () => {
  const never = pipelineOf([[0, entry(50, 300)]]);
  expect((await readLedger(never.d, START_MS, WINDOW, id(500))).entries).toHaveLength(1);
  expect(never.waitedMs()).toBe(30_000);
  const local = pipelineOf([[0, entry(50, 300)]]);
  await readLedger({ ...local.d, ledgerDelayMs: 0 }, START_MS, WINDOW, id(500));
  const past = pipelineOf([[0, entry(50, 950)]]);
  await readLedger(past.d, START_MS, WINDOW, id(990));
  expect([local.waitedMs(), past.waitedMs()]).toEqual([0, 0]);
});

test('where the ledger begins is asked for only when it does not reach back beyond the window', async () => {
  const { d, asked } = pipelineOf([[0, entry(200, 950)]]);
  const { ledgerAfterLogId } = await readLedger(d, START_MS, WINDOW, id(950));
  expect(ledgerAfterLogId).toBe(id(200));
  // Clocks may differ by five minutes.
  expect(asked).toEqual([START_MS - 300_000, 0]);
  expect((await readLedger(pipelineOf([]).d, START_MS, WINDOW)).ledgerAfterLogId).toBeUndefined();
});
