/** The alarms of a pipeline: one table. Each has its sentence, its missing-data rule and its place in the runbook. */
import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { PipelineConfig } from '../lambda/config/config.ts';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../lambda/core/contract.ts';
import { heartbeat, type Span } from './heartbeat.ts';

/** What is watched. */
export interface Watched {
  readonly config: PipelineConfig;
  /** The outermost stack, by which metrics are told apart. */
  readonly stackName: string;
  readonly shipFunction: IFunction;
  readonly replayFunction: IFunction;
}

/** In the alarm's state when `metric` is above `above`, or below `below`, in each of `periods` periods. */
export interface AlarmRow {
  /** Names the alarm, and its anchor in the runbook. */
  readonly name: string;
  readonly sentence: string;
  readonly metric: Metric;
  readonly threshold: { readonly above: number } | { readonly below: number };
  readonly periods: number;
  /** In so many of the periods; in all of them unless given. */
  readonly toAlarm?: number;
  readonly missing: TreatMissingData;
}

const EVENT: Span = { periodSeconds: 300, periods: 1 };
/** A batch whose replay dies comes again after six minutes: longer than that, so that the alarm does not go off each time. */
const TRIES: Span = { periodSeconds: 900, periods: 1 };
const DAILY_FOR_A_WEEK: Span = { periodSeconds: 86_400, periods: 7 };

/** No data is as bad as bad data: a pulse. */
const { BREACHING } = TreatMissingData;
/** No data, no trouble: sent only while something is wrong. */
const { NOT_BREACHING } = TreatMissingData;
/** No data, no news: every run or invocation sends it, so in the pauses of a schedule the state stays what it was. */
const { IGNORE } = TreatMissingData;

/** A metric of the pipeline's own, as contract.ts names it. */
export function pipelineMetric(
  { config, stackName }: Pick<Watched, 'config' | 'stackName'>,
  metricName: string,
  statistic: string,
  periodSeconds = EVENT.periodSeconds,
): Metric {
  const dimensionsMap = { [METRIC_DIMENSIONS.pipeline]: config.name, [METRIC_DIMENSIONS.stack]: stackName };
  const period = Duration.seconds(periodSeconds);
  return new Metric({ namespace: METRIC_NAMESPACE, metricName, dimensionsMap, statistic, period });
}

