/** A real browser for the tests of pages: Debian's Chromium, without a window. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** `CHROMIUM` may name another. */
const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Undefined where there is none. */
export const CHROMIUM = PLACES.find(path => path !== undefined && path !== '' && existsSync(path));

/** Whether tests of pages cannot run here. CI does not leave them out: there they fail, with what to install. */
export const NO_BROWSER = CHROMIUM === undefined && process.env['CI'] !== 'true';

if (NO_BROWSER) {
  console.warn(
    'NOT RUN: the tests of pages in a browser. Install Chromium (apt-get install chromium), or name it: CHROMIUM=PATH',
  );
}

/** Starts one. Throws Error where there is none. */
export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined)
    throw new Error('no Chromium; install it (apt-get install chromium), or name it: CHROMIUM=PATH');
  // As root, Chromium starts only without its sandbox; it opens our own pages alone.
  return chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: process.getuid?.() !== 0 });
}
