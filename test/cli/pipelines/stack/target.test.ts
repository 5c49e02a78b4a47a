import { ReceiveMessageCommand, SendMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openTarget } from '../../../../cli/pipelines/open.ts';
import type { DeadLetter, Operated } from '../../../../cli/pipelines/operated.ts';
import { stackClients } from '../../../../cli/pipelines/stack/clients.ts';
import { stackDeadLetters } from '../../../../cli/pipelines/stack/dead-letters.ts';
import { explained } from '../../../../cli/pipelines/stack/errors.ts';
import { causesOf, UsageError } from '../../../../cli/terminal/errors.ts';
import type { LedgerEntry } from '../../../../lambda/core/ledger.ts';
import { emptySketch, missingFrom, readSketch, sketchOf, unite } from '../../../../lambda/core/sketch.ts';
import { recentLogs } from '../../local-world.ts';
import { openStackWorld, type StackWorld } from '../../stack-world.ts';

const COUNT = 260;
const LOOK = 'cloudformation:DescribeStacks of stack "Auth0LogsToAzure"';
let world: StackWorld;
let prod: Operated;

beforeAll(async () => {
  world = await openStackWorld();
  world.pipelines.prod.auth0.tenant.add(recentLogs(COUNT));
  await world.pipelines.prod.run();
  for (const [name, value] of Object.entries(world.env)) vi.stubEnv(name, value);
  prod = await open();
});
afterAll(() => world.close());

