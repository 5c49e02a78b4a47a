/** A backfill and a dry run of a deployed stack, from the operator's machine. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { poisonLog } from '../../../simulator/auth0/tenant.ts';
import { recentLogs } from '../local-world.ts';
import { openStackWorld, type StackWorld } from '../stack-world.ts';
import { idsShipped, WINDOW } from './backfills.ts';

const logs = recentLogs(900);
const shipped = idsShipped(logs);
const poisonId = shipped[7]!;
const at = logs.findIndex(log => log.log_id === poisonId);
logs[at] = poisonLog(logs[at]!);

let world: StackWorld;
let directory: string;
beforeAll(async () => {
  world = await openStackWorld({ auth0: { logs } });
  directory = await mkdtemp(join(tmpdir(), 'backfill-'));
});
afterAll(async () => {
  await world.close();
  await rm(directory, { recursive: true });
});

const run = (command: string, args: readonly string[] = []) =>
  world.run([command, '--pipeline', 'prod', '--state', join(directory, 'state'), ...args]);

test('the dry run begins after the deployed checkpoint, and leaves stack and disk as they are', async () => {
  const { prod } = world.pipelines;
  const first = await run('dry-run', ['--json']);
  expect(JSON.parse(first.stdout)).toMatchObject({ pipeline: 'prod', logsRead: 900, caughtUp: true });
  expect(await prod.aws.readCheckpoint('prod')).toBeUndefined();
  expect(await prod.run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 899 });
  const then = await run('dry-run');
  expect(then.stdout).toContain('starting after the checkpoint\nno logs to ship\n');
  expect(then).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(directory)).toEqual([]);
});

test('the backfill leaves the deployed checkpoint and lease alone, and puts aside on the deployed queues', async () => {
  const { prod } = world.pipelines;
  const before = await prod.aws.readCheckpoint('prod');
  const depths = await prod.aws.queueDepths();
  const { code, stdout, stderr } = await run('backfill', WINDOW);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
    'go to the queues of stack Auth0LogsToAzure in us-east-1 ',
  );
  expect(stdout).toContain(`${shipped.length - 1} logs shipped in `);
  expect(stdout).toContain('1 put on the dead-letter queue; the window is complete');
  expect(code).toBe(0);
  expect(await prod.aws.readCheckpoint('prod')).toEqual(before);
  expect(await prod.aws.queueDepths()).toEqual({ ...depths, 'dead-letter': depths['dead-letter'] + 1 });
  const once = shipped.filter(id => id !== poisonId && prod.azure.received.count(id) !== 2);
  expect(once).toEqual([]);
});

test('what an outage holds is delivered by the deployed replay function', async () => {
  const { prod } = world.pipelines;
  const retryAfter = { 'retry-after': '3000' };
  prod.posts.always({ kind: 'status', status: 503, headers: retryAfter });
  const { code, stdout } = await run('backfill', [...WINDOW, '--again']);
  prod.posts.clear();
  expect(stdout).toContain('batches on the retry queue are not lost: the replay function delivers them\n');
  expect(code).toBe(1);
  const rows = prod.azure.received.records;
  expect(await prod.replayOnce()).toBe(1);
  expect(prod.azure.received.records).toBe(rows + shipped.length - 1);
  expect((await run('backfill', WINDOW)).stdout).toContain('the window is complete');
});

test('of two pipelines one must be chosen', async () => {
  const { code, stderr } = await world.run(['dry-run']);
  expect(stderr).toContain('has 2 pipelines; choose one with --pipeline: "prod", "prod-eu"');
  expect(code).toBe(2);
});
