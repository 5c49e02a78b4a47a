import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Auth0LogsToAzure } from '../../cdk/pipeline.ts';
import { PipelinesStack } from '../../cdk/stack.ts';
import { parseDeployment } from '../../lambda/config/config.ts';
import { outputKey } from '../../lambda/core/contract.ts';
import { config, MINIMAL } from './example.ts';
import { app, DIST, resources, template } from './synth.ts';

const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';

/** The template of config.json with this `stack` in it. */
function around(given: object): Template {
  const { stack, pipelines } = parseDeployment({ pipelines: [MINIMAL], stack: given });
  return template(pipelines, { around: stack });
}
const of = (from: Template, type: string) => Object.values(resources(from, type)).map(one => one.Properties);

describe('through config.json one reaches what the construct offers:', () => {
  test('a key of one’s own', () => {
    const made = around({ kmsKeyArn: KEY });
    expect(of(made, 'AWS::SQS::Queue').map(one => one.KmsMasterKeyId)).toEqual([KEY, KEY]);
    expect(of(made, 'AWS::DynamoDB::Table')[0]!.SSESpecification.KMSMasterKeyId).toBe(KEY);
    expect(of(made, 'AWS::SNS::Topic')[0]!.KmsMasterKeyId).toBe(KEY);
    made.resourceCountIs('AWS::KMS::Key', 0);
  });

  test('a network, its subnets and security groups', () => {
    const vpc = {
      id: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      securityGroupIds: ['sg-0123456789abcdef0'],
    };
    const inside = of(around({ vpc }), 'AWS::Lambda::Function').filter(one => one.VpcConfig);
    expect(inside.map(one => one.VpcConfig)).toEqual(
      Array(2).fill({ SubnetIds: vpc.subnetIds, SecurityGroupIds: vpc.securityGroupIds }),
    );
    const { securityGroupIds: _, ...bare } = vpc;
    around({ vpc: bare }).resourceCountIs('AWS::EC2::SecurityGroup', 2);
  });

  test('memory, log retention, and where the runbook is', () => {
    const made = around({ memorySizeMb: 1024, logRetentionDays: 365, runbookUrl: 'https://acme.com/book' });
    const sizes = of(made, 'AWS::Lambda::Function').map(one => one.MemorySize);
    expect(sizes.toSorted()).toEqual([1024, 1024, 128]);
    expect(of(made, 'AWS::Logs::LogGroup').every(one => one.RetentionInDays === 365)).toBe(true);
    expect(of(made, 'AWS::CloudWatch::Alarm')[0]!.AlarmDescription).toContain('https://acme.com/book#');
  });

  test('what becomes of table and queues', () => {
    const policies = (given: object) =>
      ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy'].flatMap(type =>
        Object.values(resources(around(given), type)).map(one => one.DeletionPolicy),
      );
    expect(policies({ state: 'destroy' })).toEqual(Array(5).fill('Delete'));
    // A queue that stays keeps its policy: else it would take messages without TLS.
    expect(policies({})).toEqual(['Retain', ...Array(4).fill('RetainExceptOnCreate')]);
  });

  test('a boundary for every role, the guard’s too', () => {
    const arn = 'arn:aws:iam::123456789012:policy/bounds';
    const roles = of(around({ permissionsBoundaryArn: arn }), 'AWS::IAM::Role');
    expect(roles.map(one => one.PermissionsBoundary)).toEqual(Array(4).fill(arn));
  });

  test('tags on all that can have them', () => {
    const made = around({ tags: { team: 'security' } });
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::SQS::Queue',
      'AWS::Lambda::Function',
      'AWS::IAM::Role',
    ]) {
      for (const one of of(made, type)) expect(JSON.stringify(one.Tags)).toContain('"security"');
    }
  });

  test('account and region', () => {
    const { stack, pipelines } = parseDeployment({
      pipelines: [MINIMAL],
      stack: { account: '123456789012', region: 'eu-west-1' },
    });
    const made = new PipelinesStack(app(), 'S', { pipelines, around: stack, options: { dist: DIST } });
    expect([made.account, made.region]).toEqual(['123456789012', 'eu-west-1']);
  });

  test('nested stacks, and secrets that are there', () => {
    around({ nested: true }).resourceCountIs('AWS::CloudFormation::Stack', 1);
    around({ createSecrets: false }).resourceCountIs('AWS::SecretsManager::Secret', 0);
  });
});

