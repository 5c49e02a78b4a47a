/**
 * The image's steps without an engine: its stages are folders, its user is another user where the tests run as root, and what
 * it runs is started. Not rehearsed: the base image, the read-only root, volumes, and the health check's schedule.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePackage } from '../../scripts/package.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../cli/local-world.ts';
import { listIn, only, stagesOf } from './dockerfile.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const [install = [], image = []] = stagesOf(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const isRoot = process.getuid?.() === 0;
const [uid = 0, gid = 0] = only(image, 'USER').split(':').map(Number);
const USER = isRoot ? { uid, gid } : {};
const STATE = '/var/lib/auth0-logs-to-azure';
const CONFIG = '/etc/auth0-logs-to-azure/config.json';
const SECRETS = '/run/secrets/auth0-logs-to-azure';

let root = '';
let world: LocalWorld;
/** In the folder that stands for the image's root. */
const inside = (path: string) => join(root, path);

beforeAll(async () => {
  const { filename } = await makePackage();
  root = await mkdtemp(join(tmpdir(), 'image-'));
  chmodSync(root, 0o755);
  const stage = inside('stage');
  const app = inside('app');
  for (const folder of [
    stage,
    app,
    inside('etc/auth0-logs-to-azure'),
    inside('run/secrets'),
    inside('var/lib'),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  expect(only(install, 'COPY')).toBe('dist/auth0-logs-to-azure-*.tgz package.tgz');
  cpSync(join(ROOT, 'dist', filename), join(stage, 'package.tgz'));
  sh(only(install, 'RUN'), stage);
  expect(only(image, 'COPY')).toBe('--from=install /app/node_modules node_modules');
  cpSync(join(stage, 'node_modules'), join(app, 'node_modules'), { recursive: true });
  const owned = isRoot ? only(image, 'RUN') : only(image, 'RUN').replace(/ -[og] \d+/g, '');
  sh(owned.replaceAll(STATE, inside(STATE)), app);

  world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
  writeFileSync(inside(CONFIG), JSON.stringify(world.config));
  cpSync(await world.writeSecrets(), inside(SECRETS));
  chmodSync(inside(SECRETS), 0o400);
  if (isRoot) chownSync(inside(SECRETS), uid, gid);
});
afterAll(async () => {
  await world.close();
  rmSync(root, { recursive: true });
});

function sh(command: string, cwd: string): void {
  const env = { PATH: process.env['PATH'], HOME: root, npm_config_prefer_offline: 'true' };
  execFileSync('sh', ['-c', command], { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
}

/** The image's own words, with its paths in the folder, by its user and with nothing but the image's environment. */
function start(words: readonly string[]) {
  const [, ...args] = words.map(word => (word.startsWith('/') ? inside(word) : word));
  const env = { NODE_ENV: 'production', ...world.addresses };
  const child = spawn(process.execPath, args, { cwd: inside('app'), env, ...USER });
  const code = new Promise<number | null>(done => child.once('close', done));
  return { child, ended: Promise.all([code, text(child.stdout), text(child.stderr)]) };
}

const RUN = [...listIn(only(image, 'ENTRYPOINT')), ...listIn(only(image, 'CMD'))];
const HEALTH = listIn(only(image, 'HEALTHCHECK'));

test('the image holds the package with its one dependency, and no tool that makes it', () => {
  const packages = readdirSync(inside('app/node_modules')).filter(name => !name.startsWith('.'));
  expect(packages.sort()).toEqual(['auth0-logs-to-azure', 'valibot']);
});

test('it ships, says so in JSON, ends on SIGTERM with 0, and writes to its state alone', async () => {
  expect(only(image, 'STOPSIGNAL')).toBe('SIGTERM');
  const before = newest(inside('app'));
  const { child, ended } = start(RUN);
  while (world.azure.received.unique < 300 && child.exitCode === null)
    await new Promise(done => setImmediate(done));
  if (child.exitCode !== null) throw new Error(JSON.stringify(await ended));
  await new Promise<void>(done => child.stdout.once('data', () => done()));
  child.kill('SIGTERM');
  const [code, stdout, stderr] = await ended;
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('stopping') });
  const [line = ''] = stdout.trim().split('\n');
  expect(JSON.parse(line)).toMatchObject({ pipeline: 'local', outcome: 'caught-up', logsAccepted: 300 });
  expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([300, 0]);
  expect(newest(inside('app'))).toBe(before);
  const { mode, uid: owner } = statSync(inside(STATE));
  expect([mode & 0o777, owner]).toEqual([0o700, USER.uid ?? process.getuid?.()]);
  if (isRoot) expect(statSync(join(inside(STATE), readdirSync(inside(STATE))[0]!)).uid).toBe(uid);
});

test('the health check reads the state that it left, and needs no secret', async () => {
  rmSync(inside(SECRETS));
  const [code, stdout] = await start(HEALTH).ended;
  expect(stdout).toContain('local: healthy');
  expect(code).toBe(0);
});

test('all paths are those that the volume and the page name', () => {
  expect(only(image, 'VOLUME')).toBe(STATE);
  const page = readFileSync(join(ROOT, 'docs/service.md'), 'utf8');
  for (const path of [STATE, CONFIG, SECRETS]) expect(page).toContain(path);
  expect(RUN.filter(word => word.startsWith('/')).map(dirname)).toEqual(
    [CONFIG, SECRETS, STATE].map(dirname),
  );
});

/** The latest change below a folder. */
function newest(folder: string): number {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...all.map(name => statSync(join(folder, name)).mtimeMs));
}
