import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/build.ts';
import { type BundledPackage, licensesText, problemsOf, writeLicenses } from '../../scripts/licenses.ts';

const MIT = 'MIT License\r\n\r\nCopyright (c) Somebody\r\n';
let root = '';
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'licenses-')));
});
afterAll(() => rm(root, { recursive: true }));

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const manifest = (name: string, version: string, license = 'MIT') =>
  JSON.stringify({ name, version, license, main: 'index.js', type: 'module', sideEffects: false });

describe('the licenses of a build', () => {
  it('are those of the packages whose code is in a bundle, each version once', async () => {
    await files({
      'node_modules/used/package.json': manifest('used', '1.0.0'),
      'node_modules/used/index.js':
        'export { inner } from "inner"; export function used() { console.log("one"); console.log("1"); }',
      'node_modules/used/LICENSE': MIT,
      'node_modules/used/node_modules/inner/package.json': manifest('inner', '2.0.0'),
      'node_modules/used/node_modules/inner/index.js':
        'export function inner() { console.log("two"); console.log("2"); }',
      'node_modules/used/node_modules/inner/license.md': MIT,
      'node_modules/@scope/inner/package.json': manifest('@scope/inner', '3.0.0', 'MIT-0'),
      'node_modules/@scope/inner/index.js':
        'export function other() { console.log("three"); console.log("3"); }',
      'node_modules/shaken-off/package.json': manifest('shaken-off', '4.0.0', 'AGPL-3.0'),
      'node_modules/shaken-off/index.js':
        'export function never() { console.log("four"); console.log("4"); }',
      'a.ts': 'import { inner, used } from "used"; import { never } from "shaken-off"; inner(); used();',
      'b.ts': 'import { other } from "@scope/inner"; import { used } from "used"; other(); used();',
    });
    const dist = join(root, 'dist');
    await bundle({ a: 'a.ts', b: 'b.ts' }, dist, root);
    const packages = await writeLicenses(dist, root);
    expect(packages.map(({ name, version, license }) => [name, version, license])).toEqual([
      ['@scope/inner', '3.0.0', 'MIT-0'],
      ['inner', '2.0.0', 'MIT'],
      ['used', '1.0.0', 'MIT'],
    ]);
    const text = await readFile(join(dist, 'licenses.txt'), 'utf8');
    expect(text).toContain('used 1.0.0: MIT\n');
    // One text for the two that share it, whole, and the standard one for the package that brings none.
    expect(text).toContain('inner 2.0.0\nused 1.0.0\n');
    expect(text.split('Copyright (c) Somebody')).toHaveLength(2);
    expect(text).toContain('MIT No Attribution');
  });

  it('keep a build from being made, when one is not allowed', async () => {
    await files({
      'node_modules/viral/package.json': manifest('viral', '1.0.0', 'AGPL-3.0-only'),
      'node_modules/viral/index.js': 'export function viral() { console.log("five"); console.log("5"); }',
      'c.ts': 'import { viral } from "viral"; viral();',
    });
    const dist = join(root, 'refused');
    await bundle({ c: 'c.ts' }, dist, root);
    await expect(writeLicenses(dist, root)).rejects.toThrow('viral 1.0.0: its license is "AGPL-3.0-only"');
  });

  it('of this project are all allowed', async () => {
    const dist = join(root, 'project');
    await bundle({ ship: 'lambda/ship-handler.ts', replay: 'lambda/replay-handler.ts' }, dist);
    const packages = await writeLicenses(dist, resolve(import.meta.dirname, '../..'));
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-sqs', 'auth0', 'jose', 'valibot']));
    expect(names).not.toContain('aws-cdk-lib');
    expect(licensesText(packages)).toBe(await readFile(join(dist, 'licenses.txt'), 'utf8'));
  });
});

describe('a package', () => {
  const one = (license: string, texts: readonly string[] = ['text']): BundledPackage => ({
    name: 'one',
    version: '1.0.0',
    license,
    texts,
  });

  it.each(['MIT', '(MIT OR GPL-3.0-only)', 'GPL-2.0 OR Apache-2.0', 'MIT AND ISC', '(BSD-3-Clause)'])(
    'may be under %s',
    license => {
      expect(problemsOf([one(license)])).toEqual([]);
    },
  );

  it.each([
    '',
    'GPL-3.0-or-later',
    'LGPL-2.1-only',
    'MPL-2.0',
    'MIT AND GPL-3.0-only',
    'SEE LICENSE IN LICENSE.txt',
    'UNLICENSED',
    'Apache-2.0 WITH LLVM-exception',
  ])('may not be under "%s"', license => {
    expect(problemsOf([one(license)])).toHaveLength(1);
  });

  it('may not say MIT and bring the text of a copyleft license', () => {
    expect(problemsOf([one('MIT', [MIT, 'GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3'])])).toEqual([
      'one 1.0.0: it says "MIT", but a license file of it speaks of copyleft; remove the package',
    ]);
  });

  it('must bring a license text that names its holder; another’s will do where the text is the same for all', () => {
    expect(problemsOf([one('MIT', [])])).toHaveLength(1);
    expect(problemsOf([one('Apache-2.0', [])])).toHaveLength(1);
    const other = { ...one('Apache-2.0', ['Apache License']), name: 'other' };
    expect(problemsOf([one('Apache-2.0', []), other])).toEqual([]);
    expect(licensesText([one('Apache-2.0', []), other])).toContain('one 1.0.0\nother 1.0.0\n');
  });
});
