/** `status --web` in a real browser. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBrowser } from '../../../scripts/browser.ts';
import { type Cli, startCli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { messageOf, messagesOn, putDeadLetters, REJECTED } from '../replay/dead-letters.ts';
import { addressOf, findingsOf, isTooWide, LOOKS, NO_BROWSER, openPage } from '../web/browser.ts';

describe.skipIf(NO_BROWSER)('status --web of a state directory', { timeout: 120_000 }, () => {
  const logs = recentLogs(60);
  // Oldest first, as the queue has them.
  const letters = [
    messageOf({ logs: logs.slice(0, 3) }),
    messageOf({ logs: logs.slice(3, 4), reason: REJECTED }),
    messageOf({ logs: logs.slice(4, 10) }),
  ];
  let world: LocalWorld;
  let browser: Browser;
  let cli: Cli;
  let url: string;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    world = await openLocalWorld();
    world.auth0.tenant.add(logs);
    await world.run();
    await putDeadLetters(world.directory, letters);
    cli = startCli(['status', '--web', ...where(world)], world.env);
    url = await addressOf(cli);
    ({ page, errors } = await openPage(browser));
    await page.goto(url);
    await page.getByRole('row').nth(3).waitFor();
  });
  afterEach(async () => {
    await page.context().close();
    cli.child.kill('SIGKILL');
    await cli.ended;
    await world.close();
  });

  const where = ({ directory }: LocalWorld) => [
    '--config',
    join(directory, 'pipeline.json'),
    '--state',
    join(directory, 'state'),
  ];
  const button = (name: RegExp | string) => page.getByRole('button', { name });
  const dialog = () => page.getByRole('dialog');

  test('shows health, reasons, figures, the last hours and the dead letters, from loopback alone, in less than 150 kB', async () => {
    const pipeline = page.getByRole('region', { name: 'pipeline local' });
    const text = await pipeline.innerText();
    expect(text).toContain('degraded');
    expect(text).toContain('3 dead letters');
    expect(text).toContain('docs/runbook.md#dead-letters');
    expect(text).toContain('60 logs shipped');
    await pipeline.getByText('The same as a table').first().click();
    const shipped = await pipeline.getByRole('table').first().innerText();
    expect(shipped).toMatch(/\t60\t0$/m);
    expect(await page.getByRole('row', { name: 'rejected 400 InvalidDataFormat' }).count()).toBe(1);
    expect(page.url()).not.toContain('token');

    const second = await page.context().newPage();
    const requests: { url: string; bytes: number }[] = [];
    second.on('response', async answer => {
      if (answer.url().endsWith('/events')) return;
      const at = requests.push({ url: answer.url(), bytes: 0 }) - 1;
      requests[at]!.bytes = (await answer.body()).length;
    });
    await second.goto(page.url());
    await second.getByRole('row').nth(3).waitFor();
    const { origin } = new URL(url);
    expect(requests.length).toBeGreaterThanOrEqual(3);
    expect(requests.filter(one => !one.url.startsWith(origin))).toEqual([]);
    const bytes = requests.reduce((sum, one) => sum + one.bytes, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(150_000);
    expect(errors).toEqual([]);
  });

  test('the audit that the page names, as it is typed, finds every log', async () => {
    const typed = await page.getByText('audit --from 1d').innerText();
    const [, words = ''] = /^npx auth0-logs-to-azure (.*)$/.exec(typed) ?? [];
    const { code, stdout } = await startCli(words.split(' '), world.env).ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('60')]);
  });

  test('opens a dead letter with its values masked, and shows them only when asked', async () => {
    await button(/^open /)
      .nth(1)
      .click();
    await dialog().getByText('log 1 of 1').waitFor();
    const masked = await dialog().innerText();
    expect(masked).toContain('rejected 400 InvalidDataFormat');
    expect(masked).toContain('text(15)');
    expect(masked).not.toContain('ada@example.com');
    expect(await page.content()).not.toContain('ada@example.com');
    await dialog().getByRole('button', { name: 'Reveal values' }).click();
    await dialog().getByText('ada@example.com').first().waitFor();
    // A user agent that turns text around is shown as what it is.
    expect(await dialog().innerText()).toContain('\\u202e');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toMatch(/^open /);
    expect(await page.content()).not.toContain('ada@example.com');
  });

  test('replays what was filtered and chosen, by keyboard alone, after a question', async () => {
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('unavailable');
    expect(await page.getByRole('row').count()).toBe(3);
    await page.getByLabel(/^choose all/).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+Tab');
    expect(await focused(page)).toBe('Replay 2 …');
    await page.keyboard.press('Enter');
    await dialog().getByText('Move 2 dead letters (9 logs) back to the retry queue?').waitFor();
    expect(await messagesOn(world.directory, 'retry')).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Replay 2 …');
    expect(await messagesOn(world.directory, 'dead-letter')).toEqual(letters);

    await page.keyboard.press('Enter');
    await dialog().getByText('Move 2 dead letters').waitFor();
    while ((await focused(page)) !== 'Replay') await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('2 dead letters moved: 9 logs').first().waitFor();
    await page.getByText('1 on the queue').waitFor();
    expect(await messagesOn(world.directory, 'dead-letter')).toEqual([letters[1]]);
    expect((await messagesOn(world.directory, 'retry')).sort()).toEqual([letters[0], letters[2]].sort());
    expect(await page.getByRole('status').innerText()).toContain('2 dead letters moved: 9 logs');
    await page.getByText('run --once').first().waitFor();
    expect(errors).toEqual([]);
  });

  test('delivers from this machine at once, after it said what Azure has rejected before', async () => {
    await page.getByLabel(/^choose all/).check();
    await button('Deliver now …').click();
    await dialog().getByText('Azure rejected the content of 1 dead letter').waitFor();
    await dialog().getByRole('button', { name: 'Deliver' }).click();
    await page.getByText('3 dead letters delivered: 10 logs accepted by Azure').first().waitFor();
    await page.getByText('0 on the queue').waitFor();
    expect(await messagesOn(world.directory, 'dead-letter')).toEqual([]);
    expect(logs.slice(0, 10).every(({ log_id }) => world.azure.received.has(String(log_id)))).toBe(true);
  });

  test('has nothing for axe to find, and no text beyond its edge, in light and dark, on desktop and phone', async () => {
    for (const { colorScheme, width } of LOOKS) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.getByText('All details').click();
      expect(await findingsOf(page), `${colorScheme} ${width}`).toEqual([]);
      expect(await isTooWide(page), `${width}`).toBe(false);
      await button(/^open /)
        .first()
        .click();
      await dialog().getByText('log 1 of').waitFor();
      expect(await findingsOf(page), `dialog ${colorScheme} ${width}`).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
    }
    cli.child.kill('SIGKILL');
    await page.getByText('The command has ended').waitFor();
    expect(await findingsOf(page)).toEqual([]);
  });

  test('says when the command was killed; and Ctrl-C ends the command while pages are open', async () => {
    expect(await page.getByText('The command has ended').count()).toBe(0);
    await page.getByLabel(/^choose all/).check();
    cli.child.kill('SIGKILL');
    await page.getByText('The command has ended').waitFor();
    expect(await button(/^Replay/).isDisabled()).toBe(true);
    await button(/^open /)
      .first()
      .click();
    await page.getByText('The command does not answer').waitFor();

    const another = startCli(['status', '--web', ...where(world)], world.env);
    const { page: third } = await openPage(browser);
    await third.goto(await addressOf(another));
    await third.getByRole('row').nth(3).waitFor();
    another.child.kill('SIGINT');
    expect(await another.ended).toMatchObject({ code: 130, stderr: 'stopped\n' });
    await third.getByText('The command has ended').waitFor();
    await third.context().close();
  });

  test('shows the state again after its connection was lost and is back', async () => {
    const second = await page.context().newPage();
    await second.route('**/events', route => route.abort());
    await second.goto(page.url());
    await second.getByText('The command has ended').waitFor();
    await second.unroute('**/events');
    await second.getByRole('row').nth(3).waitFor();
    expect(await second.getByText('The command has ended').count()).toBe(0);
  });

  test('is not shown to another browser, and not told anything by another site', async () => {
    const { page: stranger } = await openPage(browser);
    const refused = await stranger.goto(url);
    expect(refused?.status()).toBe(403);
    expect(await stranger.innerText('body')).toContain('works once');
    await stranger.context().close();

    // A page of another port of this machine: the same site, so that the browser sends the cookie along.
    const other = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>other</p>'),
    );
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const evil = await page.context().newPage();
    await evil.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    const tried = await evil.evaluate(async address => {
      const tries = [
        fetch(`${address}actions/stopReplay`, {
          method: 'POST',
          mode: 'no-cors',
          credentials: 'include',
          body: 'null',
        }),
        fetch(`${address}events`, { mode: 'no-cors', credentials: 'include' }),
        fetch(address, { credentials: 'include' }),
      ];
      return (await Promise.allSettled(tries)).map(one => one.status);
    }, page.url());
    expect(tried).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await messagesOn(world.directory, 'dead-letter')).toEqual(letters);
    other.close();
    other.closeAllConnections();
  });
});

/** The text of what has the focus. */
const focused = (page: Page) => page.evaluate<string>('document.activeElement?.textContent?.trim() ?? ""');
