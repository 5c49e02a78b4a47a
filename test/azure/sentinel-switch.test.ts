/** Who notifies: the rules of Microsoft Sentinel or the alert rules of Azure Monitor, and never both. */
import { describe, expect, test } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import type { Deployed } from './arm-deploy.ts';
import { deployedWith, ofType } from './sentinel-deployment.ts';

const ALL = DETECTIONS.length;
const enabled = (some: readonly Deployed[]) => some.filter(one => one.properties['enabled'] === true).length;

/** How many of each are made, and how many of them are enabled. */
function counts(...args: Parameters<typeof deployedWith>) {
  const deployment = deployedWith(...args);
  const [alerts, rules] = [ofType(deployment, 'scheduledQueryRules'), ofType(deployment, 'alertRules')];
  return {
    alerts: alerts.length,
    alertsOn: enabled(alerts),
    rules: rules.length,
    rulesOn: enabled(rules),
  };
}

describe('notifies:', () => {
  test.each([
    [
      'Azure Monitor, unless asked otherwise',
      { deploySentinel: false },
      { alerts: ALL, alertsOn: ALL, rules: 0 },
    ],
    [
      'Sentinel, and the alert rules of an earlier deployment are disabled',
      {},
      { alerts: ALL, alertsOn: 0, rules: ALL, rulesOn: ALL },
    ],
    [
      'Sentinel, also if no alert rules are asked for',
      { deployAlerts: false },
      { alerts: ALL, alertsOn: 0, rules: ALL, rulesOn: ALL },
    ],
    [
      'Azure Monitor, and the rules of Sentinel are disabled',
      { sentinelRules: false },
      { alerts: ALL, alertsOn: ALL, rules: ALL, rulesOn: 0 },
    ],
    ['neither', { sentinelRules: false, deployAlerts: false }, { alerts: 0, rules: ALL, rulesOn: 0 }],
    ['neither, over a table that rules cannot read', { tablePlan: 'Basic' }, { alerts: 0, rules: 0 }],
  ])('%s', (_, parameters, expected) => {
    expect(counts(parameters)).toMatchObject(expected);
  });

  test('a disabled detection is disabled in both', () => {
    const disabledAlerts = ['brute-force', 'users-exported'];
    expect(counts({ disabledAlerts })).toMatchObject({ alertsOn: 0, rulesOn: ALL - 2 });
    expect(counts({ disabledAlerts, sentinelRules: false })).toMatchObject({ alertsOn: ALL - 2, rulesOn: 0 });
  });
});

test('in Azure China, where Sentinel has ended, the switch does nothing', () => {
  const there = counts({}, { environment: 'AzureChinaCloud' });
  expect(there).toMatchObject({ alerts: ALL, alertsOn: ALL, rules: 0 });
  expect(counts({}, { environment: 'AzureUSGovernment' })).toMatchObject({ alertsOn: 0, rulesOn: ALL });
});

test('without Sentinel in the workspace, Azure refuses, before any alert rule is disabled', () => {
  expect(() => deployedWith({}, { withoutSentinel: true })).toThrow('not onboarded to Microsoft Sentinel');
  expect(counts({ deploySentinel: false }, { withoutSentinel: true })).toMatchObject({ alertsOn: ALL });
  const order = deployedWith().resources.map(one => one.type);
  expect(order.lastIndexOf('Microsoft.SecurityInsights/alertRules')).toBeLessThan(
    order.indexOf('Microsoft.Insights/scheduledQueryRules'),
  );
});

test('the workbook is in the gallery of Sentinel', () => {
  const category = (parameters = {}) =>
    ofType(deployedWith(parameters), 'workbooks')[0]!.properties['category'];
  expect([category(), category({ deploySentinel: false })]).toEqual(['sentinel', 'workbook']);
});

test('a rule has the same id in every deployment, and no other has it', () => {
  const names = ofType(deployedWith(), 'alertRules').map(one => one.name);
  expect(names).toEqual(ofType(deployedWith({ workspaceName: 'other' }), 'alertRules').map(one => one.name));
  expect(new Set(names).size).toBe(ALL);
  expect(
    names.filter(name => !/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(name)),
  ).toEqual([]);
});

test('a watchlist has the items of its parameter, and is left alone without any', () => {
  expect(ofType(deployedWith(), 'watchlists')).toEqual([]);
  const [watchlist, ...more] = ofType(
    deployedWith({ ownAddresses: ['198.51.100.1', '203.0.113.9'] }),
    'watchlists',
  );
  expect(more).toEqual([]);
  expect(watchlist).toMatchObject({
    name: 'Auth0OwnAddresses',
    properties: { itemsSearchKey: 'Address', rawContent: 'Address\n198.51.100.1\n203.0.113.9' },
  });
});
