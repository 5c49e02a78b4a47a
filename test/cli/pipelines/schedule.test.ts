import { expect, test } from 'vitest';
import { nextTickMs, tickEveryMs } from '../../../cli/pipelines/schedule.ts';
import type { PipelineConfig } from '../../../lambda/config/config.ts';

const every = (schedule: string) => tickEveryMs({ name: 'prod', schedule } as PipelineConfig);

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(15 minutes)', 900_000],
  ['rate(1 hour)', 3_600_000],
  ['rate(2 hours)', 7_200_000],
])('%s is a tick every %d ms', (schedule, ms) => {
  expect(every(schedule)).toBe(ms);
});

test.each(['cron(0 8 * * ? *)', 'rate(0 minutes)'])('%s is refused with a way out', schedule => {
  expect(() => every(schedule)).toThrow(
    `pipeline "prod": schedule is "${schedule}"; allowed here: rates such as "rate(1 minute)". For a cron schedule, start "run --once" from cron`,
  );
});

test('ticks keep their beat, however long a run takes, and missed ones are not made up for', () => {
  const next = (nowMs: number) => nextTickMs(1_000, 60_000, nowMs);
  expect([1_000, 1_001, 60_999, 61_000, 200_000].map(next)).toEqual([
    61_000, 61_000, 61_000, 121_000, 241_000,
  ]);
});