async function open(pipeline: string = 'prod', options: object = {}): Promise<Operated> {
  const { pipelines } = await openTarget({ state: 'state', pipeline, ...options });
  const [found] = pipelines;
  if (!found || pipelines.length > 1) throw new Error(`${pipelines.length} pipelines`);
  return found;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('a stack is found by its name, with each pipeline’s own configuration, secrets and addresses', async () => {
  const target = await openTarget({ state: 'state' });
  expect(target).toMatchObject({ place: 'stack Auth0LogsToAzure in us-east-1', kind: 'stack' });
  expect(target.pipelines.map(one => [one.config.name, one.config.azure.kind])).toEqual([
    ['prod', world.pipelines.prod.kind],
    ['prod-eu', world.pipelines['prod-eu'].kind],
  ]);
  const secret = await prod.secrets.read(prod.config.auth0.secret);
  expect(secret.kind).toBe('secret');
  expect(prod.env['AUTH0_BASE_URL']).toBe(world.pipelines.prod.auth0.baseUrl);
});

test('its alarms have the stack’s topic, of which the functions are not told', async () => {
  const { config, output } = world.pipelines.prod;
  expect(config).not.toHaveProperty('alarms');
  expect(prod.config.alarms.topicArn).toBe(output.alarmTopicArn);
});

test('the state is looked at without a write, and written under the law of the store', async () => {
  const { checkpoint, lastRun } = await prod.state();
  expect(lastRun).toMatchObject({ outcome: 'caught-up', logsAccepted: COUNT });
  const nowMs = Date.now();
  const answer = await prod.store.acquire('prod', 'operator', nowMs, nowMs + 60_000);
  if (answer.kind !== 'acquired') throw new Error('held');
  expect((await prod.state()).lease).toEqual({ owner: 'operator', expiresAtMs: nowMs + 60_000 });
  await prod.store.release(answer.lease, nowMs, { checkpointSet: 'by hand' });
  const after = await prod.state();
  expect(after).toMatchObject({ checkpoint, checkpointSet: 'by hand' });
  expect(after.lease).toBeUndefined();
  expect(await (await open('prod-eu')).state()).toEqual({});
});

test('the ledger tells every log that was settled, from lines among others and over empty pages', async () => {
  const group = [...world.operations.logGroups].find(([name]) => name.includes('-prodShip'))?.[1];
  const firstMs = group?.[0]?.atMs ?? 0;
  const noise = Array.from({ length: 50 }, (_, i) => ({ atMs: firstMs - 1000 + i, message: `START ${i}` }));
  group?.unshift(...noise);
  const entries = await all<LedgerEntry>(prod.ledger(0));
  expect(entries.reduce((sum, entry) => sum + entry.logs, 0)).toBe(COUNT);
  const entered = entries.reduce(
    (sum, { ids }) => unite(sum, readSketch(ids) ?? emptySketch()),
    emptySketch(),
  );
  const written = sketchOf([...world.pipelines.prod.auth0.tenant.ids()]);
  expect(missingFrom(entered, written)?.size).toBe(0);
  expect(await all(prod.ledger(Date.now() + 60_000))).toEqual([]);
});

describe('alarms', () => {
  test('are those of this pipeline alone, though another’s name begins like it', async () => {
    world.pipelines['prod-eu'].setAlarm('dead-letters', 'ALARM');
    world.pipelines.prod.setAlarm('ship-errors', 'ALARM', 'The ship function failed.');
    const alarms = await prod.alarms();
    expect(alarms.map(({ name, description }) => [name, description])).toEqual([
      ['ship-errors', 'The ship function failed.'],
    ]);
    expect(alarms[0]?.sinceMs).toBeLessThan(Date.now());
    expect((await (await open('prod-eu')).alarms()).map(one => one.name)).toEqual(['dead-letters']);
  });

  test('are none of another pipeline’s, not even in a stack that is called as this pipeline is', async () => {
    const { alarms } = world.operations;
    const at = alarms.findIndex(one => one.name === 'Auth0LogsToAzure-prod-eu-lag');
    const kept = alarms[at]!;
    alarms[at] = { ...kept, state: 'ALARM', dimensions: { pipeline: 'prod-eu', stack: 'prod' } };
    expect((await prod.alarms()).map(one => one.name)).not.toContain('eu-lag');
    alarms[at] = kept;
  });

  test('are all of them, however many pages CloudWatch makes of them', async () => {
    const rows = ['lag', 'denied-by-auth0', 'denied-by-azure', 'run-errors', 'ship-errors', 'dead-letters'];
    for (const row of rows) world.pipelines.prod.setAlarm(row, 'ALARM');
    expect((await prod.alarms()).map(one => one.name).sort()).toEqual([...rows].sort());
    for (const row of rows) world.pipelines.prod.setAlarm(row, 'OK');
  });

  test('say what too much lag is, which the function does not know', async () => {
    const { alarms } = world.operations;
    const at = alarms.findIndex(one => one.name.endsWith('prod-lag'));
    const lag = alarms[at]!;
    const silentAt = alarms.findIndex(one => one.name.endsWith('prod-silent'));
    const silent = alarms[silentAt]!;
    alarms[at] = { ...lag, threshold: 3600, periodSeconds: 60 };
    alarms[silentAt] = { ...silent, periodSeconds: 300 };
    expect(await (await open()).limits()).toEqual({ lagMs: 3_600_000, silenceMs: 1_500_000 });
    alarms[silentAt] = silent;
    alarms.splice(at, 1);
    expect(await (await open()).limits()).toEqual({ lagMs: 900_000, silenceMs: 300_000 });
    alarms.splice(at, 0, lag);
  });
});

describe('the queues', () => {
  const send = async (...bodies: string[]) => {
    const { aws, output } = world.pipelines.prod;
    for (const MessageBody of bodies) {
      await aws.sqs.send(new SendMessageCommand({ QueueUrl: output.deadLetterQueueUrl, MessageBody }));
    }
  };
  const depths = () => world.pipelines.prod.aws.queueDepths();
  const empty = async () => {
    for await (const letter of prod.queues.deadLetters()) await prod.queues.remove(letter);
  };

  test('show each dead letter once and keep it for others', { timeout: 20_000 }, async () => {
    const bodies = Array.from({ length: 23 }, (_, i) => `letter ${i}`);
    await send(...bodies);
    const first = await all<DeadLetter>(prod.queues.deadLetters());
    expect(first.map(one => one.message).sort()).toEqual([...bodies].sort());
    expect(Math.abs(first[0]!.sentAtMs - Date.now())).toBeLessThan(60_000);
    const second = await all<DeadLetter>((await open()).queues.deadLetters());
    expect(second.map(one => one.id).sort()).toEqual(first.map(one => one.id).sort());
    for await (const _ of prod.queues.deadLetters()) break;
    const { aws, output } = world.pipelines.prod;
    const look = new ReceiveMessageCommand({ QueueUrl: output.deadLetterQueueUrl, MaxNumberOfMessages: 10 });
    expect((await aws.sqs.send(look)).Messages).toHaveLength(10);
    await aws.makeVisible('dead-letter');
    await empty();
    expect(await depths()).toEqual({ retry: 0, 'dead-letter': 0 });
  });

  test('say so when AWS does not let letters be given back, which hides them for two minutes', async () => {
    await send('zero');
    const { output } = world.pipelines.prod;
    const clients = await stackClients({}, process.env);
    const refusal = Object.assign(new Error('no'), { name: 'AccessDenied' });
    clients.sqs.middlewareStack.add(
      (next, { commandName }) =>
        args =>
          commandName?.startsWith('ChangeMessage') ? Promise.reject(refusal) : next(args),
      { step: 'initialize' },
    );
    const warn = vi.spyOn(console, 'error').mockReturnValue();
    expect(await all<DeadLetter>(stackDeadLetters(clients, output).deadLetters())).toHaveLength(1);
    expect(warn.mock.calls.map(([text]) => String(text).replaceAll('\n', ' '))).toEqual([
      expect.stringMatching(
        /^warning: AWS does not allow sqs:ChangeMessageVisibility .* messages that were read stay hidden for two minutes$/,
      ),
    ]);
    warn.mockRestore();
    await world.pipelines.prod.aws.makeVisible('dead-letter');
    await empty();
  });

  test('give up a letter only once the other one holds it, also long after it was looked at', async () => {
    await send('one', 'two');
    const letters = await all<DeadLetter>(prod.queues.deadLetters());
    for (const letter of letters) await prod.queues.redrive(letter);
    expect(await depths()).toEqual({ retry: 2, 'dead-letter': 0 });
    expect([...(await world.pipelines.prod.aws.peek('retry'))].sort()).toEqual(['one', 'two']);
    await expect(prod.queues.remove(letters[0]!)).rejects.toThrow('is not on its queue now');
    await expect(prod.queues.redrive(letters[0]!)).rejects.toThrow('is not on its queue now');
    expect(await depths()).toEqual({ retry: 2, 'dead-letter': 0 });
  });

  test('give up nothing when the retry queue does not take it', async () => {
    await send('three');
    const { output, aws } = world.pipelines.prod;
    const gone = { ...output, retryQueueUrl: `${output.retryQueueUrl}-gone` };
    world.operations.stacks.set('Half', { PipelineProd: JSON.stringify(gone) });
    const half = await open('prod', { stack: 'Half' });
    const before = await aws.queueDepths();
    for await (const letter of half.queues.deadLetters()) {
      await expect(half.queues.redrive(letter)).rejects.toThrow(/queue .*-gone does not exist/);
    }
    await expect(half.queues.put('retry', ['a message'])).rejects.toThrow(UsageError);
    expect(await aws.queueDepths()).toEqual(before);
    world.operations.stacks.delete('Half');
    await empty();
  });

  test('tell the age of the oldest from the last that CloudWatch had, and none of an empty one', async () => {
    const { setOldestAge } = world.pipelines.prod;
    await send('four');
    setOldestAge('dead-letter', 3600, Date.now() - 2 * 86_400_000);
    const { 'dead-letter': dead, retry } = await prod.queues.depths();
    expect(dead.messages).toBe(1);
    expect(Math.round((dead.oldestAgeMs ?? 0) / 3_600_000)).toBe(49);
    expect(retry.oldestAgeMs).toBeUndefined();
    await empty();
    expect((await prod.queues.depths())['dead-letter']).toEqual({ messages: 0 });
  });
});

test('settings that somebody has changed are told with the command that puts them back', async () => {
  expect(await prod.problems()).toEqual([]);
  const { aws, output } = world.pipelines.prod;
  const settings = world.operations.tables.settings.get(output.checkpointTable);
  if (!settings) throw new Error('no table');
  settings.pointInTimeRecovery = false;
  settings.deletionProtection = false;
  const set = (QueueUrl: string, Attributes: Record<string, string>) =>
    aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  await set(output.retryQueueUrl, { VisibilityTimeout: '30', RedrivePolicy: '' });
  await set(output.deadLetterQueueUrl, { MessageRetentionPeriod: '345600' });
  const problems = await prod.problems();
  expect(
    problems.map(
      text =>
        /has no [\w -]+|moves failed .*?queue|has a visibility timeout of .*? s;|keeps .*? s;/.exec(
          text,
        )?.[0],
    ),
  ).toEqual([
    'has no point-in-time recovery',
    'has no deletion protection',
    'moves failed batches to no queue',
    'has a visibility timeout of 30 s;',
    'keeps messages for 345600 s;',
  ]);
  for (const problem of problems) expect(problem).toContain('; do: aws ');
});

describe('what starts runs and replays', () => {
  const mapping = () => world.operations.mappings.get(world.pipelines.prod.output.replayFunction)![1]!;
  const schedule = () => world.pipelines.prod.output.schedule!;

  test('is well when both are enabled; a mapping of another queue is none of ours', async () => {
    expect(await prod.stopped()).toEqual([]);
  });

  test('is told when it is disabled or gone, with what to do', async () => {
    const { operations, pipelines } = world;
    mapping().state = 'Disabled';
    mapping().reason = 'USER_INITIATED';
    operations.schedules.set(schedule(), 'DISABLED');
    const told = await prod.stopped();
    expect(told.map(one => one.runbook)).toEqual(['silent', 'retry-queue-stuck']);
    expect(told[0]?.text).toBe(`the schedule ${schedule()} is DISABLED`);
    expect(told[1]).toMatchObject({
      text: expect.stringContaining('is Disabled (USER_INITIATED)'),
      remedy: expect.stringContaining('--uuid prod-mapping --enabled'),
    });
    const kept = operations.mappings.get(pipelines.prod.output.replayFunction)!;
    operations.mappings.set(pipelines.prod.output.replayFunction, []);
    operations.schedules.delete(schedule());
    expect((await prod.stopped()).map(one => one.text)).toEqual([
      `the schedule ${schedule()} does not exist`,
      expect.stringContaining('does not exist'),
    ]);
    operations.mappings.set(pipelines.prod.output.replayFunction, kept);
    operations.schedules.set(schedule(), 'ENABLED');
    mapping().state = 'Enabled';
  });

  test.each(['scheduler:GetSchedule', 'lambda:ListEventSourceMappings'])(
    'says so when %s is not allowed, and does not hide what else is wrong',
    async action => {
      const { operations } = world;
      operations.refuse(action, 'AccessDeniedException', 403);
      await expect(prod.stopped()).rejects.toThrow(`AWS does not allow ${action}`);
      operations.schedules.set(schedule(), 'DISABLED');
      mapping().state = 'Disabled';
      expect(await prod.stopped()).toHaveLength(1);
      operations.schedules.set(schedule(), 'ENABLED');
      mapping().state = 'Enabled';
      operations.refuse(action, undefined);
    },
  );

  test('says nothing of the schedule of a stack that does not name it', async () => {
    const { stacks, calls } = world.operations;
    const outputs = stacks.get('Auth0LogsToAzure')!;
    const old = Object.fromEntries(
      Object.entries(outputs).map(([key, value]) => {
        const { schedule: _, ...rest } = JSON.parse(value);
        return [key, JSON.stringify(rest)];
      }),
    );
    stacks.set('Auth0LogsToAzure', old);
    const before = calls.filter(call => call === 'scheduler:GetSchedule').length;
    expect(await (await open()).stopped()).toEqual([]);
    expect(calls.filter(call => call === 'scheduler:GetSchedule')).toHaveLength(before);
    stacks.set('Auth0LogsToAzure', outputs);
  });
});

describe('what AWS refuses is one line that says what to do, and below it a command', () => {
  const failure = async (options: object = {}): Promise<UsageError> => {
    const error = await openTarget({ state: 'state', ...options }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).toMatch(/^.+(:\n {2}(aws|eval) .+)?$/);
    return error;
  };

  test('a stack that is not there, with those that are', async () => {
    const { message } = await failure({ stack: 'Foo' });
    expect(message).toContain(
      'stack "Foo" in us-east-1 does not exist; stacks with pipelines there: Auth0LogsToAzure;',
    );
    expect((await failure({ stack: 'SomethingElse' })).message).toContain(
      '"SomethingElse" in us-east-1 has no pipelines;',
    );
    expect((await failure({ pipeline: 'x' })).message).toBe(
      '--pipeline is "x"; allowed in stack Auth0LogsToAzure: "prod", "prod-eu"',
    );
  });

  test.each([
    ['AccessDenied', 403, `AWS does not allow ${LOOK} with these credentials; allow it`],
    ['ExpiredToken', 403, 'or log in again, and check this machine’s clock:\n  aws sso login'],
    ['InvalidClientTokenId', 403, 'AWS does not recognize these credentials; check AWS_ACCESS_KEY_ID'],
    ['SignatureDoesNotMatch', 403, 'AWS rejected the signature; check the secret access key'],
    ['Throttling', 400, `AWS throttled ${LOOK}, even after retries`],
    ['Unheard', 400, `${LOOK} failed: Unheard: Simulated.`],
  ])('%s', { timeout: 20_000 }, async (code, status, message) => {
    world.operations.refuse('cloudformation:DescribeStacks', code, status);
    const error = await failure();
    world.operations.refuse('cloudformation:DescribeStacks', undefined);
    expect(error.message).toContain(message);
    expect(causesOf(error)[0]).toContain(`${code}: Simulated. (`);
    expect(causesOf(error)[0]).toContain(`HTTP status ${status}`);
  });

  test('a permission that AWS itself names is the one that is told', () => {
    const denied = Object.assign(
      new Error('User: x is not authorized to perform: kms:Decrypt on resource: y'),
      {
        name: 'KMS.AccessDeniedException',
        $metadata: { httpStatusCode: 400 },
      },
    );
    const asker = { region: 'eu-west-1', profile: 'ops' };
    expect(explained(denied, 'sqs:ReceiveMessage', asker).message).toContain(
      'AWS does not allow kms:Decrypt with --profile ops',
    );
    const lower = new Error('User: x is not authorized to perform: sqs:receivemessage on resource: y');
    const queue = Object.assign(lower, { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    expect(explained(queue, 'sqs:ReceiveMessage', asker).message).toContain(
      'AWS does not allow sqs:ReceiveMessage with --profile ops',
    );
  });

  test.each([
    [
      'The SSO session associated with this profile has expired',
      'log in again:\n  aws sso login --profile ops',
    ],
    [
      'Profile ops requires multi-factor authentication, but',
      'after:\n  eval "$(aws configure export-credentials --format env --profile ops)"',
    ],
    ['Could not load credentials from any providers', '--profile is "ops", which has no AWS credentials'],
  ])('a profile of which the SDK says "%s"', (text, remedy) => {
    const error = Object.assign(new Error(text), { name: 'CredentialsProviderError' });
    const { message } = explained(error, 'sqs:SendMessage', { region: 'eu-west-1', profile: 'ops' });
    expect(message).toContain(remedy);
  });

  test('each question names the permission that is missing', async () => {
    const questions: readonly [string, () => Promise<unknown>][] = [
      ['lambda:GetFunctionConfiguration', () => open()],
      ['dynamodb:GetItem', () => prod.state()],
      ['dynamodb:UpdateItem', () => prod.store.acquire('prod', 'me', Date.now(), Date.now() + 1000)],
      ['cloudwatch:DescribeAlarms', () => prod.alarms()],
      ['logs:FilterLogEvents', () => all(prod.ledger(0))],
      ['dynamodb:DescribeContinuousBackups', () => prod.problems()],
    ];
    for (const [action, question] of questions) {
      world.operations.refuse(action, 'AccessDeniedException');
      await expect(question()).rejects.toThrow(`AWS does not allow ${action} with these credentials`);
      world.operations.refuse(action, undefined);
    }
  });

  test('what is gone is named', async () => {
    const { functions, logGroups } = world.operations;
    const known = [...logGroups];
    logGroups.clear();
    await expect(all(prod.ledger(0))).rejects.toThrow(/log group .* does not exist/);
    for (const [name, events] of known) logGroups.set(name, events);
    const { shipFunction } = world.pipelines.prod.output;
    const ship = functions.get(shipFunction)!;
    functions.delete(shipFunction);
    await expect(open()).rejects.toThrow(`its function ${shipFunction} no longer exists`);
    functions.set(shipFunction, { environment: { PIPELINE_CONFIG: '{"name": "prod"}' } });
    await expect(open()).rejects.toThrow('cannot be used by this version (');
    functions.set(shipFunction, ship);
  });

  test('no credentials, no region, nobody there', async () => {
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const with_ = async (env: Record<string, string>, options = {}) => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      const { message } = await failure(options);
      for (const name of Object.keys(env)) vi.stubEnv(name, world.env[name] ?? '');
      return message;
    };
    expect(await with_(none)).toContain('no AWS credentials were found; log in as for the AWS CLI');
    expect(await with_({}, { profile: 'x' })).toContain('--profile is "x", which has no AWS credentials');
    expect(await with_({ AWS_REGION: '' })).toContain('no AWS region is configured; specify --region REGION');
    expect(await with_({ AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:1' })).toBe(
      'AWS (cloudformation, us-east-1) cannot be reached (ECONNREFUSED); check this machine’s network, proxy and firewall',
    );
  });
});
