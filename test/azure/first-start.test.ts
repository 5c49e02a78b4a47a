/** What the alert rules report when a pipeline starts for the first time: a month of logs arrives at once. */
import { afterAll, describe, expect, test } from 'vitest';
import type { DestinationKind } from '../../lambda/destinations/all.ts';
import { arriveIn } from '../../scripts/azure-trials/arrivals.ts';
import { HARMLESS_MONTH } from '../../scripts/azure-trials/harmless-month.ts';
import { DOMAIN, NOW_MS, shifted } from '../../scripts/azure-trials/scene.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { type LogAnalytics, openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace } from '../../simulator/azure/workspace.ts';
import { fires, firing, RULES } from './alert-rules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const KINDS = ['logs-ingestion', 'data-collector'] as const;
const open: LogAnalytics[] = [];
afterAll(() => open.forEach(one => void one.close()));

/** A workspace into which the logs came, each at the time that `arrivedMs` says. */
async function workspaceWith(
  kind: DestinationKind,
  logs: readonly Log[],
  arrivedMs: (log: Log) => number,
): Promise<{ analytics: LogAnalytics; logIds: readonly string[] }> {
  const workspace = openWorkspace({ keepRecords: true });
  const arrivals = logs.map(log => ({ log, arrivedMs: arrivedMs(log) }));
  const logIds = arriveIn(workspace, kind, DOMAIN, arrivals);
  const analytics = await openLogAnalytics('own', workspace.tables());
  open.push(analytics);
  return { analytics, logIds };
}

describe.each(KINDS)('by %s,', kind => {
  test('a month of harmless logs that arrives at once fires the alert that logs are late, and no other', async () => {
    const { analytics } = await workspaceWith(kind, HARMLESS_MONTH, () => NOW_MS - MINUTE_MS);
    expect(await firing(analytics, NOW_MS)).toEqual(['pipeline-late']);
  });

  test('the same month, arriving as it happens, fires nothing', async () => {
    const { analytics } = await workspaceWith(kind, HARMLESS_MONTH, log => Date.parse(log.date) + 30_000);
    for (const day of [25, 20, 14, 5, 2]) {
      // A quarter of an hour after the busiest time of the day.
      expect(await firing(analytics, NOW_MS - day * DAY_MS + 9 * HOUR_MS)).toEqual([]);
    }
  });
});

test('attacks three days ago that arrive only now are found', async () => {
  // These two are about what arrives now; the third has to know what was usual before.
  const aboutNow = ['pipeline-silent', 'rows-dropped', 'client-new-address'];
  const rules = RULES.filter(one => !aboutNow.includes(one.id));
  const attacks = rules.map(rule => TRIALS[rule.id]!.fires.logs.map(log => shifted(log, -3 * DAY_MS)));
  const { analytics, logIds } = await workspaceWith(
    'logs-ingestion',
    attacks.flat(),
    () => NOW_MS - 2 * MINUTE_MS,
  );
  const missed: string[] = [];
  let first = 0;
  for (const [index, rule] of rules.entries()) {
    const ofAttack = logIds.slice(first, first + attacks[index]!.length);
    first += ofAttack.length;
    if (!(await fires(analytics, rule, NOW_MS, ofAttack))) missed.push(rule.id);
  }
  expect(missed).toEqual([]);
});
