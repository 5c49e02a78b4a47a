import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { GENERATORS } from '../../scripts/generate.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const generate = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['scripts/generate.ts', ...args], { cwd: ROOT, encoding: 'utf8' });

test('every name has a script, and a line in the help', () => {
  const { status, stdout } = generate('--help');
  expect(status).toBe(0);
  for (const [name, { script, writes }] of Object.entries(GENERATORS)) {
    expect([script, existsSync(resolve(ROOT, script))]).toEqual([script, true]);
    expect(stdout).toMatch(new RegExp(`^  ${name} +${writes}$`, 'm'));
  }
});

test('a name that is none is refused, with those that are', () => {
  const { status, stderr } = generate('tempalte');
  expect(status).toBe(2);
  expect(stderr).toBe(`"tempalte" is not generated; allowed: ${Object.keys(GENERATORS).join(', ')}\n`);
});

test('what follows a name goes to its script, whose exit code comes back', () => {
  const { status, stderr } = generate('workbook');
  expect([status, stderr]).toEqual([2, expect.stringContaining('name the file to write')]);
});
