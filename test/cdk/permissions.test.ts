import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { Auth0LogsToAzure } from '../../cdk/pipeline.ts';
import { config } from './example.ts';
import { app, DIST, one, type Resource, resources, template } from './synth.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const made = template();
const BASELINE = join(import.meta.dirname, 'iam-baseline.snap');

/** Everything in a template that says who may do what. */
function permissionsIn(of: Template): { Resources: Record<string, unknown> } {
  const types = [
    'AWS::IAM::Role',
    'AWS::SQS::QueuePolicy',
    'AWS::SNS::TopicPolicy',
    'AWS::KMS::Key',
    'AWS::Lambda::Permission',
  ];
  const found = types.flatMap(type => Object.entries(resources(of, type)));
  const bare = found.map(([id, { Type, Properties }]) => [id, { Type, Properties }] as const);
  return { Resources: Object.fromEntries(bare) };
}

function statements(of: Template, role: string): Statement[] {
  return one(of, 'AWS::IAM::Role', role).Properties.Policies.flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  );
}

const actions = (of: Template, role: string) =>
  statements(of, role)
    .flatMap(statement => statement.Action)
    .sort();

describe('the roles', () => {
  test('of the ship function allows the calls that the code makes and nothing else', () => {
    expect(actions(made, 'prodShipRole')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:GetQueueAttributes',
      'sqs:SendMessage',
    ]);
  });

  test('of the replay function allows to consume the retry queue, and neither state nor Auth0’s secret', () => {
    expect(actions(made, 'prodReplayRole')).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ]);
    const secrets = JSON.stringify(
      statements(made, 'prodReplayRole').filter(s => `${s.Action}`.startsWith('secretsmanager')),
    );
    expect(secrets).toContain('secret:auth0-logs/prod/azure-??????');
    expect(secrets).not.toContain('prod/auth0');
  });

  test('of the replay function allows to read Auth0’s secret where a rule hashes, and only there', () => {
    const readable = (how: 'hash' | 'mask') => {
      const of = template([config({ redact: [{ field: 'user_name', how }] })]);
      const [read] = statements(of, 'prodReplayRole').filter(s => `${s.Action}`.startsWith('secretsmanager'));
      return JSON.stringify(read?.Resource);
    };
    expect(readable('hash')).toContain('secret:auth0-logs/prod/auth0-??????');
    expect(readable('hash')).toContain('secret:auth0-logs/prod/azure-??????');
    expect(readable('mask')).not.toContain('prod/auth0');
  });

  test('of the schedule allows to invoke this function', () => {
    const [only, ...others] = statements(made, 'prodScheduleRole');
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^prodShip/), 'Arn'] },
    });
  });

  test('hold no wildcard and no managed policy', () => {
    for (const role of Object.values(resources(made, 'AWS::IAM::Role'))) {
      expect(JSON.stringify(role.Properties)).not.toContain('*');
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  test('name a secret given by its whole ARN exactly, and one without the six random characters with them', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shared';
    const of = template([
      config({
        auth0: { domain: 'a.auth0.com', secret: `${arn}/auth0-AbCdEf` },
        azure: { ...config().azure, secret: `${arn}/azure` },
      }),
    ]);
    const [read] = statements(of, 'prodShipRole').filter(s => s.Action === 'secretsmanager:GetSecretValue');
    expect(read!.Resource).toEqual([`${arn}/auth0-AbCdEf`, `${arn}/azure-??????`]);
  });
});

describe('the permissions', () => {
  const now = permissionsIn(made);

  test('are the committed ones; when another is meant, look at it and write it down with vitest -u', async () => {
    await expect(`${JSON.stringify(now, null, 1)}\n`).toMatchFileSnapshot(BASELINE);
  });

  test('differ visibly from the committed ones when an action, a resource or a principal is added', () => {
    const text = JSON.stringify(now);
    const anyTable = text.replace('"dynamodb:UpdateItem"', '"dynamodb:*"');
    const anyQueue = text.replace(
      /("Action":\["sqs:GetQueueAttributes","sqs:SendMessage"\],"Effect":"Allow","Resource":)\[.*?\]\}\]/,
      '$1"*"',
    );
    const anyone = text.replace('"Service":"scheduler.amazonaws.com"', '"AWS":"*"');
    const committed = JSON.parse(readFileSync(BASELINE, 'utf8'));
    expect(fullDiff(committed, now).permissionsAnyChanges).toBe(false);
    for (const broader of [anyTable, anyQueue, anyone]) {
      expect(broader).not.toBe(text);
      expect(fullDiff(committed, JSON.parse(broader)).permissionsBroadened).toBe(true);
    }
  });

  test('that were only taken away are not called broader', () => {
    const fewer = structuredClone(now);
    delete fewer.Resources[Object.keys(now.Resources).find(id => id.startsWith('prodReplayRole'))!];
    const { permissionsAnyChanges, permissionsBroadened } = fullDiff(now, fewer);
    expect({ permissionsAnyChanges, permissionsBroadened }).toEqual({
      permissionsAnyChanges: true,
      permissionsBroadened: false,
    });
  });
});

