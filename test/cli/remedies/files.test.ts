/** Scenes of files that are missing, open to others, or show too little: what is printed is typed, and mends them. */
import { chmod, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { ROOT } from '../cli.ts';
import type { LocalWorld } from '../local-world.ts';
import { parse, type } from './printed.ts';
import { only, openScene, type Setup } from './scene.ts';

let world: LocalWorld;
afterEach(() => world.close());

async function open(setup: Setup = {}, settings: object = {}) {
  const scene = await openScene(setup, settings);
  ({ world } = scene);
  return { ...scene, shell: { ...scene.shell, cwd: world.directory } };
}

test.each(['doctor --config config.json', 'run --config config.json', 'deploy'])(
  'no configuration yet: init is named, and asks: %s',
  async words => {
    const { shell } = await open();
    const folder = await mkdtemp(join(tmpdir(), 'new-'));
    const there = { ...shell, cwd: folder };
    const refused = await type(`npx auth0-logs-to-azure ${words}`, there);
    expect(refused.code).toBe(2);
    const init = only(refused.stderr, 'npx auth0-logs-to-azure init');
    // There is no terminal to ask at: every answer is an option.
    expect((await type(init, there)).stderr).toContain('--domain DOMAIN');
    await rm(folder, { recursive: true });
  },
);

test('secrets that others may read: the file is closed', async () => {
  const { say, secrets, shell } = await open();
  await chmod(secrets, 0o644);
  const warned = await say('run --once');
  expect((await type(only(warned.stderr, 'chmod 600'), shell)).code).toBe(0);
  expect((await stat(secrets)).mode & 0o777).toBe(0o600);
  expect((await say('run --once')).stderr).not.toContain('may be read by others');
});

test('the rule’s columns: the file that is named is made, and doctor compares it', async () => {
  const { say, shell } = await open({ kind: KINDS.at(-1)! });
  const { stdout } = await say('doctor');
  expect(stdout).toContain('– dcr columns');
  expect(await parse(only(stdout, 'az monitor data-collection').replace(' > dcr.json', ''))).toHaveLength(7);
  const compare = only(stdout, 'npx auth0-logs-to-azure doctor');
  const without = await type(compare, shell);
  only(without.stderr, 'az monitor data-collection rule list -o json > dcr.json');
  // What Azure answers, by the template that made the rule.
  await copyFile(join(ROOT, 'azure/template.json'), join(world.directory, 'dcr.json'));
  expect((await type(compare, shell)).stdout).toContain('✓ dcr columns');
});

test('a rule of redact that matches nothing: more logs are tried', async () => {
  const { say, shell } = await open({}, { redact: [{ field: 'session_connection', how: 'drop' }] });
  const { stdout } = await say('doctor');
  const more = only(stdout, 'npx auth0-logs-to-azure dry-run');
  const tried = await type(more, shell);
  expect(tried.code).toBe(0);
  expect(tried.stdout).toContain('20');
});

test('deploy without credentials: the dry run that it names checks the configuration and writes the template', async () => {
  const { config, shell } = await open({}, { alarms: { email: ['ops@example.com'] } });
  // No credentials anywhere: not in files, and not from a machine of AWS.
  const env = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere', AWS_REGION: 'eu-west-1' };
  const there = { ...shell, env: { ...env, CDK_DISABLE_CLI_TELEMETRY: 'true', COLUMNS: '10000' } };
  const refused = await type(`npx auth0-logs-to-azure deploy --config ${config}`, there);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('log in as for the AWS CLI')]);
  const { code, stdout, stderr } = await type(
    only(refused.stderr, 'npx auth0-logs-to-azure deploy'),
    there,
    ' --json',
  );
  const template = 'cdk.out/Auth0LogsToAzure.template.json';
  expect(JSON.parse(stdout)).toEqual({ stack: 'Auth0LogsToAzure', template, compared: false });
  const notCompared =
    /^it is not compared with what is deployed: no AWS credentials .* \(aws sso login, AWS_PROFILE, .*NAME$/m;
  expect([code, stderr]).toEqual([0, expect.stringMatching(notCompared)]);
  const { Outputs } = JSON.parse(await readFile(join(world.directory, template), 'utf8'));
  expect(Object.keys(Outputs)).toHaveLength(1);
});
