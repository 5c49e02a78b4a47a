/**
 * Each block of commands either says in its first line that it needs an account, or is run here, in the order of the
 * page, in a folder that looks like a clone.
 */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parsePipelines } from '../../lambda/config/config.ts';
import { GENERATORS } from '../../scripts/generate.ts';
import { deployed } from '../azure/sample-deployment.ts';
import { COMMANDS, cli, OWN_ENV } from '../cli/cli.ts';
import { type Block, blocks, PAGES, page, ROOT } from './pages.ts';

/** Their commands are run against a stack on loopback: operator-commands.test.ts. */
const OPERATED = /^(operating|runbook)\.md/;
const NEEDS_ACCOUNT =
  /^# needs an? (AWS|Azure|Auth0)(, an? (AWS|Azure|Auth0))*( and an? (AWS|Azure|Auth0))? account\n/;
/** Commands that a test cannot run, and who does. */
const RUN_ELSEWHERE = new Map([
  ['npm ci', '.ci/run'],
  ['npm test', '.ci/run'],
  ['npm install auth0-logs-to-azure aws-cdk@2 aws-cdk-lib constructs', '.ci/run'],
  ['npm install auth0-logs-to-azure', '.ci/run'],
  ['npm start', 'test/scripts/demo-picture.test.ts'],
  ['npm install --save-dev dynalite@4 fauxqs@1', '.ci/run'],
  ['npx auth0-logs-to-azure', '.ci/run'],
  ['npm start -- --web', 'test/cli/demo/web.test.ts'],
]);

/** Commands whose help has examples of calls. */
const HELPED = ['', ...COMMANDS];

