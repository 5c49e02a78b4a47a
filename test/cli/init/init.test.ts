import { execFileSync } from 'node:child_process';
import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePipelines } from '../../../lambda/config/config.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { EIGHTY, tooLong } from '../cli.ts';
import { CLIENT_SECRET, DOMAIN, type InitWorld, openInitWorld, outputsOf } from './init-world.ts';

let world: InitWorld;
beforeEach(async () => {
  world = await openInitWorld();
  await world.write('auth0.json', { clientId: 'begin-client', clientSecret: CLIENT_SECRET });
  await world.write('azure.json', world.azureSecret);
});
afterEach(() => world.close());

const ANSWERS = ['--domain', DOMAIN, '--log-retention-days', '1', '--alarm-email', 'ops@example.com'];
const AUTH0 = ['--credentials', 'auth0.json'];
const AZURE = ['--outputs', 'outputs.json', '--azure-secret', 'azure.json'];
const ALL = [...ANSWERS, ...AUTH0, ...AZURE];

const json = async (name: string) => JSON.parse(await readFile(join(world.folder, name), 'utf8'));
const written = async () =>
  (await readdir(world.folder)).filter(name => /^(config|secrets)\.json$/.test(name));

describe('with every answer as a flag', () => {
  test.each(KINDS)(
    'it writes a configuration for %s and its secrets, which only the owner reads',
    async kind => {
      await world.close();
      world = await openInitWorld(kind);
      await world.write('auth0.json', { clientId: 'begin-client', clientSecret: CLIENT_SECRET });
      await world.write('azure.json', world.azureSecret);
      const { code, stdout, stderr } = await world.init(ALL);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const config = await json('config.json');
      expect(parsePipelines(config)[0]).toMatchObject({
        name: 'prod',
        auth0: { domain: DOMAIN, logRetentionDays: 1 },
        azure: { kind },
        alarms: { email: ['ops@example.com'] },
      });
      expect(config.$schema).toMatch(/\/config\.schema\.json$/);
      expect(await json('secrets.json')).toEqual({
        'auth0-logs/prod/auth0': { clientId: 'begin-client', clientSecret: CLIENT_SECRET },
        'auth0-logs/prod/azure': world.azureSecret,
      });
      expect((await stat(join(world.folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(world.folder, '.gitignore'), 'utf8')).toBe('/secrets.json\n');
      // Auth0 gave a token and logs, Azure took a post without records.
      expect([world.auth0.requests.token, world.azure.received.unique]).toEqual([1, 0]);
      expect(stdout).toMatch(/✓ auth0 token .*\n.*✓ auth0 logs .*✓ azure /s);
      expect(stdout.match(/^ {2}npx .*/gm)).toHaveLength(3);
    },
  );

  test.each([`https://${DOMAIN}/`, `HTTP://${DOMAIN}`, `${DOMAIN}/`, `https://${DOMAIN}/api/v2/`])(
    'a domain as it is copied from a browser is taken without the rest: %s',
    async pasted => {
      const { code, stdout } = await world.init([...ALL, '--domain', pasted]);
      expect([code, stdout.split('\n')[0]]).toEqual([0, `domain: ${DOMAIN}, from ${pasted}`]);
      expect((await json('config.json')).pipelines[0].auth0.domain).toBe(DOMAIN);
    },
  );

  test('it prints no secret, also with --json', async () => {
    const { code, stdout, stderr } = await world.init([...ALL, '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const [azureSecret = ''] = Object.values(world.azureSecret);
    expect(stdout).not.toContain(CLIENT_SECRET);
    expect(stdout).not.toContain(azureSecret);
    expect(JSON.parse(stdout)).toMatchObject({
      written: true,
      config: 'config.json',
      secrets: 'secrets.json',
    });
    expect(JSON.parse(stdout).next).toHaveLength(3);
  });

  test('it takes secrets from the environment too', async () => {
    const [secret = ''] = Object.values(world.azureSecret);
    const env = {
      AUTH0_CLIENT_ID: 'begin-client',
      AUTH0_CLIENT_SECRET: CLIENT_SECRET,
      AZURE_CLIENT_SECRET: secret,
    };
    const { code } = await world.init([...ANSWERS, '--outputs', 'outputs.json'], env);
    expect(code).toBe(0);
    expect((await json('secrets.json'))['auth0-logs/prod/auth0']).toMatchObject({
      clientSecret: CLIENT_SECRET,
    });
  });

  test('without a secret of Azure where none is needed, and with the command that makes Entra trust the roles', async () => {
    const outputs = await json('outputs.json');
    await world.write('outputs.json', { ...outputs, auth: { value: 'federated' } });
    const { code, stdout } = await world.init([
      ...ANSWERS,
      ...AUTH0,
      '--outputs',
      'outputs.json',
      '--group',
      'logs',
    ]);
    expect(code).toBe(0);
    expect(Object.keys(await json('secrets.json'))).toEqual(['auth0-logs/prod/auth0']);
    expect(stdout).toContain('npx auth0-logs-to-azure azure trust --group logs\n');
  });
});

describe('what is missing or wrong', () => {
  test('is one error that names every flag', async () => {
    const { code, stdout, stderr } = await world.init([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.match(/^ {2}- --[a-z0-9-]+/gm)).toEqual([
      '  - --domain',
      '  - --log-retention-days',
      '  - --credentials',
      '  - --group',
      '  - --alarm-email',
    ]);
    expect(await written()).toEqual([]);
  });

  test.each([
    [
      '--domain',
      'https://manage.auth0.com/dashboard/eu/acme',
      /^error: --domain: is "https:.*allowed: a bare/,
    ],
    ['--domain', 'https://acme', /^error: --domain: is "https:\/\/acme"; allowed: a bare host name/],
    ['--log-retention-days', 'ten', /^error: --log-retention-days: .*allowed: days, 1 to 365/],
    ['--alarm-email', 'me', /^error: --alarm-email: is "me"; allowed: an e-mail address/],
    ['--name', 'Prod', /^error: --name: is "Prod"; allowed: at most 32/],
    ['--credentials', 'no.json', /no\.json does not exist/],
    ['--azure-secret', 'outputs.json', /is not an object of texts/],
  ])('is refused before a file is written: %s %s', async (flag, value, message) => {
    const { code, stderr } = await world.init([...ALL, flag, value]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(await written()).toEqual([]);
  });

  test('is reported at once, whatever else is wrong, and before Auth0 is asked', async () => {
    const before = world.auth0.requests.token;
    await world.write('config.json', '{}');
    const wrong = ['--log-retention-days', '99', '--alarm-email', 'foo', '--outputs', 'nope.json'];
    const { code, stderr } = await world.init([
      ...ALL,
      ...wrong,
      '--domain',
      'acme',
      '--credentials',
      'no.json',
    ]);
    expect(code).toBe(2);
    for (const part of ['--domain', '--alarm-email', 'no.json', 'nope.json', 'config.json already exists'])
      expect(stderr).toMatch(new RegExp(`^ {2}- .*${part}`, 'm'));
    expect(world.auth0.requests.token).toBe(before);
    expect(
      (await world.init(['--domain', 'acme', '--alarm-email', 'foo'])).stderr.match(/^ {2}- --\S+/gm),
    ).toEqual([
      '  - --domain:',
      '  - --alarm-email:',
      '  - --log-retention-days',
      '  - --credentials',
      '  - --group',
    ]);
  });

  test('a file of credentials that others may read is warned about, with the command that closes it', async () => {
    await chmod(await world.write('auth0.json', { clientId: 'x', clientSecret: 'wrong-s3cret' }), 0o644);
    const { stderr } = await world.init([...ALL, '--credentials', 'auth0.json']);
    expect(stderr).toContain(
      'warning: auth0.json is readable by other users (mode 644); run:\n  chmod 600 auth0.json',
    );
  });

  test('a secret that Auth0 refuses ends with a finding and its remedy, and nothing is written', async () => {
    await world.write('auth0.json', { clientId: 'begin-client', clientSecret: 'wrong-s3cret' });
    const { code, stdout, stderr } = await world.init(ALL);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ auth0 token .*\n +→ /);
    expect(stderr).toContain('nothing was written');
    expect(stdout + stderr).not.toContain('wrong-s3cret');
    expect(await written()).toEqual([]);
  });

  test('so does an application without read:logs, before anything is created in Azure', async () => {
    const body = JSON.stringify({ statusCode: 403, error: 'Forbidden', errorCode: 'insufficient_scope' });
    world.auth0.faults.logs.always({ kind: 'status', status: 403, body });
    const azure = ['--group', 'logs', '--workspace', 'ws', '--location', 'westeurope'];
    const { code, stdout } = await world.init([...ANSWERS, ...AUTH0, ...azure], { AZ_STATE: 'nothing' });
    expect([code, stdout]).toEqual([1, expect.stringMatching(/✗ auth0 logs .*\n +→ .*read:logs/)]);
    expect(await world.azCalls()).toEqual([]);
    expect(await written()).toEqual([]);
  });

  test('so does a secret that Azure refuses', async () => {
    const [field = ''] = Object.keys(world.azureSecret);
    await world.write('azure.json', { [field]: 'wrong-s3cret' });
    const { code, stdout, stderr } = await world.init([...ALL, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ written: false, next: [] });
    expect(stdout + stderr).not.toContain('wrong-s3cret');
    expect(await written()).toEqual([]);
  });
});

describe('files that are there', () => {
  test('are not replaced without --force', async () => {
    await world.write('config.json', '{}');
    const { code, stderr } = await world.init(ALL);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('config.json already exists; specify --force'),
    ]);
    expect(await json('config.json')).toEqual({});
  });

  test('with --force: other secrets stay', async () => {
    await world.write('secrets.json', { other: { clientId: 'x' } });
    expect((await world.init([...ALL, '--force'])).code).toBe(0);
    expect(Object.keys(await json('secrets.json'))).toEqual([
      'other',
      'auth0-logs/prod/auth0',
      'auth0-logs/prod/azure',
    ]);
    expect((await stat(join(world.folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
  });

  test('of git: a file that it ignores already is not listed again', async () => {
    execFileSync('git', ['init', '-q', '.'], { cwd: world.folder });
    await world.write('.gitignore', 'secrets.*\n');
    expect((await world.init(ALL)).code).toBe(0);
    expect(await readFile(join(world.folder, '.gitignore'), 'utf8')).toBe('secrets.*\n');
    const status = execFileSync('git', ['status', '--short', 'secrets.json'], {
      cwd: world.folder,
      encoding: 'utf8',
    });
    expect(status).toBe('');
  });
});

describe('with the Azure CLI', () => {
  const group = [...ANSWERS, ...AUTH0, '--azure-secret', 'azure.json', '--group', 'logs'];

  test('it reads the outputs of the deployment', async () => {
    const { code } = await world.init(group, { AZ_STATE: 'deployed' });
    expect(code).toBe(0);
    expect((await json('config.json')).pipelines[0].azure.kind).toBe(world.kind);
    expect(await world.azCalls()).toEqual([
      'account show --query name -o tsv',
      'deployment group show -g logs -n auth0-logs --query properties.outputs -o json',
    ]);
  });

  test('what it prints fits a terminal of 80 columns', async () => {
    const words = [...group, '--workspace', 'ws', '--location', 'westeurope'];
    const { code, stdout } = await world.init(words, { AZ_STATE: 'nothing', ...EIGHTY });
    expect([code, tooLong(stdout)]).toEqual([0, []]);
  });

  test('it deploys the template only when told, with what is missing around it', async () => {
    const refused = await world.init(group, { AZ_STATE: 'nothing' });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('specify --workspace NAME to deploy it'),
    ]);
    const nowhere = await world.init([...group, '--workspace', 'ws'], { AZ_STATE: 'nothing' });
    expect(nowhere.stderr).toContain('the group and the workspace must be created; specify --location');
    expect((await world.azCalls()).filter(call => call.includes('create'))).toEqual([]);

    const { code } = await world.init([...group, '--workspace', 'ws', '--location', 'westeurope'], {
      AZ_STATE: 'nothing',
    });
    expect(code).toBe(0);
    expect((await world.azCalls()).filter(call => call.includes('create'))).toEqual([
      'group create -n logs -l westeurope -o none',
      'monitor log-analytics workspace create -g logs -n ws -l westeurope -o none',
      expect.stringMatching(
        /^deployment group create -g logs -n auth0-logs -f \S+azure\/template\.json -p @\S+ --query properties\.outputs -o json$/,
      ),
    ]);
    expect((await json('parameters.json')).parameters).toEqual({
      workspaceName: { value: 'ws' },
      readRows: { value: true },
      alertEmails: { value: ['ops@example.com'] },
    });
    expect((await json('config.json')).pipelines).toMatchObject([{ verify: 'repair' }]);
  });

  test('it says what to do when nobody has logged in', async () => {
    const { code, stderr } = await world.init(group);
    expect([code, stderr]).toEqual([
      2,
      'error: --group: nobody has logged in with the Azure CLI; specify --outputs FILE, or log in:\n  az login\n',
    ]);
  });

  test('where it is not installed, it says how to get it, and names no command of it', async () => {
    const { code, stderr } = await world.init(group, { PATH: world.folder });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: --group: the Azure CLI \(az\) is not installed; install it \(https:\S+\) and log in, or specify --outputs FILE\n$/,
      ),
    ]);
  });

  test('a name that a shell could take for more is refused', async () => {
    const { code, stderr } = await world.init([...group.slice(0, -1), 'a;b'], { AZ_STATE: 'deployed' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--group is "a;b"; allowed: letters')]);
    expect(await world.azCalls()).toEqual([]);
  });
});

test('a command in a list of problems is a line that can be copied', async () => {
  const wrong = ['--outputs', 'nope.json', '--domain', 'acme'];
  const { code, stderr } = await world.init([...ALL, ...wrong], EIGHTY);
  const lines = stderr.trimEnd().split('\n');
  expect([code, lines[0]]).toEqual([2, 'error: 2 options cannot be used:']);
  expect(lines.at(-1)).toBe(
    '      az deployment group show -g GROUP -n auth0-logs --query properties.outputs -o json > outputs.json',
  );
});

test('outputs that are none of the template are refused with the command that shows them', async () => {
  await world.write('outputs.json', outputsOf({}));
  const { code, stderr } = await world.init(ALL);
  expect([code, stderr]).toEqual([2, expect.stringContaining('az deployment group show')]);
});
