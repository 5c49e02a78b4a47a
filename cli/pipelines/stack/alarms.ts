/** The alarms of a deployed pipeline, as cdk/alarms.ts names them: STACK-PIPELINE-ROW. */
import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { METRIC_DIMENSIONS, type PipelineOutput } from '../../../lambda/core/contract.ts';
import type { Alarm, Limits } from '../operated.ts';
import type { StackClients } from './clients.ts';
import { queueNameOf } from './queues.ts';

export interface StackAlarms {
  /** The alarms in ALARM state. */
  ringing(): Promise<readonly Alarm[]>;
  /** From the alarms "lag" and "silent"; undefined when "lag" does not exist. */
  limits(): Promise<Limits | undefined>;
}

export function stackAlarms(clients: StackClients, stackName: string, output: PipelineOutput): StackAlarms {
  const prefix = `${stackName}-${output.pipeline}-`;
  const watched: Readonly<Record<string, readonly string[]>> = {
    [METRIC_DIMENSIONS.pipeline]: [output.pipeline],
    FunctionName: [output.shipFunction, output.replayFunction],
    // Those of 0.1.0 watch queues.
    QueueName: [queueNameOf(output.retryQueueUrl), queueNameOf(output.deadLetterQueueUrl)],
  };
  let limits: Promise<Limits | undefined> | undefined;

  /** The prefix alone is ambiguous ("prod-" and "prod-eu-"); the dimensions are not. */
  const ours = ({ Dimensions: dimensions = [] }: MetricAlarm): boolean =>
    dimensions.some(({ Name: name = '', Value: value = '' }) => (watched[name] ?? []).includes(value));

  const describe = async (AlarmNamePrefix: string, StateValue?: 'ALARM'): Promise<MetricAlarm[]> => {
    const { cloudwatch, ask } = clients;
    const found: MetricAlarm[] = [];
    let NextToken: string | undefined;
    do {
      const command = new DescribeAlarmsCommand({
        AlarmNamePrefix,
        AlarmTypes: ['MetricAlarm'],
        ...(StateValue && { StateValue }),
        ...(NextToken && { NextToken }),
      });
      const answer = await ask('cloudwatch:DescribeAlarms', () => cloudwatch.send(command));
      found.push(...(answer.MetricAlarms ?? []).filter(ours));
      NextToken = answer.NextToken;
    } while (NextToken);
    return found;
  };

  return {
    ringing: async () => (await describe(prefix, 'ALARM')).map(alarm => told(alarm, prefix)),
    limits: () => {
      limits ??= Promise.all([describe(`${prefix}lag`), describe(`${prefix}silent`)]).then(found => {
        const [lag, silent] = ['lag', 'silent'].map(row =>
          found.flat().find(one => one.AlarmName === `${prefix}${row}`),
        );
        return limitsOf(lag, silent ?? lag);
      });
      return limits;
    },
  };
}

function told(alarm: MetricAlarm, prefix: string): Alarm {
  const sinceMs = alarm.StateTransitionedTimestamp?.getTime() ?? alarm.StateUpdatedTimestamp?.getTime();
  return {
    name: (alarm.AlarmName ?? '').slice(prefix.length),
    description: alarm.AlarmDescription ?? '',
    ...(sinceMs !== undefined && { sinceMs }),
  };
}

/** In stacks of 0.1.0, one alarm covers lag and silence. */
function limitsOf(lag: MetricAlarm | undefined, silent: MetricAlarm | undefined): Limits | undefined {
  const { Threshold: seconds } = lag ?? {};
  const { Period: period, EvaluationPeriods: periods } = silent ?? {};
  if (seconds === undefined || !period || !periods) return undefined;
  return { lagMs: seconds * 1000, silenceMs: period * periods * 1000 };
}
