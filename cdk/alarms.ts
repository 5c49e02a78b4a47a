/** The alarms of a pipeline: one table. Each has its sentence, its missing-data rule and its place in the runbook. */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { PipelineConfig } from '../lambda/core/config.ts';
import {
  DEADLINE_MARGIN_MS,
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  SHIP_TIMEOUT_SECONDS,
} from '../lambda/core/contract.ts';
import { heartbeat } from './heartbeat.ts';
import { outermostStack } from './secrets.ts';

/** What is watched. */
export interface Watched {
  readonly config: PipelineConfig;
  readonly shipFunction: IFunction;
  readonly replayFunction: IFunction;
  readonly retryQueue: IQueue;
  readonly deadLetterQueue: IQueue;
}

/** In the alarm's state when `metric` is above `above` in each of `periods` periods, one after the other. */
export interface AlarmRow {
  /** Names the alarm, and its anchor in the runbook. */
  readonly name: string;
  readonly sentence: string;
  readonly metric: Metric;
  readonly above: number;
  readonly periods: number;
  readonly missing: TreatMissingData;
}

const MINUTES_5 = Duration.minutes(5);
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** No data is as bad as bad data. */
const { BREACHING } = TreatMissingData;
/** No data, no trouble: AWS reports these only while something happens. */
const { NOT_BREACHING } = TreatMissingData;
/** No data, no news: every run reports these, so between runs of a slow schedule the state stays what it was. */
const { IGNORE } = TreatMissingData;

/** A metric of the pipeline's own, as contract.ts names it. */
export function pipelineMetric(
  pipeline: string,
  metricName: string,
  statistic: string,
  period = MINUTES_5,
): Metric {
  const dimensionsMap = { [METRIC_DIMENSION]: pipeline };
  return new Metric({ namespace: METRIC_NAMESPACE, metricName, dimensionsMap, statistic, period });
}

