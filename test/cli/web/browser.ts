/** A real browser for the tests of pages: Debian's Chromium, without a window. */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Cli } from '../cli.ts';

/** `CHROMIUM` may name another. */
const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const CHROMIUM = PLACES.find(path => path !== undefined && path !== '' && existsSync(path));
const REMEDY = 'install Chromium (apt-get install chromium), or name it: CHROMIUM=PATH';

/** Whether tests of pages cannot run here, which is printed. In CI they are not left out: they fail, with what to install. */
export const NO_BROWSER = CHROMIUM === undefined && process.env['CI'] !== 'true';
if (NO_BROWSER) process.stderr.write(`NOT RUN: the tests of pages in a browser; ${REMEDY}\n`);

/** Starts one. Throws Error where there is none. */
export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(`no Chromium; ${REMEDY}`);
  // As root, Chromium starts only without its sandbox; it opens our own pages alone.
  return chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: process.getuid?.() !== 0 });
}

/** The address that a command prints, with its token. The command's output is still collected. */
export function addressOf({ child, ended }: Cli): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', part => {
      text += part;
      const [url] = /http:\/\/127\S+(?=\s)/.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    });
    void ended.then(how => reject(new Error(`it ended: ${JSON.stringify(how)}`)));
  });
}

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
