import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../lambda/core/contract.ts';
import { config } from './example.ts';
import { one, resources, template } from './synth.ts';

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

const made = template();
const alarmsIn = (of: typeof made) =>
  Object.values(resources(of, 'AWS::CloudWatch::Alarm')).map(alarm => alarm.Properties as Alarm);
const alarms = alarmsIn(made);
const named = (name: string, of = alarms) =>
  of.find(alarm => alarm.AlarmName === `Auth0LogsToAzure-prod-${name}`)!;

const RUNBOOK = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
/** As the usual renderers of Markdown make them. */
const anchors = [...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
  title!
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-'),
);

describe('every alarm', () => {
  test('is one of the fifteen', () => {
    expect(alarms.map(alarm => alarm.AlarmName.replace('Auth0LogsToAzure-prod-', ''))).toEqual([
      'lag',
      'denied-by-auth0',
      'denied-by-azure',
      'run-errors',
      'ship-errors',
      'replay-errors',
      'dead-letters',
      'dead-letters-old',
      'retry-queue-old',
      'retry-queue-stuck',
      'retention-at-risk',
      'gap-suspected',
      'duration',
      'ship-throttled',
      'replay-throttled',
    ]);
  });

  test.each(alarms)(
    '$AlarmName says in a sentence what is wrong, and where the runbook says what to do',
    alarm => {
      const [, sentence, anchor] =
        /^([A-Z].{30,}\.) What to do: docs\/runbook\.md#(.+)$/.exec(alarm.AlarmDescription) ?? [];
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
    expect(alarm.Period * alarm.EvaluationPeriods).toBeLessThanOrEqual(86_400);
  });

  test('of our own metrics names one that runs emit, for this pipeline alone', () => {
    const own = alarms.filter(alarm => alarm.Namespace === 'Auth0LogsToAzure');
    expect(own).toHaveLength(6);
    for (const alarm of own) {
      expect(Object.values(METRICS)).toContain(alarm.MetricName);
      expect(alarm.Dimensions).toEqual([{ Name: 'pipeline', Value: 'prod' }]);
    }
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

describe('the lag alarm', () => {
  test('goes off above lagMinutes, and when nothing reports for five minutes', () => {
    expect(named('lag')).toMatchObject({
      MetricName: 'LagSeconds',
      Statistic: 'Maximum',
      Threshold: 15 * 60,
      TreatMissingData: 'breaching',
      Period: 60,
      EvaluationPeriods: 5,
    });
  });

  test('waits longer for a slower schedule', () => {
    const slow = alarmsIn(
      template([
        config({ schedule: 'rate(10 minutes)', alarms: { lagMinutes: 60, email: ['ops@acme.com'] } }),
      ]),
    );
    expect(named('lag', slow)).toMatchObject({ Threshold: 3600, Period: 360, EvaluationPeriods: 5 });
    expect(named('lag', slow).AlarmDescription).toContain('no run has reported for 30 minutes');
  });
});

describe('the other alarms', () => {
  test('of what runs report keep their state between the runs of a slow schedule', () => {
    for (const name of [
      'denied-by-auth0',
      'denied-by-azure',
      'run-errors',
      'retention-at-risk',
      'gap-suspected',
    ]) {
      expect(named(name)).toMatchObject({ Statistic: 'Sum', Threshold: 0, TreatMissingData: 'ignore' });
    }
  });

  test('see a retry queue that is not empty for an hour, which its age does not show after three receives', () => {
    expect(named('retry-queue-old')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesNotVisible',
      Period: 300,
      EvaluationPeriods: 12,
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
    expect(named('retry-queue-stuck')).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 3600,
    });
  });

  test('see dead letters at once, and again after seven days of the fourteen', () => {
    expect(named('dead-letters')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
    });
    expect(named('dead-letters-old')).toMatchObject({ Threshold: 7 * 86_400 });
  });

  test('see a run that eats into its last ten seconds', () => {
    expect(named('duration')).toMatchObject({
      MetricName: 'Duration',
      Statistic: 'Maximum',
      Threshold: 115_000,
    });
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
