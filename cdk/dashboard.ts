/** One dashboard per stack, one row per pipeline. */
import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
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

/** Fields of the run's line, queried with Logs Insights: no alarm needs them as metrics. */
const RUN_LINES = 'filter ispresent(run.outcome)';

/** CloudWatch shows up to 500 widgets on a dashboard; a pipeline has nine. */
export function dashboard(scope: Construct, id: string, pipelines: readonly Auth0LogsToAzure[]): Dashboard {
  return new Dashboard(scope, id, {
    // Dashboards are global: the same stack in another region would overwrite this one.
    dashboardName: `${outermostStack(scope).stackName}-${outermostStack(scope).region}`,
    defaultInterval: Duration.hours(12),
    widgets: pipelines.flatMap(pipelineRows),
  });
}

/** The widgets of one pipeline, for custom dashboards too. */
function pipelineRows(pipeline: Auth0LogsToAzure): IWidget[][] {
  const { config, shipFunction, replayFunction, retryQueue, deadLetterQueue } = pipeline;
  const most = { statistic: Stats.MAXIMUM, period: PERIOD };
  const sum = { statistic: Stats.SUM, period: PERIOD };
  const title = `# ${config.name}\n${config.auth0.domain} → ${config.azure.kind}`;
  const ofRuns = (heading: string, sums: Readonly<Record<string, string>>) =>
    new LogQueryWidget({
      title: heading,
      logGroupNames: [shipFunction.logGroup.logGroupName],
      view: LogQueryVisualizationType.LINE,
      queryLines: [
        RUN_LINES,
        `stats ${Object.entries(sums)
          .map(([label, field]) => `${field} as ${label}`)
          .join(', ')} by bin(5m)`,
      ],
      ...third(),
    });
  return [
    [new TextWidget({ markdown: title, width: WIDTH, height: 2 })],
    [
      new AlarmStatusWidget({ title: 'Alarms', alarms: Object.values(pipeline.alarms), ...third() }),
      ofRuns('Logs', {
        read: 'sum(run.logsRead)',
        accepted: 'sum(run.logsAccepted)',
        excluded: 'sum(run.logsExcluded)',
        late: 'sum(run.logsLate)',
        retried: 'sum(run.logsRetried)',
        dead_lettered: 'sum(run.logsDeadLettered)',
      }),
      new GraphWidget({
        title: 'Lag, seconds',
        left: [pipelineMetric(pipeline, METRICS.lagSeconds, Stats.MAXIMUM).with({ label: 'lag' })],
        leftAnnotations: [{ value: config.alarms.lagMinutes * 60, label: 'alarm' }],
        leftYAxis: { label: 's', min: 0, showUnits: false },
        ...third(),
      }),
    ],
    [
      ofRuns('Batches by verdict', {
        accepted: 'sum(run.batches.accepted)',
        rejected: 'sum(run.batches.rejected)',
        throttled: 'sum(run.batches.throttled)',
        unavailable: 'sum(run.batches.unavailable)',
        denied: 'sum(run.batches.denied)',
      }),
      graph('Failed batches waiting', [
        retryQueue.metricApproximateNumberOfMessagesVisible({ ...most, label: 'retry: waiting' }),
        retryQueue.metricApproximateNumberOfMessagesNotVisible({ ...most, label: 'retry: postponed' }),
        deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...most, label: 'dead letters' }),
      ]),
      ofRuns('Auth0 rate limit remaining', { calls_left: 'min(run.rateLimit.remaining)' }),
    ],
    [
      graph('Duration, ms', [
        shipFunction.metricDuration({ ...most, label: 'ship, longest' }),
        shipFunction.metricDuration({ statistic: Stats.p(50), period: PERIOD, label: 'ship, median' }),
        replayFunction.metricDuration({ ...most, label: 'replay, longest' }),
      ]),
      graph('Runs', [
        shipFunction.metricInvocations({ ...sum, label: 'ship' }),
        replayFunction.metricInvocations({ ...sum, label: 'replay' }),
        shipFunction.metricThrottles({ ...sum, label: 'ship, refused by AWS' }),
        replayFunction.metricThrottles({ ...sum, label: 'replay, refused by AWS' }),
      ]),
    ],
  ];
}

function graph(title: string, left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], leftYAxis: { min: 0, showUnits: false }, ...third() });
}

function third() {
  return { width: WIDTH / 3, height: 6 };
}
