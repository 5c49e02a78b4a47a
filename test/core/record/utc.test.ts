/** Times are read from their digits as the parser of Date reads them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logTimeOf, parseDate } from '../../../lambda/core/record/log.ts';
import { logIdTimeMs } from '../../../lambda/core/record/log-id.ts';

const digits = (count: number, number: number) => String(number).padStart(count, '0');
/** Also what no calendar or clock has, and at most one part of it, since most times are right. */
const part = (least: number, most: number, any: number) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: least, max: most }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: any }) },
  );
const times = fc
  .tuple(
    part(1999, 2101, 9999),
    part(1, 12, 99),
    part(1, 31, 99),
    part(0, 23, 99),
    part(0, 59, 99),
    part(0, 59, 99),
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999 })),
  )
  .map(([year, month, day, hours, minutes, seconds, ms]) => ({
    day: `${digits(4, year)}-${digits(2, month)}-${digits(2, day)}`,
    time: `${digits(2, hours)}:${digits(2, minutes)}:${digits(2, seconds)}.${digits(3, ms)}`,
  }));
const RUNS = { numRuns: 5_000 };

/** Of the years that parseDate takes. */
function plain(text: string): number | undefined {
  const ms = Date.parse(text);
  return ms >= Date.UTC(2000) && ms < Date.UTC(2100) ? ms : undefined;
}

test('of a date, and it is written as toISOString writes it', () => {
  fc.assert(
    fc.property(times, ({ day, time }) => {
      const date = `${day}T${time}Z`;
      const ms = plain(date);
      expect(parseDate(date)).toBe(ms);
      expect(logTimeOf({ date })).toBe(ms === undefined ? undefined : new Date(ms).toISOString());
    }),
    RUNS,
  );
});

test('of an id', () => {
  fc.assert(
    fc.property(times, ({ day, time }) => {
      const ms = Date.parse(`${day}T${time}Z`);
      const id = `900${`${day}${time}`.replaceAll(/\D/g, '')}${'7'.repeat(36)}`;
      expect(logIdTimeMs(id)).toBe(Number.isNaN(ms) ? undefined : ms);
    }),
    RUNS,
  );
});

test.each([
  '2026-11-28T24:00:00.000Z',
  '2026-02-28T23:59:59.999Z',
  '2028-02-29T00:00:00.000Z',
  '2026-02-29T00:00:00.000Z',
  '2026-11-31T12:00:00.000Z',
  '2026-12-31T23:59:59.999Z',
  '2099-12-31T23:59:59.999Z',
])('of %s', date => {
  const ms = plain(date);
  expect([parseDate(date), logTimeOf({ date })]).toEqual([ms, new Date(ms ?? Number.NaN).toISOString()]);
});

test('of days in any order', () => {
  for (const day of ['2026-11-28', '2026-11-29', '2026-11-28', '2025-11-28', '2026-11-28']) {
    const date = `${day}T01:02:03.004Z`;
    expect(parseDate(date)).toBe(Date.parse(date));
  }
});
