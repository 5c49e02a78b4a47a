/** What the rules of Microsoft Sentinel report about harmless logs, and about attacks that arrive late. */
import { afterAll, describe, expect, test, vi } from 'vitest';
import { arriveIn } from '../../scripts/azure-trials/arrivals.ts';
import { HARMLESS_MONTH } from '../../scripts/azure-trials/harmless-month.ts';
import { call, DOMAIN, log, NOW_MS, shifted } from '../../scripts/azure-trials/scene.ts';
import { incidentsOf, runRule } from '../../scripts/azure-trials/sentinel-runs.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { type LogAnalytics, openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace } from '../../simulator/azure/workspace.ts';
import { models, SENTINEL_RULES } from './sentinel-rules.ts';

/** All rules over a month: seconds on an idle machine, minutes on a busy one. */
const LONG_MS = 600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** On the second last day of the month, after the busiest time of the day. */
const NOON_MS = NOW_MS - 2 * DAY_MS + 9 * HOUR_MS;
const RANGE = { fromMs: NOON_MS - MINUTE_MS, toMs: NOON_MS + 20 * MINUTE_MS };
vi.setConfig({ testTimeout: LONG_MS });
const open: LogAnalytics[] = [];
afterAll(() => open.forEach(one => void one.close()));

type Way = (log: Log) => readonly number[];

async function workspaceWith(logs: readonly Log[], arrivedMs: Way) {
  const workspace = openWorkspace({ keepRecords: true });
  const arrivals = logs.flatMap(one => arrivedMs(one).map(ms => ({ log: one, arrivedMs: ms })));
  const logIds = arriveIn(workspace, 'logs-ingestion', DOMAIN, arrivals);
  const analytics = await openLogAnalytics('own', workspace.tables());
  open.push(analytics);
  return { analytics, logIds };
}

const timeOf = (one: Log) => Date.parse(one.date);
const onTime = (one: Log) => [timeOf(one) + 30_000];
const month = HARMLESS_MONTH.filter(one => timeOf(one) < NOON_MS);
/** A tenant that is in use: somebody signs in every ten minutes. */
const live = Array.from({ length: 6 * 24 }, (_, index) =>
  log('s', (NOW_MS - RANGE.toMs) / MINUTE_MS + index * 10),
);
const isLive = new Set(live);
const isYesterday = (one: Log) => timeOf(one) > NOON_MS - DAY_MS;

test.each<readonly [string, Way]>([
  ['the month as it happens', onTime],
  ['a first start', one => (timeOf(one) > NOON_MS ? onTime(one) : [NOON_MS])],
  [
    'a replay of a day that was stored',
    one => (isYesterday(one) && !isLive.has(one) ? [...onTime(one), NOON_MS] : onTime(one)),
  ],
  [
    'a day that waited for its replay',
    one => (isYesterday(one) && !isLive.has(one) ? [NOON_MS] : onTime(one)),
  ],
  [
    'a backfill of the month, twice',
    one => (isLive.has(one) ? onTime(one) : [NOON_MS, NOON_MS + 10 * MINUTE_MS]),
  ],
])('0 incidents of all rules over harmless logs: %s', async (_, way) => {
  const { analytics } = await workspaceWith([...month, ...live], way);
  const { incidents, runs } = await incidentsOf(SENTINEL_RULES, analytics, RANGE);
  expect(runs).toBeGreaterThan(SENTINEL_RULES.length);
  expect(incidents.all.map(one => one.title)).toEqual([]);
});

/** Rules about logs that arrive now, or about the workspace. */
const isAboutNow = (id: string) => TRIALS[id]!.fires.others !== undefined || id.startsWith('pipeline-');

test.each([
  ['17 hours', 17 * HOUR_MS],
  ['45 hours', 45 * HOUR_MS],
  ['three days', 3 * DAY_MS],
  ['a month', 30 * DAY_MS],
])('every attack that arrives %s late is alerted', async (_, lateMs) => {
  const rules = models().filter(({ id }) => !isAboutNow(id));
  const attacks = rules.map(({ id }) => TRIALS[id]!.fires.logs.map(one => shifted(one, -lateMs)));
  const { analytics, logIds } = await workspaceWith(attacks.flat(), () => [NOW_MS - 2 * MINUTE_MS]);
  const missed: string[] = [];
  let first = 0;
  for (const [index, rule] of rules.entries()) {
    const ofAttack = logIds.slice(first, first + attacks[index]!.length);
    first += ofAttack.length;
    if ((await runRule(analytics, rule, { atMs: NOW_MS, logIds: ofAttack })).length === 0)
      missed.push(rule.id);
  }
  expect(rules.length).toBeGreaterThan(50);
  expect(missed).toEqual([]);
});

/**
 * A rule runs five minutes after its time, over rows until its time. Whether ago() counts from the one or the other is not
 * documented: https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview#query-scheduling
 */
describe.each([
  ['its time', 0],
  ['five minutes later', 5],
])('where ago() of a rule counts from %s,', (_, delayMinutes) => {
  /** Minutes between a log and its arrival for which no run of an hour finds the log. */
  async function lost(query: string): Promise<number[]> {
    const lags = [0.2, 1, 2, 3, 4, 5, 6, 9, 40];
    const atMinutes = [10, 11, 12, 13, 14];
    const exports = lags.flatMap(lag =>
      atMinutes.map(
        minute => [lag, call('post', 'jobs/users-exports', { minutesAgo: 60 - minute })] as const,
      ),
    );
    const lagOf = new Map(exports.map(([lag, one]) => [one, lag]));
    const { analytics, logIds } = await workspaceWith([...lagOf.keys()], one => [
      timeOf(one) + lagOf.get(one)! * MINUTE_MS,
    ]);
    const found = new Set<string>();
    for (let minutes = -60; minutes <= 0; minutes += 5) {
      const toMs = NOW_MS + minutes * MINUTE_MS;
      for (const logId of logIds) {
        const scope = {
          fromMs: toMs - DAY_MS,
          toMs,
          nowMs: toMs + delayMinutes * MINUTE_MS,
          logIds: [logId],
        };
        if (!found.has(logId) && (await analytics.run(query, scope)).length > 0) found.add(logId);
      }
    }
    return [...new Set(exports.filter((_, index) => !found.has(logIds[index]!)).map(([lag]) => lag))];
  }

  test('each log is found once it has arrived', async () => {
    expect(await lost('sentinel-users-exported')).toEqual([]);
  });

  test('which the shorter overlap of Azure Monitor’s rules allows only from its time', async () => {
    const some = await lost('detection-users-exported');
    expect(some.length > 0).toBe(delayMinutes > 0);
  });
});
