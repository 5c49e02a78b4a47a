/** What AWS is asked about the deployed pipeline: its dead-letter queue's metric, and one of its alarms. */
import {
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { Operated } from '../pipelines/operated.ts';
import { stackClients } from '../pipelines/stack/clients.ts';
import { pipelineOutputs } from '../pipelines/stack/outputs.ts';
import { queueNameOf } from '../pipelines/stack/queues.ts';
import { DEFAULT_STACK } from '../pipelines/stack/target.ts';
import { UsageError } from '../terminal/errors.ts';

export interface StackAsked {
  /** When the depth of the dead-letter queue was reported, ascending, in steps of PERIOD_MS. Undefined: AWS refused. */
  depthReports(fromMs: number, toMs: number): Promise<readonly number[] | undefined>;
  /** State of the alarm "lag"; undefined when there is none, or AWS refused. */
  alarmState(): Promise<string | undefined>;
  /** Whether AWS took the state ALARM for it, until the next evaluation. */
  ringAlarm(): Promise<boolean>;
}

export const PERIOD_MS = 300_000;
const ALARM = 'lag';

/** Throws UsageError when the stack does not exist, or AWS refuses access. */
export async function stackAsked(
  one: Operated,
  options: { readonly stack?: string; readonly region?: string; readonly profile?: string },
): Promise<StackAsked | string> {
  const { stack = DEFAULT_STACK } = options;
  const clients = await stackClients(options, process.env);
  const outputs = await pipelineOutputs(clients, stack);
  const output = outputs.find(({ pipeline }) => pipeline === one.config.name);
  if (!output) return 'the stack has no such pipeline';
  const { cloudwatch, ask } = clients;
  const AlarmName = `${stack}-${output.pipeline}-${ALARM}`;
  return {
    depthReports: (fromMs, toMs) => {
      const query = {
        Id: 'depth',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SQS',
            MetricName: 'ApproximateNumberOfMessagesVisible',
            Dimensions: [{ Name: 'QueueName', Value: queueNameOf(output.deadLetterQueueUrl) }],
          },
          Period: PERIOD_MS / 1000,
          Stat: 'Maximum',
        },
      };
      const command = new GetMetricDataCommand({
        StartTime: new Date(fromMs),
        EndTime: new Date(toMs),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [query],
      });
      return orUndefined(async () => {
        const answer = await ask('cloudwatch:GetMetricData', () => cloudwatch.send(command));
        return (answer.MetricDataResults?.[0]?.Timestamps ?? []).map(one => one.getTime());
      });
    },
    alarmState: () =>
      orUndefined(async () => {
        const command = new DescribeAlarmsCommand({
          AlarmNamePrefix: AlarmName,
          AlarmTypes: ['MetricAlarm'],
        });
        const answer = await ask('cloudwatch:DescribeAlarms', () => cloudwatch.send(command));
        return answer.MetricAlarms?.find(alarm => alarm.AlarmName === AlarmName)?.StateValue;
      }),
    ringAlarm: async () => {
      const StateReason = 'A test by "acceptance" of auth0-logs-to-azure. Nothing is wrong.';
      const command = new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason });
      const done = await orUndefined(async () => {
        await ask('cloudwatch:SetAlarmState', () => cloudwatch.send(command));
        return true;
      });
      return done === true;
    },
  };
}

/** What AWS refuses is unclear, and its words may name the account. */
async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
