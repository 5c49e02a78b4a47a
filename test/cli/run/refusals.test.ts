/** What `run` says when it cannot: one line, never a stack trace. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SOME, SOME_SECRET } from '../../destinations/samples.ts';
import { cli, type Ended } from '../cli.ts';
import { DOMAIN, type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { NOTICE_LINE } from '../notice.ts';

const { variable } = SOME_SECRET;
/** A setting that takes no space. */
const setting = Object.keys(SOME.carried)[0] ?? '';

let world: LocalWorld;
beforeAll(async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
});
afterAll(() => world.close());

function expectOneLine({ stderr }: Ended): void {
  // A command stands below. Once the configuration is valid, the notice of the destination comes first.
  expect(stderr).toMatch(new RegExp(`^(${NOTICE_LINE})?error: [^\\n]+\\n(  npx [^\\n]+\\n)?$`));
  expect(stderr).not.toMatch(/\.ts:\d+|node:internal|undefined|\[object/);
}
/** A port of this machine where nobody answers. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
}
const once = (env: Record<string, string>, state: string) =>
  world.run(['--once', '--state', join(world.directory, state)], { ...world.env, ...env });

test('a secret that still holds the placeholder is refused before Auth0 is called, with exit code 2', async () => {
  const before = world.auth0.requests.token;
  const ended = await once({ AUTH0_CLIENT_SECRET: 'FILL-ME-IN' }, 'placeholder');
  expect(ended.stderr).toContain('still contains the placeholder in "clientSecret"; replace it');
  expectOneLine(ended);
  expect([ended.code, world.auth0.requests.token]).toEqual([2, before]);
});

describe('a fault in the way is told in one line, with exit code 1', () => {
  test('a refused Auth0 secret', async () => {
    const ended = await once({ AUTH0_CLIENT_SECRET: 'wrong-one' }, 'a');
    expect(ended.stderr).toContain('Auth0 rejected the token request (401');
    expect(ended.stderr).toContain(`the application in the tenant ${DOMAIN}`);
    expect(ended.stderr + ended.stdout).not.toContain('wrong-one');
    expectOneLine(ended);
    expect(ended.code).toBe(1);
  });

  test('a refused secret of Azure', async () => {
    const wrong = SOME.newSecret();
    const ended = await once({ [variable]: wrong }, 'b');
    expect(ended.stderr).toContain('pipeline "local": ');
    expect(ended.stderr).toMatch(SOME.wrongSecret);
    expect(ended.stderr + ended.stdout).not.toContain(wrong);
    expectOneLine(ended);
    expect(ended.code).toBe(1);
    expect(world.azure.received.records).toBe(0);
  });

  test('a host that does not answer', async () => {
    const ended = await once({ AUTH0_BASE_URL: await closedPort() }, 'c');
    expect(ended.stderr).toMatch(/connect ECONNREFUSED 127\.0\.0\.1:\d+; the host cannot be reached: check/);
    expectOneLine(ended);
    expect(ended.code).toBe(1);
  });
});

describe('what is wrong before it begins is told in full, with exit code 2', () => {
  test('missing secrets: the variables that it names', async () => {
    const { AUTH0_BASE_URL = '' } = world.env;
    const { code, stdout, stderr } = await world.run(['--once'], { AUTH0_BASE_URL });
    expect(stderr).toMatch(/^error: 2 secrets are missing or incomplete:\n( {2}- .*\n){2}$/m);
    for (const name of [
      'AUTH0_CLIENT_ID',
      'AUTH0_CLIENT_SECRET',
      'AUTH0_PRIVATE_KEY',
      variable,
      '--secrets',
    ]) {
      expect(stderr).toContain(name);
    }
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a bad configuration: all of its problems', async () => {
    const file = await world.write('bad.json', {
      name: 'Prod!',
      auth0: { domain: 'https://acme.auth0.com', secret: 'x', logRetentionDays: 0 },
      azure: { ...SOME.azure, [setting]: 'a b' },
      scedule: 'rate(1 minute)',
    });
    const { code, stderr } = await cli(['run', '--config', file]);
    expect(stderr).toMatch(/^error: .*bad\.json: the configuration has 5 problems:\n/);
    for (const path of ['name', 'auth0.domain', 'auth0.logRetentionDays', `azure.${setting}`, 'scedule']) {
      expect(stderr).toContain(`  - ${path}: `);
    }
    expect(stderr.trimEnd().split('\n')).toHaveLength(6);
    expect(code).toBe(2);
  });

  test.each<[string, (w: LocalWorld) => Promise<readonly string[]> | readonly string[], string]>([
    ['a file that is not there', () => ['--config', 'nowhere.json'], 'nowhere.json does not exist'],
    ['a directory', w => ['--config', w.directory], 'is a directory'],
    [
      'broken JSON',
      async w => ['--config', await w.write('broken.json', '{\n  "name": "x",\n}')],
      'is invalid JSON (line 3, column 1)',
    ],
    [
      'an unknown pipeline',
      async w => ['--config', await w.write('one.json', w.config), '--pipeline', 'prod'],
      '--pipeline is "prod"; allowed in',
    ],
    [
      'several pipelines and only one environment',
      async w => [
        '--config',
        await w.write('two.json', { pipelines: [w.config, { ...w.config, name: 'b' }] }),
      ],
      'choose one with --pipeline, or specify --secrets FILE',
    ],
    [
      'a secrets file that is not there',
      async w => ['--config', await w.write('one.json', w.config), '--secrets', 'nowhere.json'],
      'the secrets file nowhere.json does not exist',
    ],
    [
      'a state directory that is a file',
      async w => ['--config', await w.write('one.json', w.config), '--state', join(w.directory, 'one.json')],
      'cannot be used (EEXIST); it is a file: specify a directory with --state',
    ],
    ['a word too much', () => ['--config', 'x.json', 'now'], 'too many arguments'],
  ])('%s', async (_, args, message) => {
    const ended = await cli(['run', ...(await args(world))], world.env);
    expect(ended.stderr).toContain(message);
    expectOneLine(ended);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a base URL that would carry secrets in clear', async () => {
    const { code, stderr } = await once({ AZURE_BASE_URL: 'http://example.com' }, 'd');
    expect(stderr).toContain('environment variable AZURE_BASE_URL: is http://example.com; allowed: https://');
    expect(code).toBe(2);
  });
});
