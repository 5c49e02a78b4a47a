/**
 * How CloudWatch finds an alarm's state from its datapoints.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */

export type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type Missing = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface Rule {
  /** N of "M of N". */
  readonly periods: number;
  /** M. */
  readonly toAlarm: number;
  readonly missing: Missing;
}

/**
 * @param points the evaluation range, newest first: whether a datapoint breaches; undefined where there is none. CloudWatch
 * reads more of them than N, and does not publish how many.
 */
export function stateAfter(
  points: readonly (boolean | undefined)[],
  { periods, toAlarm, missing }: Rule,
  state: State,
): State {
  const real = points.filter(point => point !== undefined);
  if (real.length === 0) {
    return { missing: 'INSUFFICIENT_DATA', ignore: state, breaching: 'ALARM', notBreaching: 'OK' }[
      missing
    ] as State;
  }
  // Enough of them: the newest decide, and the setting does not matter.
  const used = real.slice(0, periods);
  const breaching = used.filter(Boolean).length;
  if (used.length === periods) return breaching >= toAlarm ? 'ALARM' : 'OK';
  if (missing === 'breaching' || missing === 'notBreaching') {
    const filled = missing === 'breaching' ? periods - used.length : 0;
    return breaching + filled >= toAlarm ? 'ALARM' : 'OK';
  }
  if (breaching >= toAlarm) return 'ALARM';
  if (breaching < used.length) return 'OK';
  // All that is there breaches, and it is too little: not before the oldest is M periods old, and never for "ignore".
  const oldest = points.findLastIndex(point => point !== undefined) + 1;
  return missing === 'missing' && oldest >= toAlarm ? 'ALARM' : state;
}
