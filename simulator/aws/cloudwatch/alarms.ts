/** Alarms of a CloudFormation template, and what they do minute by minute. */
import { type Missing, type State, stateAfter } from './evaluate.ts';
import type { MetricName, Samples } from './samples.ts';

export interface AlarmDefinition {
  readonly name: string;
  readonly metric: MetricName;
  readonly statistic: string;
  readonly periodMinutes: number;
  readonly periods: number;
  readonly toAlarm: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly missing: Missing;
  /** Has actions for this state. */
  readonly tells: Readonly<Record<State, boolean>>;
}

/** A change of state. Actions run only on a change, so that a lost one is not repeated. */
export interface Change {
  readonly minute: number;
  readonly from: State;
  readonly to: State;
  readonly told: boolean;
}

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, as CloudFormation has it
  readonly Properties?: any;
}

const COMPARE: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** Those on one metric. What a template refers to is called by its logical id. */
export function alarmsOf(template: {
  readonly Resources?: Readonly<Record<string, Resource>>;
}): AlarmDefinition[] {
  const found = Object.values(template.Resources ?? {}).filter(one => one.Type === 'AWS::CloudWatch::Alarm');
  return found.map(({ Properties: p }) => {
    if (!p.MetricName) throw new Error(`alarm ${p.AlarmName}: only alarms on one metric are simulated`);
    const dimensions: { Name: string; Value: string | { Ref: string } }[] = p.Dimensions ?? [];
    return {
      name: p.AlarmName,
      metric: {
        namespace: p.Namespace,
        name: p.MetricName,
        dimensions: Object.fromEntries(
          dimensions.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : Value.Ref]),
        ),
      },
      statistic: p.Statistic,
      periodMinutes: p.Period / 60,
      periods: p.EvaluationPeriods,
      toAlarm: p.DatapointsToAlarm ?? p.EvaluationPeriods,
      threshold: p.Threshold,
      comparison: p.ComparisonOperator,
      missing: p.TreatMissingData ?? 'missing',
      tells: {
        ALARM: (p.AlarmActions ?? []).length > 0,
        OK: (p.OKActions ?? []).length > 0,
        INSUFFICIENT_DATA: (p.InsufficientDataActions ?? []).length > 0,
      },
    };
  });
}

const DAY_MINUTES = 1440;

/**
 * Evaluates each minute with windows that slide; once an hour when all periods together are longer than a day.
 * @param minutes from the alarm's creation on, when metrics may have been there already
 * @param range how many datapoints CloudWatch reads of an alarm of N periods: N at least, otherwise not published
 */
export function historyOf(
  alarm: AlarmDefinition,
  sent: Samples,
  minutes: { readonly from: number; readonly to: number },
  range: (periods: number) => number,
): Change[] {
  const breaches = COMPARE[alarm.comparison];
  if (!breaches) throw new Error(`alarm ${alarm.name}: comparison ${alarm.comparison} is not simulated`);
  const { periods, periodMinutes, metric, statistic, threshold } = alarm;
  const every = periods * periodMinutes > DAY_MINUTES ? 60 : 1;
  const points = range(periods);
  const valueIn = sent.reader(metric, statistic);
  const changes: Change[] = [];
  let state: State = 'INSUFFICIENT_DATA';
  for (let now = Math.ceil(minutes.from / every) * every; now <= minutes.to; now += every) {
    const read = Array.from({ length: points }, (_, at) => {
      const to = now - at * periodMinutes;
      const value = valueIn(to - periodMinutes, to, now);
      return value === undefined ? undefined : breaches(value, threshold);
    });
    const next = stateAfter(read, alarm, state);
    if (next !== state) changes.push({ minute: now, from: state, to: next, told: alarm.tells[next] });
    state = next;
  }
  return changes;
}
