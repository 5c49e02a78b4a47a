import { describe, expect, test } from 'vitest';
import { openIncidents, severityOf } from '../../../simulator/azure/sentinel-incidents.ts';
import { sentinelRule } from '../../../simulator/azure/sentinel-rule.ts';
import type { SentinelGrouping, SentinelRuleSettings } from '../../../simulator/azure/sentinel-settings.ts';
import { NOW } from './calls.ts';

const MINUTE_MS = 60_000;
const COLUMNS = {
  User: 'string',
  Suffix: 'string',
  Ip: 'string',
  Count: 'long',
  Bag: 'dynamic',
  Level: 'string',
};
const GROUPING: SentinelGrouping = {
  enabled: true,
  reopenClosedIncident: false,
  lookbackDuration: 'PT5H',
  matchingMethod: 'Selected',
  groupByEntities: ['Account'],
};
const account = (...identifiers: readonly string[]) => ({
  entityType: 'Account',
  fieldMappings: identifiers.map(identifier => ({
    identifier,
    columnName: identifier === 'Name' ? 'User' : 'Suffix',
  })),
});
const IP = { entityType: 'IP', fieldMappings: [{ identifier: 'Address', columnName: 'Ip' }] };
const SETTINGS: SentinelRuleSettings = {
  displayName: 'Rule',
  enabled: true,
  severity: 'Medium',
  query: 'T | where true',
  queryFrequency: 'PT5M',
  queryPeriod: 'PT1H',
  triggerOperator: 'GreaterThan',
  triggerThreshold: 0,
  suppressionEnabled: false,
  suppressionDuration: 'PT1H',
  tactics: ['CredentialAccess'],
  techniques: ['T1110'],
  entityMappings: [account('Name', 'UPNSuffix'), IP],
  customDetails: { Count: 'Count' },
  alertDetailsOverride: { alertDisplayNameFormat: 'Rule: {{User}}', alertSeverityColumnName: 'Level' },
  eventGroupingSettings: { aggregationKind: 'AlertPerResult' },
  incidentConfiguration: { createIncident: true, groupingConfiguration: GROUPING },
};
const grouped = (changes: Partial<SentinelGrouping>): Partial<SentinelRuleSettings> => ({
  incidentConfiguration: { createIncident: true, groupingConfiguration: { ...GROUPING, ...changes } },
});
const rule = (changes: Partial<SentinelRuleSettings> = {}) =>
  sentinelRule({ ...SETTINGS, ...changes }, COLUMNS);
const row = (User: string, Ip = '192.0.2.1', more = {}) => ({
  User,
  Suffix: 'example.com',
  Ip,
  Count: 1,
  Level: '',
  ...more,
});

describe('refuses', () => {
  test.each<readonly [string, Partial<SentinelRuleSettings>]>([
    ['a severity of Azure Monitor', { severity: 'Critical' }],
    ['a run every minute', { queryFrequency: 'PT1M' }],
    ['a period of 15 days', { queryPeriod: 'P15D' }],
    ['a period that leaves gaps', { queryPeriod: 'PT5M', queryFrequency: 'PT10M' }],
    ['a period of two days that runs often', { queryPeriod: 'P2D' }],
    ['a text that is no duration', { queryPeriod: '1h' }],
    ['a threshold over 10,000', { triggerThreshold: 10_001 }],
    ['an operator of Azure Monitor', { triggerOperator: 'GreaterThanOrEqual' as 'Equal' }],
    ['a query that is too long', { query: 'x'.repeat(10_001) }],
    ['a query over everything', { query: 'union * | take 1' }],
    ['no duration of the suppression', { suppressionDuration: '' }],
    ['a sub-technique', { techniques: ['T1110.004'] }],
    ['a technique without its tactic', { tactics: ['Impact'] }],
    ['an unknown tactic', { tactics: ['CredentialAccess', 'Theft'] }],
    ['no mapping in the list of mappings', { entityMappings: [] }],
    ['eleven mappings', { entityMappings: Array(11).fill(IP) }],
    ['an account without a name', { entityMappings: [account('UPNSuffix')] }],
    ['an identifier of another type', { entityMappings: [{ ...IP, entityType: 'Account' }] }],
    ['a type that there is not', { entityMappings: [{ ...IP, entityType: 'Auth0User' }] }],
    [
      'an entity that is a list',
      {
        entityMappings: [{ entityType: 'IP', fieldMappings: [{ identifier: 'Address', columnName: 'Bag' }] }],
      },
    ],
    ['a detail of a column that is not there', { customDetails: { Nope: 'Nope' } }],
    ['a detail with a long key', { customDetails: { ACountOfSomethingLong: 'Count' } }],
    [
      '21 details',
      { customDetails: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'Count'])) },
    ],
    [
      'a name with four columns',
      { alertDetailsOverride: { alertDisplayNameFormat: '{{User}}{{Ip}}{{Count}}{{Level}}' } },
    ],
    ['a name with an unknown column', { alertDetailsOverride: { alertDisplayNameFormat: '{{Nope}}' } }],
    ['grouping by nothing', grouped({ groupByEntities: [] })],
    ['grouping by a type that is not mapped', grouped({ groupByEntities: ['URL'] })],
    ['grouping by a detail that is not there', grouped({ groupByCustomDetails: ['Nope'] })],
    ['grouping over more than a week', grouped({ lookbackDuration: 'P8D' })],
  ])('%s', (_, changes) => {
    expect(() => rule(changes)).toThrow(/ is .*; allowed: /s);
  });

  test('none of what it takes', () => {
    expect(() => rule()).not.toThrow();
    expect(() => rule({ queryPeriod: 'P2D', queryFrequency: 'PT1H' })).not.toThrow();
    expect(() => rule({ queryPeriod: 'PT47H' })).not.toThrow();
  });
});

