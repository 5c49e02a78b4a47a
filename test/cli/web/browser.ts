/** A real browser for the tests of pages: Debian's Chromium, without a window. */
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { CHROMIUM, printedAddress, REMEDY } from '../../../scripts/browser.ts';
import type { Cli } from '../cli.ts';

/** Whether tests of pages cannot run here, which is printed. In CI they are not left out: they fail, with what to install. */
export const NO_BROWSER = CHROMIUM === undefined && process.env['CI'] !== 'true';
if (NO_BROWSER) process.stderr.write(`NOT RUN: the tests of pages in a browser; ${REMEDY}\n`);

/** The address that a command prints. Its output is still collected. */
export const addressOf = ({ child, ended }: Cli): Promise<string> => printedAddress(child, ended);

/** A page of its own, like another person's browser, and the errors that it logs. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.setDefaultTimeout(30_000);
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  return { page, errors };
}

/** The widths and color schemes that a page must be readable in. */
export const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 400 },
  { colorScheme: 'dark', width: 400 },
] as const;

/** What axe finds, of every impact: https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md */
export async function findingsOf(page: Page): Promise<string[]> {
  // As the page's own script it would be refused by its policy.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ html }) => `${impact} ${id}: ${html}`));
}

/** Whether the page can be scrolled sideways. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
