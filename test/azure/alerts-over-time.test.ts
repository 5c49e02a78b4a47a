/** A deployed rule over rows that arrive for some hours: when it notifies, and when not. */
import { afterAll, expect, test } from 'vitest';
import { arriveIn } from '../../scripts/azure-trials/arrivals.ts';
import { DOMAIN, log, NOW_MS, user } from '../../scripts/azure-trials/scene.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { alertRule, watch } from '../../simulator/azure/alert-rule.ts';
import type { AlertRuleSettings } from '../../simulator/azure/alert-settings.ts';
import { type LogAnalytics, openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace } from '../../simulator/azure/workspace.ts';
import { RULES } from './alert-rules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BRUTE_FORCE = RULES.find(one => one.id === 'brute-force')!;
const open: LogAnalytics[] = [];
afterAll(() => open.forEach(one => void one.close()));

/** Twenty wrong passwords for a user within ten minutes, until so many minutes before NOW_MS. */
const attackOn = (name: string, minutesAgo: number): Log[] =>
  Array.from({ length: 20 }, (_, index) => log('fp', minutesAgo + index / 2, user(name)));

/** What the rule notifies between four hours before NOW_MS and NOW_MS, in minutes before it. */
async function told(logs: readonly Log[], lagMs: number, changes: Partial<AlertRuleSettings> = {}) {
  const workspace = openWorkspace({ keepRecords: true });
  const arrivals = logs.map(one => ({ log: one, arrivedMs: Date.parse(one.date) + lagMs }));
  arriveIn(workspace, 'logs-ingestion', DOMAIN, arrivals);
  const analytics = await openLogAnalytics('own', workspace.tables());
  open.push(analytics);
  const rule = alertRule({ ...BRUTE_FORCE.settings, ...changes });
  const query = (range: { fromMs: number; toMs: number }) => analytics.run('detection-brute-force', range);
  const all = await watch(rule, query, { fromMs: NOW_MS - 4 * HOUR_MS, toMs: NOW_MS });
  return all.map(({ kind, atMs, dimensions }) =>
    [kind, (NOW_MS - atMs) / MINUTE_MS, dimensions['User'] ?? ''].join(' ').trim(),
  );
}

test('an attack fires once, and is over three looks after its last full window', async () => {
  expect(await told(attackOn('a', 182), 30_000)).toEqual(['fired 180', 'resolved 90']);
});

test('an attack of days ago fires when it arrives', async () => {
  expect(await told(attackOn('a', 182 + 3 * 1440), 3 * DAY_MS)).toEqual(['fired 180', 'resolved 90']);
});

test('a second victim is not told of while the first alert is open: the price of a rule with state', async () => {
  const logs = [...attackOn('a', 182), ...attackOn('b', 152)];
  expect(await told(logs, 30_000)).toEqual(['fired 180', 'resolved 60']);
  expect(await told(logs, 30_000, { dimensions: ['User'] })).toEqual([
    'fired 180 a@example.com',
    'fired 150 b@example.com',
    'resolved 90 a@example.com',
    'resolved 60 b@example.com',
  ]);
});

test('a rule without state tells of it at every look, unless it is muted', async () => {
  const stateless = await told(attackOn('a', 182), 30_000, { autoMitigate: false });
  expect(stateless).toEqual(['fired 180', 'fired 165', 'fired 150', 'fired 135']);
  const muted = await told(attackOn('a', 182), 30_000, { autoMitigate: false, muteActionsDuration: 'PT2H' });
  expect(muted).toEqual(['fired 180', 'muted 165', 'muted 150', 'muted 135']);
});
