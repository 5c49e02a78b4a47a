/** `run` on a state directory that version 0.1.0 has left behind. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { cli } from '../cli.ts';
import { type LocalWorld, openLocalWorld, recentLogs } from '../local-world.ts';
import { stateRows } from '../state-rows.ts';

let world: LocalWorld;
afterEach(() => world.close());

/** Writes the state as 0.1.0 has it: a file a version, a message and a day. */
async function asFormerVersion(): Promise<void> {
  const own = join(world.directory, 'state', 'local');
  const rows = (table: string) => stateRows(world.directory, `SELECT * FROM ${table}`);
  const [state, messages, ledger] = [rows('state'), rows('message'), rows('ledger')];
  const put = async (folder: string, name: string, text: string) => {
    await mkdir(join(own, folder), { recursive: true });
    await writeFile(join(own, folder, name), text);
  };
  for (const { version, item } of state) {
    await put('checkpoint', `${String(version).padStart(8, '0')}.json`, String(item));
  }
  for (const { id, queue, message, tries, notBeforeMs } of messages) {
    const notBefore = new Date(Number(notBeforeMs)).toISOString();
    await put(String(queue), `${id}.json`, JSON.stringify({ notBefore, tries, message }));
  }
  const day = new Date().toISOString().slice(0, 10);
  const lines = ledger.map(({ entry }) => `\n${entry}`).join('');
  await put(join('ledger', String(ledger[0]?.['destination'])), `${day}.jsonl`, lines);
  await rm(join(own, 'state.sqlite'));
}

test('goes on at its checkpoint, delivers its batches, and its ledger still vouches for the logs', async () => {
  world = await openLocalWorld({ auth0: { logs: recentLogs(300) } });
  expect((await world.run()).code).toBe(0);
  world.posts.always({
    kind: 'status',
    status: 503,
    headers: { 'retry-after': '3000' },
  });
  const nowMs = Date.now();
  const more = generateLogs({ seed: 2, count: 40, fromMs: nowMs - 40_000, toMs: nowMs - 20_000 });
  world.auth0.tenant.add(more);
  await world.run();
  world.posts.clear();
  expect(world.azure.received.unique).toBe(300);
  const [before] = stateRows(world.directory, 'SELECT * FROM state');
  await asFormerVersion();

  expect((await world.run()).stdout).toContain('1 failed batch on the retry queue');
  expect(existsSync(join(world.directory, 'state', 'local', 'checkpoint'))).toBe(false);
  const checkpointOf = (row: typeof before) => JSON.parse(String(row?.['item'])).checkpointLogId;
  const [after] = stateRows(world.directory, 'SELECT * FROM state');
  expect(checkpointOf(after)).toBe(checkpointOf(before));
  await world.makeDue();
  expect((await world.run()).code).toBe(0);
  expect([world.azure.received.unique, world.azure.received.duplicates]).toEqual([340, 0]);
  const file = await world.write('pipeline.json', world.config);
  const options = ['--config', file, '--state', join(world.directory, 'state')];
  const audit = await cli(['audit', '--from', '4h', ...options], world.env);
  expect(audit.stdout).toContain('Nothing is missing: 340 logs settled');
});
