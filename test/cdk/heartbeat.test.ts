import { expect, test } from 'vitest';
import { heartbeat } from '../../cdk/heartbeat.ts';
import { config } from './example.ts';

const silence = (schedule: string, lagMinutes = 15) => {
  const { periodSeconds, periods } = heartbeat(config({ schedule, alarms: { lagMinutes } }));
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

test('a cron schedule may be silent for lagMinutes, since its pauses cannot be told', () => {
  expect(silence('cron(0 * * * ? *)', 90)).toBe(90);
  expect(silence('cron(* * * * ? *)', 1)).toBe(5);
});

test('no period is longer than CloudWatch allows', () => {
  expect(heartbeat(config({ schedule: 'rate(40 hours)' })).periodSeconds).toBe(86_400);
});
