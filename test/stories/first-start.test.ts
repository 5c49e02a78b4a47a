/** The first start of a pipeline over a month of logs, up to what the alert rules report. */
import { expect, onTestFinished, test } from 'vitest';
import { HARMLESS_MONTH } from '../../scripts/azure-trials/harmless-month.ts';
import { NOW_MS, shifted } from '../../scripts/azure-trials/scene.ts';
import { openLogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { firing } from '../azure/alert-rules.ts';
import { AUTH0_SECRET, DOMAIN, openStage } from './stage.ts';

test.each(['logs-ingestion', 'data-collector'] as const)(
  'a month of harmless logs by %s is stored as Azure stores it, and one alert fires: that they are late',
  async kind => {
    const logs = HARMLESS_MONTH.map(log => shifted(log, Date.now() - NOW_MS));
    const auth0 = { domain: DOMAIN, secret: AUTH0_SECRET, logRetentionDays: 30 } as const;
    const stage = await openStage({ kind, auth0: { logs }, config: { auth0 } as never });
    onTestFinished(() => stage.close());

    for (let runs = 0; (await stage.run()).outcome !== 'caught-up' && runs < 20; runs++);
    expect(await stage.missing()).toEqual([]);
    const { workspace, received } = stage.azure;
    expect([workspace.stored, workspace.dropped]).toEqual([received.records, {}]);
    // Of thirty days, all but two have the time of receipt.
    expect(received.replacedTimes).toBeGreaterThan(0.9 * logs.length);

    const analytics = await openLogAnalytics('own', workspace.tables());
    onTestFinished(() => analytics.close());
    expect(await firing(analytics, Date.now())).toEqual(['pipeline-late']);
  },
);
