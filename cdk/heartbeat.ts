/** How long a pipeline may be silent before that is an alarm. */
import type { PipelineConfig } from '../lambda/core/config.ts';

const PERIODS = 5;
/** CloudWatch's longest period: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const PERIOD_MAX_SECONDS = 86_400;

/**
 * Periods of the lag alarm: together three ticks of a `rate(…)` schedule and at least five minutes, since a run that
 * catches up takes two ticks. When a `cron(…)` ticks cannot be told, so there `lagMinutes` says how long silence may be.
 */
export function heartbeat(config: Pick<PipelineConfig, 'schedule' | 'alarms'>): {
  readonly periodSeconds: number;
  readonly periods: number;
} {
  const [, count, unit] = /^rate\((\d+) (minute|hour)s?\)$/.exec(config.schedule) ?? [];
  const tickMinutes = Number(count) * (unit === 'hour' ? 60 : 1);
  const silenceMinutes = Math.max(PERIODS, count ? 3 * tickMinutes : config.alarms.lagMinutes);
  const periodSeconds = Math.min(PERIOD_MAX_SECONDS, Math.ceil(silenceMinutes / PERIODS) * 60);
  return { periodSeconds, periods: PERIODS };
}
