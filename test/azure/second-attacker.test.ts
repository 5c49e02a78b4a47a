/** Two attacks, the second one run after the first: the first alert does not mute the second. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arriveIn } from '../../scripts/azure-trials/arrivals.ts';
import { DOMAIN, NOW_MS, shifted } from '../../scripts/azure-trials/scene.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { alertRule } from '../../simulator/azure/alert-rule.ts';
import { type LogAnalytics, openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace } from '../../simulator/azure/workspace.ts';
import { RULES } from './alert-rules.ts';

const MINUTE_MS = 60_000;
/** Rules about the workspace and the pipeline have one alert, and no second subject. */
const rules = RULES.filter(
  ({ id, settings }) =>
    !TRIALS[id]!.fires.others &&
    (!settings.autoMitigate || settings.dimensions!.length > 0) &&
    id !== 'pipeline-late',
);

/** The same attack on other users of another tenant, from other addresses. */
function byOthers(log: Log): Log {
  const text = JSON.stringify(log)
    .replaceAll('auth0|', 'auth0|other-')
    .replaceAll('@example.com', '@other.example')
    .replaceAll('ExampleClient', 'OtherClient')
    .replaceAll('Example Web', 'Other Web')
    .replaceAll('Nightly', 'Other')
    .replaceAll(/192\.0\.2\.|198\.51\.100\.|203\.0\.113\./g, '192.88.99.')
    .replaceAll('+1202555', '+1303555')
    .replaceAll('2001:db8::', '2001:db8:1::');
  return JSON.parse(text);
}

let analytics: LogAnalytics;
const idsOf = new Map<string, readonly string[]>();

beforeAll(async () => {
  const workspace = openWorkspace({ keepRecords: true });
  for (const { id, settings } of rules) {
    const { frequencyMs } = alertRule(settings);
    const { logs } = TRIALS[id]!.fires;
    const first = logs.map(log => ({ log, arrivedMs: NOW_MS - 3 * MINUTE_MS }));
    const second = logs.map(log => ({
      log: byOthers(shifted(log, frequencyMs)),
      arrivedMs: NOW_MS + frequencyMs - MINUTE_MS,
    }));
    const ids = [
      ...arriveIn(workspace, 'logs-ingestion', DOMAIN, first),
      ...arriveIn(workspace, 'logs-ingestion', 'other.eu.auth0.com', second),
    ];
    idsOf.set(id, ids);
  }
  analytics = await openLogAnalytics('own', workspace.tables());
});
afterAll(() => analytics.close());

test.each(rules.map(rule => [rule.id, rule] as const))('%s fires for both', async (id, { settings }) => {
  const rule = alertRule(settings);
  const look = async (atMs: number) => {
    const scope = { fromMs: atMs - rule.windowMs, toMs: atMs, logIds: idsOf.get(id)! };
    const rows = await analytics.run(`detection-${id}`, scope);
    return rule.evaluate(rows, atMs).filter(one => one.kind === 'fired');
  };
  const [first, second] = [await look(NOW_MS), await look(NOW_MS + rule.frequencyMs)];
  expect([first.length, second.length]).toEqual([1, 1]);
  if (settings.dimensions!.length > 0) expect(second[0]!.dimensions).not.toEqual(first[0]!.dimensions);
});
