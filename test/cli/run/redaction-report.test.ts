import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';

let world: LocalWorld;
afterEach(() => world.close());

test('the report of a run names the rules of redact that matched none of its logs', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(40).map(log => ({ ...log, user_name: 'x' })) } });
  const redact = ['user_name', 'details.nothing.at.all'].map(field => ({ field, how: 'mask' }));
  const file = await world.write('redacting.json', { ...world.config, redact });
  const state = join(world.directory, 'state');
  expect((await world.run(['--once', '--config', file, '--state', state])).code).toBe(0);
  const { stdout } = await startCli(['status', '--json', '--config', file, '--state', state], world.env)
    .ended;
  expect(JSON.parse(stdout).pipelines[0].lastRun).toMatchObject({
    logsAccepted: 40,
    redactionUnmatched: ['details.nothing.at.all'],
  });
});
