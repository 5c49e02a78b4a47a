import { describe, expect, test } from 'vitest';
import { ConfigError, parseDeployment } from '../../lambda/config/config.ts';
import { AUTH0, PIPELINE, type Settings } from './samples.ts';

function problems(input: unknown): readonly string[] {
  try {
    parseDeployment(input);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
const of = (changes: Settings, around: Settings = {}) =>
  problems({ pipelines: [{ ...PIPELINE, ...changes }], ...around });

test('a file says of the stack what the construct offers, and which pipelines are gone', () => {
  const stack = {
    name: 'Logs',
    account: '123456789012',
    region: 'us-gov-west-1',
    nested: true,
    createSecrets: false,
    memorySizeMb: 512,
    logRetentionDays: 365,
    state: 'destroy',
    runbookUrl: 'https://acme.com/runbook',
    kmsKeyArn: 'arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
    permissionsBoundaryArn: 'arn:aws-us-gov:iam::123456789012:policy/path/boundary',
    vpc: {
      id: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0'],
      securityGroupIds: ['sg-01234567'],
    },
    tags: { team: 'security', 'cost:centre': '42 / a' },
  };
  expect(parseDeployment({ pipelines: [PIPELINE], stack, removed: ['old'] })).toMatchObject({
    stack,
    removed: ['old'],
  });
  expect(parseDeployment(PIPELINE)).toMatchObject({ stack: {}, removed: [] });
});

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';
const secret = (given: string) => ({ auth0: { ...AUTH0, secret: given } });

describe('what AWS would refuse only at deploy', () => {
  test.each<[string, Settings, RegExp]>([
    ['a cron of one field', { schedule: 'cron(x)' }, /schedule: is "cron\(x\)"; allowed: six fields/],
    ['a rate that no alarm can watch', { schedule: 'rate(200 hours)' }, /schedule: .*at most 40 hours/],
    [
      'a rate that Auth0 overtakes',
      { schedule: 'rate(13 hours)' },
      /schedule: .*half of auth0\.logRetentionDays/,
    ],
    ['a secret with a colon', secret('auth0:prod'), /auth0\.secret: /],
    [
      'a secret’s ARN with an ending that may be a word',
      secret(`${ARN}prod-secret`),
      /auth0\.secret: .*its complete ARN/,
    ],
    ['the same with a capital', secret(`${ARN}prod-Secret`), /its complete ARN/],
    ['the same with digits', secret(`${ARN}prod-202611`), /its complete ARN/],
    [
      'a secret’s ARN of another service',
      secret('arn:aws:ssm:eu-west-1:123456789012:parameter/x'),
      /auth0\.secret: /,
    ],
    ['an ARN without its name', secret(ARN), /auth0\.secret: /],
    [
      'a topic beside addresses',
      { alarms: { email: ['a@acme.com'], topicArn: 'arn:aws:sns:eu-west-1:123456789012:ops' } },
      /alarms\.topicArn: .*either a topic or alarms\.email and alarms\.https/,
    ],
    [
      'a topic beside an address of https',
      { alarms: { https: ['https://acme.com'], topicArn: 'arn:aws:sns:eu-west-1:123456789012:ops' } },
      /alarms\.topicArn: /,
    ],
    [
      'a FIFO topic',
      { alarms: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:ops.fifo' } },
      /alarms\.topicArn: .*the ARN of an SNS topic/,
    ],
    ['an address twice', { alarms: { email: ['a@acme.com', 'a@acme.com'] } }, /alarms\.email: .*each once/],
    [
      'a queue’s URL',
      { adopt: { retryQueue: 'https://sqs.eu-west-1.amazonaws.com/123456789012/q', deadLetterQueue: 'd' } },
      /adopt\.retryQueue: .*not its URL/,
    ],
    ['one queue without the other', { adopt: { retryQueue: 'q' } }, /adopt\.retryQueue: .*both/],
    ['its own name as one before', { previousNames: ['prod'] }, /previousNames: .*not its present name/],
  ])('%s is a problem of the configuration', (_, changes, problem) => {
    const found = of(changes);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
    expect(found[0]).toMatch(/^pipelines\[0\]\./);
  });

  test('no secret is shown by it', () => {
    expect(of(secret('auth0:prod'))[0]).toMatch(
      /^pipelines\[0\]\.auth0\.secret: .*not shown.*; allowed: the name/,
    );
  });

  test.each([
    `${ARN}prod-AbCdEf`,
    `${ARN}prod-a1b2c3`,
    `${ARN}prod/auth0`,
    'prod-secret',
    'auth0-logs/a+b=c.d@e',
  ])('the secret %s is none', given => {
    expect(of(secret(given))).toEqual([]);
  });
});

describe('between the parts of a file', () => {
  const other = { ...PIPELINE, name: 'other' };
  const queues = { retryQueue: 'q', deadLetterQueue: 'd' };

  test.each<[string, unknown, string]>([
    [
      'a former name that is another pipeline’s',
      { pipelines: [{ ...PIPELINE, previousNames: ['other'] }, other] },
      'pipelines[0].previousNames: holds "other", as does pipelines[1].name; allowed: a name that no other pipeline has',
    ],
    [
      'a former name that two claim',
      {
        pipelines: [
          { ...PIPELINE, previousNames: ['old'] },
          { ...other, previousNames: ['old'] },
        ],
      },
      'pipelines[1].previousNames: holds "old", as does pipelines[0].previousNames; allowed: a name that no other pipeline has',
    ],
    [
      'a pipeline that is said to be gone',
      { pipelines: [PIPELINE], removed: ['prod'] },
      'removed[0]: is "prod", but a pipeline has this name; allowed: a name that no pipeline has',
    ],
    [
      'an ARN of another region',
      {
        pipelines: [{ ...PIPELINE, alarms: { topicArn: 'arn:aws:sns:us-east-1:123456789012:ops' } }],
        stack: { region: 'eu-west-1' },
      },
      'pipelines[0].alarms.topicArn: is an ARN of region us-east-1, but stack.region is "eu-west-1"; allowed: an ARN of that region',
    ],
    [
      'a key’s alias',
      { pipelines: [PIPELINE], stack: { kmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:alias/x' } },
      'stack.kmsKeyArn: is a string of 42 characters (not shown, as it may be a secret); allowed: the ARN of a KMS key, "arn:aws:kms:…:key/…"; no alias',
    ],
    [
      'a tag of AWS’s own',
      { pipelines: [PIPELINE], stack: { tags: { 'aws:x': 'y' } } },
      'stack.tags: is an object; allowed: an object of strings, {"team": "security"}: keys of at most 128 characters that do not begin with "aws:", values of at most 256',
    ],
    [
      'a retention that CloudWatch Logs does not have',
      { pipelines: [PIPELINE], stack: { logRetentionDays: 31 } },
      expect.stringMatching(/^stack\.logRetentionDays: is 31; allowed: one of 1, 3, 5/) as unknown as string,
    ],
  ])('%s is told', (_, input, problem) => {
    expect(problems(input)).toEqual([problem]);
  });

  test('a queue that two would consume is told, by name and by ARN alike', () => {
    const byArn = { retryQueue: 'arn:aws:sqs:eu-west-1:123456789012:q', deadLetterQueue: 'e' };
    expect(
      problems({
        pipelines: [
          { ...PIPELINE, adopt: queues },
          { ...other, adopt: byArn },
        ],
      }),
    ).toEqual([
      'pipelines[1].adopt.retryQueue: is "q", as is pipelines[0].adopt.retryQueue; allowed: a queue that nothing else uses',
    ]);
  });
});
