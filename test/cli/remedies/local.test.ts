/** Scenes of a machine without AWS: what a command prints as its remedy is typed, and the scene is mended. */
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { poisonLog } from '../../../simulator/auth0/tenant.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { commandsIn, count, parse, type } from './printed.ts';

const NOBODY = 65_534;
const MINUTE_MS = 60_000;
type Setup = NonNullable<Parameters<typeof openLocalWorld>[0]>;

let world: LocalWorld;
afterEach(() => world.close());
afterAll(() => {
  const [executed, parsed] = [count.executed.size, count.parsed.size];
  process.stdout.write(`remedies: ${executed + parsed}, executed ${executed}, only parsed ${parsed}\n`);
});

/** The options of every command here are unlike the defaults, so that a forgotten one is found out. */
async function open(setup: Setup = {}) {
  world = await openLocalWorld({ ...setup, auth0: { logs: recentLogs(20), ...setup.auth0 } });
  const config = await world.write('pipeline.json', world.config);
  const secrets = await world.writeSecrets();
  const state = join(world.directory, 'its state');
  const options = ` --config ${config} --state '${state}' --secrets ${secrets}`;
  const shell = { env: world.addresses };
  const say = (words: string) => type(`npx auth0-logs-to-azure ${words}${options}`, shell);
  return { config, state, options, shell, say };
}

/** The one command that starts like this. */
function only(printed: string, start: string): string {
  const found = [...new Set(commandsIn(printed).filter(one => one.startsWith(start)))];
  expect(found).toHaveLength(1);
  return found[0]!;
}

test.each(['status', 'doctor'])('%s before the first run: the run that it names', async name => {
  const { say, shell } = await open();
  const before = await say(name);
  const run = only(before.stdout, 'npx auth0-logs-to-azure run --once');
  expect((await type(run, shell)).code).toBe(0);
  expect((await say('status')).code).toBe(0);
  expect((await say(name)).stdout).not.toContain('npx auth0-logs-to-azure run');
});

test.each(['status', 'doctor'])(
  '%s before a federated deploy: no run, which is refused, but the deploy',
  async name => {
    const { say, config } = await open({
      kind: 'logs-ingestion',
      settings: { auth: 'federated', secret: undefined },
    });
    const { stdout } = await say(name);
    expect(stdout).not.toContain('npx auth0-logs-to-azure run');
    expect(await parse(only(stdout, 'npx cdk'))).toEqual(['npx', 'cdk', 'deploy', '-c', `config=${config}`]);
  },
);

test('a state directory that may not be written: it is opened, and not another one chosen', async () => {
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
  const mending = /(chmod -R .*?'[^']*')/.exec(refused.stderr)?.[1] ?? '';
  expect((await type(mending, { ...shell, uid })).code).toBe(0);
  expect((await type(run, { ...shell, uid })).code).toBe(0);
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
