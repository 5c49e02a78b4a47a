/** `checkpoint` on a deployed stack. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recentLogs } from '../local-world.ts';
import { type Deployed, openStackWorld, type StackWorld } from '../stack-world.ts';

const logs = recentLogs(100);
const last = logs.at(-1)!.log_id;
let world: StackWorld;
let prod: Deployed;
beforeAll(async () => {
  world = await openStackWorld({ auth0: { logs } });
  prod = world.pipelines.prod;
  await prod.run();
});
afterAll(() => world.close());

const checkpoint = (...args: string[]) => world.run(['checkpoint', ...args]);

test('get shows every pipeline, one that has not run among them', async () => {
  const { code, stdout, stderr } = await checkpoint('get', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { place, pipelines } = JSON.parse(stdout);
  expect(place).toBe('stack Auth0LogsToAzure in us-east-1');
  expect(pipelines).toMatchObject([
    { pipeline: 'prod', checkpoint: { logId: last }, lastRun: { outcome: 'caught-up', logsAccepted: 100 } },
    { pipeline: 'prod-eu', checkpoint: null, lastRun: null },
  ]);
});

test('set wants one pipeline', async () => {
  const { code, stderr } = await checkpoint('set', 'oldest', '--yes');
  expect(stderr).toMatch(/^error: [^\n]+ has 2 pipelines; choose one with --pipeline: "prod", "prod-eu"\n$/);
  expect(code).toBe(2);
});

test('set back, the function sends those logs again, and who did it stays with the checkpoint', async () => {
  const { code, stdout } = await checkpoint('set', logs[59]!.log_id, '--pipeline', 'prod', '--yes');
  expect(stdout).toContain('Back: 40 logs would be sent again, ');
  expect(code).toBe(0);
  const item = await prod.aws.readCheckpoint('prod');
  expect(item).toMatchObject({ checkpointLogId: logs[59]!.log_id });
  expect(item?.['checkpointSet']).toMatch(new RegExp(` at [^,]+, from ${last} to ${logs[59]!.log_id}$`));
  expect(item).not.toHaveProperty('leaseOwner');
  expect(await prod.run()).toMatchObject({ logsAccepted: 140, logsLate: 60 });
  expect([prod.azure.received.unique, prod.azure.received.duplicates]).toEqual([100, 140]);
  expect(await prod.aws.readCheckpoint('prod')).toMatchObject({
    checkpointLogId: last,
    checkpointSet: item?.['checkpointSet'],
  });
});