const BIN = join(ROOT, 'node_modules/.bin');
const FOLDER = mkdtempSync(join(tmpdir(), 'test-docs-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const all = PAGES.flatMap(name => blocks(name, 'sh'));
const needsAccount = ({ text }: Block) => NEEDS_ACCOUNT.test(text);
const commandsOf = ({ text }: Block) =>
  text
    .replaceAll(/#.*$/gm, '')
    .split(/&&|\n/)
    .map(command => command.trim())
    .filter(Boolean);
const isRunElsewhere = (block: Block) => commandsOf(block).every(command => RUN_ELSEWHERE.has(command));

/** A folder like a clone, in which what the commands write harms nobody. Bundles are of one line, and not built. */
function clone(): string {
  const folder = mkdtempSync(join(FOLDER, 'clone-'));
  const own = new Set(['.git', 'cdk.json', 'cdk.out', 'config.json', 'secrets.json', 'state']);
  for (const name of readdirSync(ROOT)) {
    if (!own.has(name)) symlinkSync(join(ROOT, name), join(folder, name));
  }
  const dist = join(folder, 'bundles');
  for (const name of ['ship', 'replay', 'guard']) {
    mkdirSync(join(dist, name), { recursive: true });
    writeFileSync(join(dist, name, 'index.mjs'), 'export const handler = () => undefined;\n');
  }
  const { build: _, ...cdk } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  write(folder, 'cdk.json', { ...cdk, context: { ...cdk.context, dist } });
  // What the commands before, which need an account, have left.
  const example = JSON.parse(readFileSync(join(ROOT, 'config.example.json'), 'utf8'));
  write(folder, 'outputs.json', deployed({}).outputs);
  write(folder, 'config.json', example);
  write(folder, 'before.json', example);
  return folder;
}

const write = (folder: string, name: string, value: unknown) =>
  writeFileSync(join(folder, name), JSON.stringify(value));

/** Runs a page's commands in one shell that ends at the first failure. Returns the folder with what they left. */
function run(name: string): string {
  const folder = clone();
  const mine = blocks(name, 'sh').filter(block => !needsAccount(block) && !isRunElsewhere(block));
  expect(mine.length).toBeGreaterThan(0);
  const script = mine.map(({ where, text }) => `echo '${where}' >&2\n${text}`).join('\n');
  const { status, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...OWN_ENV,
      PATH: `${BIN}:${process.env['PATH']}`,
      HOME: folder,
      CDK_DISABLE_CLI_TELEMETRY: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  expect(status, stderr).toBe(0);
  return folder;
}

const has = (tool: string) => spawnSync(tool, ['--version']).error === undefined;
const json = (folder: string, file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

describe('the commands that need no account work as they stand there:', () => {
  test.skipIf(!has('jq'))('of the Azure side, which end with a valid configuration', () => {
    const [pipeline] = parsePipelines(json(run('azure.md'), 'config.json'));
    expect(pipeline?.azure.kind).toBe('logs-ingestion');
  });

  test.skipIf(!has('jq') || !has('openssl'))(
    'of the setup, which end with a private key that only its owner can read, a configuration and a template',
    () => {
      const folder = run('setup-details.md');
      expect(json(folder, 'secrets.json')).toEqual({
        'auth0-logs/prod/auth0': {
          clientId: 'CLIENT_ID',
          privateKey: expect.stringMatching(
            /^-----BEGIN PRIVATE KEY-----\n.+\n-----END PRIVATE KEY-----\n$/s,
          ),
        },
      });
      expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
      expect(parsePipelines(json(folder, 'config.json'))[0]).toMatchObject({
        auth0: { domain: 'acme.eu.auth0.com', logRetentionDays: 10, secret: 'auth0-logs/prod/auth0' },
        azure: { kind: 'logs-ingestion', auth: 'federated' },
        alarms: { email: ['you@example.com'] },
      });
      // Who begins with the example instead goes the same way.
      expect(parsePipelines(json(ROOT, 'config.example.json'))[0]).toMatchObject({
        azure: { kind: 'logs-ingestion', auth: 'federated' },
      });
      expect(readdirSync(folder)).not.toContain('private.pem');
      expect(readdirSync(join(folder, 'cdk.out'))).toContain('Auth0LogsToAzure.template.json');
    },
    120_000,
  );

  test('of the other pages there are none', () => {
    const isRunHere = ({ where }: Block) => /^(azure|setup-details)\.md/.test(where);
    const rest = all.filter(block => !needsAccount(block) && !isRunElsewhere(block) && !isRunHere(block));
    expect(rest.filter(({ where }) => !OPERATED.test(where))).toEqual([]);
  });

  test.each([...RUN_ELSEWHERE])('%s is run by %s', (command, file) => {
    expect(all.flatMap(commandsOf)).toContain(command);
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(command);
  });
});

describe('the commands that need an account', () => {
  test.each(all.filter(needsAccount).map(block => [block.where, block] as const))(
    'are at least what a shell understands: %s',
    (_, { text }) => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  test('that fill in the secrets give each one its own JSON', () => {
    const [block] = blocks('setup-details.md', 'sh').filter(({ text }) => text.includes('put-secret-value'));
    const folder = clone();
    write(folder, 'secrets.json', {
      'logs/a': { clientId: 'x', clientSecret: 'it’s "q" $HOME' },
      'logs/b': {},
    });
    // Stands in for the AWS CLI: prints its arguments, which name the secret, and its input.
    const aws = 'aws() { echo "$*"; cat; }';
    const { stdout } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', `${aws}\n${block!.text}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    const call = (id: string) =>
      `secretsmanager put-secret-value --secret-id ${id} --secret-string file:///dev/stdin`;
    expect(stdout.trim().split('\n')).toEqual([
      call('logs/a'),
      '{"clientId":"x","clientSecret":"it’s \\"q\\" $HOME"}',
      call('logs/b'),
      '{}',
    ]);
  });
});

describe('every command of this project that a page names', () => {
  const texts = PAGES.map(page).join('\n');

  test('is called by npx, in pages as in help', { timeout: 60_000 }, async () => {
    // What the commands print is not the page's own.
    const written = texts.replaceAll(/^```console.*?^```$/gms, '');
    // But for the page of the demo, which is for who has read no further.
    expect(written.match(/npm start.* -- (?!--web\b).*/g)).toBeNull();
    for (const name of HELPED) {
      const { stdout } = await cli([...name.split(' ').filter(Boolean), '--help']);
      expect(stdout).toContain('$ npx auth0-logs-to-azure');
      expect(stdout).not.toContain('npm start');
    }
  });

  const calls = [...texts.matchAll(/npx auth0-logs-to-azure ((?:\\\n|[^`\n|>#])+)/g)].map(([, call = '']) =>
    call.trim(),
  );
  const command = (call: string) => /^(azure (outputs|trust)|checkpoint (get|set)|\S+)/.exec(call)?.[0] ?? '';
  const commands = [...new Set(calls.map(command))];

  test.each(commands)('exists, with the options that it is given: %s', async name => {
    const { code, stdout } = await cli([...name.split(' '), '--help']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`auth0-logs-to-azure ${name} `)]);
    const options = calls
      .filter(call => command(call) === name)
      .flatMap(call => call.match(/--[a-z-]+/g) ?? []);
    expect(
      options.filter(option => !stdout.includes(`${option} `) && !stdout.includes(`${option}\n`)),
    ).toEqual([]);
  });

  test('as an npm script is one', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...texts.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script]) => script!);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(script => !(script in scripts))).toEqual([]);
  });

  test('as a name that "npm run generate" takes is one, and each is on the page for contributors', () => {
    const generated = [...texts.matchAll(/npm run generate -- ([a-z]+)/g)].map(([, name]) => name!);
    expect(generated.filter(name => !(name in GENERATORS))).toEqual([]);
    const rows = [...page('../CONTRIBUTING.md').matchAll(/^\| `([a-z]+)(?: [A-Z ]+)?` \|/gm)].map(
      ([, name]) => name!,
    );
    expect(rows.filter(name => name in GENERATORS)).toEqual(Object.keys(GENERATORS));
  });
});
