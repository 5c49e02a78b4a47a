import { readdir } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { stateRows } from '../state-rows.ts';
import { backfill, idsShipped, WINDOW } from './backfills.ts';

let world: LocalWorld;
afterEach(() => world.close());

const checkpoint = () => stateRows(world.directory, 'SELECT * FROM state');

test('ships the logs of the window once more, and leaves the pipeline’s checkpoint where it is', async () => {
  const logs = recentLogs(3000);
  world = await openLocalWorld({ auth0: { logs } });
  expect((await world.run()).code).toBe(0);
  const before = checkpoint();
  const { code, stdout, stderr } = await backfill(world);
  expect(stdout).toMatch(/^[\d,]+ logs shipped in \d+ s; the window is complete\n$/);
  expect(stderr).toContain(`backfill of ${WINDOW[1]?.slice(0, 19)}Z to ${WINDOW[3]?.slice(0, 19)}Z (1 h)\n`);
  expect(code).toBe(0);
  const twice = logs.map(log => log.log_id).filter(id => world.azure.received.count(id) > 1);
  expect(twice).toEqual(idsShipped(logs));
  expect(checkpoint()).toEqual(before);
});

test('a window that is done is not shipped again, unless --again', async () => {
  const logs = recentLogs(600);
  world = await openLocalWorld({ auth0: { logs } });
  expect((await backfill(world)).code).toBe(0);
  const again = await backfill(world);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout.replaceAll('\n', ' ')).toMatch(
    /^this backfill is already complete \(since .*nothing to do/,
  );
  expect(world.azure.received.duplicates).toBe(0);
  const { code, stdout } = await backfill(world, [...WINDOW, '--again', '--json']);
  const shipped = idsShipped(logs);
  expect(JSON.parse(stdout)).toMatchObject({
    pipeline: 'local',
    fromAt: WINDOW[1],
    toAt: WINDOW[3],
    outcome: 'complete',
    doneBefore: false,
    logsRead: shipped.length,
    logsAccepted: shipped.length,
    logsRetried: 0,
  });
  expect(code).toBe(0);
  expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([
    shipped.length,
    shipped.length,
  ]);
});

test('--dry-run counts, and neither posts nor writes', async () => {
  const logs = recentLogs(900);
  world = await openLocalWorld({ auth0: { logs } });
  const counted = await backfill(world, [...WINDOW, '--dry-run', '--json']);
  const shipped = idsShipped(logs);
  expect(JSON.parse(counted.stdout)).toMatchObject({
    outcome: 'counted',
    logsRead: shipped.length,
    logsExcluded: 0,
    batches: 1,
  });
  expect(counted).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await backfill(world, [...WINDOW, '--dry-run']);
  expect(stdout).toContain(`${shipped.length} logs read, from `);
  expect(stdout).toContain('dry run: nothing was posted or written');
  expect(world.azure.received.posts).toBe(0);
  expect(await readdir(world.directory)).not.toContain('state');
});

test('what is settled is entered in the pipeline’s ledger, for an audit', async () => {
  const logs = recentLogs(600);
  world = await openLocalWorld({ auth0: { logs } });
  expect((await backfill(world)).code).toBe(0);
  const lines: { accepted: number; lastLogId: string }[] = stateRows(
    world.directory,
    'SELECT entry FROM ledger ORDER BY seq',
  ).map(({ entry }) => JSON.parse(String(entry)));
  const shipped = idsShipped(logs);
  expect(lines.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(shipped.length);
  expect(lines.at(-1)?.lastLogId).toBe(shipped.at(-1));
});
