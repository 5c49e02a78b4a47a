/**
 * What the alert rules report about logs that arrive late: a first start, a replay, a backfill. Each rule runs as often
 * as it does in Azure, for hours before and after, and keeps its state.
 */
import { afterAll, describe, expect, test, vi } from 'vitest';
import { arriveIn } from '../../scripts/azure-trials/arrivals.ts';
import { HARMLESS_MONTH } from '../../scripts/azure-trials/harmless-month.ts';
import { DOMAIN, log, NOW_MS, shifted } from '../../scripts/azure-trials/scene.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { type LogAnalytics, openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace } from '../../simulator/azure/workspace.ts';
import { alertsOf, fires, firing, RULES } from './alert-rules.ts';

/** All rules over a month: seconds on an idle machine, minutes on a busy one. */
const LONG_MS = 600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const KINDS = ['logs-ingestion', 'data-collector'] as const;
/** On the second last day of the month, after the busiest time of the day. */
const NOON_MS = NOW_MS - 2 * DAY_MS + 9 * HOUR_MS;
/** Long enough for one run of each rule, and for two runs of those that run every quarter of an hour. */
const AFTER_MS = 20 * MINUTE_MS;
vi.setConfig({ testTimeout: LONG_MS });
const open: LogAnalytics[] = [];
afterAll(() => open.forEach(one => void one.close()));

type Way = (log: Log) => readonly number[];

/** A workspace in which each log arrived at the times of `arrivedMs`. */
async function workspaceWith(kind: (typeof KINDS)[number], logs: readonly Log[], arrivedMs: Way) {
  const workspace = openWorkspace({ keepRecords: true });
  const arrivals = logs.flatMap(one => arrivedMs(one).map(ms => ({ log: one, arrivedMs: ms })));
  const logIds = arriveIn(workspace, kind, DOMAIN, arrivals);
  const analytics = await openLogAnalytics('own', workspace.tables());
  open.push(analytics);
  return { analytics, logIds };
}

const timeOf = (one: Log) => Date.parse(one.date);
const onTime = (one: Log) => [timeOf(one) + 30_000];
const until = (toMs: number) => HARMLESS_MONTH.filter(one => timeOf(one) < toMs);
/** A tenant that is in use: somebody signs in every ten minutes. */
const inUse = (toMs: number): Log[] =>
  Array.from({ length: 6 * 24 }, (_, index) => log('s', (NOW_MS - toMs) / MINUTE_MS + index * 10));

describe.each(KINDS)('0 alerts of all rules over harmless logs by %s:', kind => {
  const quiet = async (logs: readonly Log[], way: Way, range: { fromMs: number; toMs: number }) => {
    const { analytics } = await workspaceWith(kind, logs, way);
    const { alerts, runs } = await alertsOf(analytics, range);
    expect(runs).toBeGreaterThan(RULES.length);
    expect(alerts).toEqual([]);
  };

  test('a first start over a month', async () => {
    const way: Way = one => (timeOf(one) > NOON_MS ? onTime(one) : [NOON_MS]);
    const logs = [...until(NOON_MS), ...inUse(NOON_MS + AFTER_MS)];
    await quiet(logs, way, { fromMs: NOON_MS - MINUTE_MS, toMs: NOON_MS + AFTER_MS });
  });

  test('a day that is replayed after it was stored, and one that waited for its replay', async () => {
    const yesterday = (one: Log) => timeOf(one) > NOON_MS - DAY_MS;
    const live = inUse(NOON_MS + AFTER_MS);
    const logs = [...until(NOON_MS), ...live];
    const again: Way = one =>
      yesterday(one) && !live.includes(one) ? [...onTime(one), NOON_MS] : onTime(one);
    const range = { fromMs: NOON_MS - MINUTE_MS, toMs: NOON_MS + AFTER_MS };
    await quiet(logs, again, range);
    const late: Way = one => (yesterday(one) && !live.includes(one) ? [NOON_MS] : onTime(one));
    await quiet(logs, late, range);
  });

  test('a backfill of a month, and the same backfill again', async () => {
    const live = inUse(NOON_MS + AFTER_MS);
    const way: Way = one => (live.includes(one) ? onTime(one) : [NOON_MS, NOON_MS + 10 * MINUTE_MS]);
    await quiet([...until(NOON_MS), ...live], way, { fromMs: NOON_MS - MINUTE_MS, toMs: NOON_MS + AFTER_MS });
  });

  test('the month as it happens', async () => {
    const { analytics } = await workspaceWith(kind, HARMLESS_MONTH, onTime);
    // A quarter of an hour after the busiest time of the day.
    for (const day of [25, 20, 14, 5, 2]) {
      expect(await firing(analytics, NOW_MS - day * DAY_MS + 9 * HOUR_MS)).toEqual([]);
    }
  });
});

/** Rules about logs that arrive now, or about the workspace. */
const ABOUT_NOW = RULES.filter(({ id }) => TRIALS[id]!.fires.others || id.startsWith('pipeline-'));

test.each([
  ['17 hours', 17 * HOUR_MS],
  ['a day', DAY_MS],
  ['three days', 3 * DAY_MS],
  ['a month', 30 * DAY_MS],
])('every trial of an attack fires when it arrives %s late', async (_, lateMs) => {
  const rules = RULES.filter(one => !ABOUT_NOW.includes(one));
  const attacks = rules.map(rule => TRIALS[rule.id]!.fires.logs.map(one => shifted(one, -lateMs)));
  const { analytics, logIds } = await workspaceWith('logs-ingestion', attacks.flat(), () => [
    NOW_MS - 2 * MINUTE_MS,
  ]);
  const missed: string[] = [];
  let first = 0;
  for (const [index, rule] of rules.entries()) {
    const ofAttack = logIds.slice(first, first + attacks[index]!.length);
    first += ofAttack.length;
    if (!(await fires(analytics, rule, NOW_MS, ofAttack))) missed.push(rule.id);
  }
  expect(rules.length + ABOUT_NOW.length).toBe(RULES.length);
  expect(missed).toEqual([]);
});
