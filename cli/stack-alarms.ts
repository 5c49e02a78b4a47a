/** The alarms of a deployed pipeline, as cdk/alarms.ts names them: STACK-PIPELINE-ROW. */
import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { PipelineOutput } from '../lambda/core/contract.ts';
import type { StackClients } from './stack-clients.ts';
import { queueNameOf } from './stack-queues.ts';
import type { Alarm, Limits } from './target.ts';

export interface StackAlarms {
  /** Those in state ALARM. */
  ringing(): Promise<readonly Alarm[]>;
  /** Of the alarm "lag": undefined when somebody has removed it. */
  limits(): Promise<Limits | undefined>;
}

export function stackAlarms(clients: StackClients, stackName: string, output: PipelineOutput): StackAlarms {
  const prefix = `${stackName}-${output.pipeline}-`;
  let limits: Promise<Limits | undefined> | undefined;

  /** A name may begin so and be another pipeline's: "prod-" and "prod-eu-". What is watched tells. */
  const ours = ({ Dimensions: dimensions = [] }: MetricAlarm): boolean =>
    dimensions.some(({ Value: value = '' }) =>
      [
        output.pipeline,
        output.shipFunction,
        output.replayFunction,
        queueNameOf(output.retryQueueUrl),
        queueNameOf(output.deadLetterQueueUrl),
      ].includes(value),
    );

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
      limits ??= describe(`${prefix}lag`).then(found =>
        limitsOf(found.find(one => one.AlarmName === `${prefix}lag`)),
      );
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

/** Lag, and silence likewise, make the same alarm ring. */
function limitsOf(alarm: MetricAlarm | undefined): Limits | undefined {
  const { Threshold: seconds, Period: period, EvaluationPeriods: periods } = alarm ?? {};
  if (seconds === undefined || !period || !periods) return undefined;
  return { lagMs: seconds * 1000, silenceMs: period * periods * 1000 };
}
