/** A backfill that does not come to its end in one go. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { backfill, idsWithin, startBackfill, WINDOW } from './backfills.ts';

let world: LocalWorld;
afterEach(() => world.close());

/** Slow enough, in batches small enough, to be caught in the middle. */
async function slowWorld(): Promise<void> {
  world = await openLocalWorld({
    auth0: { logs: recentLogs(6000) },
    azure: { latencyMs: 30 },
    maxBatchBytes: 200_000,
  });
}
/** Ids of the only backfill's window, as it was written down when it began. */
async function windowIds(): Promise<string[]> {
  const own = join(world.directory, 'state', 'local');
  const names = (await readdir(own)).filter(name => name.startsWith('backfill-'));
  expect(names).toHaveLength(1);
  const { from, to } = JSON.parse(await readFile(join(own, names[0]!, 'backfill.json'), 'utf8'));
  const logs = [...world.auth0.tenant.ids()].map(id => ({ log_id: id }));
  return idsWithin(logs, Date.parse(from), Date.parse(to));
}
/** Settles when Azure has more than `count` logs. */
async function arrived(count: number): Promise<void> {
  while (world.azure.received.unique <= count) await new Promise(resolve => setImmediate(resolve));
}

test('goes on where it was killed, though "2h" is another window by then: none is lost, few come twice', async () => {
  await slowWorld();
  for (const count of [0, 800, 2000]) {
    const { child, ended } = await startBackfill(world, ['--from', '2h']);
    await arrived(count);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
  }
  const { code, stdout, stderr } = await backfill(world, ['--from', '2h']);
  expect(stderr).toContain('continues an earlier backfill at 20');
  expect(stdout).toContain('the window is complete');
  expect(code).toBe(0);
  const window = await windowIds();
  expect(window.length).toBeGreaterThan(3000);
  expect(window.filter(id => !world.azure.received.has(id))).toEqual([]);
  // Three times what is shipping at most: three batches of some 110 logs.
  expect(world.azure.received.duplicates).toBeLessThan(1200);
});

test('stopped by Ctrl-C it ends with 130, and goes on without a log twice', async () => {
  await slowWorld();
  const { child, ended } = await startBackfill(world);
  await arrived(300);
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect(stdout.replaceAll('\n', ' ')).toMatch(/stopped at 20.*; the same command continues there/);
  expect(stderr).toContain('stopping after this step');
  expect(code).toBe(130);
  expect((await backfill(world)).code).toBe(0);
  expect(world.azure.received.duplicates).toBe(0);
});

test('one that another process is doing is refused, and begun anew by nobody', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(600) } });
  world.posts.add({ kind: 'hang-headers' });
  const { child, ended } = await startBackfill(world);
  while (world.azure.received.posts === 0) await new Promise(resolve => setImmediate(resolve));
  for (const args of [WINDOW, [...WINDOW, '--again']]) {
    const second = await backfill(world, args);
    expect(second.stderr).toContain(`this backfill is already running (process ${child.pid} on `);
    expect(second.code).toBe(2);
  }
  child.kill('SIGKILL');
  await ended;
  expect((await backfill(world)).code).toBe(0);
  expect(world.azure.received.duplicates).toBe(0);
});
