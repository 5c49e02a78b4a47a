/** Scenes of a machine without AWS: what a command prints as its remedy is typed, and fixes the scene. */
import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { poisonLog } from '../../../simulator/auth0/tenant.ts';
import { ROOT } from '../cli.ts';
import { type LocalWorld, recentLogs } from '../local-world.ts';
import { commandsIn, parse, type } from './printed.ts';
import { only, openScene, type Setup } from './scene.ts';

const NOBODY = 65_534;
const MINUTE_MS = 60_000;
/** Root plays another user, who must be able to enter the checkout: one in a folder of `mktemp -d` he cannot. */
const OTHERS_MAY_ENTER =
  process.getuid?.() !== 0 ||
  spawnSync('test', ['-r', join(ROOT, 'package.json')], { uid: NOBODY }).status === 0;

let world: LocalWorld;
afterEach(() => world.close());

async function open(setup: Setup = {}) {
  const scene = await openScene(setup);
  ({ world } = scene);
  return scene;
}

test.each(['status', 'doctor'])('%s before the first run: the run that it names', async name => {
  const { say, shell } = await open();
  const before = await say(name);
  const run = only(before.stdout, 'npx auth0-logs-to-azure run --once');
  expect((await type(run, shell)).code).toBe(0);
  expect((await say('status')).code).toBe(0);
  expect((await say(name)).stdout).not.toContain('npx auth0-logs-to-azure run');
});

test('status without --secrets names the run with the file of the secrets', async () => {
  const { config, state, shell } = await open();
  const there = { ...shell, cwd: world.directory };
  const { stdout } = await type(
    `npx auth0-logs-to-azure status --config ${config} --state '${state}'`,
    there,
  );
  expect((await type(only(stdout, 'npx auth0-logs-to-azure run --once'), there)).code).toBe(0);
});

test.each(['status', 'doctor', 'run'])(
  '%s before a federated deploy: no run, which is refused, but the deploy',
  async name => {
    const { say, config } = await open({
      kind: 'logs-ingestion',
      settings: { auth: 'federated', secret: undefined },
    });
    const { stdout, stderr } = await say(name);
    const said = stdout + stderr;
    expect(said).not.toContain('npx auth0-logs-to-azure run');
    if (name === 'run') expect(stderr.replaceAll(/\s+/g, ' ')).toContain('set azure.auth to "client-secret"');
    const deploy = only(said, 'npx auth0-logs-to-azure deploy');
    expect(deploy).toBe(`npx auth0-logs-to-azure deploy --config ${config}`);
    // Without AWS: it has read the configuration, and asks for credentials.
    const typed = await type(deploy, { env: { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1' } });
    expect([typed.code, typed.stderr]).toEqual([2, expect.stringContaining('no AWS credentials were found')]);
  },
);

test.runIf(OTHERS_MAY_ENTER)(
  'a state directory that may not be written: it is opened, and not another one chosen',
  async () => {
    const { state, options, shell } = await open();
    const uid = process.getuid?.() === 0 ? NOBODY : undefined;
    await mkdir(state);
    await chmod(world.directory, 0o777);
    if (uid !== undefined) await chown(join(world.directory, 'secrets.json'), uid, uid);
    if (uid !== undefined) await chown(state, uid, uid);
    await chmod(state, 0o500);
    const run = `npx auth0-logs-to-azure run --once${options}`;
    const refused = await type(run, { ...shell, uid });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('auth0.startFrom');
    expect(refused.stderr).not.toContain('choose another');
    const mending = only(refused.stderr, 'chmod -R');
    expect((await type(mending, { ...shell, uid })).code).toBe(0);
    expect((await type(run, { ...shell, uid })).code).toBe(0);
  },
);

test.runIf(OTHERS_MAY_ENTER)('a state directory of somebody else: the owner is changed', async () => {
  const { state, options, shell } = await open();
  const isRoot = process.getuid?.() === 0;
  await mkdir(state);
  await chmod(world.directory, 0o755);
  if (isRoot) await chown(join(world.directory, 'secrets.json'), NOBODY, NOBODY);
  // Without another user at hand, the directory above is one that nobody may write.
  const run = `npx auth0-logs-to-azure run --once${isRoot ? options : options.replace(state, '/proc/1/state')}`;
  const refused = await type(run, { ...shell, uid: isRoot ? NOBODY : undefined });
  expect(refused.code).toBe(2);
  expect((await parse(only(refused.stderr, 'sudo chown'))).slice(0, 3)).toEqual(['sudo', 'chown', '-R']);
});

test('dead letters: looked at, moved back, and delivered by the run that is named', async () => {
  const { say, shell } = await open({
    auth0: { logs: [...recentLogs(20), poisonLog(recentLogs(1, 9)[0]!)] },
  });
  await say('run --once');
  const status = await say('status');
  expect(status.code).toBe(1);
  const list = await type(only(status.stdout, 'npx auth0-logs-to-azure replay --list'), shell);
  expect(list.stdout).toContain('1 dead letter');
  world.azure.acceptPoison();
  const moved = await type(
    only((await say('doctor')).stdout, 'npx auth0-logs-to-azure replay --c'),
    shell,
    ' --yes',
  );
  expect((await type(only(moved.stdout, 'npx auth0-logs-to-azure run --once'), shell)).code).toBe(0);
  expect((await say('status')).code).toBe(0);
});

test('a 403 by a clock that is 25 min ahead is told as the clock, and not as a regenerated key', async () => {
  let offMs = 25 * MINUTE_MS;
  const { say } = await open({ azure: { now: () => Date.now() - offMs } });
  const run = await say('run --once');
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('this machine’s clock, which is 25 min ahead');
  const doctor = (await say('doctor')).stdout;
  expect(doctor).toContain('clock, which is 25 min ahead');
  expect(doctor).not.toContain('sharedKeys');
  expect(await parse(commandsIn(doctor).find(one => one.startsWith('timedatectl'))!)).toHaveLength(3);
  offMs = 0;
  expect((await say('run --once')).code).toBe(0);
});

test('a regenerated key: the command that shows it, and a run that has it', async () => {
  const { say } = await open();
  const right = world.azure.settings.sharedKeys[0]!;
  world.azure.setSecret('YW5vdGhlcg==');
  const run = await say('run --once');
  expect(run.stderr).toContain('; write the primary key of the workspace');
  await parse(only((await say('doctor')).stdout, 'az rest --method post'));
  world.azure.setSecret(right);
  expect((await say('run --once')).code).toBe(0);
});

test('logs that a new checkpoint skips: the backfill that is named ships them', async () => {
  const { say, shell } = await open();
  await say('run --once');
  await say('checkpoint set oldest --yes');
  const before = world.azure.received.duplicates;
  const set = await say('checkpoint set now --yes --skip-logs');
  const backfill = only(set.stdout, 'npx auth0-logs-to-azure backfill');
  expect((await type(backfill, shell, ' --yes')).code).toBe(0);
  expect(world.azure.received.duplicates - before).toBe(20);
});

test('healthy pipelines that are not shown: the one that is named is shown in full', async () => {
  const names = ['one', 'two', 'three', 'four'];
  const { say, shell } = await open();
  const all = names.map(name => ({ ...world.config, name }));
  await world.write('pipeline.json', { pipelines: all });
  await say('run --once');
  const { stdout } = await say('status');
  const full = await type(only(stdout, 'npx auth0-logs-to-azure status'), shell);
  expect([full.code, full.stdout]).toEqual([0, expect.stringContaining('one: healthy')]);
  expect(full.stdout).toContain('checkpoint');
});
