import { describe, expect, test } from 'vitest';
import { type AlertRule, alertRule, type Range, watch } from '../../../simulator/azure/alert-rule.ts';
import type { AlertRuleSettings } from '../../../simulator/azure/alert-settings.ts';
import { NOW } from './calls.ts';

const MINUTE_MS = 60_000;
const SETTINGS: AlertRuleSettings = {
  evaluationFrequency: 'PT5M',
  windowSize: 'PT1H',
  operator: 'GreaterThan',
  threshold: 0,
  autoMitigate: true,
};
const MET = [{ User: 'a' }];

/** What happens at each of the looks, one period apart: the kinds, or nothing. */
function looks(rule: AlertRule, rows: readonly (readonly Record<string, unknown>[])[]): string[] {
  return rows.map((some, index) =>
    rule
      .evaluate(some, NOW + index * rule.frequencyMs)
      .map(one => one.kind)
      .join(),
  );
}

describe('a rule with state', () => {
  test('fires once while its condition lasts, and again after it was resolved', () => {
    const rule = alertRule(SETTINGS);
    const rows = [[], MET, MET, MET, [], [], [], MET];
    expect(looks(rule, rows)).toEqual(['', 'fired', '', '', '', '', 'resolved', 'fired']);
  });

  test('is not resolved by a gap that is shorter', () => {
    expect(looks(alertRule(SETTINGS), [MET, [], [], MET, [], [], []])).toEqual([
      'fired',
      '',
      '',
      '',
      '',
      '',
      'resolved',
    ]);
  });

  test.each([
    ['PT5M', 3],
    ['PT15M', 3],
    ['PT30M', 2],
    ['PT6H', 2],
  ])('that looks every %s is resolved after %i periods', (evaluationFrequency, periods) => {
    const rule = alertRule({ ...SETTINGS, evaluationFrequency, windowSize: 'P1D' });
    const kinds = looks(rule, [MET, ...Array(periods).fill([])]);
    expect(kinds).toEqual(['fired', ...Array(periods - 1).fill(''), 'resolved']);
  });

  test('does not tell of a second victim while the first lasts', () => {
    expect(looks(alertRule(SETTINGS), [MET, [...MET, { User: 'b' }]])).toEqual(['fired', '']);
  });
});

describe('dimensions', () => {
  test('make an alert of each combination, with a state of its own', () => {
    const rule = alertRule({ ...SETTINGS, dimensions: ['User', 'Level'] });
    const changes = (rows: Record<string, unknown>[], look: number) =>
      rule
        .evaluate(rows, NOW + look * rule.frequencyMs)
        .map(({ kind, dimensions }) => `${kind} ${dimensions['User']}${dimensions['Level']}`);
    const [a, b] = [
      { User: 'a', Level: 1 },
      { User: 'b', Level: 1 },
    ];
    expect(changes([a, a], 0)).toEqual(['fired a1']);
    expect(changes([a, b, { ...b, Level: 2 }], 1)).toEqual(['fired b1', 'fired b2']);
    expect(changes([b], 2)).toEqual([]);
    expect(changes([b], 3)).toEqual([]);
    expect(changes([b], 4)).toEqual(['resolved a1', 'resolved b2']);
  });

  test('compare the rows of each combination with the threshold', () => {
    const rule = alertRule({ ...SETTINGS, threshold: 1, dimensions: ['User'] });
    const rows = [{ User: 'a' }, { User: 'b' }, { User: 'b' }];
    expect(rule.evaluate(rows, NOW).map(one => one.dimensions)).toEqual([{ User: 'b' }]);
  });

  test('give at most 300 alerts a look', () => {
    const rule = alertRule({ ...SETTINGS, dimensions: ['User'] });
    const rows = Array.from({ length: 301 }, (_, index) => ({ User: `user${index}` }));
    expect(rule.evaluate(rows, NOW)).toHaveLength(300);
  });
});

describe('a rule without state', () => {
  test('fires at every look, and never says that it is over', () => {
    const rule = alertRule({ ...SETTINGS, autoMitigate: false });
    expect(looks(rule, [MET, MET, [], [], [], [], MET])).toEqual(['fired', 'fired', '', '', '', '', 'fired']);
  });

  test('is mute for a while after it fired', () => {
    const rule = alertRule({ ...SETTINGS, autoMitigate: false, muteActionsDuration: 'PT15M' });
    expect(looks(rule, [MET, MET, [], MET, MET])).toEqual(['fired', 'muted', '', 'fired', 'muted']);
  });
});

test.each<[AlertRuleSettings['operator'], string]>([
  ['GreaterThan', '3'],
  ['GreaterThanOrEqual', '2,3'],
  ['LessThan', '0,1'],
  ['LessThanOrEqual', '0,1,2'],
  ['Equals', '2'],
])('%s 2 is met by %s rows', (operator, met) => {
  const counts = [0, 1, 2, 3].filter(count => {
    const rule = alertRule({ ...SETTINGS, operator, threshold: 2 });
    return rule.evaluate(Array(count).fill({}), NOW).length > 0;
  });
  expect(counts.join()).toBe(met);
});

test('a rule that is watched looks at its frequency, each time over its window', async () => {
  const seen: Range[] = [];
  const rule = alertRule({ ...SETTINGS, evaluationFrequency: 'PT15M' });
  const query = async (range: Range) => {
    seen.push(range);
    return range.toMs === NOW + 30 * MINUTE_MS ? MET : [];
  };
  const changes = await watch(rule, query, { fromMs: NOW, toMs: NOW + 80 * MINUTE_MS });
  expect(seen.map(({ toMs }) => (toMs - NOW) / MINUTE_MS)).toEqual([15, 30, 45, 60, 75]);
  expect(new Set(seen.map(({ fromMs, toMs }) => toMs - fromMs))).toEqual(new Set([60 * MINUTE_MS]));
  expect(changes.map(({ kind, atMs }) => [kind, (atMs - NOW) / MINUTE_MS])).toEqual([
    ['fired', 30],
    ['resolved', 75],
  ]);
});

test('a rule looks forward in time only', () => {
  const rule = alertRule(SETTINGS);
  rule.evaluate([], NOW);
  expect(() => rule.evaluate([], NOW)).toThrow(RangeError);
});

test.each<[string, Partial<AlertRuleSettings>, string]>([
  ['a minute', { evaluationFrequency: 'PT1M' }, 'evaluationFrequency is "PT1M"'],
  ['two days between looks', { evaluationFrequency: 'P2D', windowSize: 'P2D' }, 'at most a day'],
  ['a window of a week', { windowSize: 'P7D' }, 'windowSize is "P7D"'],
  ['gaps', { evaluationFrequency: 'PT2H', windowSize: 'PT1H' }, 'allowed: evaluationFrequency or more'],
  ['a threshold below zero', { threshold: -1 }, 'threshold is -1'],
  ['seven dimensions', { dimensions: [...'abcdefg'] }, 'allowed: at most 6'],
  [
    'a state over a day',
    { evaluationFrequency: 'P1D', windowSize: 'P1D' },
    'autoMitigate is true; allowed: false',
  ],
  ['a state and a pause', { muteActionsDuration: 'PT1H' }, 'allowed: none together with autoMitigate'],
  ['an odd pause', { autoMitigate: false, muteActionsDuration: 'PT7M' }, 'muteActionsDuration is "PT7M"'],
])('no rule has %s', (_, changes, message) => {
  expect(() => alertRule({ ...SETTINGS, ...changes })).toThrow(message);
});
