import { expect, test } from 'vitest';
import { type IncludeConfig, includeRule } from '../../../lambda/core/record/include.ts';

const all: IncludeConfig = { include: ['*'], exclude: [], minimumLevel: 'debug' };

/** Whether a log ships of which only the type is known. */
const includes = (config: IncludeConfig, type: string) => includeRule(config)({ type });

test('by default every log ships, known or not', () => {
  for (const type of ['s', 'fp', 'pla', 'brand_new_type']) expect(includes(all, type)).toBe(true);
});

test.each([
  ['fp', 'fp', true],
  ['fp', 'fpar', false],
  ['fp', 'FP', false],
  ['f*', 'fp', true],
  ['f*', 's', false],
  ['*_failed', 'gd_auth_failed', true],
  ['*_failed', '_failed', true],
  ['*_failed', 'gd_auth_failed_twice', false],
  ['gd_*_failed', 'gd_recovery_failed', true],
  ['gd_*_failed', 'gd_failed', false],
  ['gd_*e*_failed', 'gd_recovery_failed', true],
  ['gd_*e*e*_failed', 'gd_recovery_failed', true],
  ['gd_*e*e*e*_failed', 'gd_recovery_failed', false],
  ['ss*ss', 'sss', false],
  ['**', '', true],
  ['*', 'anything', true],
])('the pattern %s against the type %s: %s', (pattern, type, ships) => {
  expect(includes({ ...all, include: [pattern] }, type)).toBe(ships);
});

test('a type ships when one of several patterns includes it, unless one excludes it', () => {
  const config = { ...all, include: ['s*', 'fp'], exclude: ['sapi', 'sc*'] };
  expect(['s', 'ss', 'fp', 'fu', 'sapi', 'scp'].filter(type => includes(config, type))).toEqual([
    's',
    'ss',
    'fp',
  ]);
});

test('logs below the minimum level stay behind', () => {
  const config: IncludeConfig = { ...all, minimumLevel: 'warning' };
  expect(['pla', 's', 'w', 'fp', 'limit_mu'].filter(type => includes(config, type))).toEqual([
    'w',
    'fp',
    'limit_mu',
  ]);
});

test('a type that nobody knows yet is not held back by its level, only by a pattern', () => {
  const config: IncludeConfig = { include: ['*'], exclude: ['noisy_*'], minimumLevel: 'critical' };
  expect(includes(config, 'brand_new_type')).toBe(true);
  expect(includes(config, 'noisy_new_type')).toBe(false);
});

test.each([{}, { type: null }, { type: 7 }, { type: '' }, null, 'fp', ['fp'], undefined])(
  '%j, which has no readable type, always ships',
  log => {
    expect(includeRule({ include: ['s'], exclude: ['*'], minimumLevel: 'critical' })(log)).toBe(true);
  },
);

test('a pattern of many stars against a long type is answered at once', () => {
  const pattern = `${'*a'.repeat(31)}*b`;
  const started = performance.now();
  expect(includes({ ...all, include: [pattern] }, 'a'.repeat(100_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(2_000);
});
