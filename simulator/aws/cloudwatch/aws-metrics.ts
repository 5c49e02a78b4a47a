/** Which metrics AWS's own services send, and when they send none. */
import type { MetricName, Samples } from './samples.ts';

/** One minute of a function's invocations. */
export interface FunctionMinute {
  readonly invocations?: number;
  /** Of these, those that threw, ran out of time or died; counted at the invocation's start. */
  readonly errors?: number;
  /** Refused: counted in neither. */
  readonly throttles?: number;
}

/** Nothing in a minute without a call. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function sendFunctionMinute(
  sent: Samples,
  functionName: string,
  minute: number,
  one: FunctionMinute,
): void {
  const { invocations = 0, errors = 0, throttles = 0 } = one;
  const metric = (name: string) => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: functionName },
  });
  if (invocations > 0) {
    sent.send(metric('Invocations'), minute, invocations);
    sent.send(metric('Errors'), minute, errors);
  }
  if (invocations + throttles > 0) sent.send(metric('Throttles'), minute, throttles);
}

/**
 * The scheduler's attempts, best effort and only per group: schedules of a group share them, and a call that
 * Lambda accepted is a success, however it ends. https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
 */
export function sendScheduleMinute(sent: Samples, group: string, minute: number, isRefused: boolean): void {
  const metric = (name: string) => ({
    namespace: 'AWS/Scheduler',
    name,
    dimensions: { ScheduleGroup: group },
  });
  sent.send(metric('InvocationAttemptCount'), minute, 1);
  if (isRefused) sent.send(metric('TargetErrorCount'), minute, 1);
}

/** One minute of a queue. */
export interface QueueMinute {
  readonly visible: number;
  /** In flight or postponed. */
  readonly hidden: number;
  /** Age in minutes of each message, and how often it was received. */
  readonly messages?: readonly { readonly age: number; readonly receives: number }[];
  /** Any SQS call on the queue, including GetQueueAttributes and calls that fail. */
  readonly touched: boolean;
}

const AWAKE_MINUTES = 360;
const WAKING_MINUTES = 15;
/** From so many receives on, a message is left out of the age. */
const LEFT_OUT_RECEIVES = 3;

/**
 * Sends only while the queue is active: six hours after it was last touched. Whether messages in it keep it active is
 * written so that it can be read both ways, so both are simulated. One that wakes is silent for up to 15 minutes more.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
 */
export function queueMetrics(sent: Samples, queueName: string, holdingKeepsAwake: boolean) {
  let touchedAt: number | undefined;
  let wokenAt = Number.NEGATIVE_INFINITY;
  const metric = (name: string): MetricName => ({
    namespace: 'AWS/SQS',
    name,
    dimensions: { QueueName: queueName },
  });
  return (minute: number, { visible, hidden, messages = [], touched }: QueueMinute): void => {
    const wasAwake = touchedAt !== undefined && minute - touchedAt <= AWAKE_MINUTES;
    const holds = visible + hidden > 0;
    if (touched || (holdingKeepsAwake && wasAwake && holds)) {
      if (touchedAt !== undefined && !wasAwake) wokenAt = minute;
      touchedAt = minute;
    }
    if (touchedAt === undefined || minute - touchedAt > AWAKE_MINUTES) return;
    if (minute - wokenAt < WAKING_MINUTES) return;
    sent.send(metric('ApproximateNumberOfMessagesVisible'), minute, visible);
    if (hidden > 0) sent.send(metric('ApproximateNumberOfMessagesNotVisible'), minute, hidden);
    const ages = messages.filter(one => one.receives < LEFT_OUT_RECEIVES).map(one => one.age);
    if (ages.length > 0) sent.send(metric('ApproximateAgeOfOldestMessage'), minute, Math.max(...ages) * 60);
  };
}
