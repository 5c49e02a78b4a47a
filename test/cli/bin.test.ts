import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from './cli.ts';

let directory = '';
let link = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bin-'));
  link = join(directory, 'auth0-logs-to-azure');
  await symlink(join(ROOT, 'cli/auth0-logs-to-azure.mjs'), link);
});
afterAll(() => rm(directory, { recursive: true }));

/** Started as npm's link to it would be, from somewhere else. */
function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [link, ...args], { cwd: directory, env });
  const code = new Promise<number | null>(resolve => child.once('close', resolve));
  return { child, ended: Promise.all([code, text(child.stdout), text(child.stderr)]) };
}

test('hands arguments over, and output and exit code back', async () => {
  const [code, stdout, stderr] = await start(['--logs', 'many of them']).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe('error: --logs is "many of them"; allowed: a whole number, 1 to 1,000,000\n');
  const [fine, help] = await start(['--help']).ended;
  expect(fine).toBe(0);
  expect(help).toContain('Usage: auth0-logs-to-azure');
});

test('hands a signal over, and waits until all is ended', async () => {
  const { child, ended } = start(['--logs', '20000'], { TMPDIR: directory });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  const [code, , stderr] = await ended;
  expect([code, stderr]).toEqual([130, 'interrupted; everything that was started has been stopped\n']);
});
