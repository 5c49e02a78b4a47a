/** `status --web` of a deployed stack, in a real browser. */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../../scripts/browser.ts';
import { recentLogs } from '../local-world.ts';
import { messageOf } from '../replay/dead-letters.ts';
import { openStackWorld, type StackWorld } from '../stack-world.ts';
import { addressOf, NO_BROWSER, openPage } from '../web/browser.ts';

describe.skipIf(NO_BROWSER)('status --web of a deployed stack', { timeout: 120_000 }, () => {
  const logs = recentLogs(40);
  let world: StackWorld;
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
    world = await openStackWorld();
    const { prod } = world.pipelines;
    prod.auth0.tenant.add(logs.slice(0, 30));
    await Promise.all([prod.run(), world.pipelines['prod-eu'].run()]);
    const letter = messageOf({ logs: logs.slice(30, 33), pipeline: 'prod' });
    for (const MessageBody of [letter, 'a dead letter']) {
      await prod.aws.sqs.send(
        new SendMessageCommand({ QueueUrl: prod.output.deadLetterQueueUrl, MessageBody }),
      );
    }
    prod.setAlarm('denied-by-azure', 'ALARM', 'Azure denies what is posted.');
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  test('shows both pipelines, what the ledger in CloudWatch Logs says, and replays through the retry queue', async () => {
    const { prod } = world.pipelines;
    const cli = world.start(['status', '--web']);
    const { page, errors } = await openPage(browser);
    await page.goto(await addressOf(cli));
    await page.getByRole('row', { name: 'unavailable 503' }).waitFor();
    const shown = page.getByRole('region', { name: 'pipeline prod', exact: true });
    const text = await shown.innerText();
    expect(text).toContain('unhealthy');
    expect(text).toContain('alarm denied-by-azure is in ALARM state');
    expect(await page.getByRole('region', { name: 'pipeline prod-eu' }).innerText()).toContain('healthy');
    await shown.getByText('The same as a table').first().click();
    expect(await shown.getByRole('table').first().innerText()).toMatch(/\t30\t0$/m);

    const notOurs = page.getByRole('row', { name: 'undecodable' });
    expect(await notOurs.innerText()).toContain('it is not a failed batch');
    expect(await notOurs.getByRole('checkbox').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Deliver now' }).count()).toBe(0);
    await page.getByLabel(/^choose all/).check();
    await page.getByRole('button', { name: 'Replay 1 …' }).click();
    await page.getByText('Move 1 dead letter (3 logs) back to the retry queue?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
    await page.getByText('1 dead letter moved: 3 logs').first().waitFor();
    await page.getByText('The replay function delivers them now.').waitFor();
    await page.getByText('1 on the queue').waitFor();
    expect(await prod.replayOnce()).toBe(1);
    const moved = logs.slice(30, 33).every(({ log_id }) => prod.azure.received.has(String(log_id)));
    expect(moved).toBe(true);
    expect(errors).toEqual([]);
    cli.child.kill('SIGINT');
    expect((await cli.ended).code).toBe(130);
  });
});
