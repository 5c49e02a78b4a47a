/** A state directory of version 0.1.0 is taken over once, and without a loss. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changing } from '../../../../cli/pipelines/local/database.ts';
import { readLocalLedger } from '../../../../cli/pipelines/local/ledger.ts';
import { localQueue, type WaitingBatch } from '../../../../cli/pipelines/local/queue.ts';
import { localState, readState } from '../../../../cli/pipelines/local/state.ts';

const NOW = Date.UTC(2026, 5, 1);
const clock = { now: () => NOW, sleep: async () => undefined };
let directory = '';
const own = (...names: string[]) => join(directory, 'prod', ...names);
const queue = () => localQueue({ directory: own(), clock, maxTries: 20 });
async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of from) found.push(one);
  return found;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'former-'));
  for (const name of ['checkpoint', 'retry', 'dead-letter', 'ledger/abc'])
    await mkdir(own(name), { recursive: true });
  const item = (logId: string) =>
    JSON.stringify({ checkpointLogId: logId, checkpointLogDate: '2026-05-31T00:00:00.000Z', late: 'sketch' });
  await writeFile(own('checkpoint', '00000041.json'), item('899'));
  await writeFile(own('checkpoint', '00000042.json'), item('900'));
  await writeFile(own('checkpoint', '.unfinished-00000043.json-x'), '{"checkpoin');
  const message = (text: string, tries: number) =>
    JSON.stringify({ notBefore: new Date(NOW + 5000).toISOString(), tries, message: text });
  await writeFile(own('retry', `${NOW - 20}-b.json`), message('second', 3));
  await writeFile(own('retry', `${NOW - 30}-a.json`), message('first', 0));
  await writeFile(own('retry', `${NOW - 10}-c.json`), '{"message": 7}');
  await writeFile(own('dead-letter', `${NOW - 40}-d.json`), message('dead', 20));
  await writeFile(own('ledger', 'abc', '2026-05-31.jsonl'), '\n{"lastLogId":"900","ids":"AAAA"}\n{"lastLo');
});
afterEach(() => rm(directory, { recursive: true }));

async function expectAll(): Promise<void> {
  expect(await readState(directory, 'prod')).toMatchObject({ checkpoint: { logId: '900' }, late: 'sketch' });
  expect(await all<WaitingBatch>(queue().waiting())).toMatchObject([
    { message: 'first', tries: 0, notBeforeMs: NOW + 5000 },
    { message: 'second', tries: 3 },
  ]);
  expect(await all(queue().deadLetters())).toMatchObject([
    { message: 'dead', sentAtMs: NOW - 40 },
    { message: '{"message": 7}', sentAtMs: NOW - 10 },
  ]);
  const place = { directory: own(), destination: 'abc' };
  expect(await all(readLocalLedger(place, NOW - 86_400_000))).toEqual([
    // Its files tell the day alone.
    { lastLogId: '900', ids: 'AAAA', enteredAtMs: Date.parse('2026-06-01') - 1 },
  ]);
}

test('its checkpoint, batches, dead letters and ledger are there, and its files are gone', async () => {
  await expectAll();
  // What is none of ours stays.
  expect((await readdir(own())).sort()).toEqual(['checkpoint', 'state.sqlite']);
  expect(await readdir(own('checkpoint'))).toEqual(['.unfinished-00000043.json-x']);
  await expectAll();
});

test('the versions go on, so that a lease of before is lost', async () => {
  const state = localState(directory);
  const asked = await state.acquire('prod', 'run', NOW, NOW + 1000);
  expect(asked).toMatchObject({ kind: 'acquired', lease: { version: 43 } });
  const before = { pipeline: 'prod', owner: 'run', version: 42 };
  expect(await state.save(before, { logId: '905' }, NOW)).toEqual({ kind: 'lost' });
});

test('a transaction that fails leaves its files as they are', async () => {
  const before = (await readdir(own(), { recursive: true })).sort();
  const failing = () =>
    changing(own(), () => {
      throw new Error('killed here');
    });
  expect(failing).toThrow('killed here');
  const after = await readdir(own(), { recursive: true });
  expect(after.filter(name => name !== 'state.sqlite').sort()).toEqual(before);
  await expectAll();
});

test('a process of that version that still runs loses nothing: its batches are entered too, its checkpoint is not', async () => {
  await expectAll();
  await mkdir(own('retry'));
  await writeFile(own('checkpoint', '00000044.json'), '{"checkpointLogId":"901"}');
  await writeFile(
    own('retry', `${NOW}-e.json`),
    JSON.stringify({ notBefore: new Date(NOW).toISOString(), tries: 0, message: 'later' }),
  );
  expect((await all(queue().waiting())).map(({ message }) => message)).toEqual(['first', 'second', 'later']);
  expect((await readState(directory, 'prod')).checkpoint?.logId).toBe('900');
  expect(existsSync(own('retry'))).toBe(false);
});

test.each([
  ['{"checkpointLogId": ', 'is invalid JSON'],
  ['[]', 'is not a JSON object'],
  ['{"checkpointLogId": 900}', 'has a "checkpointLogId" that is not a string'],
  ['{"checkpointLogId": ""}', 'has a "checkpointLogId" that is not a string'],
])('a spoilt version %s is refused, and what it says to do helps', async (text, problem) => {
  const path = own('checkpoint', '00000043.json');
  await appendFile(path, text);
  await expect(readState(directory, 'prod')).rejects.toThrow(`${path} ${problem}; delete it`);
  await expect(localState(directory).acquire('prod', 'run', NOW, NOW + 1)).rejects.toThrow('delete it');
  await rm(path);
  await expectAll();
});
