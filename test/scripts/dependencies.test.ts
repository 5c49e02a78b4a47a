import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { PAGES } from '../../scripts/build-pages.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** What is started after `npm ci --omit=dev`: the commands with the demo, a build and a deploy, what is deployed, and the pages. */
const STARTED = [
  'cli/main.ts',
  'cdk/app.ts',
  'scripts/build.ts',
  ...Object.values(PAGES),
  ...readdirSync(join(ROOT, 'lambda')).flatMap(name =>
    /-handler\.ts$/.test(name) ? [`lambda/${name}`] : [],
  ),
];
/** Called by their names: Node by npm and by cli/auth0-logs-to-azure.mjs, `cdk` by who deploys. */
const CALLED = ['node', 'aws-cdk'];

/** What a file loads when it runs, by whatever way: not what it takes types of. */
function loadedBy(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const statement = /^(?:import|export)\s(?!type\b)(?:[^'"=(;]*\sfrom\s+)?'([^'\n]+)'/gm;
  const ways = [statement, /(?<!typeof )\bimport\(\s*'([^']+)'/g, /\brequire\(\s*'([^']+)'/g];
  return ways.flatMap(way => [...text.matchAll(way)].map(([, name]) => name!));
}

/** Every file that is reached from `entries`, with the packages that it loads. */
function reached(entries: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const packagesOf = new Map<string, readonly string[]>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (packagesOf.has(file)) continue;
    const loaded = loadedBy(file);
    const packages = loaded.filter(name => !/^(\.|node:)/.test(name) && !builtinModules.includes(name));
    packagesOf.set(
      file,
      packages.map(name => /^(@[^/]+\/)?[^/]+/.exec(name)![0]),
    );
    const from = dirname(join(ROOT, file));
    const ours = loaded.filter(name => /^\.{1,2}\/.*\.tsx?$/.test(name));
    waiting.push(...ours.map(name => relative(ROOT, resolve(from, name))));
  }
  return packagesOf;
}

const files = reached(STARTED);

test('files of every part are reached', () => {
  const parts = new Set([...files.keys()].map(file => file.split('/')[0]));
  expect([...parts].sort()).toEqual(['cdk', 'cli', 'lambda', 'scripts', 'simulator']);
  expect(files.size).toBeGreaterThan(200);
});

test('whatever is loaded by a command, the demo, a build or a deploy is a dependency, not one of development', () => {
  const missing = [...files].flatMap(([file, packages]) =>
    packages.filter(name => !(name in dependencies)).map(name => `${file} → ${name}`),
  );
  expect(missing).toEqual([]);
  expect(CALLED.filter(name => !(name in dependencies))).toEqual([]);
});

test('every dependency is loaded or called by one of them', () => {
  const loaded = new Set([...CALLED, ...[...files.values()].flat()]);
  expect(Object.keys(dependencies).filter(name => !loaded.has(name))).toEqual([]);
});

test('CONTRIBUTING says what each of them is for', () => {
  const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const section = page.split('\n## ').find(text => text.startsWith('The package\n'))!;
  const [, , rows = ''] = section.split('\n| --- | --- | --- | --- |\n');
  const named = [...rows.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  );
  const isNamed = (name: string) => named.some(one => one === name || one === name.replace(/\/.*/, '/*'));
  expect(Object.keys(dependencies).filter(name => !isNamed(name))).toEqual([]);
  const isOne = (row: string) =>
    Object.keys(dependencies).some(name => name === row || name.replace(/\/.*/, '/*') === row);
  expect(named.filter(row => !isOne(row))).toEqual([]);
});
