/** One dashboard a stack: a row a pipeline. */
import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  type Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRICS } from '../lambda/core/contract.ts';
import { pipelineMetric } from './alarms.ts';
import type { Auth0LogsToAzure } from './pipeline.ts';
import { outermostStack } from './secrets.ts';

const PERIOD = Duration.minutes(5);
/** CloudWatch's grid is 24 units wide. */
const WIDTH = 24;

/** CloudWatch shows up to 500 widgets on a dashboard; a pipeline has eight. */
export function dashboard(scope: Construct, id: string, pipelines: readonly Auth0LogsToAzure[]): Dashboard {
  return new Dashboard(scope, id, {
    // Dashboards have no region: the same stack in another one would take this one's.
    dashboardName: `${outermostStack(scope).stackName}-${outermostStack(scope).region}`,
    defaultInterval: Duration.hours(12),
    widgets: pipelines.flatMap(pipelineRows),
  });
}

/** What one pipeline shows, for a dashboard of one's own. */
export function pipelineRows(pipeline: Auth0LogsToAzure): IWidget[][] {
  const { config, shipFunction, replayFunction, retryQueue, deadLetterQueue } = pipeline;
  const own = (name: string, statistic: string, label: string) =>
    pipelineMetric(config.name, name, statistic, PERIOD).with({ label });
  const sum = (name: string, label: string) => own(name, Stats.SUM, label);
  const most = { statistic: Stats.MAXIMUM, period: PERIOD };
  const seconds = (label: string) => ({ label, min: 0, showUnits: false });
  const title = `# ${config.name}\n${config.auth0.domain} → ${config.azure.kind}`;
  return [
    [new TextWidget({ markdown: title, width: WIDTH, height: 2 })],
    [
      new AlarmStatusWidget({ title: 'Alarms', alarms: Object.values(pipeline.alarms), ...third() }),
      graph('Logs', [
        sum(METRICS.logsRead, 'read'),
        sum(METRICS.logsAccepted, 'accepted by Azure'),
        sum(METRICS.logsExcluded, 'excluded'),
        sum(METRICS.logsLate, 'late, found by a sweep'),
        sum(METRICS.logsRetried, 'put on the retry queue'),
        sum(METRICS.logsDeadLettered, 'dead-lettered'),
      ]),
      new GraphWidget({
        title: 'Lag, seconds',
        left: [own(METRICS.lagSeconds, Stats.MAXIMUM, 'lag')],
        leftAnnotations: [{ value: config.alarms.lagMinutes * 60, label: 'alarm' }],
        leftYAxis: seconds('s'),
        ...third(),
      }),
    ],
    [
      graph('Batches by verdict', [
        sum(METRICS.batchesAccepted, 'accepted'),
        sum(METRICS.batchesRejected, 'rejected'),
        sum(METRICS.batchesThrottled, 'throttled'),
        sum(METRICS.batchesUnavailable, 'unavailable'),
        sum(METRICS.batchesDenied, 'denied'),
      ]),
      new GraphWidget({
        title: 'Failed batches waiting, and the oldest',
        left: [
          retryQueue.metricApproximateNumberOfMessagesVisible({ ...most, label: 'retry: waiting' }),
          retryQueue.metricApproximateNumberOfMessagesNotVisible({ ...most, label: 'retry: postponed' }),
          deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...most, label: 'dead letters' }),
        ],
        right: [
          retryQueue.metricApproximateAgeOfOldestMessage({ ...most, label: 'retry: oldest' }),
          deadLetterQueue.metricApproximateAgeOfOldestMessage({ ...most, label: 'dead letters: oldest' }),
        ],
        leftYAxis: { min: 0, label: 'messages', showUnits: false },
        rightYAxis: seconds('s'),
        ...third(),
      }),
      graph('Auth0 rate limit remaining', [
        own(METRICS.auth0RateLimitRemaining, Stats.MINIMUM, 'calls left'),
      ]),
    ],
    [
      graph('Duration, ms', [
        shipFunction.metricDuration({ ...most, label: 'ship, longest' }),
        shipFunction.metricDuration({ statistic: Stats.p(50), period: PERIOD, label: 'ship, median' }),
        replayFunction.metricDuration({ ...most, label: 'replay, longest' }),
      ]),
      graph('Runs', [
        shipFunction.metricInvocations({ statistic: Stats.SUM, period: PERIOD, label: 'ship' }),
        replayFunction.metricInvocations({ statistic: Stats.SUM, period: PERIOD, label: 'replay' }),
        sum(METRICS.runsSkipped, 'skipped: another run had the lease'),
        sum(METRICS.coldStart, 'cold starts'),
      ]),
    ],
  ];
}

function graph(title: string, left: readonly (IMetric | Metric)[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], leftYAxis: { min: 0, showUnits: false }, ...third() });
}

function third() {
  return { width: WIDTH / 3, height: 6 };
}
