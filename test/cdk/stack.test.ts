import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { outputKey, type PipelineOutput } from '../../lambda/core/contract.ts';
import { config } from './example.ts';
import { resources, stack, template } from './synth.ts';

const many = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    config({ name: `tenant-${n}`, auth0: { domain: 'acme.auth0.com', secret: `auth0-logs/${n}` } }),
  );

const STATEFUL = ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::SecretsManager::Secret'];
const statefulIds = (of: Template) => STATEFUL.flatMap(type => Object.keys(resources(of, type))).sort();

/** A changed logical id is another resource to CloudFormation: an empty table, an empty queue. */
const PINNED = [
  'Secretauth0logs2Fprod2Fauth05C7C6D56',
  'Secretauth0logs2Fprod2FazureCFF23C03',
  'prodCheckpointTableC94748CE',
  'prodDeadLetterQueue5573EB3F',
  'prodRetryQueue4A234420',
];

describe('one pipeline', () => {
  test('has stateful resources whose logical ids never change', () => {
    expect(statefulIds(template())).toEqual(PINNED);
  });

  test('keeps them with every option, and beside another pipeline', () => {
    const options = { memorySizeMb: 1024, runbookUrl: 'https://acme.com/runbook' };
    const other = template([config({ name: 'another' }), config()], { options });
    expect(statefulIds(other)).toEqual(expect.arrayContaining(PINNED));
  });

  test('makes the same template every time', () => {
    expect(template().toJSON()).toEqual(template().toJSON());
  });

  test('has one output, under its key, with all that the commands need', () => {
    const { Outputs: outputs } = template([config({ name: 'my-prod-1' })]).toJSON();
    expect(Object.keys(outputs)).toEqual(['PipelineMyXprodX1']);
    const text = outputs.PipelineMyXprodX1.Value['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : 'X'))
      .join('');
    const value: PipelineOutput = JSON.parse(text);
    expect(Object.keys(value)).toEqual([
      'pipeline',
      'checkpointTable',
      'retryQueueUrl',
      'deadLetterQueueUrl',
      'shipFunction',
      'replayFunction',
      'alarmTopicArn',
      'schedule',
    ]);
    expect(value.pipeline).toBe('my-prod-1');
  });

  test('has an output key that no other name has', () => {
    const names = ['a-1', 'a1', 'a--1', 'a-x', 'ax', 'axx', 'x-a', 'xa'];
    const keys = names.map(outputKey);
    expect(new Set(keys).size).toBe(names.length);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9]+$/);
  });
});

describe('the dashboard', () => {
  test('is one for all pipelines, and shows each', () => {
    const of = template(many(3));
    of.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    const body = JSON.stringify(Object.values(resources(of, 'AWS::CloudWatch::Dashboard'))[0]!.Properties);
    for (const shown of [
      'tenant-0',
      'tenant-2',
      'run.logsAccepted',
      'LagSeconds',
      'run.batches.denied',
      'run.rateLimit.remaining',
      'ApproximateNumberOfMessagesNotVisible',
      'Duration',
      'Throttles',
    ]) {
      expect(body).toContain(shown);
    }
  });
});

describe('many pipelines', () => {
  test('that do not fit into one stack are refused, with how many fit and what to do', () => {
    const tooMany = () => stack(many(20));
    expect(tooMany).toThrow(
      /20 pipelines have \d+ resources, and CloudFormation allows 500 per stack: about 1\d fit/,
    );
    expect(tooMany).toThrow(/-c nested=true/);
  });

  test('fit as often as the refusal says', () => {
    const fits = Number(/about (\d+) fit/.exec(messageOf(() => stack(many(20))))?.[1]);
    expect(() => stack(many(fits))).not.toThrow();
    expect(() => stack(many(fits + 1))).toThrow(/500/);
  });

  test('each have a nested stack when asked for: small templates, outputs and dashboard in the outer one', () => {
    const outer = stack(many(20), { nested: true });
    const of = Template.fromStack(outer);
    of.resourceCountIs('AWS::CloudFormation::Stack', 20);
    of.resourceCountIs('AWS::DynamoDB::Table', 0);
    of.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    of.resourceCountIs('AWS::KMS::Key', 1);
    expect(Object.keys(of.toJSON().Outputs)).toHaveLength(20);
    expect(Object.keys(of.toJSON().Resources).length).toBeLessThan(50);
  });

  test('have the same logical ids nested as flat', () => {
    const { pipelines } = stack([config()], { nested: true });
    const inner = Template.fromStack(pipelines[0]!.table.stack);
    expect(statefulIds(inner)).toEqual(PINNED.filter(id => !id.startsWith('Secret')));
  });
});

function messageOf(does: () => unknown): string {
  try {
    does();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
