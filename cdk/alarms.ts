/** The alarms of a pipeline: one table. Each row has a description, a rule for missing data and a section in the runbook. */
import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { PipelineConfig } from '../lambda/config/config.ts';
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from '../lambda/core/contract.ts';
import { heartbeat, type Span } from './heartbeat.ts';
import { AUTH0_DENIALS, azureDenials, describe } from './likely-causes.ts';

/** What the alarms monitor. */
export interface Watched {
  readonly config: PipelineConfig;
  /** The outermost stack: a dimension of the metrics. */
  readonly stackName: string;
  readonly shipFunction: IFunction;
  readonly replayFunction: IFunction;
}

/** In ALARM state when `metric` is above `above`, or below `below`, in each of `periods` periods. */
export interface AlarmRow {
  /** The name of the alarm, and of its section in the runbook. */
  readonly name: string;
  readonly sentence: string;
  /** Likely causes, for the description. */
  readonly causes?: readonly string[];
  readonly metric: Metric;
  readonly threshold: { readonly above: number } | { readonly below: number };
  readonly periods: number;
  /** How many of the periods must breach the threshold. Default: all. */
  readonly toAlarm?: number;
  readonly missing: TreatMissingData;
}

const EVENT: Span = { periodSeconds: 300, periods: 1 };
/** A batch whose replay fails is delivered again after six minutes: a longer period avoids one alarm per attempt. */
const TRIES: Span = { periodSeconds: 900, periods: 1 };
const DAILY_FOR_A_WEEK: Span = { periodSeconds: 86_400, periods: 7 };

/** A heartbeat: missing data is a failure. */
const { BREACHING } = TreatMissingData;
/** Sent only while something is wrong: missing data means OK. */
const { NOT_BREACHING } = TreatMissingData;
/** Sent by every run or invocation: the alarm keeps its state while the schedule pauses. */
const { IGNORE } = TreatMissingData;

/** A custom metric of the pipeline, as contract.ts names it. */
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

/** THE TABLE. What each row detects, and how soon: docs/reliability.md. */
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
  /** Sent only while something is wrong: any sample breaches the threshold. */
  const sparse = (name: string, statistic: string, span: Span) => ({
    ...own(name, statistic, span),
    threshold: { above: 0 },
    missing: NOT_BREACHING,
  });
  /** In ALARM state after the first run that sends it. */
  const flag = (name: string) => sparse(name, Stats.SUM, beat.flag);
  const repeated = (name: string) => ({
    ...sparse(name, Stats.SUM, beat.repeated),
    toAlarm: beat.repeated.toAlarm,
  });
  /** The minimum of each period: a queue that was empty once is not stuck. */
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
      sentence: `The lag is above the threshold of ${lagMinutes} minutes.`,
      // The minimum of each period: one run that caught up is enough.
      ...own(METRICS.lagSeconds, Stats.MINIMUM, beat.twice),
      threshold: { above: lagMinutes * 60 },
      missing: IGNORE,
    },
    {
      name: 'silent',
      sentence: `No run has reported for ${durationOf(beat.silence)}: the schedule, the function or its log group does not work, or no run has succeeded since the first deploy.`,
      ...own(METRICS.lagSeconds, Stats.SAMPLE_COUNT, beat.silence),
      threshold: { below: 1 },
      missing: BREACHING,
    },
    {
      name: 'denied-by-auth0',
      sentence:
        'Auth0 rejected the credentials or the request, or the secret is missing or incomplete. No logs are read.',
      causes: AUTH0_DENIALS,
      ...flag(METRICS.auth0Denied),
    },
    {
      name: 'denied-by-azure',
      sentence:
        'Azure rejected the credentials or the settings, or the secret is missing or incomplete. No logs are shipped.',
      causes: azureDenials(config),
      ...flag(METRICS.azureDenied),
    },
    {
      name: 'intercepted',
      sentence: 'A proxy or firewall between AWS and Azure answered instead of Azure. No logs are shipped.',
      ...flag(METRICS.azureIntercepted),
    },
    {
      name: 'checkpoint-astray',
      sentence:
        'Auth0 has newer logs but returns none after the checkpoint. They are not shipped until you set the checkpoint.',
      ...flag(METRICS.checkpointAstray),
    },
    {
      name: 'sweep-overdue',
      sentence:
        'The look back for late logs is overdue: a log that Auth0 served late may be missing in Azure.',
      ...flag(METRICS.sweepOverdue),
    },
    ...(config.verify === 'off' ? [] : storageRows(flag, config.verify)),
    {
      name: 'run-errors',
      sentence: `${beat.repeated.toAlarm === 1 ? 'A run or a replay' : `Runs or replays, in ${beat.repeated.toAlarm} of ${beat.repeated.periods} periods of ${durationOf({ ...beat.repeated, periods: 1 })},`} failed: a bug, or no access to the table or the queues.`,
      ...repeated(METRICS.runErrors),
    },
    {
      name: 'ship-errors',
      sentence: 'The ship function failed: an exception, a timeout or too little memory.',
      ...failed(ship, EVENT),
    },
    {
      name: 'replay-errors',
      sentence: 'The replay function failed: an exception, a timeout or too little memory.',
      ...failed(replay, TRIES),
      // It runs only while batches wait: after the last one, no data would return the alarm to OK.
      missing: NOT_BREACHING,
    },
    {
      name: 'dead-letters',
      sentence:
        'The dead-letter queue holds failed batches. Their logs are not in Azure and are not retried automatically.',
      ...depth(METRICS.deadLetterDepth, beat.flag),
    },
    {
      name: 'dead-letters-new',
      sentence: 'New logs were put on the dead-letter queue.',
      ...sparse(METRICS.logsDeadLettered, Stats.SUM, EVENT),
    },
    {
      name: 'dead-letters-old',
      sentence:
        'The dead-letter queue was not empty for 7 days. SQS deletes a message 14 days after it was first put aside.',
      // Not by age: that metric of SQS leaves out messages that were received three times.
      ...depth(METRICS.deadLetterDepth, DAILY_FOR_A_WEEK),
    },
    {
      name: 'retry-queue-old',
      sentence: `The retry queue was not empty in ${beat.hour.periods} consecutive periods of ${durationOf({ ...beat.hour, periods: 1 })}: Azure does not accept the batches that are delivered again.`,
      ...depth(METRICS.retryQueueDepth, beat.hour),
    },
    {
      name: 'retry-queue-stuck',
      sentence:
        'Failed batches wait in the retry queue and nothing receives them: the event source mapping of the replay function is disabled or lacks a permission.',
      ...repeated(METRICS.retryQueueUntaken),
    },
    {
      name: 'retention-at-risk',
      sentence: `Logs that are not shipped yet are older than half of Auth0’s retention (${retention}). Auth0 deletes them at the end of the retention.`,
      ...flag(METRICS.retentionAtRisk),
    },
    {
      name: 'gap-suspected',
      sentence: `Suspected gap: no logs were read for longer than Auth0 keeps them (${retention}). Logs may be missing, also after this alarm returns to OK.`,
      ...flag(METRICS.gapSuspected),
    },
  ];
}

