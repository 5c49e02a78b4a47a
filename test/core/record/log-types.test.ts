import { expect, test } from 'vitest';
import { LOG_TYPES, levelOf, logType } from '../../../lambda/core/record/log-types.ts';

test('185 types are known, and no two share a code or a name', () => {
  expect(LOG_TYPES).toHaveLength(185);
  expect(new Set(LOG_TYPES.map(type => type.code)).size).toBe(185);
  expect(new Set(LOG_TYPES.map(type => type.name)).size).toBe(185);
});

test('every type has a level from 0 to 4, its name, and a category in words and dashes', () => {
  for (const type of LOG_TYPES) {
    expect([0, 1, 2, 3, 4], type.code).toContain(type.level);
    expect(['debug', 'info', 'warning', 'error', 'critical'][type.level], type.code).toBe(type.levelName);
    expect(levelOf(type.levelName)).toBe(type.level);
    expect(type.category, type.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(type.known).toBe(true);
  }
});

test('what says in words that it failed is a warning at least, and what says that it succeeded is none', () => {
  for (const { name, level } of LOG_TYPES) {
    if (/\bfailed\b|\bfailure\b|\berror\b/i.test(name)) expect(level, name).toBeGreaterThanOrEqual(2);
    if (/^success/i.test(name) && !/cleanup/i.test(name)) expect(level, name).toBe(1);
  }
});

test('a category of failures holds no information, and a category of successes no error', () => {
  for (const { code, category, level } of LOG_TYPES) {
    if (category.endsWith('-fail')) expect(level, code).toBeGreaterThanOrEqual(2);
    if (category.endsWith('-success')) expect(level, code).toBeLessThanOrEqual(1);
  }
});

test('a known code tells what it means', () => {
  expect(logType('fp')).toEqual({
    code: 'fp',
    name: 'Failed Login (Incorrect Password)',
    level: 3,
    levelName: 'error',
    category: 'auth-login-fail',
    known: true,
  });
  expect(logType('sertft').name).toBe('Success Exchange (Refresh Token for Access Token)');
  expect(logType('limit_mu').levelName).toBe('critical');
});

test('a deleted user and a completed flow are no failures, though their codes may look so', () => {
  expect(logType('du').level).toBe(1);
  expect(logType('flows_execution_completed').level).toBe(1);
});

test.each(['brand_new_type', 'FP', 'constructor', '__proto__'])(
  'the unknown code %s is its own name',
  code => {
    expect(logType(code)).toEqual({
      code,
      name: code,
      level: 1,
      levelName: 'info',
      category: 'unknown',
      known: false,
    });
  },
);

test.each([undefined, null, '', 7, {}, ['fp']])('%j, which is no code, is called Unknown', code => {
  expect(logType(code)).toMatchObject({ code: '', name: 'Unknown', category: 'unknown', known: false });
});
