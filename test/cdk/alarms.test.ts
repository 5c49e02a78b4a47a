import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../lambda/core/contract.ts';
import { VERIFIABLE } from '../destinations/samples.ts';
import { config } from './example.ts';
import { one, resources, stack, template } from './synth.ts';

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Statistic: string;
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly Threshold: number;
  readonly TreatMissingData: string;
  readonly Dimensions: { Name: string; Value: unknown }[];
  readonly AlarmActions: unknown[];
  readonly OKActions: unknown[];
  readonly Metrics?: unknown;
}

const made = template([config({ azure: VERIFIABLE, verify: 'alarm' })]);
const alarmsIn = (of: typeof made) =>
  Object.values(resources(of, 'AWS::CloudWatch::Alarm')).map(alarm => alarm.Properties as Alarm);
const alarms = alarmsIn(made);
const PLAIN = alarmsIn(template());
const named = (name: string, of = alarms) =>
  of.find(alarm => alarm.AlarmName === `Auth0LogsToAzure-prod-${name}`)!;

/** CloudFormation fills in the region. */
const textOf = (text: unknown): string =>
  typeof text === 'string'
    ? text
    : Object(text)
        ['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'REGION'))
        .join('');
const RUNBOOK = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
/** As the usual renderers of Markdown make them. */
const anchors = [...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
  title!
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-'),
);

test('a pipeline that does not verify has no alarm for what it does not compare', () => {
  const missing = alarms.filter(
    alarm => !named(alarm.AlarmName.replace('Auth0LogsToAzure-prod-', ''), PLAIN),
  );
  expect(missing.map(alarm => alarm.MetricName)).toEqual(['RowsNotStored', 'VerifyOverdue']);
});

test('the alarm for missing rows says whether they are shipped again', () => {
  const repairing = alarmsIn(template([config({ azure: VERIFIABLE, verify: 'repair' })]));
  expect(textOf(named('rows-not-stored', repairing).AlarmDescription)).toContain('They are shipped again');
  expect(textOf(named('rows-not-stored').AlarmDescription)).toContain('They are not shipped again');
});

describe('every alarm', () => {
  test('is one of these', () => {
    expect(alarms.map(alarm => alarm.AlarmName.replace('Auth0LogsToAzure-prod-', ''))).toEqual([
      'lag',
      'silent',
      'denied-by-auth0',
      'denied-by-azure',
      'intercepted',
      'checkpoint-astray',
      'sweep-overdue',
      'rows-not-stored',
      'verify-overdue',
      'run-errors',
      'ship-errors',
      'replay-errors',
      'dead-letters',
      'dead-letters-new',
      'dead-letters-old',
      'retry-queue-old',
      'retry-queue-stuck',
      'retention-at-risk',
      'gap-suspected',
    ]);
  });

  test.each(alarms)(
    '$AlarmName says in a sentence what is wrong, and where the runbook says what to do',
    alarm => {
      const [, sentence, anchor] =
        /^([A-Z].{30,}\.) What to do: npx auth0-logs-to-azure doctor --stack Auth0LogsToAzure --region \S+ --pipeline prod, and (\S+) in docs\/runbook\.md$/.exec(
          textOf(alarm.AlarmDescription),
        ) ?? [];
      expect(sentence).toBeDefined();
      expect(anchors).toContain(anchor);
    },
  );

  test.each(alarms)(
    '$AlarmName says what missing data mean, and tells the topic when it goes off and when it is over',
    alarm => {
      expect(['breaching', 'notBreaching', 'ignore']).toContain(alarm.TreatMissingData);
      const topic = [{ Ref: expect.stringMatching(/^prodAlarmTopic/) }];
      expect(alarm.AlarmActions).toEqual(topic);
      expect(alarm.OKActions).toEqual(topic);
    },
  );

  test.each(alarms)('$AlarmName watches one metric, over periods that CloudWatch takes', alarm => {
    expect(alarm).not.toHaveProperty('Metrics');
    expect(alarm.Period % 60).toBe(0);
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    const most = alarm.Period < 3600 ? 86_400 : 7 * 86_400;
    expect(alarm.Period * alarm.EvaluationPeriods).toBeLessThanOrEqual(most);
  });

  test('of our own metrics names one that runs emit, for this pipeline alone', () => {
    const own = alarms.filter(alarm => alarm.Namespace === 'Auth0LogsToAzure');
    expect(own).toHaveLength(17);
    for (const alarm of own) {
      expect(Object.values(METRICS)).toContain(alarm.MetricName);
      expect(alarm.Dimensions).toEqual([
        { Name: 'pipeline', Value: 'prod' },
        { Name: 'stack', Value: 'Auth0LogsToAzure' },
      ]);
    }
  });

  test('watches every metric that runs emit', () => {
    const own = alarms.filter(alarm => alarm.Namespace === 'Auth0LogsToAzure');
    expect([...new Set(own.map(alarm => alarm.MetricName))].sort()).toEqual(Object.values(METRICS).sort());
  });

  test('rests on nothing that SQS reports of itself', () => {
    expect(alarms.map(alarm => alarm.Namespace)).not.toContain('AWS/SQS');
  });

  test('has its heading in the runbook, which has no other', () => {
    const headings = [...RUNBOOK.matchAll(/^## (.+)$/gm)].map(([, title]) => title!);
    const names = alarms.map(alarm => alarm.AlarmName.replace('Auth0LogsToAzure-prod-', ''));
    expect(headings.filter(title => /^[a-z0-9-]+$/.test(title))).toEqual(names);
  });

  test('links to where the user keeps the runbook', () => {
    const elsewhere = template([config()], { options: { runbookUrl: 'https://wiki.acme.com/runbook' } });
    for (const alarm of alarmsIn(elsewhere))
      expect(alarm.AlarmDescription).toContain(' https://wiki.acme.com/runbook#');
  });
});

/** What they notify, and when: see test/alarms. */
describe('periods', () => {
  test.each([
    ['rate(1 minute)', 60, 300, 300],
    ['rate(1 hour)', 2160, 3840, 3840],
    ['cron(* 8-17 ? * MON-FRI *)', 44_700, 86_400, 300],
  ])('follow the schedule %s', (schedule, silent, flag, twice) => {
    const of = alarmsIn(template([config({ schedule, alarms: { lagMinutes: 60, email: ['a@b.com'] } })]));
    expect(named('silent', of)).toMatchObject({ Period: silent, EvaluationPeriods: 5 });
    expect(named('denied-by-azure', of)).toMatchObject({ Period: flag, EvaluationPeriods: 1 });
    expect(named('lag', of)).toMatchObject({ Period: twice, EvaluationPeriods: 2, Threshold: 3600 });
  });

  test.each([
    'rate(1 minute)',
    'rate(7 minutes)',
    'rate(1 hour)',
    'rate(9 hours)',
    'cron(0 3 * * ? *)',
    'cron(0 8 1 * ? *)',
    'cron(0 10 ? * 6L *)',
  ])('of %s are such as CloudWatch takes', schedule => {
    for (const alarm of alarmsIn(template([config({ schedule })]))) {
      const seconds = alarm.Period * alarm.EvaluationPeriods;
      expect(alarm.Period % 60).toBe(0);
      expect(seconds).toBeLessThanOrEqual(alarm.Period < 3600 ? 86_400 : 7 * 86_400);
    }
  });

  test('that cannot be long enough are told at the synth', () => {
    const told = (schedule: string) =>
      stack([config({ schedule })])
        .node.findAll()
        .flatMap(one => one.node.metadata.map(({ data }) => `${data}`))
        .join();
    expect(told('cron(0 8 1 * ? *)')).toContain(
      'pauses for longer than the 7 days that CloudWatch can evaluate',
    );
    expect(told('cron(0 8 ? * MON *)')).toContain(
      'pauses for longer than the 7 days that CloudWatch can evaluate',
    );
    expect(told('cron(0 3 * * ? *)')).not.toContain('pauses for longer');
  });
});

describe('the topic', () => {
  test('is under a key that alarms may use, since they cannot use the one of AWS', () => {
    const { Properties: key } = one(made, 'AWS::KMS::Key');
    expect(key.EnableKeyRotation).toBe(true);
    const grant = key.KeyPolicy.Statement.find((s: { Sid?: string }) => s.Sid === 'AllowAlarms');
    expect(grant).toMatchObject({
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    });
    expect(one(made, 'AWS::SNS::Topic').Properties.KmsMasterKeyId['Fn::GetAtt'][0]).toMatch(/^AlarmKey/);
  });

  test('lets this account’s alarms publish, and nobody without TLS', () => {
    const { Statement: statements } = one(made, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument;
    expect(statements).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    ]);
  });

  test('has the subscriptions of the configuration', () => {
    const subscriptions = Object.values(resources(made, 'AWS::SNS::Subscription')).map(one => one.Properties);
    expect(subscriptions).toEqual([
      expect.objectContaining({ Protocol: 'email', Endpoint: 'ops@acme.com' }),
      expect.objectContaining({ Protocol: 'https', Endpoint: 'https://hooks.acme.com/auth0' }),
    ]);
  });

  test('may be one that exists: then neither topic nor key is made', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:111122223333:ops';
    const of = template([config({ alarms: { topicArn } })]);
    of.resourceCountIs('AWS::SNS::Topic', 0);
    of.resourceCountIs('AWS::KMS::Key', 0);
    for (const alarm of alarmsIn(of)) expect(alarm.AlarmActions).toEqual([topicArn]);
  });

  test('shares its key with the topics of other pipelines', () => {
    const of = template([config(), config({ name: 'staging' })]);
    of.resourceCountIs('AWS::SNS::Topic', 2);
    of.resourceCountIs('AWS::KMS::Key', 1);
  });
});
