import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parsePipeline } from '../../lambda/config/config.ts';
import { ENV, REPLAY_TIMEOUT_SECONDS, SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import { config } from './example.ts';
import { one, resources, stack, template } from './synth.ts';

const made = template();

describe('the schedule', () => {
  test('ticks in the time zone of the configuration, exactly, and is not repeated when a tick fails', () => {
    const zoned = template([config({ schedule: 'cron(0/5 * * * ? *)', scheduleTimeZone: 'Europe/Berlin' })]);
    const { Properties: schedule } = one(zoned, 'AWS::Scheduler::Schedule');
    expect(schedule).toMatchObject({
      ScheduleExpression: 'cron(0/5 * * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
  });

  test('invokes asynchronously without a second attempt, and drops a tick that waited for a minute', () => {
    expect(one(made, 'AWS::Lambda::EventInvokeConfig').Properties).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  test('may be assumed by the schedules of this account’s default group alone', () => {
    const { Properties: role } = one(made, 'AWS::IAM::Role', 'prodScheduleRole');
    const [statement] = role.AssumeRolePolicyDocument.Statement;
    expect(statement.Principal).toEqual({ Service: 'scheduler.amazonaws.com' });
    expect(JSON.stringify(statement.Condition)).toMatch(/aws:SourceAccount.*schedule-group\/default/);
  });
});

describe('the functions', () => {
  const functions = Object.entries(resources(made, 'AWS::Lambda::Function'))
    .filter(([id]) => !id.startsWith('Guard'))
    .map(([, one]) => one.Properties);

  test('are two, on Node 24 and arm64, with memory, time and log retention written down', () => {
    expect(functions).toHaveLength(2);
    for (const made of functions) {
      expect(made).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: 512,
      });
      expect(made.LoggingConfig.LogGroup.Ref).toMatch(/^prod(Ship|Replay)Logs/);
    }
    expect(functions.map(made => made.Handler).sort()).toEqual([
      'replay/index.handler',
      'ship/index.handler',
    ]);
    expect(functions.map(made => made.Timeout).sort()).toEqual(
      [REPLAY_TIMEOUT_SECONDS, SHIP_TIMEOUT_SECONDS].sort(),
    );
    for (const group of Object.values(resources(made, 'AWS::Logs::LogGroup'))) {
      expect(group.Properties.RetentionInDays).toBe(30);
    }
  });

  test('reserve no concurrency, so that an account with the smallest quota can deploy them', () => {
    for (const made of functions) expect(made).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test('get every variable that wiring.ts requires, and a configuration that parses to the same pipeline', () => {
    for (const made of functions) {
      const { Variables: variables } = made.Environment;
      expect(Object.keys(variables)).toEqual(
        expect.arrayContaining([
          ENV.pipelineConfig,
          ENV.checkpointTable,
          ENV.retryQueueUrl,
          ENV.deadLetterQueueUrl,
        ]),
      );
      const { alarms: _, ...wanted } = config();
      expect(parsePipeline(JSON.parse(variables[ENV.pipelineConfig]))).toMatchObject(wanted);
    }
  });

  test('do not change when an alarm address does', () => {
    const other = template([config({ alarms: { email: ['somebody.else@acme.com'] } })]);
    expect(resources(other, 'AWS::Lambda::Function')).toEqual(resources(made, 'AWS::Lambda::Function'));
  });

  test('take extra variables, memory and log retention as options, but none that the stack writes', () => {
    const options = {
      memorySizeMb: 1024,
      logRetention: 7,
      environment: { AUTH0_BASE_URL: 'http://127.0.0.1:1', [ENV.checkpointTable]: 'x' },
    };
    const { Properties: ship } = one(template([config()], { options }), 'AWS::Lambda::Function', 'prodShip');
    expect(ship.MemorySize).toBe(1024);
    expect(ship.Environment.Variables['AUTH0_BASE_URL']).toBe('http://127.0.0.1:1');
    expect(ship.Environment.Variables['MALLOC_ARENA_MAX']).toBe('1');
    expect(ship.Environment.Variables[ENV.checkpointTable]).toHaveProperty('Ref');
  });

  test('refuse a configuration that Lambda would refuse as too long, and say how long it is', () => {
    const redact = Array.from({ length: 120 }, (_, n) => ({
      field: `details.request.body.field${n}`,
      how: 'mask',
    }));
    expect(() => stack([config({ redact })])).toThrow(/pipeline prod: its configuration is \d+ bytes/);
  });
});

describe('what must not be lost', () => {
  test('the checkpoint table is on demand, recoverable, protected and stays', () => {
    const table = one(made, 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEEnabled: true },
      KeySchema: [{ AttributeName: 'pipeline', KeyType: 'HASH' }],
    });
  });

  test('both queues keep messages for 14 days, encrypted, TLS only, and stay', () => {
    const queues = resources(made, 'AWS::SQS::Queue');
    expect(Object.keys(queues)).toHaveLength(2);
    for (const queue of Object.values(queues)) {
      expect(queue).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
      expect(queue.Properties).toMatchObject({
        MessageRetentionPeriod: 14 * 86_400,
        SqsManagedSseEnabled: true,
      });
    }
    const policies = Object.values(resources(made, 'AWS::SQS::QueuePolicy'));
    expect(policies).toHaveLength(2);
    for (const { Properties: policy } of policies) {
      expect(policy.PolicyDocument.Statement).toEqual([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ]);
    }
  });

  test('a failed batch is received 20 times before it is dead-lettered, each time for six times the function’s time', () => {
    expect(one(made, 'AWS::SQS::Queue', 'prodRetryQueue').Properties).toMatchObject({
      VisibilityTimeout: 6 * REPLAY_TIMEOUT_SECONDS,
      RedrivePolicy: { maxReceiveCount: 20 },
    });
  });

  test('the retry queue feeds the replay function one message a call, at most two at once, with partial responses', () => {
    const { Properties: mapping } = one(made, 'AWS::Lambda::EventSourceMapping');
    expect(mapping).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    expect(mapping.EventSourceArn['Fn::GetAtt'][0]).toMatch(/^prodRetryQueue/);
    expect(mapping.FunctionName.Ref).toMatch(/^prodReplay/);
  });

  test('goes with the stack only when that is asked for', () => {
    const passing = template([config()], { options: { stateRemovalPolicy: RemovalPolicy.DESTROY } });
    const table = one(passing, 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
    for (const queue of Object.values(resources(passing, 'AWS::SQS::Queue')))
      expect(queue.DeletionPolicy).toBe('Delete');
  });
});

describe('the secrets', () => {
  const secrets = Object.values(resources(made, 'AWS::SecretsManager::Secret'));

  test('given by name are made with a placeholder, and stay', () => {
    expect(secrets.map(one => one.Properties.Name).sort()).toEqual([
      'auth0-logs/prod/auth0',
      'auth0-logs/prod/azure',
    ]);
    for (const secret of secrets) {
      expect(secret).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
  });

  test('have a text that never changes, since a change would overwrite what was filled in', () => {
    const others = template([
      config({
        azure: { ...LOGS_INGESTION, secret: 'auth0-logs/prod/azure' },
        auth0: { domain: 'other.auth0.com', secret: 'auth0-logs/prod/auth0' },
      }),
    ]);
    for (const secret of [...secrets, ...Object.values(resources(others, 'AWS::SecretsManager::Secret'))]) {
      expect(secret.Properties.SecretString).toBe('{"FILL-ME-IN":"see docs/setup.md"}');
      expect(secret.Properties.Description).toBe(secrets[0]!.Properties.Description);
      expect(secret.Properties).not.toHaveProperty('GenerateSecretString');
    }
  });

  test('given by ARN, or with createSecrets=false, are not made', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shared/auth0-AbCdEf';
    const referenced = template([config({ auth0: { domain: 'acme.auth0.com', secret: arn } })]);
    expect(Object.keys(resources(referenced, 'AWS::SecretsManager::Secret'))).toHaveLength(1);
    template([config()], { options: { createSecrets: false } }).resourceCountIs(
      'AWS::SecretsManager::Secret',
      0,
    );
  });

  test('shared by pipelines are made once', () => {
    const second = config({
      name: 'staging',
      auth0: { domain: 'stage.auth0.com', secret: 'auth0-logs/staging/auth0' },
    });
    template([config(), second]).resourceCountIs('AWS::SecretsManager::Secret', 3);
  });
});

const LOGS_INGESTION = {
  kind: 'logs-ingestion',
  endpoint: 'https://acme.westeurope-1.ingest.monitor.azure.com',
  dcrImmutableId: `dcr-${'0'.repeat(32)}`,
  tenantId: '01234567-89ab-cdef-0123-456789abcdef',
  clientId: '01234567-89ab-cdef-0123-456789abcdef',
};

test('nothing but the schedule may call the ship function, and nothing has an address on the internet', () => {
  made.resourceCountIs('AWS::Lambda::Permission', 0);
  made.resourceCountIs('AWS::Lambda::Url', 0);
  made.hasResourceProperties('AWS::SNS::Topic', Match.objectLike({ KmsMasterKeyId: Match.anyValue() }));
});
