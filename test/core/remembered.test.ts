/** What a run cannot take over from the runs before it is said aloud, and the run goes on. */
import { expect, test } from 'vitest';
import { logAt, START_MS, world } from '../world.ts';

const LOGS = Array.from({ length: 20 }, (_, i) => logAt(i, START_MS - 600_000 + i * 1000));

/** The warnings of a run that finds these attributes beside its checkpoint. */
async function warned(broken: { late?: string; unproven?: string }): Promise<string[]> {
  const w = world({ logs: LOGS, verify: 'repair' });
  await w.tick();
  Object.assign(w.state(), broken);
  w.tenant.push(logAt(100, START_MS));
  w.advance(60_000);
  const before = w.journalled.length;
  expect(await w.tick()).toMatchObject({ outcome: 'caught-up', logsAccepted: 1 });
  // What follows is remembered again.
  expect(w.unproven().spans.at(-1)).toMatchObject({ lastLogId: w.tenant.at(-1)!.log_id });
  return w.journalled.slice(before).map(line => (line as { message: string }).message);
}

test('nothing is said of what can be read, nor of what no run has written yet', async () => {
  expect(await warned({})).toEqual([]);
  expect(await warned({ late: '', unproven: '' })).toEqual([]);
});

test.each(['null', '{}', 'no JSON', '7', '{"spans":{}}', '{"spans":[{}]}'])('of %j', async text => {
  expect(await warned({ unproven: text })).toEqual([
    expect.stringMatching(
      /"unproven" cannot be read and starts anew; .* "npx auth0-logs-to-azure audit --stored"$/,
    ),
  ]);
  expect(await warned({ late: text })).toEqual([
    expect.stringMatching(/"late" cannot be read and starts anew; .* "npx auth0-logs-to-azure audit"$/),
  ]);
});
