import { describe, expect, test } from 'vitest';
import { tileCounter } from '../../../../cli/demo/live/tiles.ts';
import { arrive } from '../../../../scripts/azure-trials/arrivals.ts';
import { DOMAIN, NOW_MS } from '../../../../scripts/azure-trials/scene.ts';
import { generateLogs } from '../../../../simulator/auth0/tenant.ts';
import { KINDS } from '../../../../simulator/azure/apis.ts';
import { openLogAnalytics } from '../../../../simulator/azure/log-analytics/engine.ts';

const DAY = { fromMs: NOW_MS - 86_400_000, toMs: NOW_MS };
const logs = generateLogs({ seed: 5, count: 4_000, fromMs: DAY.fromMs + 3_600_000, toMs: NOW_MS - 600_000 });

describe.each(KINDS)('over rows of the %s', kind => {
  test('the tiles are what the queries of the workbook return', { timeout: 60_000 }, async () => {
    const { rows } = arrive(
      kind,
      DOMAIN,
      logs.map(log => ({ log, arrivedMs: Date.parse(log.date) + 30_000 || NOW_MS - 300_000 })),
    );
    const counter = tileCounter(Number.POSITIVE_INFINITY);
    const stored = Object.values(rows).find(some => some.length === logs.length)!;
    for (const row of stored) counter.add(row);
    const { glance, logins, levels, failing } = counter.tiles();

    const analytics = await openLogAnalytics('own', rows);
    const ask = (name: string) => analytics.run(`query-${name}`, DAY);
    const numbers = (row: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
      );
    const asked = async (name: string) => (await ask(name)).map(numbers);
    const byKey = (some: readonly object[]) => some.map(one => JSON.stringify(one)).sort();

    expect(byKey(glance)).toEqual(
      byKey((await asked('at-a-glance')).map(({ Name, Count }) => ({ name: Name, count: Count }))),
    );
    const signIns = logins.flatMap(({ atMs, success, failure }) => [
      ...(success > 0 ? [[atMs, 'success', success]] : []),
      ...(failure > 0 ? [[atMs, 'failure', failure]] : []),
    ]);
    expect(byKey(signIns)).toEqual(
      byKey(
        (await asked('logins-over-time')).map(row => [
          (row['EventTime'] as Date).getTime(),
          row['Outcome'],
          row['SignIns'],
        ]),
      ),
    );
    expect(
      byKey(levels.flatMap(({ atMs, logs: some }) => Object.entries(some).map(one => [atMs, ...one]))),
    ).toEqual(
      byKey(
        (await asked('logs-over-time')).map(row => [
          (row['EventTime'] as Date).getTime(),
          row['LevelName'],
          row['Logs'],
        ]),
      ),
    );
    // The query returns the first fifty; which of those with as many failures are among them is not said.
    const users = await asked('failed-logins-by-user');
    expect(users.map(one => one['Failures'])).toEqual(failing.slice(0, 50).map(one => one.failures));
    expect(failing).toEqual(
      expect.arrayContaining(
        users.map(one => ({
          user: one['User'],
          failures: one['Failures'],
          successes: one['Successes'],
          addresses: one['Addresses'],
        })),
      ),
    );
    analytics.close();
  });
});
