/** A state directory whose disk takes nothing more, or nothing at all: every command says so. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { ROOT } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';

/** A mount that nobody else sees and that ends with its process; not every machine allows it. */
const IN_MOUNT = ['-rm', 'sh', '-c'];
const isAllowed = spawnSync('unshare', [...IN_MOUNT, 'mount -t tmpfs none /mnt']).status === 0;

let world: LocalWorld;
afterEach(() => world.close());

/** Each command's output and exit code, with the state directory on a small disk of its own that `prepare` spoils. */
async function commands(prepare: string) {
  const file = await world.write('pipeline.json', world.config);
  const state = join(world.directory, 'state');
  const main = `"${process.execPath}" "${join(ROOT, 'cli/main.ts')}"`;
  const options = `--config "${file}" --state "${state}"`;
  const script = [
    `mkdir -p "${state}"`,
    `mount -t tmpfs -o size=4m none "${state}"`,
    `cd "${state}"`,
    prepare,
    `cd "${ROOT}"`,
    ...['run --once', 'status', 'doctor'].map(
      command => `echo "# ${command}"; ${main} ${command} ${options} 2>&1; echo "exit code $?"`,
    ),
  ].join('\n');
  const { PATH } = process.env;
  const child = spawn('unshare', [...IN_MOUNT, script], { env: { PATH, ...world.env } });
  const [, run = '', status = '', doctor = ''] = (await text(child.stdout)).split(/^# .*\n/m);
  return { run, status, doctor };
}
const flat = (output: string) => output.replaceAll(/\s+/g, ' ');

describe.skipIf(!isAllowed)('a state directory', { timeout: 60_000 }, () => {
  test('on a full disk is unhealthy for run, status and doctor, in plain words', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
    const { run, status, doctor } = await commands('dd if=/dev/zero of=fill bs=64k 2>/dev/null');
    for (const output of [run, status, doctor]) {
      expect(flat(output)).toContain('local: ');
      expect(flat(output)).toContain('unhealthy: the disk of the state directory is full');
      expect(output).toContain('exit code 1\n');
      expect(output).not.toContain('checkpoint table');
    }
    expect(flat(run)).toMatch(
      /error: pipeline "local": .*; the disk of the state directory is full: free space on it/,
    );
    expect(flat(doctor)).toContain('✗ state directory the disk of the state directory has 0 bytes left');
    expect(world.azure.received.records).toBe(0);
  });

  test('on a read-only file system likewise', async () => {
    world = await openLocalWorld({ auth0: { logs: recentLogs(50) } });
    const { run, status, doctor } = await commands('mkdir local && mount -o remount,ro "$PWD"');
    expect(flat(run)).toMatch(/error: the state directory .* cannot be used \(EROFS\)/);
    for (const output of [status, doctor]) {
      expect(flat(output)).toContain('unhealthy: the state directory is read-only');
      expect(output).toContain('exit code 1\n');
    }
  });
});
