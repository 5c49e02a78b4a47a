/** A deployed rule over rows that arrive for some hours: when it notifies, and when not. */
import { afterAll, describe, expect, test } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import { arriveIn } from '../../scripts/azure-trials/arrivals.ts';
import { call, DOMAIN, log, NOW_MS, user } from '../../scripts/azure-trials/scene.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { alertRule, watch } from '../../simulator/azure/alert-rule.ts';
import type { AlertRuleSettings } from '../../simulator/azure/alert-settings.ts';
import { type LogAnalytics, openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { checker } from '../../simulator/azure/log-analytics/kql-check.ts';
import { ALL_TABLES } from '../../simulator/azure/log-analytics/schemas.ts';
import { functionColumns } from '../../simulator/azure/log-analytics/translations.ts';
import { openWorkspace } from '../../simulator/azure/workspace.ts';
import { RULES } from './alert-rules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const check = checker({ tables: ALL_TABLES, functions: functionColumns() });
const open: LogAnalytics[] = [];
afterAll(() => open.forEach(one => void one.close()));

/** Twenty wrong passwords for a user within ten minutes, until so many minutes before NOW_MS. */
const attackOn = (name: string, minutesAgo: number): Log[] =>
  Array.from({ length: 20 }, (_, index) => log('fp', minutesAgo + index / 2, user(name)));

/** A log stream that is deleted. */
const change = (minutesAgo: number) =>
  call('delete', 'log-streams/lst_Example', { minutesAgo, admin: 'admin@example.com', statusCode: 204 });

/** What the rule notifies between four hours before NOW_MS and NOW_MS, in minutes before it. */
async function told(
  id: string,
  logs: readonly Log[],
  lagMs = 30_000,
  changes: Partial<AlertRuleSettings> = {},
) {
  const workspace = openWorkspace({ keepRecords: true });
  const arrivals = logs.map(one => ({ log: one, arrivedMs: Date.parse(one.date) + lagMs }));
  arriveIn(workspace, 'logs-ingestion', DOMAIN, arrivals);
  const analytics = await openLogAnalytics('own', workspace.tables());
  open.push(analytics);
  const rule = alertRule({ ...RULES.find(one => one.id === id)!.settings, ...changes });
  const query = (range: { fromMs: number; toMs: number }) => analytics.run(`detection-${id}`, range);
  const all = await watch(rule, query, { fromMs: NOW_MS - 4 * HOUR_MS, toMs: NOW_MS });
  return all.map(({ kind, atMs, dimensions }) =>
    [kind, (NOW_MS - atMs) / MINUTE_MS, ...Object.values(dimensions)].join(' '),
  );
}

test('an attack fires once, and resolves three runs after its last log arrived', async () => {
  const expected = ['fired 180 a@example.com', 'resolved 135 a@example.com'];
  expect(await told('brute-force', attackOn('a', 184))).toEqual(expected);
});

test.each([
  ['an hour', HOUR_MS],
  ['a day', DAY_MS],
  ['three days', 3 * DAY_MS],
])('an attack that arrives %s late fires when it arrives, and once', async (_, lagMs) => {
  const logs = attackOn('a', 184 + lagMs / MINUTE_MS);
  const expected = ['fired 180 a@example.com', 'resolved 135 a@example.com'];
  expect(await told('brute-force', logs, lagMs)).toEqual(expected);
});

test('an attack that continues is one alert', async () => {
  const logs = [184, 160, 140, 124].flatMap(minutesAgo => attackOn('a', minutesAgo));
  expect(await told('brute-force', logs)).toEqual(['fired 180 a@example.com', 'resolved 75 a@example.com']);
});

test('a second victim fires while the first alert is open; one alert for the whole rule would mute it', async () => {
  const logs = [...attackOn('a', 184), ...attackOn('b', 154)];
  expect(await told('brute-force', logs)).toEqual([
    'fired 180 a@example.com',
    'fired 150 b@example.com',
    'resolved 135 a@example.com',
    'resolved 105 b@example.com',
  ]);
  const asOne = await told('brute-force', logs, 30_000, { dimensions: [] });
  expect(asOne).toEqual(['fired 180', 'resolved 105']);
});

test('every change of the tenant fires, even soon after the one before; state would mute it', async () => {
  const changes = [184, 179, 178, 124].map(change);
  expect(await told('log-stream-changed', changes)).toEqual(['fired 180', 'fired 175', 'fired 120']);
  const withState = await told('log-stream-changed', changes, 30_000, { autoMitigate: true });
  expect(withState.filter(one => one.startsWith('fired'))).toEqual(['fired 180', 'fired 120']);
});

test('a change that arrives in the two minutes before a run fires in that run and in the next', async () => {
  expect(await told('log-stream-changed', [change(181)])).toEqual(['fired 180', 'fired 175']);
});

describe.each(RULES.map(rule => [rule.id, rule] as const))('%s', (id, { settings }) => {
  test('has one alert for each value of its columns, or for each run', async () => {
    const { alertPer } = DETECTIONS.find(one => one.id === id)!;
    const columns = typeof alertPer === 'string' ? [] : alertPer;
    expect(settings.dimensions).toEqual(columns);
    expect(settings.autoMitigate).toBe(alertPer !== 'look');
    // "Only string or numeric columns": https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
    const result = check(DETECTIONS.find(one => one.id === id)!.kql).columns;
    expect(columns.map(name => result.find(column => column.name === name)?.type)).toEqual(
      columns.map(() => 'string'),
    );
  });
});