type Flag = (name: string) => Omit<AlarmRow, 'name' | 'sentence'>;

/** Of a pipeline that verifies. */
function storageRows(flag: Flag, verify: 'alarm' | 'repair'): readonly AlarmRow[] {
  const what =
    verify === 'repair'
      ? 'They are shipped again when Azure stores logs again, while Auth0 keeps them.'
      : 'They are not shipped again, as verify is "alarm".';
  return [
    {
      name: 'rows-not-stored',
      sentence: `Azure accepted logs an hour ago or earlier and does not have them. ${what}`,
      ...flag(METRICS.rowsNotStored),
    },
    {
      name: 'verify-overdue',
      sentence:
        'The workspace was not compared with the accepted logs for three hours: missing rows would not be noticed.',
      ...flag(METRICS.verifyOverdue),
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

/** Every row as an alarm that notifies `topic` of ALARM and OK states. By name. */
export function addAlarms(
  scope: Construct,
  watched: Watched,
  topic: ITopic,
  runbookUrl: string | undefined,
): Readonly<Record<string, Alarm>> {
  const prefix = `${watched.stackName}-${watched.config.name}`;
  const action = new SnsAction(topic);
  const { region } = Stack.of(scope);
  // Without a URL of the user's, a command to type: a path is not an address.
  const diagnosis = `npx auth0-logs-to-azure doctor --stack ${watched.stackName} --region ${region} --pipeline ${watched.config.name}`;
  const whereTo = (name: string) =>
    runbookUrl === undefined ? `${diagnosis}, and ${name} in docs/runbook.md` : `${runbookUrl}#${name}`;
  const alarmOf = (row: AlarmRow) => {
    const alarm = new Alarm(scope, `Alarm-${row.name}`, {
      alarmName: `${prefix}-${row.name}`,
      alarmDescription: describe(row.sentence, row.causes ?? [], `What to do: ${whereTo(row.name)}`),
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
      `pipeline ${watched.config.name}: the schedule pauses for longer than the 7 days that CloudWatch can evaluate; the alarm "silent" is in ALARM state in each pause`,
    );
  }
  return Object.fromEntries(alarmRows(watched).map(row => [row.name, alarmOf(row)]));
}

function compared(threshold: AlarmRow['threshold']) {
  return 'above' in threshold
    ? { comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD, threshold: threshold.above }
    : { comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD, threshold: threshold.below };
}
