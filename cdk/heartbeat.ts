/** Periods of the alarms on metrics of runs: they depend on the schedule. */
import type { PipelineConfig } from '../lambda/config/config.ts';
import { cronPauses } from './cron.ts';

/** An alarm's period and number of periods. */
export interface Span {
  readonly periodSeconds: number;
  readonly periods: number;
}

export interface Heartbeat {
  /** The longest time without a report: three ticks, at least five minutes; with pauses, the longest pause and two ticks. */
  readonly silence: Span;
  /** At least one run reports in it, pauses of the schedule included, up to the longest period: one day. */
  readonly flag: Span;
  /** In ALARM state when so many periods have a failed run: the next run makes up for a single failure. */
  readonly repeated: Span & { readonly toAlarm: number };
  /** Each of two periods has a run; not over a pause. */
  readonly twice: Span;
  /** About one hour, in periods of at least 15 minutes that each have a run. */
  readonly hour: Span;
  /** A pause is longer than CloudWatch can evaluate. */
  readonly isTooSeldom: boolean;
}

/** CloudWatch's longest period, and the longest of all periods together: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const PERIOD_MAX_MINUTES = 1440;
const ALL_MAX_MINUTES = 7 * 1440;
const PERIODS = 5;
/** A run takes two minutes at most, and its metrics arrive within two more. */
const SLACK_MINUTES = 4;

export function heartbeat(
  config: Pick<PipelineConfig, 'schedule' | 'scheduleTimeZone' | 'alarms'>,
): Heartbeat {
  const { shortest, longest } = pauses(config);
  const wanted = Math.max(PERIODS, longest + 2 * shortest);
  const silence =
    wanted <= PERIODS * PERIOD_MAX_MINUTES
      ? span(Math.ceil(wanted / PERIODS), PERIODS)
      : span(PERIOD_MAX_MINUTES, Math.min(7, Math.ceil(wanted / PERIOD_MAX_MINUTES)));
  const quarter = Math.max(15, shortest + SLACK_MINUTES);
  const each = Math.max(5, shortest + SLACK_MINUTES);
  const toAlarm = shortest <= 60 ? 3 : shortest < 720 ? 2 : 1;
  return {
    silence,
    flag: span(Math.max(5, longest + SLACK_MINUTES), 1),
    repeated: { ...span(each, toAlarm === 1 ? 1 : toAlarm + 1), toAlarm },
    twice: span(each, 2),
    hour: span(quarter, Math.max(2, Math.round(60 / quarter))),
    isTooSeldom: wanted > ALL_MAX_MINUTES,
  };
}

/** From tick to tick, in minutes. For a `cron(…)` that `cron.ts` cannot evaluate, `lagMinutes` is the longest silence. */
function pauses({ schedule, scheduleTimeZone, alarms }: Parameters<typeof heartbeat>[0]) {
  const [, count, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(schedule) ?? [];
  if (count) {
    const every = Number(count) * (unit === 'hour' ? 60 : 1);
    return { shortest: every, longest: every };
  }
  const known = cronPauses(schedule.slice('cron('.length, -1));
  if (!known)
    return { shortest: Math.ceil(alarms.lagMinutes / 3), longest: Math.ceil(alarms.lagMinutes / 3) };
  // The night when daylight saving time ends is one hour longer.
  const isLonger = known.longest >= 60 && scheduleTimeZone !== 'UTC';
  return { ...known, longest: known.longest + (isLonger ? 60 : 0) };
}

const span = (minutes: number, periods: number): Span => ({
  periodSeconds: Math.min(PERIOD_MAX_MINUTES, minutes) * 60,
  periods,
});
