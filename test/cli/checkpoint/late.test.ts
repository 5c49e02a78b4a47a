/** A log that Auth0 has shown late is not forgotten when the checkpoint is set by hand before the next look back. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';
import { startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';

let world: LocalWorld;
afterEach(() => world.close());

const places: readonly (readonly [string, (ids: readonly string[]) => string])[] = [
  ['a little back', ids => ids.at(-10)!],
  ['forward, where no log lies between', () => logIdAt(Date.now() - 30_000)],
];

test.each(places)('set %s, it is shipped all the same', async (_where, place) => {
  const logs = recentLogs(300);
  const [late] = logs.splice(250, 1);
  world = await openLocalWorld({ auth0: { logs } });
  await world.run();
  world.auth0.tenant.insertLate(late!);
  const where = [
    '--config',
    join(world.directory, 'pipeline.json'),
    '--state',
    join(world.directory, 'state'),
  ];
  const set = place(logs.map(log => log.log_id));
  const { code } = await startCli(['checkpoint', 'set', set, '--yes', ...where], world.env).ended;
  expect(code).toBe(0);
  await world.run();
  expect(await world.missing()).toEqual([]);
});

test('a place in the future, or one before which Auth0 may still write logs, is not set by --yes alone', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
  await world.run();
  const where = [
    '--config',
    join(world.directory, 'pipeline.json'),
    '--state',
    join(world.directory, 'state'),
  ];
  const set = (place: string) => startCli(['checkpoint', 'set', place, '--yes', ...where], world.env).ended;
  const future = await set(logIdAt(Date.now() + 240_000));
  expect(future.stderr).toContain('which is in the future');
  const young = await set(logIdAt(Date.now() - 1000));
  expect(young.stdout).toContain('so recent that Auth0 may still write logs before it');
  expect(young.stderr).toContain('add --skip-logs');
  expect([future.code, young.code]).toEqual([2, 2]);
});
