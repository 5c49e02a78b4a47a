import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../scripts/build.ts';

let folder: string;
let bytes: number | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auth0-logs-budget-'));
  ({ ship: bytes } = await bundle({ ship: 'lambda/ship-handler.ts' }, folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the start of the function "ship" does not load the fetch of Node, which it does not use', () => {
  const code = `await import(${JSON.stringify(join(folder, 'ship/index.mjs'))}); console.log(process.moduleLoadList.join());`;
  const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  expect(loaded).toContain('NativeModule https');
  expect(loaded).not.toContain('undici');
});

test('the function "ship" has grown by no more than 5 % since it was last measured by "npm run bench -- sizes"', async () => {
  const results = JSON.parse(
    await readFile(new URL('../../bench/results.json', import.meta.url), 'utf8'),
  ) as {
    sizes: { rows: { package: string; bytes: number }[] };
  };
  const measured = results.sizes.rows.find(row => row.package === 'all')?.bytes;
  expect(measured).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(Number(measured) * 1.05);
});