describe('the options of the construct', () => {
  const stack = new Stack(app(), 'Own');
  const key = new Key(stack, 'Key', { enableKeyRotation: true });
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
  new Auth0LogsToAzure(stack, 'prod', {
    config: config(),
    dist: DIST,
    kmsKey: key,
    vpc,
    vpcSubnets: { subnets: vpc.privateSubnets },
    securityGroups: [new SecurityGroup(stack, 'Out', { vpc })],
    permissionsBoundary: ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'bounds'),
  });
  const of = Template.fromStack(stack);

  test('a key encrypts table, queues, log groups, topic and secrets, and no other key is made', () => {
    const isKey = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
    of.resourceCountIs('AWS::KMS::Key', 1);
    expect(one(of, 'AWS::DynamoDB::Table').Properties.SSESpecification).toMatchObject({
      SSEType: 'KMS',
      KMSMasterKeyId: isKey,
    });
    const keyed: [string, string][] = [
      ['AWS::SQS::Queue', 'KmsMasterKeyId'],
      ['AWS::Logs::LogGroup', 'KmsKeyId'],
      ['AWS::SNS::Topic', 'KmsMasterKeyId'],
      ['AWS::SecretsManager::Secret', 'KmsKeyId'],
    ];
    for (const [type, property] of keyed) {
      for (const { Properties: properties } of Object.values(resources(of, type)))
        expect(properties[property]).toEqual(isKey);
    }
  });

  test('the roles may use the key only through the services that keep things with it', () => {
    for (const role of ['prodShipRole', 'prodReplayRole']) {
      const uses = statements(of, role).filter(s => `${s.Action}`.includes('kms:'));
      expect(uses).toHaveLength(1);
      expect(uses[0]!.Condition?.['StringEquals']).toHaveProperty('kms:ViaService');
      expect(`${uses[0]!.Action}`).not.toContain('*');
    }
  });

  test('the key lets alarms and log groups of this account in', () => {
    const policy = JSON.stringify(one(of, 'AWS::KMS::Key').Properties.KeyPolicy);
    expect(policy).toContain('cloudwatch.amazonaws.com');
    expect(policy).toContain('kms:EncryptionContext:aws:logs:arn');
  });

  test('a network holds both functions, whose roles get the network interfaces and still no managed policy', () => {
    for (const { Properties: made } of functionsOf(of)) {
      expect(made.VpcConfig.SubnetIds).toHaveLength(2);
      expect(made.VpcConfig.SecurityGroupIds).toHaveLength(1);
    }
    for (const role of ['prodShipRole', 'prodReplayRole']) {
      const everywhere = statements(of, role)
        .filter(s => s.Resource === '*')
        .flatMap(s => s.Action);
      expect(everywhere.every(action => action.startsWith('ec2:'))).toBe(true);
      expect(one(of, 'AWS::IAM::Role', role).Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  test('a permissions boundary bounds every role', () => {
    for (const role of ['prodShipRole', 'prodReplayRole', 'prodScheduleRole']) {
      const { PermissionsBoundary: bounds } = one(of, 'AWS::IAM::Role', role).Properties;
      expect(JSON.stringify(bounds)).toContain('policy/bounds');
    }
  });

  test('what it made can be built upon: another right for a function is added to its role', () => {
    const own = new Stack(app(), 'Own');
    const { shipFunction, alarms, table, retryQueue } = new Auth0LogsToAzure(own, 'prod', {
      config: config(),
      dist: DIST,
    });
    const another = new Key(own, 'KeyOfAnotherSecret');
    another.grantDecrypt(shipFunction);
    expect(Object.keys(alarms)).toContain('lag');
    expect([table.stack, retryQueue.stack]).toEqual([own, own]);
    const policies = Object.values(resources(Template.fromStack(own), 'AWS::IAM::Policy'));
    expect(JSON.stringify(policies)).toMatch(/kms:Decrypt.*prodShipRole/);
  });
});

/** Without those that CDK brings along for its own network. */
function functionsOf(of: Template): Resource[] {
  return Object.entries(resources(of, 'AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('prod'))
    .map(([, made]) => made);
}
