import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isAfter,
  isPastLogId,
  LOWEST_LOG_ID_PREFIX,
  logIdPrefix,
  logIdTimeMs,
  syntheticLogId,
} from '../../../lambda/core/record/log-id.ts';

const MS = Date.parse('2026-03-01T12:34:56.789Z');
const REAL = `90020260301123456789${'7'.repeat(36)}`;

test('a synthetic id is the prefix, the second in UTC and 39 zeros', () => {
  expect(syntheticLogId('900', MS)).toBe(`90020260301123456${'0'.repeat(39)}`);
  expect(syntheticLogId('900', MS)).toHaveLength(56);
});

test('the time comes out of an id to the millisecond', () => {
  expect(logIdTimeMs(REAL)).toBe(MS);
});

test.each([
  '',
  '900',
  'abc',
  `9002026030112345678x${'7'.repeat(36)}`,
  `900999999${'9'.repeat(47)}`,
  `${REAL}0`,
])('no time is read from %j', id => {
  expect(logIdTimeMs(id)).toBeUndefined();
});

test('the prefix is read from a known id only', () => {
  expect(logIdPrefix(REAL)).toBe('900');
  expect(logIdPrefix('an-opaque-id')).toBeUndefined();
  expect(logIdPrefix(undefined)).toBeUndefined();
});

test('logs can be read from an id of the known form whose time is not to come, give or take a wrong clock', () => {
  const MINUTE = 60_000;
  expect(isPastLogId(REAL, MS + MINUTE)).toBe(true);
  expect(isPastLogId(REAL, MS - MINUTE)).toBe(true);
  expect(isPastLogId(REAL, MS - 10 * MINUTE)).toBe(false);
  for (const id of ['nobody', '99', '9'.repeat(56), `${REAL}0`]) expect(isPastLogId(id, MS)).toBe(false);
});

test('no log of that second or later lies at or before its synthetic id, with the same or the lowest prefix', () => {
  const time = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 0, 1) });
  fc.assert(
    fc.property(time, fc.nat(10_000_000_000), fc.constantFrom('800', '900'), (ms, laterMs, prefix) => {
      const written = new Date(ms + laterMs).toISOString().replaceAll(/\D/g, '');
      const log = `${prefix}${written}${'0'.repeat(35)}1`;
      expect(syntheticLogId(prefix, ms) < log).toBe(true);
      expect(syntheticLogId(LOWEST_LOG_ID_PREFIX, ms) < log).toBe(true);
    }),
  );
});

test.each([
  ['2', '1', true],
  ['1', '2', false],
  ['1', '1', false],
  ['2', '10', false],
  ['b', 'a', false],
  ['b1', '11', false],
  ['', '', false],
])('whether %o comes after %o is known only of digits of one length: %o', (one, other, expected) =>
  expect(isAfter(one, other)).toBe(expected),
);
