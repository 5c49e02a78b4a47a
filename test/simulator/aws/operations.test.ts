import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Aws, startAws } from '../../../simulator/aws/emulators.ts';
import { type AwsOperations, startAwsOperations } from '../../../simulator/aws/operations.ts';

const NOW = 1_780_000_000_000;
let operations: AwsOperations;
let aws: Aws;
let client: {
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
};
let endpoint = '';

beforeAll(async () => {
  operations = await startAwsOperations();
  aws = await startAws({ prefix: 'one-' });
  endpoint = operations.endpoints['AWS_ENDPOINT_URL_LAMBDA'] ?? '';
  client = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
});
afterAll(async () => {
  await Promise.all([operations.close(), aws.close()]);
});

test('CloudFormation tells the outputs of a stack, whatever characters are in them, or that there is none', async () => {
  const value = '{"a":"<&>\\"quoted\\""}';
  operations.stacks.set('S', { PipelineProd: value });
  const cloudformation = new CloudFormationClient({ ...client, endpoint });
  const { Stacks: stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'S' }));
  expect(stacks?.[0]?.Outputs).toEqual([{ OutputKey: 'PipelineProd', OutputValue: value }]);
  await expect(cloudformation.send(new DescribeStacksCommand({ StackName: 'T' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id T does not exist',
  });
});

test('Lambda tells a function’s environment and log group, or that there is none', async () => {
  operations.functions.set('ship', { environment: { A: 'b' } });
  const lambda = new LambdaClient({ ...client, endpoint });
  const get = (FunctionName: string) => lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  expect(await get('ship')).toMatchObject({
    Environment: { Variables: { A: 'b' } },
    LoggingConfig: { LogGroup: '/aws/lambda/ship' },
  });
  await expect(get('none')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('CloudWatch gives alarms by prefix and state, page by page, with real dates', async () => {
  for (let i = 0; i < 7; i++) {
    operations.alarms.push({
      name: `S-prod-${i}`,
      description: 'd',
      state: i === 6 ? 'ALARM' : 'OK',
      changedAtMs: NOW,
      dimensions: { pipeline: 'prod' },
      threshold: 1,
      periodSeconds: 60,
      periods: 5,
    });
  }
  const cloudwatch = new CloudWatchClient({ ...client, endpoint });
  const first = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'S-prod-' }));
  expect(first.MetricAlarms).toHaveLength(5);
  const { NextToken } = first;
  const second = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'S-prod-', NextToken }));
  expect(second.MetricAlarms?.map(one => one.AlarmName)).toEqual(['S-prod-5', 'S-prod-6']);
  const ringing = await cloudwatch.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
  expect(ringing.MetricAlarms?.[0]?.StateUpdatedTimestamp?.getTime()).toBe(NOW);
});

test('CloudWatch gives a metric’s data of the time that is asked for, by period', async () => {
  operations.metrics.set('AWS/SQS/Age/queue', [
    { atMs: NOW - 86_400_000, value: 1 },
    { atMs: NOW - 90_000, value: 2 },
    { atMs: NOW - 30 * 86_400_000, value: 3 },
  ]);
  const Metric = {
    Namespace: 'AWS/SQS',
    MetricName: 'Age',
    Dimensions: [{ Name: 'QueueName', Value: 'queue' }],
  };
  const { MetricDataResults: results } = await new CloudWatchClient({ ...client, endpoint }).send(
    new GetMetricDataCommand({
      StartTime: new Date(NOW - 14 * 86_400_000),
      EndTime: new Date(NOW),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [{ Id: 'q', MetricStat: { Metric, Period: 300, Stat: 'Maximum' } }],
    }),
  );
  expect(results?.[0]?.Values).toEqual([2, 1]);
  expect((results?.[0]?.Timestamps?.[0]?.getTime() ?? 1) % 300_000).toBe(0);
});

describe('the logs', () => {
  const filter = (more: object) =>
    new CloudWatchLogsClient({ ...client, endpoint }).send(
      new FilterLogEventsCommand({ logGroupName: 'g', filterPattern: '{ $.message = "yes" }', ...more }),
    );

  test('are filtered by a field of JSON lines, over pages that may be empty', async () => {
    const events = Array.from({ length: 50 }, (_, i) => ({ atMs: NOW + i, message: `START ${i}` }));
    events.push(
      { atMs: NOW + 50, message: '{"message":"yes"}' },
      { atMs: NOW + 51, message: '{"message":"no"}' },
    );
    operations.logGroups.set('g', events);
    const first = await filter({ startTime: NOW });
    expect(first.events).toEqual([]);
    const second = await filter({ startTime: NOW, nextToken: first.nextToken });
    const third = await filter({ startTime: NOW, nextToken: second.nextToken });
    expect(third.events?.map(one => [one.timestamp, one.message])).toEqual([[NOW + 50, '{"message":"yes"}']]);
    expect(third.nextToken).toBeUndefined();
    expect((await filter({ startTime: NOW + 51 })).events).toEqual([]);
  });

  test.each([
    [{ logGroupName: 'none' }, 'ResourceNotFoundException'],
    [{ filterPattern: 'yes' }, 'InvalidParameterException'],
  ])('%j is refused', async (more, name) => {
    operations.logGroups.set('g', []);
    await expect(filter(more)).rejects.toMatchObject({ name });
  });
});

test('DynamoDB has the settings that dynalite lacks, of tables that are known', async () => {
  const settings = {
    endpoint: aws.endpoints['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    pointInTimeRecovery: false,
    deletionProtection: true,
  };
  operations.tables.settings.set(aws.table, settings);
  const dynamodb = new DynamoDBClient({ ...client, endpoint });
  const { Table: table } = await dynamodb.send(
    new DescribeTableCommand({ TableName: 'one-auth0-logs-checkpoints' }),
  );
  expect(table).toMatchObject({ TableStatus: 'ACTIVE', DeletionProtectionEnabled: true });
  const backups = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: aws.table }));
  expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toEqual({
    PointInTimeRecoveryStatus: 'DISABLED',
  });
  await expect(dynamodb.send(new DescribeTableCommand({ TableName: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('an action can be refused, and whoever does not sign for the region always is', async () => {
  operations.refuse('lambda:GetFunctionConfiguration', 'AccessDeniedException', 403);
  const get = new GetFunctionConfigurationCommand({ FunctionName: 'ship' });
  await expect(new LambdaClient({ ...client, endpoint }).send(get)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  operations.refuse('lambda:GetFunctionConfiguration', undefined);
  expect((await new LambdaClient({ ...client, endpoint }).send(get)).FunctionName).toBe('ship');
  const elsewhere = new LambdaClient({ ...client, region: 'eu-west-1', endpoint });
  await expect(elsewhere.send(get)).rejects.toMatchObject({ name: 'MissingAuthenticationTokenException' });
  expect((await fetch(endpoint)).status).toBe(403);
});
