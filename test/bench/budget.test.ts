import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundle } from '../../scripts/build.ts';

test('the function "ship" has grown by no more than 5 % since it was last measured by "npm run bench -- sizes"', async () => {
  const results = JSON.parse(
    await readFile(new URL('../../bench/results.json', import.meta.url), 'utf8'),
  ) as {
    sizes: { rows: { package: string; bytes: number }[] };
  };
  const measured = results.sizes.rows.find(row => row.package === 'all')?.bytes;
  const folder = await mkdtemp(join(tmpdir(), 'auth0-logs-budget-'));
  try {
    const { ship } = await bundle({ ship: 'lambda/ship-handler.ts' }, folder);
    expect(measured).toBeGreaterThan(0);
    expect(ship).toBeLessThanOrEqual(Number(measured) * 1.05);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
