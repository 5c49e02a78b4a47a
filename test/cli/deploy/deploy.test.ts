/** What does not need AWS; the deploy itself is a scene of test/deploy. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { neededSecrets, storeSecrets } from '../../../cli/deploy/secrets.ts';
import { stackClients } from '../../../cli/pipelines/stack/clients.ts';
import { parsePipelines } from '../../../lambda/config/config.ts';
import { type SecretsManagerSimulator, startSecretsManager } from '../../../simulator/aws/secrets-manager.ts';
import { secretNames } from '../../../simulator/world.ts';
import { AUTH0 } from '../../config/samples.ts';
import { SAMPLES, SOME } from '../../destinations/samples.ts';
import { cli } from '../cli.ts';
import { openStackWorld } from '../stack-world.ts';

const NAMES = secretNames('prod');
const CONFIG = { name: 'prod', auth0: AUTH0, azure: { ...SOME.azure, secret: NAMES.azure } };
const SECRETS = {
  [NAMES.auth0]: { clientId: 'x', clientSecret: 's3cr3t' },
  [NAMES.azure]: { key: 's3cr3t too' },
};

let folder: string;
let vault: SecretsManagerSimulator;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-'));
  vault = await startSecretsManager({ secrets: {} });
});
afterEach(async () => {
  await vault.close();
  await rm(folder, { recursive: true });
});

async function write(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(content), { mode: 0o600 });
  return file;
}

const clients = () =>
  stackClients(
    { region: 'eu-central-1' },
    {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: vault.url,
    },
  );

test('each secret that the configuration names is stored as it is, once', async () => {
  const before = process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'];
  process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = vault.url;
  try {
    for (const name of Object.values(NAMES)) vault.set(name, '{"placeholder": "see docs/setup.md"}');
    const values = neededSecrets(await write('s.json', { ...SECRETS, other: {} }), parsePipelines(CONFIG));
    const result = (stored: string) => Object.values(NAMES).map(secret => ({ secret, result: stored }));
    expect(await storeSecrets(values, await clients())).toEqual(result('stored'));
    expect(Object.values(NAMES).map(name => JSON.parse(vault.get(name)!))).toEqual(Object.values(SECRETS));
    expect(await storeSecrets(values, await clients())).toEqual(result('unchanged'));
  } finally {
    if (before === undefined) delete process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'];
    else process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = before;
  }
});

test('a federated pipeline needs no secret of Azure', async () => {
  const federated = Object.values(SAMPLES).find(({ defaults }) => 'auth' in defaults)!;
  const { secret: _, ...azure } = federated.azure;
  const pipelines = parsePipelines({ ...CONFIG, azure: { ...azure, auth: 'federated' } });
  const values = neededSecrets(await write('s.json', SECRETS), pipelines);
  expect([...values.keys()]).toEqual([NAMES.auth0]);
});

test.each([
  ['a configuration that is not valid', { ...CONFIG, name: 'Prod' }, SECRETS, /name: is "Prod"/],
  [
    'a secret that the file lacks',
    CONFIG,
    { [NAMES.auth0]: {} },
    /lacks 1 of the secrets .*auth0-logs\/prod\/azure/,
  ],
  ['a file that is none', CONFIG, [], /is not a JSON object/],
])('nothing is deployed with %s', async (_, config, secrets, message) => {
  const args = [
    'deploy',
    '--config',
    await write('c.json', config),
    '--secrets',
    await write('s.json', secrets),
  ];
  const { code, stdout, stderr } = await cli(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  expect(stderr).not.toContain('s3cr3t');
});

test('without a configuration it says where one comes from', async () => {
  const { code, stderr } = await cli(['deploy', '--config', 'no/such.json']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('specify its path with --config, or write one:\n  npx auth0-logs-to-azure init'),
  ]);
});

/** No credentials anywhere: not in files, and not from a machine of AWS. */
const NOBODY = { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' };
const REGION = { AWS_REGION: 'eu-west-1' };
const IN_THIS_FOLDER = { CDK_DISABLE_CLI_TELEMETRY: 'true' };

describe('without credentials', () => {
  test('a deploy says what status says, and the command that needs none', async () => {
    const args = ['deploy', '--config', await write('c.json', CONFIG)];
    const { code, stdout, stderr } = await cli(args, { ...NOBODY, ...REGION });
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/no AWS credentials were found; log in as for the AWS CLI \(aws sso login/),
    ]);
    expect(stderr).toMatch(/\n {2}npx auth0-logs-to-azure deploy --dry-run --config \S+c\.json\n$/);
    expect(stderr).not.toContain('state directory');
  });

  test('a dry run that fails for another reason does not blame them', async () => {
    const args = ['deploy', '--dry-run', '--config', await write('c.json', CONFIG), '-c', 'nope=1'];
    const { code, stderr } = await cli(args, { ...NOBODY, ...IN_THIS_FOLDER }, folder);
    expect([code, stderr]).toEqual([1, expect.stringContaining('context "nope": unknown switch')]);
    expect(stderr).toMatch(/error: the template was not written; the CDK’s message is above\n$/);
  });

  test('a deploy without a Region is refused: the CDK would take one of its own', async () => {
    const { code, stderr } = await cli(['deploy', '--config', await write('c.json', CONFIG)], NOBODY);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('no AWS region is configured; specify --region'),
    ]);
  });
});

test('credentials that AWS does not know are no dry run: the template is written, and the error says so', async () => {
  const world = await openStackWorld();
  world.operations.refuse('cloudformation:DescribeStacks', 'InvalidClientTokenId');
  const config = await write('c.json', CONFIG);
  const env = { ...world.env, ...IN_THIS_FOLDER };
  const refused = 'AWS does not recognize these credentials; check AWS_ACCESS_KEY_ID';
  const deploy = await cli(['deploy', '--config', config], env);
  expect([deploy.code, deploy.stderr]).toEqual([2, expect.stringContaining(refused)]);
  const dryRun = await cli(['deploy', '--dry-run', '--config', config], env, folder);
  expect([dryRun.code, dryRun.stderr]).toEqual([2, expect.stringContaining(refused)]);
  expect(dryRun.stdout).toContain('the template is in cdk.out/Auth0LogsToAzure.template.json');
  await world.close();
});

test('a switch without a value is refused', async () => {
  const { code, stderr } = await cli(['deploy', '--config', await write('c.json', CONFIG), '-c', 'nested']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--context is "nested"; allowed: NAME=VALUE')]);
});

test('a configuration from a pipe is refused: the CDK would find it empty', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const { code, stderr } = await cli(['deploy', '--config', pipe]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/pipe is not a regular file, .*; save it/)]);
});
