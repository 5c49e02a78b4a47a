import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../cli/checks/finding.ts';
import { examine } from '../../../cli/doctor/examine.ts';
import { openTarget } from '../../../cli/pipelines/open.ts';
import { ENV, SECRET_PLACEHOLDER } from '../../../lambda/core/contract.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { APIS, KINDS } from '../../../simulator/azure/apis.ts';
import { azureSecret } from '../../../simulator/world.ts';
import { SAMPLES } from '../../destinations/samples.ts';
import { recentLogs } from '../local-world.ts';
import { openStackWorld, type PipelineName, type StackWorld } from '../stack-world.ts';
import { levels } from './doctor-world.ts';

let world: StackWorld;
beforeAll(async () => {
  world = await openStackWorld({
    auth0: { logs: recentLogs(120), rateLimit: { burst: 50, perSecond: 16 } },
    azure: Object.assign({}, ...KINDS.map(kind => APIS[kind].withSecret(SAMPLES[kind].newSecret()))),
    config: { alarms: { email: ['you@example.com'] } },
  });
});
afterAll(() => world.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(world.env)) vi.stubEnv(name, value);
});
afterEach(() => void vi.unstubAllEnvs());

/** What is found of one pipeline in this process, whose environment is the operator's. */
async function examined(pipeline: PipelineName) {
  const { kind, pipelines } = await openTarget({ pipeline, state: 'state' });
  const [one] = pipelines;
  if (!one) throw new Error('one pipeline');
  const watch = <T>(_part: string, work: Promise<T>) => work;
  const { findings } = await examine(one, { kind, about: {}, dcr: undefined, watch });
  return { findings, of: (check: string) => findings.find(finding => finding.check === check) };
}

const fillIn = (pipeline: PipelineName, which: 'auth0' | 'azure', fields: object) =>
  world.secrets.set(`auth0-logs/${pipeline}/${which}`, JSON.stringify(fields));
const AUTH0_FIELDS = { clientId: 'stack-client', clientSecret: 'stack-client-secret' };

test('just deployed, secrets not filled in: both pipelines say what to do, and the exit code is 1', async () => {
  fillIn('prod', 'auth0', { secret: SECRET_PLACEHOLDER });
  fillIn('prod-eu', 'azure', { secret: SECRET_PLACEHOLDER });
  const { stdout, code } = await world.run(['doctor', '--json']);
  const [prod, eu]: Record<string, Finding>[] = JSON.parse(stdout).pipelines.map(
    ({ findings }: { findings: Finding[] }) => Object.fromEntries(findings.map(one => [one.check, one])),
  );
  expect(prod?.['auth0 secret']).toEqual({
    check: 'auth0 secret',
    level: 'error',
    text: 'the secret "auth0-logs/prod/auth0" still holds the placeholder of the stack',
    remedy: expect.stringContaining(
      '\n  aws secretsmanager put-secret-value --secret-id auth0-logs/prod/auth0 ',
    ),
  });
  expect(prod?.['auth0 token']).toMatchObject({ level: 'not checked', text: 'needs the auth0 secret' });
  expect(prod?.['azure']?.level).toBe('ok');
  expect(eu?.['azure secret']?.level).toBe('error');
  const token = specOf({ kind: world.pipelines['prod-eu'].kind }).token?.check;
  for (const check of token ? [token, 'azure'] : ['azure']) {
    expect(eu?.[check]).toMatchObject({ level: 'not checked', text: 'needs the azure secret' });
  }
  expect(eu?.['auth0 logs']?.level).toBe('ok');
  expect(eu?.['last run']).toMatchObject({ level: 'warning', text: 'no run has ended yet' });
  expect(code).toBe(1);
  fillIn('prod', 'auth0', AUTH0_FIELDS);
  const { kind, azure } = world.pipelines['prod-eu'];
  fillIn('prod-eu', 'azure', azureSecret(kind, APIS[kind].secret(azure.settings)));
});

test('refused credentials: the command that stores new ones, with the fields and without a value', async () => {
  fillIn('prod', 'auth0', { ...AUTH0_FIELDS, clientSecret: 'an-old-one' });
  const { of, findings } = await examined('prod');
  fillIn('prod', 'auth0', AUTH0_FIELDS);
  expect(of('auth0 token')).toMatchObject({
    level: 'error',
    text: expect.stringContaining('401'),
    remedy: expect.stringMatching(
      /^compare the secret .*; write \{"clientId": "…", "clientSecret": "…"\} or .* to secret\.json, .*:\n {2}aws secretsmanager put-secret-value --secret-id auth0-logs\/prod\/auth0 \\\n {4}--secret-string file:\/\/secret\.json$/,
    ),
  });
  expect(JSON.stringify(findings)).not.toContain('an-old-one');
});

test('a refused secret of Entra: the command that stores a new one comes after the one that makes it', async () => {
  const ofEntra = (['prod', 'prod-eu'] as const).find(one => specOf(world.pipelines[one]).token);
  if (!ofEntra) throw new Error('one pipeline needs a token');
  const { kind, azure } = world.pipelines[ofEntra];
  fillIn(ofEntra, 'azure', azureSecret(kind, SAMPLES[kind].newSecret()));
  const { of } = await examined(ofEntra);
  fillIn(ofEntra, 'azure', azureSecret(kind, APIS[kind].secret(azure.settings)));
  const { token, secretField } = specOf({ kind });
  const [words, ...commands] = of(token?.check ?? '')?.remedy?.split('\n') ?? [];
  expect(words).toContain(`; write {"${secretField.name}": "…"} to secret.json`);
  expect(commands).toEqual([
    expect.stringContaining('az ad app credential reset'),
    `  aws secretsmanager put-secret-value --secret-id auth0-logs/${ofEntra}/azure \\`,
    '    --secret-string file://secret.json',
  ]);
});

