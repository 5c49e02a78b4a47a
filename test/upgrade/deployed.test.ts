/** Today's stack over a deployed one of version 0.1.0: what holds state is the same resource, and its configuration is accepted. */

import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { parseDeployment, parsePipeline } from '../../lambda/config/config.ts';
import { stack } from '../cdk/synth.ts';
import { FORMER_KINDS, type Former, former } from './former.ts';

interface FormerStack {
  readonly config: unknown;
  /** Logical id → type, of what loses data or subscriptions when it is replaced. */
  readonly resources: Readonly<Record<string, string>>;
}

test.each([false, true])(
  'table, queues, secrets, log groups, topic and key keep id and type (other options: %j)',
  more => {
    const { config, resources } = former<FormerStack>('resources');
    const options = more ? { memorySizeMb: 1024, runbookUrl: 'https://acme.com/runbook' } : {};
    const { Resources } = Template.fromStack(stack(parseDeployment(config).pipelines, { options })).toJSON();
    const today = Object.keys(resources).map(id => [id, Resources[id]?.Type]);
    expect(Object.fromEntries(today)).toEqual(resources);
  },
);

test('every setting of 0.1.0 is accepted, and means the same', () => {
  const { pipelines } = parseDeployment(former('configuration'));
  expect(pipelines).toMatchObject(former<object[]>('parsed'));
});

test('the one combination that is refused since says what to do: 0.1.0 told none of these addresses', () => {
  const { pipelines } = former<{ readonly pipelines: readonly object[] }>('configuration');
  const topicArn = 'arn:aws:sns:eu-central-1:123456789012:alarms';
  const both = { ...pipelines[0], alarms: { topicArn, email: ['ops@acme.com'] } };
  expect(() => parsePipeline(both)).toThrow('subscribe the addresses to the topic, or remove topicArn');
});

test.each(FORMER_KINDS)('what a function of 0.1.0 has in its environment is accepted: %s', kind => {
  const given = JSON.parse(former<Former>(kind).pipelineConfig);
  expect(parsePipeline(given)).toMatchObject(given);
});
