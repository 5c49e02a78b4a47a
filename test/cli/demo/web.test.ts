import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUTTONS } from '../../../cli/demo/live/buttons.ts';
import { servePage } from '../../../cli/demo/web.ts';
import { openBrowser } from '../../../scripts/browser.ts';
import { cli, startCli } from '../cli.ts';
import { addressOf, findingsOf, isTooWide, LOOKS, NO_BROWSER, openPage } from '../web/browser.ts';
import { isWhole, openLive, type Played } from './live/live.ts';

describe.skipIf(NO_BROWSER)('the page of the demo', { timeout: 120_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  describe('with its engine', () => {
    let live: Played;
    let web: Awaited<ReturnType<typeof servePage>>;
    let page: Page;
    let errors: readonly string[];
    beforeAll(async () => {
      live = await openLive();
      web = await servePage(live);
      ({ page, errors } = await openPage(browser));
      await page.goto(web.url);
      await page.getByRole('heading', { name: 'What can go wrong' }).waitFor();
      await live.turnUntil(isWhole);
    });
    afterAll(async () => {
      await web[Symbol.asyncDispose]();
      await live.close();
    });

    /** Turns while the browser waits for something. */
    const meanwhile = async (waiting: Promise<unknown>) => {
      let isOver = false;
      const over = waiting.finally(() => {
        isOver = true;
      });
      over.catch(() => undefined);
      while (!isOver) await live.turn();
      await over;
    };
    const fault = (name: string) => page.locator(`[data-fault="${name}"]`);

    test.each(BUTTONS)(
      '$name: pressed on the page, it does what it says, with 0 missing to the end',
      async ({ name, title, end }) => {
        const pressed = fault(name);
        await pressed.getByRole('button', { name: `Try it: ${title}` }).click();
        if (end !== undefined) {
          await meanwhile(pressed.getByRole('button', { name: end }).waitFor());
          await pressed.getByText('in force').waitFor();
          await pressed.getByRole('button', { name: end }).click();
        }
        await meanwhile(
          page.locator(`[data-fault="${name}"][data-phase="ready"]`).locator('.did li').last().waitFor(),
        );
        await live.turnUntil(isWhole);
        await page.locator('[data-promise="0"]').waitFor();
        expect(await pressed.locator('.did li').allTextContents()).toEqual(live.button(name).did);
        expect(await page.getByText('It was never more.').count()).toBe(1);
        const { books } = live.state();
        const cell = (row: string) =>
          page.getByRole('row', { name: row, exact: false }).getByRole('cell').first().textContent();
        expect({ missing: await cell('Missing'), atAuth0: await cell('At Auth0') }).toEqual({
          missing: '0',
          atAuth0: new Intl.NumberFormat('en').format(books.atAuth0),
        });
        expect(live.worst).toBe(0);
      },
    );

    test('light and dark, wide and narrow: axe finds nothing, and nothing is cut off', async () => {
      // With a fault in force: its colors are others.
      await fault('azure-down').getByRole('button').click();
      await meanwhile(fault('azure-down').getByText('in force').waitFor());
      for (const { colorScheme, width } of LOOKS) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        const look = `${colorScheme} ${width}`;
        expect.soft({ look, findings: await findingsOf(page), isTooWide: await isTooWide(page) }).toEqual({
          look,
          findings: [],
          isTooWide: false,
        });
      }
      await fault('azure-down').getByRole('button').click();
      await live.turnUntil(() => live.button('azure-down').phase === 'ready');
    });

    test('a button is pressed by keyboard, keeps the focus, and what happened is said', async () => {
      const button = fault('answer-lost').getByRole('button');
      await button.focus();
      await page.keyboard.press('Enter');
      await meanwhile(page.getByRole('status').getByText('The batch was posted again').waitFor());
      expect(await button.evaluate(element => element === element.ownerDocument.activeElement)).toBe(true);
    });

    test('a button at work cannot be pressed again, and an unknown one does not exist', () => {
      expect(live.press('kill')).toBeUndefined();
      expect(live.press('kill')).toBe('"The function dies" is at work; wait for its end');
      expect(live.press('nonsense')).toContain('there is no button "nonsense"; allowed: azure-down, ');
    });

    test('the browser has nothing to complain about', () => {
      expect(errors).toEqual([]);
    });
  });

  test('npm start -- --web serves it until a signal, and the page says that the command is gone', async () => {
    const TMPDIR = await mkdtemp(join(tmpdir(), 'demo-web-'));
    const command = startCli(['--web', '--logs', '200'], { TMPDIR });
    const { page } = await openPage(browser);
    await page.goto(await addressOf(command));
    // The loops are at work: the backlog is shipped, and new logs follow.
    await page
      .locator('[data-station="accepted"]')
      .getByText(/^2\d\d logs$/)
      .waitFor();
    command.child.kill('SIGTERM');
    await page.getByRole('alert').getByText('The command has ended').waitFor();
    const { code, stderr } = await command.ended;
    expect(stderr).toBe('interrupted; stopping everything that was started\n');
    expect({ code, left: await readdir(TMPDIR) }).toEqual({ code: 130, left: [] });
    await rm(TMPDIR, { recursive: true });
  });
});

describe('wrong usage of --web is one line and exit code 2', () => {
  test.concurrent.each([
    [['--web', '--logs', '100001'], '--logs is 100001; allowed with --web: at most 100000; specify fewer'],
    [['--web', '99999'], '--web is "99999"; allowed: a port, 1 to 65535'],
    [['--web', '--json'], "'--web [port]' cannot be used with option '--json'"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
