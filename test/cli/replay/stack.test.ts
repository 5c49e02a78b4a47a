/** `replay` against a deployed stack: one story, in this order. */

import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { poisonLog } from '../../../simulator/auth0/tenant.ts';
import { recentLogs } from '../local-world.ts';
import { type Deployed, openStackWorld, type StackWorld } from '../stack-world.ts';
import { messageOf } from './dead-letters.ts';

const logs = recentLogs(60).map((log, i) => (i % 20 === 5 ? poisonLog(log) : log));
let world: StackWorld;
let prod: Deployed;
let eu: Deployed;
beforeAll(async () => {
  world = await openStackWorld({ auth0: { logs } });
  prod = world.pipelines.prod;
  eu = world.pipelines['prod-eu'];
  for (const { run } of [prod, eu]) await run();
});
afterAll(() => world.close());

const replay = (...args: string[]) => world.run(['replay', ...args]);
const listed = async (...args: string[]) => JSON.parse((await replay('--list', '--json', ...args)).stdout);
const depths = () => Promise.all([prod, eu].map(({ aws }) => aws.queueDepths()));

test('lists the dead letters of all pipelines, and hides none from the next look', async () => {
  const first = await listed();
  expect(first.place).toBe('stack Auth0LogsToAzure in us-east-1');
  expect(first.totals).toEqual({ letters: 6, logs: 6, undeliverable: 0, onQueue: 6 });
  expect(first.letters.map((one: { pipeline: string }) => one.pipeline)).toEqual([
    ...['prod', 'prod', 'prod'],
    ...['prod-eu', 'prod-eu', 'prod-eu'],
  ]);
  const ids = (list: { readonly letters: readonly { readonly id: string }[] }) =>
    list.letters.map(({ id }) => id).sort();
  expect(ids(await listed('--pipeline', 'prod'))).toEqual(ids({ letters: first.letters.slice(0, 3) }));
  const shown = await replay('--show', first.letters[0].id.slice(0, 8));
  const { code } = first.letters[0].reason;
  expect(code).toMatch(/^\w+$/);
  expect(shown.stdout).toContain(`  reason      rejected 400 ${code}\n`);
});

test('moves those of one pipeline to its retry queue, whose function delivers them', async () => {
  prod.azure.acceptPoison();
  const { code, stdout } = await replay('--pipeline', 'prod', '--reason', 'rejected', '--yes');
  expect(stdout).toContain('3 dead letters moved: 3 logs\n');
  expect(code).toBe(0);
  expect(await depths()).toEqual([
    { retry: 3, 'dead-letter': 0 },
    { retry: 0, 'dead-letter': 3 },
  ]);
  for (let deleted = 0; deleted < 3; ) deleted += await prod.replayOnce();
  expect([prod.azure.received.unique, prod.azure.received.duplicates]).toEqual([60, 0]);
});

test('--local delivers with the secrets of the deployment; what is rejected again is left for another time', async () => {
  const again = await replay('--pipeline', 'prod-eu', '--local', '--yes', '--json');
  expect(JSON.parse(again.stdout).done).toEqual({
    letters: 3,
    logs: 0,
    logsDeadLettered: 3,
    logsRequeued: 0,
  });
  expect([again.code, (await eu.aws.queueDepths())['dead-letter']]).toEqual([1, 3]);
  eu.azure.acceptPoison();
  const { code, stdout } = await replay('--pipeline', 'prod-eu', '--local', '--yes');
  expect(stdout).toContain('3 dead letters delivered: 3 logs accepted by Azure\n');
  expect(code).toBe(0);
  expect([eu.azure.received.unique, await depths()]).toEqual([
    60,
    [
      { retry: 0, 'dead-letter': 0 },
      { retry: 0, 'dead-letter': 0 },
    ],
  ]);
});

test('killed in the middle, every letter is on a queue, and the next one goes on', async () => {
  const messages = logs.map((log, i) => messageOf({ logs: [log], pipeline: 'prod', failedAtMs: i }));
  for (const MessageBody of messages) {
    await prod.aws.sqs.send(new SendMessageCommand({ QueueUrl: prod.aws.deadLetterQueueUrl, MessageBody }));
  }
  const { child, ended } = world.start(['replay', '--pipeline', 'prod', '--yes']);
  while ((await prod.aws.peek('retry')).length < 5) await sleep(1);
  child.kill('SIGKILL');
  await ended;
  const held = async () => [...(await prod.aws.peek('retry')), ...(await prod.aws.peek('dead-letter'))];
  expect(new Set(await held())).toEqual(new Set(messages));
  expect(await prod.aws.peek('dead-letter')).not.toEqual([]);
  // What it had in its hands comes back after two minutes.
  await prod.aws.makeVisible('dead-letter');
  expect((await replay('--pipeline', 'prod', '--yes')).code).toBe(0);
  expect(await prod.aws.peek('dead-letter')).toEqual([]);
  expect(new Set(await prod.aws.peek('retry'))).toEqual(new Set(messages));
  expect((await held()).length).toBeLessThanOrEqual(messages.length + 1);
});
