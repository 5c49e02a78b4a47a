/**
 * `npm run generate -- screens FOLDER`: pictures of `status --web` in Chromium, light and dark, on desktop and phone, for
 * people to look at. docs/images/status-web.png is desktop-light.png, after pngquant.
 * The command is the real one, over a state directory with a run, a ledger of six hours with an outage, and dead letters.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ledgerPlace, localLedger } from '../cli/pipelines/local/ledger.ts';
import { localQueue } from '../cli/pipelines/local/queue.ts';
import { type PipelineConfig, parsePipeline } from '../lambda/config/config.ts';
import { encodeFailedBatch } from '../lambda/core/failed-batch.ts';
import type { Reason } from '../lambda/core/model.ts';
import { syntheticLogId } from '../lambda/core/record/log-id.ts';
import { shaper } from '../lambda/core/record/shape.ts';
import { specOf } from '../lambda/destinations/all.ts';
import { generateLogs, type Log } from '../simulator/auth0/tenant.ts';
import { KINDS } from '../simulator/azure/apis.ts';
import { dice } from '../simulator/dice.ts';
import { startEnds } from '../simulator/world.ts';
import { openBrowser, printedAddress } from './browser.ts';

const MAIN = resolve(import.meta.dirname, '../cli/main.ts');
const MINUTE_MS = 60_000;
/** Minutes ago: Azure did not answer from the first to the second. */
const OUTAGE = [170, 130] as const;

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  'desktop-light': { viewport: { width: 1180, height: 800 }, colorScheme: 'light' },
  'desktop-dark': { viewport: { width: 1180, height: 800 }, colorScheme: 'dark' },
  'phone-light': { viewport: { width: 400, height: 800 }, colorScheme: 'light' },
  'phone-dark': { viewport: { width: 400, height: 800 }, colorScheme: 'dark' },
};
const REASONS: readonly Reason[] = [
  {
    verdict: 'rejected',
    status: 400,
    code: 'InvalidDataFormat',
    message: 'A record could not be processed.',
  },
  {
    verdict: 'unavailable',
    status: 503,
    message: 'Azure answered 503: the service is temporarily unavailable',
  },
  { verdict: 'throttled', status: 429, message: 'Azure answered 429 with Retry-After: 300' },
];

/** A ledger entry a minute: a day's wave, nothing during the outage, and then all that had waited. */
async function writeLedger(state: string, config: PipelineConfig, nowMs: number): Promise<void> {
  const { random } = dice(7);
  let waiting = 0;
  for (let minute = 360; minute > 1; minute--) {
    const logs = Math.round(40 + 25 * Math.sin(minute / 55) + 14 * random());
    waiting += logs;
    if (minute <= OUTAGE[0] && minute > OUTAGE[1]) continue;
    const atMs = nowMs - minute * MINUTE_MS;
    const lateMs = minute === OUTAGE[1] ? (OUTAGE[0] - OUTAGE[1]) * MINUTE_MS : 16_000 + 4_000 * random();
    const retried = minute === OUTAGE[0] + 1 || minute === OUTAGE[1] ? Math.round(logs / 2) : 0;
    const clock = { now: () => atMs, sleep: async () => undefined };
    await localLedger(ledgerPlace(state, config), clock, code => Promise.reject(new Error(code))).add({
      afterLogId: syntheticLogId('900', atMs - lateMs - MINUTE_MS),
      lastLogId: syntheticLogId('900', atMs - lateMs),
      logs: waiting,
      accepted: waiting - retried,
      excluded: 0,
      retried,
      deadLettered: 0,
      ids: '',
    });
    waiting = 0;
  }
}

async function writeLetters(state: string, config: PipelineConfig, logs: readonly Log[], nowMs: number) {
  const shape = shaper({
    form: specOf(config.azure).form,
    auth0Domain: config.auth0.domain,
    redact: log => log,
  });
  const clock = { now: Date.now, sleep: async () => undefined };
  const queue = localQueue({ directory: join(state, config.name), clock, maxTries: 20 });
  const messages = [0, 0, 1, 1, 1, 2].flatMap((at, n) => {
    const records = logs.slice(n * 9, n * 9 + 1 + at * (n + 3)).map(log => {
      const { logId, json } = shape(log);
      return { logId, json: Buffer.from(json) };
    });
    const failedAtMs = nowMs - (OUTAGE[0] - n * 7) * MINUTE_MS;
    return encodeFailedBatch({
      pipeline: config.name,
      records,
      reason: REASONS[at]!,
      failedAtMs,
      attempts: 9,
    });
  });
  await queue.put('dead-letter', messages);
}

/** Starts a command, and returns the address that it prints, or all when it ends. */
function start(words: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN, ...words], { env: { ...process.env, ...env } });
  const ended = new Promise<void>(done => child.once('close', () => done()));
  const address = printedAddress(child, ended);
  address.catch(() => undefined);
  return { child, ended, address };
}

async function take(page: Page, folder: string, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  console.log(join(folder, `${name}.png`));
}

async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined) throw new Error('name a folder for the pictures');
  await mkdir(folder, { recursive: true });
  const place = await mkdtemp(join(tmpdir(), 'auth0-logs-'));
  const ends = await startEnds({ name: 'prod' });
  const { config, secrets } = ends.pipeline(KINDS[0], 'prod');
  const nowMs = Date.now();
  const logs = generateLogs({ seed: 3, count: 120, fromMs: nowMs - 3 * 3_600_000, toMs: nowMs - MINUTE_MS });
  ends.auth0.tenant.add(logs);
  const state = join(place, 'state');
  const [file, secretsFile] = [join(place, 'config.json'), join(place, 'secrets.json')];
  await writeFile(file, JSON.stringify(config));
  const names = {
    [String(config.auth0['secret'])]: secrets.auth0,
    [String(config.azure['secret'])]: secrets.azure,
  };
  await writeFile(secretsFile, JSON.stringify(names), { mode: 0o600 });
  const about = ['--config', file, '--state', state, '--secrets', secretsFile];
  await start(['run', '--once', ...about], ends.addresses).ended;
  await writeLedger(state, parsePipeline(config), nowMs);
  await writeLetters(state, parsePipeline(config), logs, nowMs);
  const web = start(['status', '--web', ...about], ends.addresses);
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ deviceScaleFactor: 1.5 });
    const page = await context.newPage();
    await page.goto(await web.address);
    for (const [name, { viewport, colorScheme }] of Object.entries(LOOKS)) {
      await page.setViewportSize(viewport!);
      await page.emulateMedia({ colorScheme: colorScheme! });
      await page.reload();
      await page.getByRole('row').nth(6).waitFor();
      await take(page, folder, name);
    }
    await page.setViewportSize({ width: 1180, height: 800 });
    await page
      .getByRole('button', { name: /^open / })
      .first()
      .click();
    await page.getByText('log 1 of').waitFor();
    await take(page, folder, 'dead-letter');
    await page.keyboard.press('Escape');
    await page.getByLabel(/^choose all/).check();
    await page.getByRole('button', { name: /^Replay/ }).click();
    await page.getByRole('dialog').getByText('Move').waitFor();
    await take(page, folder, 'question');
    web.child.kill('SIGKILL');
    await page.keyboard.press('Escape');
    await page.getByText('The command has ended').waitFor();
    await take(page, folder, 'lost');
  } finally {
    await browser.close();
    web.child.kill('SIGKILL');
    await web.ended;
    await ends.close();
    await rm(place, { recursive: true });
  }
}

if (import.meta.main) {
  await main(process.argv[2]).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
