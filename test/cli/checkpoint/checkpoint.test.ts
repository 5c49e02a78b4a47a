/** `checkpoint get` and `set` on a state directory. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readState } from '../../../cli/pipelines/local/state.ts';
import { EIGHTY, startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';

const HOUR_MS = 3_600_000;
let world: LocalWorld;
afterEach(() => world.posts.clear());

async function open(logs: ReturnType<typeof recentLogs>): Promise<void> {
  world = await openLocalWorld({ auth0: { logs } });
  await world.write('pipeline.json', world.config);
}
const start = (args: readonly string[], env = world.env) => {
  const { directory } = world;
  const where = ['--config', join(directory, 'pipeline.json'), '--state', join(directory, 'state')];
  return startCli(['checkpoint', ...args, ...where], env).ended;
};
const stored = () => readState(join(world.directory, 'state'), 'local');
const placed = async () => (await stored()).checkpoint?.logId;
const get = async () => JSON.parse((await start(['get', '--json'])).stdout).pipelines[0];

describe('a pipeline of 300 logs', () => {
  const logs = recentLogs(300);
  const last = logs.at(-1)!.log_id;
  beforeAll(() => open(logs));
  afterAll(() => world.close());
  const newerThan = (ms: number) => logs.filter(log => log.log_id > `900${digits(ms)}`).length;
  const digits = (ms: number) => new Date(ms).toISOString().slice(0, 19).replaceAll(/\D/g, '');

  test('that has not run yet: where it would begin', async () => {
    const { code, stdout } = await start(['get']);
    expect(stdout).toContain('  checkpoint    none yet; the first run begins at "oldest"\n');
    expect(code).toBe(0);
    const forward = await start(['set', 'now', '--dry-run']);
    expect(forward.stdout).toContain(': no checkpoint yet; auth0.startFrom is "oldest"\n');
    expect(forward.stdout).toContain('Forward: 300 logs would be SKIPPED.\n');
  });

  test('get shows checkpoint, lease and last run, on 80 columns', async () => {
    await world.run();
    const { code, stdout, stderr } = await start(['get'], { ...world.env, ...EIGHTY });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`  checkpoint    ${last}\n`);
    expect(stdout).toMatch(/ {2}date {10}[\dT:-]+Z, \d+ (s|min) ago\n/);
    expect(stdout).toContain('  lease         free\n');
    expect(stdout).toContain('                300 logs shipped; caught up\n');
    expect(stdout).toContain('  set by hand   never\n');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await get()).toMatchObject({
      pipeline: 'local',
      checkpoint: { logId: last },
      lease: null,
      lastRun: { outcome: 'caught-up', logsAccepted: 300 },
      rateLimit: null,
      checkpointSet: null,
    });
  });

  test('set back shows how many logs are sent again, and wants --yes where nobody can be asked', async () => {
    const { code, stdout, stderr } = await start(['set', '1h'], { ...world.env, ...EIGHTY });
    expect(stdout).toMatch(
      /\nBack: \d+ logs would be sent again, and so would the logs that the sweep still\ncovers\.\n/,
    );
    expect(stderr).toBe('error: confirmation needs a terminal; allowed: --yes, or --dry-run to preview\n');
    expect([code, await placed()]).toEqual([2, last]);
  });

  test('set back with --yes, the next run sends just those again', async () => {
    const sinceMs = Date.now() - 2 * HOUR_MS;
    const { code, stdout } = await start(['set', new Date(sinceMs).toISOString(), '--yes', '--json']);
    const set = JSON.parse(stdout);
    expect(set).toMatchObject({
      from: { logId: last },
      direction: 'back',
      logsBetween: newerThan(sinceMs),
      orMore: false,
      skipsLogs: false,
      set: true,
    });
    expect(code).toBe(0);
    expect(await stored()).toMatchObject({
      checkpoint: { logId: set.to.logId },
      checkpointSet: set.checkpointSet,
    });
    await world.run();
    // Those, and the window of late logs, which here is all of them.
    expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([
      300,
      set.logsBetween + 300,
    ]);
    expect(await stored()).toMatchObject({ checkpoint: { logId: last }, checkpointSet: set.checkpointSet });
  });

  test('set forward is refused with --yes alone; with --skip-logs it skips, and says how to send them later', async () => {
    await start(['set', logs[99]!.log_id, '--yes']);
    const refused = await start(['set', 'now', '--yes']);
    expect(refused.stdout).toContain('Forward: 200 logs would be SKIPPED.\n');
    expect(refused.stdout).toMatch(
      /\n {2}\$ npx auth0-logs-to-azure backfill --from [\dT:-]+Z \\\n {6}--to [\dT:-]+Z --config [^\n]+\\\n/,
    );
    expect(refused.stderr).toBe(
      'error: logs would be skipped, which --yes alone does not allow; add --skip-logs\n',
    );
    expect([refused.code, await placed()]).toEqual([2, logs[99]!.log_id]);
    const skipped = await start(['set', 'now', '--yes', '--skip-logs']);
    expect(skipped.stdout).toContain('Set. The next run continues from there;');
    expect([skipped.code, await placed()]).toEqual([0, last]);
  });

  test('set to where it is, or as a dry run, changes nothing', async () => {
    const before = await stored();
    const same = await start(['set', last, '--yes']);
    expect([same.code, same.stdout]).toEqual([
      0,
      expect.stringContaining('The checkpoint is already there.\n'),
    ]);
    const dry = await start(['set', 'oldest', '--dry-run']);
    expect(dry.stdout).toContain('Back: 300 logs would be sent again, ');
    expect(dry.stdout).toContain('dry run: nothing was changed\n');
    expect(await stored()).toEqual(before);
  });

  test('without Auth0 only a log id will do, and how many logs that means is unknown', async () => {
    const env = { ...world.env, AUTH0_CLIENT_SECRET: 'wrong-one' };
    const date = await start(['set', '1h', '--yes'], env);
    expect(date.stderr).toMatch(
      /^error: the place could not be looked up at Auth0: Auth0 rejected the token request [^\n]+\n$/,
    );
    expect(date.code).toBe(2);
    const { code, stdout } = await start(['set', logs[0]!.log_id, '--yes'], env);
    expect(stdout).toContain('Back: An unknown number of logs would be sent again,');
    expect(stdout).toContain('The logs could not be counted: Auth0 rejected the token request');
    expect([code, await placed()]).toEqual([0, logs[0]!.log_id]);
    const forward = await start(['set', last, '--yes'], env);
    expect(forward.stderr).toContain('add --skip-logs');
    expect([forward.code, await placed()]).toEqual([2, logs[0]!.log_id]);
  });

  test('is not set while a run holds the lease: it says who, and until when', async () => {
    world.posts.always({ kind: 'hang-headers' });
    const postsBefore = world.azure.received.posts;
    const run = await world.start();
    while (world.azure.received.posts === postsBefore) await new Promise(resolve => setImmediate(resolve));
    const { code, stdout, stderr } = await start(['set', 'oldest', '--yes']);
    run.child.kill('SIGKILL');
    await run.ended;
    expect(stderr).toMatch(/^error: pipeline "local": held until [\dT:-]+Z by process \d+ on [^\n]+\n$/);
    expect(stderr).toContain('nothing was changed. Try again in a moment, or disable the schedule');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});

test('more than ten thousand logs are not counted to the end', async () => {
  await open(recentLogs(10_200));
  const { stdout } = await start(['set', 'now', '--dry-run']);
  await world.close();
  expect(stdout).toContain('Forward: 10,000 logs or more would be SKIPPED.\n');
});
