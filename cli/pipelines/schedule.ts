/** The schedule of a pipeline, as far as a loop on one machine can keep it. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { UsageError } from '../terminal/errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000 };

/** Milliseconds from tick to tick; undefined when they are unknown, as with cron(…). */
function rateMs(schedule: string): number | undefined {
  const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour)s?\)$/.exec(schedule) ?? [];
  return Number(count) * (UNIT_MS[unit] ?? 0) || undefined;
}

/** Milliseconds from tick to tick. Throws UsageError for cron(…), and for a rate of nothing. */
export function tickEveryMs({ name, schedule }: PipelineConfig): number {
  const everyMs = rateMs(schedule);
  if (everyMs !== undefined) return everyMs;
  throw new UsageError(
    `pipeline "${name}": schedule is "${schedule}"; allowed here: rates such as "rate(1 minute)". ` +
      'For a cron schedule, start "run --once" from cron',
  );
}

/** The first tick after `nowMs` of those at `firstMs`, `firstMs` + `everyMs`, …: a tick that was missed is not made up for. */
export function nextTickMs(firstMs: number, everyMs: number, nowMs: number): number {
  return firstMs + everyMs * (Math.floor((nowMs - firstMs) / everyMs) + 1);
}

/** The longest healthy time without a run, as in cdk/heartbeat.ts: three ticks, and at least five minutes. */
export function silenceMs({ schedule, alarms }: Pick<PipelineConfig, 'schedule' | 'alarms'>): number {
  const everyMs = rateMs(schedule);
  return Math.max(5 * 60_000, everyMs === undefined ? alarms.lagMinutes * 60_000 : 3 * everyMs);
}
