import { mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { Auth0LogsToAzure } from '../../cdk/pipeline.ts';
import { config } from './example.ts';

const folder = mkdtempSync(join(process.env['TEST_CDK_FOLDER'] ?? tmpdir(), 'functions-'));

/** What lies in each asset of code, when `files` lie in the folder of bundles. */
function codeOf(files: readonly string[]): string[][] {
  const dist = mkdtempSync(join(folder, 'dist-'));
  for (const file of files) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    writeFileSync(join(dist, file), file);
  }
  const app = new App({ outdir: mkdtempSync(join(folder, 'cdk.out-')) });
  new Auth0LogsToAzure(new Stack(app, 'Security'), 'prod', { config: config(), dist });
  const { directory } = app.synth();
  const assets = readdirSync(directory).filter(name => name.startsWith('asset.'));
  return assets.map(name => filesUnder(join(directory, name))).sort();
}

function filesUnder(place: string): string[] {
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
  return names.filter(name => statSync(join(place, name)).isFile()).sort();
}

const BESIDE = ['guard/index.mjs', 'licenses.txt', 'meta.json', 'package/package.json', 'package.tgz'];

test('the code of a function is its bundle, of all that a checkout has in dist/', () => {
  const files = ['ship/index.mjs', 'ship/index.mjs.map', 'replay/index.mjs', ...BESIDE];
  expect(codeOf(files)).toEqual([['replay/index.mjs'], ['ship/index.mjs', 'ship/index.mjs.map']]);
});

test('in the npm package it is also what the bundles share', () => {
  const files = ['ship/index.mjs', 'replay/index.mjs', 'shared/A.mjs', 'shared/B.mjs', ...BESIDE];
  const shared = ['shared/A.mjs', 'shared/B.mjs'];
  expect(codeOf(files)).toEqual([
    ['replay/index.mjs', ...shared],
    [...shared, 'ship/index.mjs'],
  ]);
});