/** THE TABLE. What each row is good for, and how soon it tells: docs/reliability.md. */
function alarmRows(w: Watched): readonly AlarmRow[] {
  const { config, shipFunction: ship, replayFunction: replay } = w;
  const { lagMinutes } = config.alarms;
  const days = config.auth0.logRetentionDays;
  const retention = days === 1 ? '1 day' : `${days} days`;
  const beat = heartbeat(config);
  const own = (name: string, statistic: string, { periodSeconds, periods }: Span) => ({
    metric: pipelineMetric(w, name, statistic, periodSeconds),
    periods,
  });
  /** Sent only while something is wrong, so that any sample at all is too much. */
  const sparse = (name: string, statistic: string, span: Span) => ({
    ...own(name, statistic, span),
    threshold: { above: 0 },
    missing: NOT_BREACHING,
  });
  /** Told by the first run that says so. */
  const flag = (name: string) => sparse(name, Stats.SUM, beat.flag);
  const repeated = (name: string) => ({
    ...sparse(name, Stats.SUM, beat.repeated),
    toAlarm: beat.repeated.toAlarm,
  });
  /** The least of each period: a queue that was seen empty once has been emptied. */
  const depth = (name: string, span: Span) => sparse(name, Stats.MINIMUM, span);
  const failed = (of: IFunction, { periodSeconds }: Span) => ({
    metric: of.metricErrors({ statistic: Stats.SUM, period: Duration.seconds(periodSeconds) }),
    threshold: { above: 0 },
    periods: EVENT.periods,
    missing: IGNORE,
  });
  return [
    {
      name: 'lag',
      sentence: `Logs are more than ${lagMinutes} minutes behind.`,
      // The least of each period: one run that caught up is enough.
      ...own(METRICS.lagSeconds, Stats.MINIMUM, beat.twice),
      threshold: { above: lagMinutes * 60 },
      missing: IGNORE,
    },
    {
      name: 'silent',
      sentence: `No run has reported for ${durationOf(beat.silence)}: the schedule, the function or its log group does not work, or the pipeline has never begun.`,
      ...own(METRICS.lagSeconds, Stats.SAMPLE_COUNT, beat.silence),
      threshold: { below: 1 },
      missing: BREACHING,
    },
    {
      name: 'denied-by-auth0',
      sentence:
        'Auth0 denies access to its logs, or its secret is not filled in: nothing is read until that is put right.',
      ...flag(METRICS.auth0Denied),
    },
    {
      name: 'denied-by-azure',
      sentence:
        'Azure denies what is posted, or its secret is not filled in: the pipeline holds until that is put right.',
      ...flag(METRICS.azureDenied),
    },
    {
      name: 'intercepted',
      sentence:
        'Something between AWS and Azure answers in Azure’s place: the pipeline holds until that is put right.',
      ...flag(METRICS.azureIntercepted),
    },
    {
      name: 'checkpoint-astray',
      sentence: 'Auth0 has logs that the checkpoint does not lead to: they are not shipped until it is set.',
      ...flag(METRICS.checkpointAstray),
    },
    {
      name: 'sweep-overdue',
      sentence:
        'The look back for late logs has not come round within its time: a log that Auth0 served late may be missing.',
      ...flag(METRICS.sweepOverdue),
    },
    {
      name: 'run-errors',
      sentence: `${beat.repeated.toAlarm === 1 ? 'A run or a replay' : `Runs or replays, in ${beat.repeated.toAlarm} of ${beat.repeated.periods} periods of ${durationOf({ ...beat.repeated, periods: 1 })},`} met a bug, or could not reach the table or the queues.`,
      ...repeated(METRICS.runErrors),
    },
    {
      name: 'ship-errors',
      sentence: 'The ship function failed: an exception, a time-out or too little memory.',
      ...failed(ship, EVENT),
    },
    {
      name: 'replay-errors',
      sentence: 'The replay function failed: an exception, a time-out or too little memory.',
      ...failed(replay, TRIES),
      // It runs only while batches wait: after the last one nothing would ever say that it is over.
      missing: NOT_BREACHING,
    },
    {
      name: 'dead-letters',
      sentence:
        'Failed batches wait in the dead-letter queue: Azure has not got their logs, and nothing more is tried by itself.',
      ...depth(METRICS.deadLetterDepth, beat.flag),
    },
    {
      name: 'dead-letters-new',
      sentence: 'Logs were put on the dead-letter queue just now, whether or not others were there already.',
      ...sparse(METRICS.logsDeadLettered, Stats.SUM, EVENT),
    },
    {
      name: 'dead-letters-old',
      sentence:
        'The dead-letter queue has not been empty on any of the last 7 days: SQS deletes what is in it 14 days after it was first put aside.',
      // Not by age: SQS leaves out of that metric whatever was looked at three times.
      ...depth(METRICS.deadLetterDepth, DAILY_FOR_A_WEEK),
    },
    {
      name: 'retry-queue-old',
      sentence: `In ${beat.hour.periods} periods of ${durationOf({ ...beat.hour, periods: 1 })}, one after the other, the retry queue was never seen empty: Azure goes on refusing what is delivered again.`,
      ...depth(METRICS.retryQueueDepth, beat.hour),
    },
    {
      name: 'retry-queue-stuck',
      sentence:
        'Failed batches wait in the retry queue and nothing takes them: the trigger of the replay function is disabled or lacks a right.',
      ...repeated(METRICS.retryQueueUntaken),
    },
    {
      name: 'retention-at-risk',
      sentence: `Logs not yet shipped are older than half of Auth0’s retention (${retention}): Auth0 will delete them.`,
      ...flag(METRICS.retentionAtRisk),
    },
    {
      name: 'gap-suspected',
      sentence: `Nothing was read for longer than Auth0 keeps logs (${retention}): logs may be missing. Going back to OK does not bring them back.`,
      ...flag(METRICS.gapSuspected),
    },
  ];
}

/** `15 minutes`, `3 hours`, `62 hours`. */
function durationOf({ periodSeconds, periods }: Span): string {
  const minutes = (periodSeconds * periods) / 60;
  return minutes % 60 === 0 || minutes > 600
    ? `${Math.round(minutes / 60)} ${minutes < 90 ? 'hour' : 'hours'}`
    : `${minutes} minutes`;
}

/** Every row as an alarm that tells `topic` when it goes off and when it is over. By name. */
export function addAlarms(
  scope: Construct,
  watched: Watched,
  topic: ITopic,
  runbookUrl: string | undefined,
): Readonly<Record<string, Alarm>> {
  const prefix = `${watched.stackName}-${watched.config.name}`;
  const action = new SnsAction(topic);
  const { region } = Stack.of(scope);
  // Without a page of the user's, a command that can be typed: a path is no address.
  const diagnosis = `npx auth0-logs-to-azure doctor --stack ${watched.stackName} --region ${region} --pipeline ${watched.config.name}`;
  const whereTo = (name: string) =>
    runbookUrl === undefined ? `${diagnosis}, and ${name} in docs/runbook.md` : `${runbookUrl}#${name}`;
  const alarmOf = (row: AlarmRow) => {
    const alarm = new Alarm(scope, `Alarm-${row.name}`, {
      alarmName: `${prefix}-${row.name}`,
      alarmDescription: `${row.sentence} What to do: ${whereTo(row.name)}`,
      metric: row.metric,
      ...compared(row.threshold),
      evaluationPeriods: row.periods,
      ...(row.toAlarm && { datapointsToAlarm: row.toAlarm }),
      treatMissingData: row.missing,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  };
  if (heartbeat(watched.config).isTooSeldom) {
    Annotations.of(scope).addWarningV2(
      'auth0-logs-to-azure:seldom',
      `pipeline ${watched.config.name}: its schedule pauses for longer than CloudWatch can watch (7 days); the alarm silent will ring in each pause`,
    );
  }
  return Object.fromEntries(alarmRows(watched).map(row => [row.name, alarmOf(row)]));
}

function compared(threshold: AlarmRow['threshold']) {
  return 'above' in threshold
    ? { comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD, threshold: threshold.above }
    : { comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD, threshold: threshold.below };
}