describe.each(['prod', 'prod-eu'] as const)('%s, after a run', name => {
  test('is well but for what cannot be known from here, and the checkpoint is not touched', async () => {
    const { run, aws, azure } = world.pipelines[name];
    await run();
    const before = [await aws.readCheckpoint(name), azure.received.records];
    const { of, findings } = await examined(name);
    const found = levels(findings);
    const { notice, token, rule } = specOf({ kind: world.pipelines[name].kind });
    expect(found).toMatchObject({
      azure: 'ok',
      ...(notice && { [notice(Date.now()).check]: 'warning' }),
      ...(token && { [token.check]: 'ok' }),
      ...(rule && { 'dcr columns': 'not checked' }),
    });
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(of('table and queues')?.text).toBe('present, with the deployed settings');
    expect(of('last run')).toMatchObject({ level: 'ok', text: expect.stringContaining('120 logs accepted') });
    expect([await aws.readCheckpoint(name), azure.received.records]).toEqual(before);
  });
});

test('a secret that the operator may not read says nothing of the pipeline: not checked', async () => {
  const refused = JSON.stringify({ __type: 'AccessDeniedException', Message: 'no' });
  world.secrets.faults.always({ kind: 'status', status: 400, body: refused });
  const { of, findings } = await examined('prod');
  world.secrets.faults.clear();
  expect(of('auth0 secret')).toMatchObject({
    level: 'not checked',
    text: expect.stringMatching(/^the secret "auth0-logs\/prod\/auth0" cannot be read by you/),
    remedy: expect.stringContaining('“last run” shows'),
  });
  expect(of('azure')).toMatchObject({ level: 'not checked', text: 'needs the azure secret' });
  expect(of('last run')?.level).toBe('ok');
  expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
});

test('settings that were changed by hand: a finding each, with the command that puts it back', async () => {
  const { aws } = world.pipelines.prod;
  const settings = world.operations.tables.settings.get(aws.table)!;
  world.operations.tables.settings.set(aws.table, { ...settings, deletionProtection: false });
  const attributes = (VisibilityTimeout: string) =>
    aws.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: aws.retryQueueUrl, Attributes: { VisibilityTimeout } }),
    );
  await attributes('30');
  const { findings } = await examined('prod');
  world.operations.tables.settings.set(aws.table, settings);
  await attributes('360');
  expect(findings.filter(({ check }) => check === 'table and queues')).toMatchObject([
    {
      level: 'error',
      text: expect.stringContaining('no deletion protection'),
      remedy: expect.stringContaining('\n  aws dynamodb update-table '),
    },
    {
      level: 'error',
      text: expect.stringContaining('has a visibility timeout of 30 s'),
      remedy: expect.stringContaining('\n  aws sqs set-queue-attributes '),
    },
  ]);
});

test('dead letters and an old failed batch are found by their number and age, and stay where they are', async () => {
  const { aws, setOldestAge } = world.pipelines.prod;
  const put = (QueueUrl: string) => aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'any' }));
  await put(aws.retryQueueUrl);
  await put(aws.deadLetterQueueUrl);
  setOldestAge('retry', 7200);
  setOldestAge('dead-letter', 9 * 86_400);
  const { of } = await examined('prod');
  expect(of('retry queue')).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/^1 failed batch waiting, the oldest for 2 h/),
  });
  expect(of('dead letters')).toMatchObject({
    level: 'error',
    text: expect.stringMatching(/^1 dead letter waiting, the oldest for 9 d/),
  });
  expect(await aws.queueDepths()).toEqual({ retry: 1, 'dead-letter': 1 });
});

test('what AWS does not let the operator ask is not checked, and the rest is', async () => {
  world.operations.refuse('dynamodb:GetItem', 'AccessDeniedException');
  const { of } = await examined('prod-eu');
  world.operations.refuse('dynamodb:GetItem', undefined);
  for (const check of ['last run', 'checkpoint']) {
    expect(of(check)).toMatchObject({
      level: 'not checked',
      text: expect.stringContaining('does not allow dynamodb:GetItem'),
    });
  }
  expect(of('azure')?.level).toBe('ok');
});

test('federated: the token cannot be had from here, and the last run that shipped logs is the proof', async () => {
  const { aws, azure, config, output } = world.pipelines['prod-eu'];
  const shipFunction = world.operations.functions.get(output.shipFunction)!;
  const { secret, ...rest } = Object(config['azure']);
  const federated = JSON.stringify({ ...config, azure: { ...rest, auth: 'federated' } });
  const environment = { ...shipFunction.environment, [ENV.pipelineConfig]: federated };
  world.operations.functions.set(output.shipFunction, { ...shipFunction, environment });
  const { records } = azure.received;
  const proven = await examined('prod-eu');
  expect(proven.of('entra token')).toMatchObject({
    level: 'ok',
    text: expect.stringContaining('not available from this machine, but the run that ended at'),
  });
  expect(proven.of('azure')).toMatchObject({
    level: 'ok',
    text: expect.stringContaining('Azure accepted 120 logs of the run that ended at'),
  });

  const item = { pipeline: { S: 'prod-eu' }, version: { N: '99' } };
  await aws.dynamodb.send(new PutItemCommand({ TableName: aws.table, Item: item }));
  const unproven = await examined('prod-eu');
  expect(unproven.of('entra token')).toMatchObject({
    level: 'not checked',
    remedy: expect.stringContaining('run this again after the deploy'),
  });
  expect(unproven.of('azure')?.level).toBe('not checked');
  expect(azure.received.records).toBe(records);
  world.operations.functions.set(output.shipFunction, shipFunction);
});
