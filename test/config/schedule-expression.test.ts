import { describe, expect, test } from 'vitest';
import { rateHours, scheduleProblem } from '../../lambda/config/schedule-expression.ts';

describe('a schedule that EventBridge Scheduler takes', () => {
  // The expressions of its own page, and of the pages on EventBridge's cron that it refers to.
  test.each([
    'rate(1 minute)',
    'rate(5 minutes)',
    'rate(1 hour)',
    'rate(40 hours)',
    'rate(2400 minutes)',
    'cron(15 10 * * ? *)',
    'cron(0 18 ? * MON-FRI *)',
    'cron(15 12 * * ? *)',
    'cron(0/15 * * * ? *)',
    'cron(0/5 8-17 ? * MON-FRI *)',
    'cron(0 8 1 * ? *)',
    'cron(0 9 ? * 2#1 *)',
    'cron(15 10 ? * 6L 2019-2022)',
    'cron(*/5 * * * ? *)',
    'cron(0 0 L * ? *)',
    'cron(0 0 3W * ? *)',
    'cron(0 10 ? JAN,MAR,DEC SUN *)',
    'cron(0 22-4 ? * FRI-MON *)',
  ])('%s has no problem', expression => {
    expect(scheduleProblem(expression)).toBeUndefined();
  });
});

describe('a schedule that it, or the alarms, cannot take', () => {
  test.each([
    ['cron(x)', /six fields.*this has 1/],
    ['cron(* * * * *)', /six fields.*this has 5/],
    ['cron(0  8 * * ? *)', /six fields.*this has 7/],
    ['cron(60 8 * * ? *)', /minutes of 0-59/],
    ['cron(0 24 * * ? *)', /hours of 0-23/],
    ['cron(0 8 0 * ? *)', /day-of-month of 1-31/],
    ['cron(0 8 32W * ? *)', /day-of-month/],
    ['cron(0 8 * 13 ? *)', /month of 1-12/],
    ['cron(0 8 ? * 0 *)', /day-of-week of 1-7/],
    ['cron(0 8 ? * MONDAY *)', /day-of-week/],
    ['cron(0 8 ? * 2#6 *)', /day-of-week/],
    ['cron(0 8 * * ? 1969)', /year of 1970-2199/],
    ['cron(0 8 * * ? 2027-2026)', /year/],
    ['cron(0/0 8 * * ? *)', /minutes/],
    ['cron(1-2-3 8 * * ? *)', /minutes/],
    ['cron(, 8 * * ? *)', /minutes/],
    ['cron(? 8 * * ? *)', /minutes/],
    ['cron(0 8 * * * *)', /a "\?" in day-of-month or in day-of-week, but not in both/],
    ['cron(0 8 ? * ? *)', /a "\?" in day-of-month or in day-of-week, but not in both/],
    ['cron(0 8 1 * MON *)', /a "\?" in day-of-month or in day-of-week, but not in both/],
    ['rate(1 minutes)', /rate\(1 minute\)/],
    ['rate(2 minute)', /rate\(2 hours\)/],
    ['rate(01 minute)', /rate\(1 minute\)/],
    ['rate(0 hours)', /rate\(1 hour\)/],
    ['rate(1 day)', /rate\(1 hour\)/],
    ['rate(200 hours)', /at most 40 hours/],
    ['rate(2401 minutes)', /at most 40 hours/],
    ['at(2026-01-01T00:00:00)', /"rate\(1 minute\)" or "cron\(…\)"/],
    ['every minute', /"rate\(1 minute\)" or "cron\(…\)"/],
  ])('%s is told', (expression, allowed) => {
    expect(scheduleProblem(expression)).toMatch(allowed);
  });
});

test('a rate is told in hours, and nothing of a cron', () => {
  expect(rateHours('rate(90 minutes)')).toBe(1.5);
  expect(rateHours('rate(2 hours)')).toBe(2);
  expect(rateHours('cron(0 8 * * ? *)')).toBeUndefined();
});