/** THE TABLE. */
export function alarmRows(w: Watched): readonly AlarmRow[] {
  const { config, shipFunction: ship, replayFunction: replay, retryQueue, deadLetterQueue } = w;
  const { lagMinutes } = config.alarms;
  const days = config.auth0.logRetentionDays;
  const retention = days === 1 ? '1 day' : `${days} days`;
  const beat = heartbeat(config);
  const counted = (metric: string) => pipelineMetric(config.name, metric, Stats.SUM);
  const most = { statistic: Stats.MAXIMUM, period: MINUTES_5 };
  const sum = { statistic: Stats.SUM, period: MINUTES_5 };
  const lag = pipelineMetric(
    config.name,
    METRICS.lagSeconds,
    Stats.MAXIMUM,
    Duration.seconds(beat.periodSeconds),
  );
  return [
    {
      name: 'lag',
      sentence: `Logs are more than ${lagMinutes} minutes behind, or no run has reported for ${(beat.periodSeconds * beat.periods) / 60} minutes.`,
      metric: lag,
      above: lagMinutes * 60,
      periods: beat.periods,
      missing: BREACHING,
    },
    {
      name: 'denied-by-auth0',
      sentence:
        'Auth0 denies access to its logs, or its secret is not filled in: nothing is read until that is put right.',
      metric: counted(METRICS.auth0Denied),
      above: 0,
      periods: 1,
      missing: IGNORE,
    },
    {
      name: 'denied-by-azure',
      sentence:
        'Azure denies what is posted, or its secret is not filled in: the pipeline holds until that is put right.',
      metric: counted(METRICS.azureDenied),
      above: 0,
      periods: 1,
      missing: IGNORE,
    },
    {
      name: 'run-errors',
      sentence: 'A run or a replay met a bug, or could not reach its own table or queues.',
      metric: counted(METRICS.runErrors),
      above: 0,
      periods: 1,
      missing: IGNORE,
    },
    {
      name: 'ship-errors',
      sentence: 'The ship function failed: an exception, a time-out or too little memory.',
      metric: ship.metricErrors(sum),
      above: 0,
      periods: 1,
      missing: NOT_BREACHING,
    },
    {
      name: 'replay-errors',
      sentence: 'The replay function failed: an exception, a time-out or too little memory.',
      metric: replay.metricErrors(sum),
      above: 0,
      periods: 1,
      missing: NOT_BREACHING,
    },
    {
      name: 'dead-letters',
      sentence:
        'Failed batches wait in the dead-letter queue: Azure has not got their logs, and nothing more is tried by itself.',
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(most),
      above: 0,
      periods: 1,
      // SQS stops reporting a queue that nobody touches for six hours, whatever is in it.
      missing: IGNORE,
    },
    {
      name: 'dead-letters-old',
      sentence:
        'A failed batch has waited in the dead-letter queue for 7 days: SQS deletes it 14 days after it was first put aside.',
      metric: deadLetterQueue.metricApproximateAgeOfOldestMessage(most),
      above: 7 * DAY_SECONDS,
      periods: 1,
      missing: IGNORE,
    },
    {
      name: 'retry-queue-old',
      sentence:
        'The retry queue has not been empty for an hour: Azure goes on refusing what is delivered again.',
      // Not by age: SQS leaves a message out of that metric after its third receive. Postponed batches are in flight.
      metric: retryQueue.metricApproximateNumberOfMessagesNotVisible(most),
      above: 0,
      periods: HOUR_SECONDS / MINUTES_5.toSeconds(),
      missing: NOT_BREACHING,
    },
    {
      name: 'retry-queue-stuck',
      sentence:
        'A failed batch has waited in the retry queue for an hour without being tried: the replay function does not take it.',
      metric: retryQueue.metricApproximateAgeOfOldestMessage(most),
      above: HOUR_SECONDS,
      periods: 1,
      missing: NOT_BREACHING,
    },
    {
      name: 'retention-at-risk',
      sentence: `Logs not yet shipped are older than half of Auth0’s retention (${retention}): Auth0 will delete them.`,
      metric: counted(METRICS.retentionAtRisk),
      above: 0,
      periods: 1,
      missing: IGNORE,
    },
    {
      name: 'gap-suspected',
      sentence: `Nothing was read for longer than Auth0 keeps logs (${retention}): logs may be missing. Going back to OK does not bring them back.`,
      metric: counted(METRICS.gapSuspected),
      above: 0,
      periods: 1,
      missing: IGNORE,
    },
    {
      name: 'duration',
      sentence: `A run took nearly all of its ${SHIP_TIMEOUT_SECONDS} seconds: it was about to be cut off.`,
      metric: ship.metricDuration(most),
      above: SHIP_TIMEOUT_SECONDS * 1000 - DEADLINE_MARGIN_MS / 2,
      periods: 1,
      missing: NOT_BREACHING,
    },
    {
      name: 'ship-throttled',
      sentence:
        'For 15 minutes AWS has refused to start runs: the account has too few concurrent executions.',
      metric: ship.metricThrottles(sum),
      above: 0,
      periods: 3,
      missing: NOT_BREACHING,
    },
    {
      name: 'replay-throttled',
      sentence:
        'For 15 minutes AWS has refused to start replays: the account has too few concurrent executions.',
      metric: replay.metricThrottles(sum),
      above: 0,
      periods: 3,
      missing: NOT_BREACHING,
    },
  ];
}

/** Every row as an alarm that tells `topic` when it goes off and when it is over. By name. */
export function addAlarms(
  scope: Construct,
  watched: Watched,
  topic: ITopic,
  runbookUrl: string,
): Readonly<Record<string, Alarm>> {
  const prefix = `${outermostStack(scope).stackName}-${watched.config.name}`;
  const action = new SnsAction(topic);
  const alarmOf = (row: AlarmRow) => {
    const alarm = new Alarm(scope, `Alarm-${row.name}`, {
      alarmName: `${prefix}-${row.name}`,
      alarmDescription: `${row.sentence} What to do: ${runbookUrl}#${row.name}`,
      metric: row.metric,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: row.above,
      evaluationPeriods: row.periods,
      treatMissingData: row.missing,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  };
  return Object.fromEntries(alarmRows(watched).map(row => [row.name, alarmOf(row)]));
}
