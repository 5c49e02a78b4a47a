import { expect, test } from 'vitest';
import { durationText } from '../../bench/durations.ts';
import { drain } from '../../bench/growth.ts';

const HOUR = 1 / 24;

test.each([
  // An hour's logs, read twenty-five times as fast as they are written: the tenant writes on meanwhile.
  [HOUR, 1e6, 25e6, 10, '2.5 min'],
  [HOUR, 1e5, 25e6, 10, 'one run'],
  [1, 1e6, 2e6, 1, '1 day'],
  [3, 1e6, 2e6, 1, '2 days lost, then 1 day'],
  [3, 1e6, 2e6, 10, '3 days'],
  [HOUR, 4e6, 1e6, 10, 'never: 75 % of the logs are lost'],
])(
  'a backlog of %d days at %d logs a day, read at %d, kept for %d days: %s',
  (days, written, speed, kept, words) => {
    expect(drain(days, written, speed, kept)).toBe(words);
  },
);

test.each([
  [0.4, '0 s'],
  [59, '59 s'],
  [59.9, '1 min'],
  [90, '1.5 min'],
  [3_600, '1 h'],
  [36_000, '10 h'],
  [200_000, '2.3 days'],
])('%d seconds read "%s"', (seconds, words) => {
  expect(durationText(seconds)).toBe(words);
});
