/** `npm run generate -- page`: the page of the live demo in an outage, with a dead letter, as docs/images/demo-page.png. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEFAULT_KIND } from '../cli/demo/default-kind.ts';
import { type LiveDemo, startLiveDemo } from '../cli/demo/live/engine.ts';
import { servePage } from '../cli/demo/web.ts';
import { openBrowser } from './browser.ts';
import { shrink } from './page-picture.ts';

const PICTURE = resolve(import.meta.dirname, '../docs/images/demo-page.png');
/** What differs from run to run is how long the functions took. */
const DEMO = { kind: DEFAULT_KIND, logs: 10_000, seed: 1, startMs: Date.parse('2026-12-01T09:30:00Z') };
const TURN_MS = 2_500;
const MOST_TURNS = 50;
const SIZE = { width: 1120, height: 896 };
const COLORS = 96;

async function turnUntil(live: LiveDemo, isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo(); turns++) {
    if (turns === MOST_TURNS) throw new Error('the demo does not come to the state of the picture');
    await live.steps.write();
    await live.passTime(TURN_MS);
    await Promise.all([live.steps.ship(), live.steps.replay()]);
  }
}

/** Both faults wait for their end: what they have put aside is to be seen. */
async function playFaults(live: LiveDemo): Promise<void> {
  const phase = (name: string) => live.state().buttons.find(one => one.name === name)?.phase;
  await turnUntil(live, () => live.state().ship.last?.outcome === 'caught-up');
  for (const name of ['poison', 'azure-down']) {
    live.press(name);
    await turnUntil(live, () => phase(name) === 'to be ended');
  }
}

async function photograph(address: string, shot: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({
      viewport: SIZE,
      deviceScaleFactor: 1.5,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(address);
    await page.locator('[data-promise="0"]').waitFor();
    await page.screenshot({ path: shot });
  } finally {
    await browser.close();
  }
}

const live = await startLiveDemo(DEMO);
const folder = mkdtempSync(join(tmpdir(), 'demo-page-'));
try {
  await playFaults(live);
  await using web = await servePage(live);
  const shot = join(folder, 'page.png');
  await photograph(web.url, shot);
  shrink(shot, PICTURE, COLORS);
} finally {
  rmSync(folder, { recursive: true });
  await live.close();
}