describe('a pipeline that adopts', () => {
  const adopt = { checkpointTable: 'old-table', retryQueue: 'old-retry', deadLetterQueue: 'old-dead' };

  test('makes neither table nor queues, and uses what there is', () => {
    const made = template([config({ adopt, previousNames: ['bars'] })]);
    made.resourceCountIs('AWS::DynamoDB::Table', 0);
    made.resourceCountIs('AWS::SQS::Queue', 0);
    const { Variables: variables } = of(made, 'AWS::Lambda::Function').find(
      one => one.Environment.Variables.PIPELINE_CONFIG,
    )!.Environment;
    expect(variables.CHECKPOINT_TABLE).toBe('old-table');
    expect(JSON.stringify(variables.RETRY_QUEUE_URL)).toMatch(/https:\/\/sqs.*\/old-retry"/);
    expect(JSON.stringify(variables.DEAD_LETTER_QUEUE_URL)).toMatch(/\/old-dead"/);
    expect(JSON.parse(variables.PIPELINE_CONFIG)).toMatchObject({
      previousNames: ['bars'],
      adopt: { checkpointTable: 'old-table' },
    });
    const [mapping] = of(made, 'AWS::Lambda::EventSourceMapping');
    expect(JSON.stringify(mapping!.EventSourceArn)).toMatch(/:old-retry"/);
  });

  test('may name them by ARN', () => {
    const arns = {
      checkpointTable: 'arn:aws:dynamodb:eu-west-1:123456789012:table/old-table',
      retryQueue: 'arn:aws:sqs:eu-west-1:123456789012:old-retry',
      deadLetterQueue: 'arn:aws:sqs:eu-west-1:123456789012:old-dead',
    };
    const roles = JSON.stringify(of(template([config({ adopt: arns })]), 'AWS::IAM::Role'));
    for (const arn of Object.values(arns)) expect(roles).toContain(arn);
  });

  test('a former name without the table that knows it is refused', () => {
    expect(() => template([config({ previousNames: ['bars'] })])).toThrow(
      /pipeline prod: previousNames is set without adopt\.checkpointTable/,
    );
  });
});

describe('a pipeline of the same name', () => {
  const make = (scope: Stack, id = 'prod') =>
    new Auth0LogsToAzure(scope, id, { config: config(), dist: DIST });

  test('is refused in one stack, in nested ones and across the stacks of an app', () => {
    const one = new Stack(new App(), 'One');
    make(one);
    expect(() => make(one, 'other')).toThrow(/pipeline prod: One\/prod and One\/other have the same name/);
    expect(() => make(new NestedStack(one, 'Nested'))).toThrow(/have the same name/);
    expect(() => make(new Stack(one.node.root as App, 'Two'))).toThrow(/One\/prod and Two\/prod/);
  });

  test('may be in another region, another account or another stage', () => {
    const whole = new App();
    for (const [region, account] of [
      ['eu-west-1', '123456789012'],
      ['us-east-1', '123456789012'],
      ['us-east-1', '210987654321'],
    ] as const) {
      make(new Stack(whole, `${region}-${account}`, { env: { region, account } }));
    }
    for (const stage of ['beta', 'live']) make(new Stack(new Stage(whole, stage), 'S'));
  });
});

test('the construct alone has the output by which the command line finds it, in the outermost stack', () => {
  const outer = new Stack(app(), 'Security');
  new Auth0LogsToAzure(outer, 'Logs', { config: config(), dist: DIST });
  new Auth0LogsToAzure(new NestedStack(outer, 'Nested'), 'Logs', {
    config: config({ name: 'inner' }),
    dist: DIST,
  });
  const { Outputs: outputs } = Template.fromStack(outer).toJSON();
  expect(Object.keys(outputs)).toEqual([outputKey('prod'), outputKey('inner')]);
  expect(JSON.stringify(outputs)).toMatch(/checkpointTable.*deadLetterQueueUrl.*shipFunction/);
});

test('the name of the dashboard has the region, since dashboards have none', () => {
  const [dashboard] = of(template(), 'AWS::CloudWatch::Dashboard');
  expect(JSON.stringify(dashboard!.DashboardName)).toBe(
    '{"Fn::Join":["",["Auth0LogsToAzure-",{"Ref":"AWS::Region"}]]}',
  );
});

describe('the guard', () => {
  const guarded = (from: Template) => of(from, 'Custom::PipelineGuard')[0]!;

  test('is told all that a deploy could leave behind', () => {
    const adopt = { checkpointTable: 'old', retryQueue: 'r', deadLetterQueue: 'd' };
    const made = template([config({ adopt, previousNames: ['bars'] }), config({ name: 'other' })], {
      removed: ['gone'],
    });
    expect(guarded(made)).toMatchObject({
      pipelines: [
        { name: 'prod', place: 'flat', previousNames: ['bars'], adopts: ['old', 'r', 'd'] },
        { name: 'other', place: 'flat', previousNames: [], adopts: [] },
      ],
      removed: ['gone'],
      ServiceTimeout: '180',
    });
  });

  test('is asked before anything else of a pipeline', () => {
    const flat = template();
    const [id] = Object.keys(resources(flat, 'Custom::PipelineGuard'));
    for (const type of ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::Lambda::EventSourceMapping']) {
      const made = Object.entries(resources(flat, type));
      expect(made.length).toBeGreaterThan(0);
      for (const [, one] of made) expect(one.DependsOn).toContain(id);
    }
    const nested = template([config()], { nested: true });
    const [inner] = Object.values(resources(nested, 'AWS::CloudFormation::Stack'));
    expect(inner!.DependsOn).toContain(id);
    expect(guarded(nested).pipelines[0].place).toBe('nested');
  });
});