describe('makes', () => {
  test('an alert of each row, with its name and severity, or the defaults of the rule', () => {
    const alerts = rule().run([row('a', '192.0.2.1', { Level: 'High' }), row('')], NOW);
    expect(alerts.map(({ name, severity }) => [name, severity])).toEqual([
      ['Rule: a', 'High'],
      ['Rule', 'Medium'],
    ]);
  });

  test('one alert of all rows, with the entities of all', () => {
    const [alert, ...more] = rule({ eventGroupingSettings: { aggregationKind: 'SingleAlert' } }).run(
      [row('a'), row('b')],
      NOW,
    );
    expect(more).toEqual([]);
    expect(alert!.entities.map(one => one.identifiers['Name'] ?? one.identifiers['Address'])).toEqual([
      'a',
      '192.0.2.1',
      'b',
    ]);
  });

  test('no entity of an empty value, and none of a generic account', () => {
    const [alert] = rule().run([row('Admin', '')], NOW);
    expect(alert!.entities).toEqual([]);
  });

  test('150 alerts of a run at most, the last one with the rest', () => {
    const rows = Array.from({ length: 200 }, (_, i) => row(`u${i}`));
    const alerts = rule().run(rows, NOW);
    expect(alerts).toHaveLength(150);
    expect(alerts.at(-1)!.entities.filter(one => one.type === 'Account')).toHaveLength(51);
    // More than 50 different names: all of them revert.
    expect(new Set(alerts.map(one => one.name))).toEqual(new Set(['Rule']));
  });

  test('nothing while it is disabled, suppressed, or not over its threshold', () => {
    expect(rule({ enabled: false }).run([row('a')], NOW)).toEqual([]);
    expect(rule().run([], NOW)).toEqual([]);
    const muted = rule({ suppressionEnabled: true });
    const counts = [0, 5, 65].map(minutes => muted.run([row('a')], NOW + minutes * MINUTE_MS).length);
    expect(counts).toEqual([1, 0, 1]);
  });
});

describe('groups alerts', () => {
  /** The number of alerts of each incident after runs with these rows, so many minutes after the first. */
  function incidents(
    changes: Partial<SentinelRuleSettings>,
    ...runs: readonly (readonly [minutes: number, rows: object[]])[]
  ) {
    const settings = { ...SETTINGS, ...changes };
    const model = sentinelRule(settings, COLUMNS);
    const all = openIncidents();
    for (const [minutes, rows] of runs)
      all.take(settings, model.run(rows as ReturnType<typeof row>[], NOW + minutes * MINUTE_MS));
    return all.all;
  }
  const sizes = (...args: Parameters<typeof incidents>) => incidents(...args).map(one => one.alerts.length);

  test('of one account, from any address', () => {
    expect(sizes({}, [0, [row('a'), row('b')]], [5, [row('a', '192.0.2.2')]])).toEqual([2, 1]);
  });

  test('until nothing has come for the time of the grouping', () => {
    expect(sizes({}, [0, [row('a')]], [300, [row('a')]], [605, [row('a')]])).toEqual([2, 1]);
  });

  test('of the same entities, of the same detail, or of the rule', () => {
    const rows = [row('a'), row('a', '192.0.2.2'), row('b', '192.0.2.2', { Count: 2 })];
    expect(sizes(grouped({ matchingMethod: 'AllEntities' }), [0, rows])).toEqual([1, 1, 1]);
    expect(sizes(grouped({ groupByEntities: [], groupByCustomDetails: ['Count'] }), [0, rows])).toEqual([
      2, 1,
    ]);
    expect(sizes(grouped({ groupByAlertDetails: ['DisplayName'], groupByEntities: [] }), [0, rows])).toEqual([
      2, 1,
    ]);
    expect(sizes(grouped({ matchingMethod: 'AnyAlert' }), [0, rows])).toEqual([3]);
  });

  test('not at all without grouping or without incidents', () => {
    expect(sizes(grouped({ enabled: false }), [0, [row('a'), row('a')]])).toEqual([1, 1]);
    expect(sizes({ incidentConfiguration: { createIncident: false } }, [0, [row('a')]])).toEqual([]);
  });

  test('under the highest severity of them', () => {
    const [incident] = incidents({}, [0, [row('a'), row('a', '192.0.2.1', { Level: 'High' })]]);
    expect(severityOf(incident!)).toBe('High');
  });
});
