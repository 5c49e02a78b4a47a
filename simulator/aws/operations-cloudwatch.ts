/** CloudWatch's DescribeAlarms, SetAlarmState and GetMetricData, AWS JSON 1.0. */
import type { Answer } from '../faults.ts';

export interface AlarmRow {
  readonly name: string;
  readonly description: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly changedAtMs: number;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly periods: number;
}

export interface Datapoint {
  readonly atMs: number;
  readonly value: number;
}

type Given = Readonly<Record<string, unknown>>;

export function alarmsAndMetrics() {
  const alarms: AlarmRow[] = [];
  const metrics = new Map<string, Datapoint[]>();
  const notices = { areDelivered: true, delivered: [] as string[] };
  return {
    alarms,
    metrics,
    notices,
    answer(operation: string, body: Buffer): Answer {
      const given = JSON.parse(body.toString()) as Given;
      if (operation === 'DescribeAlarms') return describeAlarms(given, alarms);
      if (operation === 'SetAlarmState') return setAlarmState(given, alarms, notices);
      if (operation === 'GetMetricData') return getMetricData(given, metrics);
      return json(400, { __type: 'UnknownOperationException', message: `${operation} is not simulated.` });
    },
  };
}

/** Five per page, so that a client that does not page fails. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const ALARMS_PER_PAGE = 5;

function describeAlarms(given: Given, alarms: readonly AlarmRow[]): Answer {
  const { AlarmNamePrefix: prefix = '', StateValue: state, NextToken: token } = given;
  const matching = alarms.filter(
    one => one.name.startsWith(String(prefix)) && (state === undefined || one.state === state),
  );
  const from = Number(token ?? 0);
  const page = matching.slice(from, from + ALARMS_PER_PAGE);
  const next = from + ALARMS_PER_PAGE;
  return json(200, {
    CompositeAlarms: [],
    MetricAlarms: page.map(one => ({
      AlarmName: one.name,
      AlarmDescription: one.description,
      StateValue: one.state,
      StateUpdatedTimestamp: one.changedAtMs / 1000,
      StateTransitionedTimestamp: one.changedAtMs / 1000,
      Dimensions: Object.entries(one.dimensions).map(([Name, Value]) => ({ Name, Value })),
      Threshold: one.threshold,
      Period: one.periodSeconds,
      EvaluationPeriods: one.periods,
    })),
    ...(next < matching.length && { NextToken: String(next) }),
  });
}

/**
 * Until the next evaluation, which is not simulated. A change of state runs the alarm's actions.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
 */
function setAlarmState(
  { AlarmName: name, StateValue: state, StateReason: reason }: Given,
  alarms: AlarmRow[],
  notices: { readonly areDelivered: boolean; readonly delivered: string[] },
): Answer {
  const at = alarms.findIndex(one => one.name === name);
  const alarm = alarms[at];
  if (!alarm || typeof reason !== 'string')
    return json(404, { __type: 'ResourceNotFound', message: 'AlarmName' });
  if (alarm.state !== state && notices.areDelivered) notices.delivered.push(alarm.name);
  alarms[at] = { ...alarm, state: state as AlarmRow['state'] };
  return json(200, {});
}

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions?: readonly { readonly Value: string }[];
    };
    readonly Period: number;
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
function getMetricData(given: Given, metrics: ReadonlyMap<string, readonly Datapoint[]>): Answer {
  const { StartTime: start, EndTime: end, MetricDataQueries: queries, ScanBy: order } = given;
  const isRange = typeof start === 'number' && typeof end === 'number' && start < end;
  if (!isRange || !Array.isArray(queries)) {
    return json(400, { __type: 'ValidationError', message: 'StartTime, EndTime or MetricDataQueries.' });
  }
  const results = (queries as readonly Query[]).map(({ Id, MetricStat: { Metric, Period } }) => {
    const dimensions = (Metric.Dimensions ?? []).map(one => one.Value).join(',');
    const known = metrics.get(`${Metric.Namespace}/${Metric.MetricName}/${dimensions}`) ?? [];
    const data = known
      .map(({ atMs, value }) => ({ at: Math.floor(atMs / 1000 / Period) * Period, value }))
      .filter(({ at }) => at >= start && at < end)
      .sort((a, b) => (order === 'TimestampAscending' ? a.at - b.at : b.at - a.at));
    return {
      Id,
      Label: Metric.MetricName,
      StatusCode: 'Complete',
      Timestamps: data.map(one => one.at),
      Values: data.map(one => one.value),
    };
  });
  return json(200, { MetricDataResults: results, Messages: [] });
}

function json(status: number, body: object): Answer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}
