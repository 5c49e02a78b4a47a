/** `replay --local`: dead letters delivered from this machine. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { poisonLog } from '../../../simulator/auth0/tenant.ts';
import { listen, readBody } from '../../../simulator/loopback.ts';
import { SOME_SECRET } from '../../destinations/samples.ts';
import { EIGHTY, startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { messageOf, messagesOn, putDeadLetters, REJECTED } from './dead-letters.ts';

const logs = recentLogs(60);
let world: LocalWorld;
afterEach(() => world.close());

/** A tenant whose logs are all dead letters, so many in each. */
async function openWorld(messages: readonly string[], latencyMs = 0): Promise<void> {
  world = await openLocalWorld({ auth0: { logs }, azure: { latencyMs } });
  await putDeadLetters(world.directory, messages);
}
const groups = (size: number) =>
  Array.from({ length: logs.length / size }, (_, i) =>
    messageOf({ logs: logs.slice(i * size, (i + 1) * size) }),
  );
const dead = () => messagesOn(world.directory, 'dead-letter');

async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const config = await world.write('pipeline.json', world.config);
  const all = ['--config', config, '--state', join(world.directory, 'state'), '--local', '--yes', ...args];
  return startCli(['replay', ...all], { ...world.env, ...env });
}
const replay = async (env: Readonly<Record<string, string>> = {}) => (await start([], env)).ended;

test('delivers them, and takes each off once Azure has accepted it', async () => {
  await openWorld(groups(20));
  const { code, stdout, stderr } = await replay();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('3 dead letters delivered: 60 logs accepted by Azure\n');
  expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([60, 0]);
  expect([await dead(), await world.missing()]).toEqual([[], []]);
});

test('what Azure rejects again is a new dead letter, and is not tried twice', async () => {
  const poison = poisonLog(logs[3]!);
  await openWorld([
    messageOf({ logs: [logs[0]!, poison, logs[1]!] }),
    messageOf({ logs: [poison], reason: REJECTED }),
  ]);
  const { code, stdout } = await (await start(['--json'])).ended;
  expect(JSON.parse(stdout)).toMatchObject({
    how: 'delivered',
    done: { letters: 2, logs: 2, logsDeadLettered: 2, logsRequeued: 0 },
    left: 0,
  });
  expect(code).toBe(1);
  // And the tenant's newest log, which proves that the one record is at fault, and not the configuration.
  expect(world.azure.received.unique).toBe(3);
  const left = (await dead()).map(message => JSON.parse(message));
  expect(left.map(({ firstLogId, count }) => [firstLogId, count])).toEqual([
    [poison.log_id, 1],
    [poison.log_id, 1],
  ]);
  // Its attempts go on from those before.
  expect(left[0].attempts).toBeGreaterThan(9);
});

test('a fault ends it, with the rest still on the queue', async () => {
  await openWorld(groups(20));
  // So long a peace is asked for that no second try is made.
  const outage = { kind: 'status', status: 503, headers: { 'retry-after': '3000' } } as const;
  world.posts.add({ kind: 'slow', ms: 1 });
  world.posts.add(outage);
  const { code, stdout, stderr } = await replay();
  expect(stderr).toMatch(/^error: pipeline "local": Azure answered 503[^\n]*\n$/);
  expect(stdout).toContain('1 of 3 dead letters delivered: 20 logs accepted by Azure\n');
  expect(stdout).toContain('still on the queue: 2 dead letters; the same command continues with them\n');
  expect([code, (await dead()).length, await world.missing()]).toEqual([1, 2, []]);
});

test('one log that Azure cannot take now goes back on the retry queue alone, and is told', async () => {
  await openWorld([messageOf({ logs: logs.slice(0, 20) })]);
  // A gateway in between forbids what it does not like.
  const gateway = await listen(async (request, response) => {
    const body = (await readBody(request)) ?? Buffer.from('');
    const said = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    if (said.includes(logs[7]!.log_id)) return void response.writeHead(403).end();
    const headers = Object.entries(request.headers).filter(
      ([name]) => !/^(host|connection|content-length)$/.test(name),
    );
    const init = {
      method: 'POST',
      body,
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
    };
    const { status } = await fetch(`${world.azure.url}${request.url}`, init);
    response.writeHead(status).end();
  });
  onTestFinished(gateway.close);
  const { code, stdout } = await replay({ AZURE_BASE_URL: gateway.url, ...EIGHTY });
  expect(stdout).toContain(
    '1 dead letter delivered: 19 logs accepted by Azure; 1 log back on the retry\nqueue\n',
  );
  expect(code).toBe(1);
  const missing = new Set(await world.missing());
  expect([await dead(), logs.slice(0, 20).filter(({ log_id }) => missing.has(log_id))]).toEqual([[], []]);
});

test('a wrong key is told, and nothing is taken off', async () => {
  await openWorld(groups(30));
  const wrong = Buffer.from('another key of the right kind').toString('base64');
  const config = await world.write('pipeline.json', world.config);
  const args = ['replay', '--config', config, '--state', join(world.directory, 'state'), '--local', '--yes'];
  const { code, stderr } = await startCli(args, { ...world.env, [SOME_SECRET.variable]: wrong }).ended;
  expect(stderr).toContain('error: pipeline "local": ');
  expect(stderr).not.toContain(wrong);
  expect([code, (await dead()).length]).toEqual([1, 2]);
});

test('ended by a signal it finishes its post: nothing is lost and nothing twice', async () => {
  await openWorld(groups(2), 60);
  const { child, ended } = await start([]);
  while (world.azure.received.unique < 6) await sleep(1);
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  expect(stdout).toMatch(/^\d+ of 30 dead letters delivered: \d+ logs accepted by Azure$/m);
  expect(code).toBe(130);
  const done = world.azure.received.unique;
  expect([done < 60, (await dead()).length, await world.missing()]).toEqual([true, 30 - done / 2, []]);
  expect((await replay()).code).toBe(0);
  expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([60, 0]);
});

test('killed it loses nothing, and delivers at most one dead letter twice', async () => {
  await openWorld(groups(2), 20);
  const { child, ended } = await start([]);
  while (world.azure.received.unique < 6) await sleep(1);
  child.kill('SIGKILL');
  await ended;
  expect(await world.missing()).toEqual([]);
  expect((await replay()).code).toBe(0);
  expect(world.azure.received.unique).toBe(60);
  expect(world.azure.received.duplicates).toBeLessThanOrEqual(2);
});

test('a pipeline whose function alone may post is refused', async () => {
  await openWorld(groups(30));
  world.config['azure'] = {
    kind: 'logs-ingestion',
    endpoint: 'https://a.westeurope-1.ingest.monitor.azure.com',
    dcrImmutableId: `dcr-${'0'.repeat(32)}`,
    tenantId: '5ca1ab1e-0000-4000-8000-000000000001',
    clientId: '5ca1ab1e-0000-4000-8000-000000000001',
    auth: 'federated',
  };
  const { code, stdout, stderr } = await replay();
  expect(stderr).toMatch(/^error: pipeline "local": azure.auth is "federated", [^\n]+omit --local[^\n]+\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(await dead()).toHaveLength(2);
});
