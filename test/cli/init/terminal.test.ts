/** The wizard at a pseudo-terminal, as a person sees it: `script` of util-linux makes one. */
import { spawn, spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OWN_ENV, ROOT } from '../cli.ts';
import { CLIENT_SECRET, DOMAIN, type InitWorld, openInitWorld } from './init-world.ts';

const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');
const ENTER = '\r';
const DOWN = '\x1b[B';
const CTRL_C = '\x03';
const CTRL_D = '\x04';

let world: InitWorld;
beforeEach(async () => {
  world = await openInitWorld();
  await world.write('azure.json', world.azureSecret);
});
afterEach(() => world.close());

/** Types each answer once its question is there. Returns the exit code and all that was on the screen, without its colors. */
async function typed(args: string, steps: readonly (readonly [question: string, keys: string])[]) {
  const command = `stty cols 120 rows 50; '${process.execPath}' '${ROOT}/cli/main.ts' init ${args}`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: world.folder,
    env: { ...OWN_ENV, TERM: 'xterm', SHELL: '/bin/sh', AZ_STATE: 'deployed', ...world.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  let seen = 0;
  const waiting = [...steps];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    const [next] = waiting;
    const at = next === undefined ? -1 : raw.indexOf(next[0], seen);
    if (next === undefined || at < 0) return;
    seen = raw.length;
    waiting.shift();
    child.stdin.write(next[1]);
  });
  const code = await new Promise<number | null>(done => child.once('close', done));
  return { code, screen: stripVTControlCharacters(raw), left: waiting.map(([question]) => question) };
}

const AUTH0_ANSWERS = [
  ['Domain of the Auth0 tenant', `${DOMAIN}${ENTER}`],
  ['how long does Auth0 keep logs', `${DOWN}${DOWN}${ENTER}`],
  ['Client ID', `begin-client${ENTER}`],
] as const;

test.skipIf(!hasScript)('it asks, checks, asks again after a refusal, and shows no secret', async () => {
  const { code, screen, left } = await typed('--azure-secret azure.json', [
    ['Domain of the Auth0 tenant', `https://x${ENTER}`],
    ['allowed: a bare host name', `${'\x7f'.repeat(9)}https://${DOMAIN}/${ENTER}`],
    ...AUTH0_ANSWERS.slice(1),
    ['client secret', `wrong-s3cret${ENTER}`],
    ['Answer again?', ENTER],
    ['Domain of the Auth0 tenant', ENTER],
    ['Client ID', ENTER],
    ['client secret', `${CLIENT_SECRET}${ENTER}`],
    ['Who gets the alarms', `ops@example.com${ENTER}`],
    ['Resource group', ENTER],
    ['Run them now?', ENTER],
  ]);
  expect({ code, left }).toEqual({ code: 0, left: [] });
  expect(screen).not.toContain(CLIENT_SECRET);
  expect(screen).not.toContain('wrong-s3cret');
  expect(screen).toContain(`domain: ${DOMAIN}, from https://${DOMAIN}/`);
  expect(screen).toContain('✗ auth0 token');
  expect(screen).toContain('✓ auth0 token');
  const config = JSON.parse(await readFile(join(world.folder, 'config.json'), 'utf8'));
  expect(config.pipelines[0]).toMatchObject({
    auth0: { domain: DOMAIN, logRetentionDays: 10 },
    azure: { kind: world.kind },
    alarms: { email: ['ops@example.com'] },
  });
  const secrets = JSON.parse(await readFile(join(world.folder, 'secrets.json'), 'utf8'));
  expect(secrets['auth0-logs/prod/auth0']).toEqual({ clientId: 'begin-client', clientSecret: CLIENT_SECRET });
});

/** A question of each kind, as the last. */
const LAST = {
  'a text': [],
  'a choice': [AUTH0_ANSWERS[0]],
  'a secret': AUTH0_ANSWERS,
} as const;
const NEXT = { 'a text': 'Domain of the Auth0', 'a choice': 'how long does', 'a secret': 'client secret' };
const STOPS = Object.entries({ 'Ctrl-C': CTRL_C, 'Ctrl-D': CTRL_D }).flatMap(([name, key]) =>
  Object.keys(LAST).map(kind => [name, kind as keyof typeof LAST, key] as const),
);

test.skipIf(!hasScript).each(STOPS)(
  '%s at %s ends it with 130, and nothing is written',
  async (_, kind, key) => {
    const { code, screen } = await typed('', [...LAST[kind], [NEXT[kind], key]]);
    expect([code, screen]).toEqual([130, expect.stringContaining('stopped; nothing was written')]);
    expect(await readdir(world.folder)).not.toContain('config.json');
  },
);

test.skipIf(!hasScript)('a file that is there stays, unless the answer is yes', async () => {
  await world.write('config.json', '{"mine": true}');
  const { code } = await typed('', [['config.json already exists. Replace?', ENTER]]);
  expect(code).toBe(130);
  expect(await readFile(join(world.folder, 'config.json'), 'utf8')).toBe('{"mine": true}');
});
