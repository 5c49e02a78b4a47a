/** What is not known of the deployed stack's queues and alarms. */
import { duration } from '../terminal/words.ts';
import { confirmed, notAsked, type Question, questionTo, refuted, unclear } from './question.ts';
import { PERIOD_MS } from './stack.ts';

const HOUR_MS = 3_600_000;
/** A queue sleeps after six hours: shorter than this shows nothing. */
const LEAST_MS = 8 * HOUR_MS;
const SPAN_MS = 24 * HOUR_MS;
/** CloudWatch's own metrics come late by some minutes. */
const LATE_MS = 15 * 60_000;
const GAP_MOST_MS = 30 * 60_000;
/** A state set by hand lasts until the next evaluation; a mail takes seconds. */
const NOTICE_MS = 60_000;

const IDLE = 'docs/decisions/020-alarms-on-sparse-metrics.md';

export const STACK_QUESTIONS: readonly Question[] = [
  questionTo(
    'stack',
    {
      id: 'idle-queue',
      asks: 'Does an idle dead-letter queue report its depth while nothing but each run’s look touches it?',
      assumes: 'yes, in every five minutes',
      fact: IDLE,
      setting: 'AwsOperations.metrics; queueMetrics of simulator/aws/cloudwatch',
      marks: [],
      dollars: 0.01,
    },
    async ({ depthReports }, { clock }) => {
      const nowMs = clock.now();
      const all = await depthReports(nowMs - SPAN_MS, nowMs);
      if (!all) return unclear('AWS refused the metric');
      const [first] = all;
      if (first === undefined) return refuted(`no report in ${duration(SPAN_MS)}`);
      const knownMs = nowMs - first;
      if (knownMs < LEAST_MS)
        return unclear(`the first report is ${duration(knownMs)} old: ask again after 8 h`);
      const ends = [...all.slice(1), nowMs - LATE_MS];
      const gapMs = Math.max(...ends.map((at, i) => at - all[i]!)) - PERIOD_MS;
      const words = `${all.length} reports in ${duration(knownMs)}, the longest gap ${duration(Math.max(0, gapMs))}`;
      return gapMs <= GAP_MOST_MS ? confirmed(words) : refuted(words);
    },
  ),
  questionTo(
    'stack',
    {
      id: 'alarm-arrives',
      asks: 'Does a notification arrive when an alarm changes to ALARM?',
      assumes: 'yes, within a minute, at every address that has confirmed its subscription',
      fact: 'docs/setup.md',
      setting: 'AwsOperations.notices.areDelivered',
      marks: [],
      writes:
        'sets the alarm "lag" to ALARM until CloudWatch evaluates it again, a minute at most: everybody who is notified by it is notified. It needs cloudwatch:SetAlarmState',
      dollars: 0.01,
    },
    async ({ alarmState, ringAlarm }, { clock, person }) => {
      if (!person) return notAsked('needs a person at the terminal who sees the notification');
      const state = await alarmState();
      if (state === undefined) return unclear('the alarm "lag" cannot be read');
      if (state === 'ALARM') return unclear('the alarm "lag" is in ALARM state already');
      if (!(await ringAlarm())) return unclear('AWS refused cloudwatch:SetAlarmState');
      await clock.sleep(NOTICE_MS);
      return (await person('Has the notification of the alarm "lag" arrived?'))
        ? confirmed('it arrived')
        : refuted('it did not arrive within a minute');
    },
  ),
];
