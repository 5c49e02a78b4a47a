/** What axe finds on a page: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Result } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A sentence for each serious or critical finding. */
export async function seriousProblems(page: Page): Promise<readonly string[]> {
  // Evaluated and not added as a script, which the page's own policy refuses.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found: readonly Result[] = await page.evaluate(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`);
}
