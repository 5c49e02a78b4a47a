/** Why no alarm rests on what SQS itself reports: those of 0.1.0, on queues as SQS reports them. */
import { expect, test } from 'vitest';
import { type AlarmDefinition, historyOf } from '../../simulator/aws/cloudwatch/alarms.ts';
import { type QueueMinute, queueMetrics } from '../../simulator/aws/cloudwatch/aws-metrics.ts';
import { samples } from '../../simulator/aws/cloudwatch/samples.ts';

const DAY = 1440;
const alarm = (name: string, threshold: number, periods: number, missing: AlarmDefinition['missing']) => ({
  name,
  metric: { namespace: 'AWS/SQS', name, dimensions: { QueueName: 'q' } },
  statistic: 'Maximum',
  periodMinutes: 5,
  periods,
  toAlarm: periods,
  threshold,
  comparison: 'GreaterThanThreshold',
  missing,
  tells: { ALARM: true, OK: true, INSUFFICIENT_DATA: false },
});
const RETRY_QUEUE_OLD = alarm('ApproximateNumberOfMessagesNotVisible', 0, 12, 'notBreaching');
const RETRY_QUEUE_STUCK = alarm('ApproximateAgeOfOldestMessage', 3600, 1, 'notBreaching');
const DEAD_LETTERS = alarm('ApproximateNumberOfMessagesVisible', 0, 1, 'ignore');
const DEAD_LETTERS_OLD = alarm('ApproximateAgeOfOldestMessage', 7 * 86_400, 1, 'ignore');

function states(of: AlarmDefinition, days: number, at: (minute: number) => QueueMinute, reading = false) {
  const sent = samples({ 'AWS/SQS': 3 });
  const report = queueMetrics(sent, 'q', reading);
  for (let minute = 1; minute <= days * DAY; minute++) report(minute, at(minute));
  return historyOf(of, sent, { from: 15, to: days * DAY }, n => n).map(one => one.to);
}

test('a batch that was tried three times and whose trigger was then disabled: said to be over, then nothing for 14 days', () => {
  const at = (minute: number): QueueMinute => ({
    visible: minute > 300 ? 1 : 0,
    hidden: minute > 300 ? 0 : 1,
    messages: [{ age: minute, receives: 5 }],
    touched: minute <= 300,
  });
  expect(states(RETRY_QUEUE_OLD, 14, at)).toEqual(['OK', 'ALARM', 'OK']);
  expect(states(RETRY_QUEUE_STUCK, 14, at, true)).toEqual(['OK']);
});

test('a dead letter in a queue that nobody touches: its seventh day is told to nobody', () => {
  const at = (minute: number): QueueMinute => ({
    visible: 1,
    hidden: 0,
    messages: [{ age: minute, receives: 0 }],
    touched: minute === 1,
  });
  expect(states(DEAD_LETTERS_OLD, 9, at)).toEqual(['OK']);
});

test('a dead letter that was listed three times: likewise, however the queue is kept awake', () => {
  const at = (minute: number): QueueMinute => ({
    visible: 1,
    hidden: 0,
    messages: [{ age: minute, receives: Math.floor(minute / DAY) }],
    touched: true,
  });
  expect(states(DEAD_LETTERS_OLD, 9, at)).toEqual(['OK']);
});

test('one letter more, while another lies there: told to nobody', () => {
  const at = (minute: number): QueueMinute => ({ visible: minute > 600 ? 2 : 1, hidden: 0, touched: true });
  expect(states(DEAD_LETTERS, 1, at)).toEqual(['ALARM']);
});
