import { expect, test } from 'vitest';
import { historyOf, historySource } from '../../../cli/status/history.ts';
import { UsageError } from '../../../cli/terminal/errors.ts';
import type { ReadEntry } from '../../../lambda/core/ledger.ts';
import { syntheticLogId } from '../../../lambda/core/record/log-id.ts';
import { facts, ran } from '../facts.ts';

const MINUTE_MS = 60_000;
/** At a step's begin. */
const NOW_MS = Date.UTC(2026, 6, 1, 12, 0, 0);

const entry = (enteredAtMs: number, lateMs: number, more: Partial<ReadEntry> = {}): ReadEntry => ({
  afterLogId: syntheticLogId('900', enteredAtMs - lateMs - 1000),
  lastLogId: syntheticLogId('900', enteredAtMs - lateMs),
  logs: 10,
  accepted: 10,
  excluded: 0,
  retried: 0,
  deadLettered: 0,
  ids: '',
  enteredAtMs,
  ...more,
});
const at = (askedAtMs: number, state: Parameters<typeof facts>[0] = ran()) => facts(state, { askedAtMs });

test('entries of a step are added up, and its lag is that of the latest log', () => {
  const view = historyOf(
    [
      entry(NOW_MS - 7 * MINUTE_MS, 30_000),
      entry(NOW_MS - 6 * MINUTE_MS, 90_000, { accepted: 4, retried: 5, deadLettered: 1 }),
      entry(NOW_MS - 6 * MINUTE_MS, 80_000_000, { afterLogId: undefined } as never),
      entry(NOW_MS - 7 * 3_600_000, 1000),
    ],
    at(NOW_MS),
  );
  expect(view.times).toHaveLength(73);
  expect(view.accepted.at(-3)).toBe(24);
  expect(view.putAside.at(-3)).toBe(6);
  expect(Math.round(view.lagMs.at(-3)! / 1000)).toBe(90);
  expect(view.accepted.reduce((sum, one) => sum + one)).toBe(24);
  expect(view.lagMs.filter(one => one !== null)).toHaveLength(1);
});

test('since a run that did not catch up, the lag grows up to now', () => {
  const settledMs = NOW_MS - 12 * MINUTE_MS;
  const ended = (outcome: 'denied' | 'caught-up') =>
    ran({ outcome }, { checkpoint: { logId: 'x', logDateMs: settledMs }, caughtUpAtMs: settledMs });
  const { lagMs } = historyOf([], at(NOW_MS, ended('denied')));
  expect(lagMs.slice(-4).map(one => (one === null ? null : one / MINUTE_MS))).toEqual([2, 7, 12, 12]);
  expect(lagMs.at(-5)).toBeNull();
  expect(historyOf([], at(NOW_MS, ended('caught-up'))).lagMs.every(one => one === null)).toBe(true);
});

test('the ledger is read once a minute, then only for what is new; what it refuses is said', async () => {
  const asked: number[] = [];
  let fault: UsageError | undefined;
  const written = [entry(NOW_MS - 10 * MINUTE_MS, 0), entry(NOW_MS - MINUTE_MS, 0)];
  const source = historySource({
    ledger: async function* (fromMs) {
      asked.push(fromMs);
      if (fault) throw fault;
      yield* written.filter(one => one.enteredAtMs! >= fromMs);
    },
  });
  await source.read(NOW_MS);
  await source.read(NOW_MS + MINUTE_MS - 1);
  written.push(entry(NOW_MS + 30_000, 0));
  await source.read(NOW_MS + MINUTE_MS);
  expect(asked).toEqual([NOW_MS - 360 * MINUTE_MS, NOW_MS - 2 * MINUTE_MS]);
  const sum = (view: ReturnType<typeof source.view>) => view.accepted.reduce((all, one) => all + one);
  expect(sum(source.view(at(NOW_MS + MINUTE_MS)))).toBe(30);
  fault = new UsageError('no permission');
  await source.read(NOW_MS + 3 * MINUTE_MS);
  expect(source.view(at(NOW_MS + 3 * MINUTE_MS))).toMatchObject({ problem: 'no permission' });
});
