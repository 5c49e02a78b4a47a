/** Chromium without a window, for pictures and tests of our own pages. */
import type { ChildProcess } from 'node:child_process';
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
export const REMEDY = 'install Chromium (apt-get install chromium), or name it: CHROMIUM=PATH';

/** Starts one. Throws Error where there is none. */
export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(`no Chromium; ${REMEDY}`);
  // As root, Chromium starts only without its sandbox; it opens our own pages alone.
  return chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: process.getuid?.() !== 0 });
}

/** The address that a command prints, with its token. Rejects with what it printed when it ends before. */
export function printedAddress({ stdout }: ChildProcess, ended: Promise<unknown>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stdout?.on('data', part => {
      text += part;
      const [url] = /http:\/\/127\S+(?=\s)/.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    });
    void ended.then(how => reject(new Error(`it printed no address: ${text} ${JSON.stringify(how ?? '')}`)));
  });
}
