import { describe, expect, test } from 'vitest';
import { type AlarmDefinition, historyOf } from '../../../simulator/aws/cloudwatch/alarms.ts';
import { queueMetrics, sendFunctionMinute } from '../../../simulator/aws/cloudwatch/aws-metrics.ts';
import { metricsIn } from '../../../simulator/aws/cloudwatch/emf.ts';
import { type Missing, type State, stateAfter } from '../../../simulator/aws/cloudwatch/evaluate.ts';
import { samples } from '../../../simulator/aws/cloudwatch/samples.ts';

const MODES = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
/** As the guide writes them, oldest first: 0 is fine, X breaches, - is missing. */
const points = (text: string) =>
  text
    .split(' ')
    .map(one => (one === '-' ? undefined : one === 'X'))
    .reverse();

/** "Retain current state" is seen from both. */
const seenFrom = (text: string, toAlarm: number, missing: Missing): State | 'kept' => {
  const rule = { periods: 3, toAlarm, missing };
  const [fromOk, fromAlarm] = (['OK', 'ALARM'] as const).map(state => stateAfter(points(text), rule, state));
  return fromOk === fromAlarm ? fromOk! : 'kept';
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: five points are read, N is 3. */
describe('the tables of the CloudWatch guide', () => {
  test.each([
    ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', 'INSUFFICIENT_DATA', 'kept', 'ALARM', 'OK'],
    ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', 'kept', 'ALARM', 'OK'],
  ])('3 of 3: %s', (text, ...expected) => {
    expect(MODES.map(mode => seenFrom(text, 3, mode))).toEqual(expected);
  });

  test.each([
    ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - X -', 'ALARM', 'kept', 'ALARM', 'OK'],
  ])('2 of 3: %s', (text, ...expected) => {
    expect(MODES.map(mode => seenFrom(text, 2, mode))).toEqual(expected);
  });

  test.each([
    ['- - - - X', 3, 'kept'],
    ['- - - X X', 3, 'kept'],
    ['- - X - X', 3, 'ALARM'],
  ] as const)('no premature alarm: %s, %i to alarm, is %s', (text, toAlarm, expected) => {
    expect(seenFrom(text, toAlarm, 'missing')).toBe(expected);
    expect(seenFrom(text, toAlarm, 'ignore')).toBe('kept');
  });
});

const METRIC = { namespace: 'N', name: 'M', dimensions: { d: '1' } };
const alarm = (changes: Partial<AlarmDefinition> = {}): AlarmDefinition => ({
  name: 'a',
  metric: METRIC,
  statistic: 'Sum',
  periodMinutes: 5,
  periods: 1,
  toAlarm: 1,
  threshold: 0,
  comparison: 'GreaterThanThreshold',
  missing: 'notBreaching',
  tells: { ALARM: true, OK: true, INSUFFICIENT_DATA: false },
  ...changes,
});
const history = (at: Readonly<Record<number, number>>, changes?: Partial<AlarmDefinition>, range = 1) => {
  const sent = samples();
  for (const [minute, value] of Object.entries(at)) sent.send(METRIC, Number(minute), value);
  return historyOf(alarm(changes), sent, { from: 1, to: 60 }, n => n * range).map(one => [
    one.minute,
    one.to,
    one.told,
  ]);
};

describe('an alarm', () => {
  test('looks every minute at a window that slides, once the sample has arrived', () => {
    expect(history({ 12: 1 })).toEqual([
      [1, 'OK', true],
      [13, 'ALARM', true],
      [17, 'OK', true],
    ]);
  });

  test('comes back late when CloudWatch reads more points than it needs', () => {
    expect(history({ 12: 1 }, {}, 3).at(-1)).toEqual([27, 'OK', true]);
  });

  test('that adds up what is sent only while something is wrong goes off again after it is over; one at any sample does not', () => {
    const faults = { 10: 1, 11: 1, 12: 1, 13: 1 };
    const times = (threshold: number) =>
      history(faults, { threshold }, 3).filter(([, state]) => state === 'ALARM').length;
    expect(times(2)).toBeGreaterThan(1);
    expect(times(0)).toBe(1);
  });

  test('that ignores silence stays for ever after one bad point', () => {
    expect(history({ 12: 1 }, { missing: 'ignore' }, 3)).toEqual([[13, 'ALARM', true]]);
  });

  test('runs no action for a state that has none, and none while the state stays', () => {
    expect(history({ 5: 1, 6: 1, 7: 1 }, { missing: 'missing' })).toEqual([
      [6, 'ALARM', true],
      [12, 'INSUFFICIENT_DATA', false],
    ]);
  });

  test('over more than a day is looked at once an hour', () => {
    const days = { periodMinutes: 1440, periods: 2, missing: 'breaching' } as const;
    expect(history({}, days)).toEqual([[60, 'ALARM', true]]);
  });

  test('watches one metric: another dimension is another metric', () => {
    const sent = samples();
    sent.send({ ...METRIC, dimensions: { d: '1', e: '2' } }, 5, 1);
    expect(historyOf(alarm(), sent, { from: 1, to: 20 }, n => n).map(one => one.to)).toEqual(['OK']);
  });
});

describe('what AWS reports', () => {
  const seen = (
    sent: ReturnType<typeof samples>,
    name: string,
    dimensions: Record<string, string>,
    to = 9999,
  ) =>
    sent.reader({ namespace: name.split(' ')[0]!, name: name.split(' ')[1]!, dimensions }, 'Maximum')(
      0,
      to,
      to,
    );
  const queue = { QueueName: 'q' };

  test('of a function: nothing in a minute without a call, no invocation for one that is refused', () => {
    const sent = samples();
    sendFunctionMinute(sent, 'f', 1, {});
    expect(seen(sent, 'AWS/Lambda Errors', { FunctionName: 'f' })).toBeUndefined();
    sendFunctionMinute(sent, 'f', 2, { throttles: 1 });
    expect(seen(sent, 'AWS/Lambda Invocations', { FunctionName: 'f' })).toBeUndefined();
    expect(seen(sent, 'AWS/Lambda Throttles', { FunctionName: 'f' })).toBe(1);
  });

  test.each([
    [false, 361],
    [true, 900],
  ])(
    'of a queue that holds a message and is not touched again (holding keeps awake: %s): until minute %i',
    (reading, until) => {
      const sent = samples();
      const report = queueMetrics(sent, 'q', reading);
      for (let minute = 1; minute <= 900; minute++)
        report(minute, { visible: 1, hidden: 0, touched: minute === 1 });
      const last = [361, 362, 900].filter(minute => {
        const metric = {
          namespace: 'AWS/SQS',
          name: 'ApproximateNumberOfMessagesVisible',
          dimensions: queue,
        };
        return sent.reader(metric, 'Sum')(minute - 1, minute, 2000) !== undefined;
      });
      expect(last.at(-1)).toBe(until);
    },
  );

  test('of a queue’s age: not a message that was received three times', () => {
    const sent = samples();
    const messages = [
      { age: 500, receives: 3 },
      { age: 7, receives: 2 },
    ];
    queueMetrics(sent, 'q', false)(1, { visible: 2, hidden: 0, messages, touched: true });
    expect(seen(sent, 'AWS/SQS ApproximateAgeOfOldestMessage', queue)).toBe(420);
  });

  test('out of a log line: every metric with every set of dimensions, and nothing of other lines', () => {
    const directive = { Namespace: 'N', Dimensions: [['a'], ['a', 'b']], Metrics: [{ Name: 'M' }] };
    const line = JSON.stringify({ _aws: { CloudWatchMetrics: [directive] }, a: '1', b: '2', M: [3, 4] });
    expect(metricsIn(line)).toHaveLength(4);
    expect(metricsIn('{"a":1}')).toEqual([]);
    expect(metricsIn('START RequestId')).toEqual([]);
    expect(() => metricsIn(line.replace('"b":"2"', '"c":"2"'))).toThrow('dimension b');
  });
});
