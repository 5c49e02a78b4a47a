import { expect, test } from 'vitest';
import { cronPauses } from '../../cdk/cron.ts';
import { heartbeat } from '../../cdk/heartbeat.ts';
import { config } from './example.ts';

const silence = (schedule: string, changes: Record<string, unknown> = {}) => {
  const { periodSeconds, periods } = heartbeat(config({ schedule, ...changes })).silence;
  return (periodSeconds * periods) / 60;
};

test.each([
  ['rate(1 minute)', 5],
  ['rate(2 minutes)', 10],
  ['rate(5 minutes)', 15],
  ['rate(1 hour)', 180],
])('%s may be silent for %i minutes: three ticks, and five minutes at least', (schedule, minutes) => {
  expect(silence(schedule)).toBe(minutes);
});

test.each([
  ['cron(* * * * ? *)', 5],
  ['cron(0 * * * ? *)', 180],
  ['cron(0 3 * * ? *)', 3 * 1440],
  // From Friday 17:59 to Monday 8:00, and two ticks.
  ['cron(* 8-17 ? * MON-FRI *)', 3725],
])('%s may be silent for %i minutes: its longest pause and two ticks', (schedule, minutes) => {
  expect(silence(schedule)).toBe(minutes);
});

test('where the clocks are changed, a night may be an hour longer', () => {
  const berlin = silence('cron(* 8-17 ? * MON-FRI *)', { scheduleTimeZone: 'Europe/Berlin' });
  expect(berlin - silence('cron(* 8-17 ? * MON-FRI *)')).toBe(60);
});

test('a cron schedule whose pauses cannot be told may be silent for lagMinutes', () => {
  expect(silence('cron(0 10 ? * 6L *)', { alarms: { lagMinutes: 90 } })).toBe(90);
  expect(silence('cron(0 10 ? * 6L *)', { alarms: { lagMinutes: 1 } })).toBe(5);
});

test('no period is longer than CloudWatch allows', () => {
  expect(heartbeat(config({ schedule: 'rate(40 hours)' })).silence).toEqual({
    periodSeconds: 86_400,
    periods: 5,
  });
});

test.each([
  ['rate(1 minute)', 3, 4],
  ['rate(1 hour)', 3, 4],
  ['rate(5 hours)', 2, 3],
  ['rate(1 day)', 1, 1],
])('of %s, a fault is told in %i of %i periods: the slower, the fewer', (schedule, toAlarm, periods) => {
  const daily = schedule === 'rate(1 day)' ? 'rate(24 hours)' : schedule;
  expect(heartbeat(config({ schedule: daily })).repeated).toMatchObject({ toAlarm, periods });
});

test.each([
  ['* * * * ? *', { shortest: 1, longest: 1 }],
  ['0/15 * * * ? *', { shortest: 15, longest: 15 }],
  ['5,35 6-8/2 * * ? *', { shortest: 30, longest: 21 * 60 + 30 }],
  ['0 8 ? * FRI-MON *', { shortest: 1440, longest: 4 * 1440 }],
  ['0 8 ? * 2-6 *', { shortest: 1440, longest: 3 * 1440 }],
  ['0 0 1 * ? *', { shortest: 28 * 1440, longest: 31 * 1440 }],
  ['0 0 29 2 ? *', undefined],
  ['0 10 L * ? *', undefined],
  ['0 10 ? * MON#1 *', undefined],
  ['0 10 * * ? 2027', undefined],
  ['61 * * * ? *', undefined],
  ['* * * *', undefined],
])('the pauses of %s', (expression, pauses) => {
  expect(cronPauses(expression)).toEqual(pauses);
});
