/** `replay --queue`: what a pipeline that is gone has left behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APIS } from '../../../simulator/azure/apis.ts';
import { azureSecret } from '../../../simulator/world.ts';
import { recentLogs } from '../local-world.ts';
import { type Deployed, openStackWorld, type StackWorld } from '../stack-world.ts';
import { messageOf } from './dead-letters.ts';

const logs = recentLogs(6);
const folder = mkdtempSync(join(tmpdir(), 'replay-queue-'));
let world: StackWorld;
let prod: Deployed;
/** Of the second pipeline, whose own commands are not asked: it stands for one that is gone. */
let left: Deployed;
beforeAll(async () => {
  world = await openStackWorld();
  prod = world.pipelines.prod;
  left = world.pipelines['prod-eu'];
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

const queueUrl = () => left.aws.retryQueueUrl;
const replay = (...args: string[]) => world.run(['replay', '--queue', queueUrl(), ...args]);
async function leave(pipeline: string, which: number): Promise<void> {
  const MessageBody = messageOf({ logs: [logs[which]!], pipeline, failedAtMs: which });
  await left.aws.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody }));
}

test('lists what waits there, and says whose it is', async () => {
  await leave('bars', 0);
  await leave('prod', 1);
  const { code, stdout } = await replay('--pipeline', 'prod', '--list');
  expect(stdout).toContain('it belongs to pipeline "bars"');
  expect(stdout).toContain('2 dead letters (2 logs)');
  expect(code).toBe(0);
  expect(await left.aws.peek('retry')).toHaveLength(2);
});

test('moves the pipeline’s own to its retry queue, and leaves those of another', async () => {
  const { code, stdout } = await replay('--pipeline', 'prod', '--yes');
  expect(stdout).toContain('1 dead letter moved: 1 log');
  expect(code).toBe(0);
  expect([(await prod.aws.peek('retry')).length, (await left.aws.peek('retry')).length]).toEqual([1, 1]);
});

test('takes those of another that is named, and its replay function delivers them', async () => {
  expect((await replay('--pipeline', 'prod', '--accept', 'bars', '--yes')).code).toBe(0);
  expect(await left.aws.peek('retry')).toEqual([]);
  for (let deleted = 0; deleted < 2; ) deleted += await prod.replayOnce();
  expect([prod.azure.received.unique, prod.azure.received.duplicates]).toEqual([2, 0]);
});

test('with a configuration file no stack is needed: delivered from this machine', async () => {
  await leave('bars', 2);
  const config = join(folder, 'config.json');
  const secrets = join(folder, 'secrets.json');
  writeFileSync(config, JSON.stringify(prod.config));
  const fields = {
    'auth0-logs/prod/auth0': { clientId: 'x', clientSecret: 'y' },
    'auth0-logs/prod/azure': azureSecret(prod.kind, APIS[prod.kind].secret(prod.azure.settings)),
  };
  writeFileSync(secrets, JSON.stringify(fields), { mode: 0o600 });
  const own = [
    '--config',
    config,
    '--secrets',
    secrets,
    '--state',
    join(folder, 'state'),
    '--region',
    'us-east-1',
  ];
  const { code, stdout, stderr } = await world.run(
    ['replay', '--queue', queueUrl(), ...own, '--accept', 'bars', '--local', '--yes'],
    { AZURE_BASE_URL: prod.azure.url, ENTRA_BASE_URL: prod.azure.url },
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('1 dead letter delivered: 1 log accepted by Azure');
  expect(code).toBe(0);
  expect(await left.aws.peek('retry')).toEqual([]);
  expect(prod.azure.received.unique).toBe(3);
});

test.each([
  [['--list'], /has 2 pipelines; choose one with --pipeline/],
  [['--pipeline', 'prod', '--queue', 'bars-queue'], /--queue is "bars-queue"; allowed: the URL of a queue/],
  [['--pipeline', 'prod', '--queue', 'OWN'], /--queue is the retry queue of pipeline "prod"/],
  [['--pipeline', 'prod', '--queue', 'NONE'], /the queue .* does not exist/],
] as const)('is refused where it means nothing: %j', async (args, problem) => {
  const urls: Record<string, string> = {
    OWN: prod.aws.retryQueueUrl,
    NONE: `${prod.aws.retryQueueUrl}-no-such-queue`,
  };
  const { code, stderr } = await replay(...args.map(word => urls[word] ?? word));
  expect(stderr.replaceAll('\n', ' ')).toMatch(problem);
  expect(code).toBe(2);
});

test('--accept alone is refused', async () => {
  const { code, stderr } = await world.run(['replay', '--list', '--accept', 'bars']);
  expect(stderr).toContain('--accept requires --queue');
  expect(code).toBe(2);
});
