import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalQueue, localQueue, type WaitingBatch } from '../../../../cli/pipelines/local/queue.ts';

let directory = '';
let nowMs = Date.UTC(2026, 5, 1);
const clock = { now: () => nowMs, sleep: async () => undefined };
const open = (maxTries = 20): LocalQueue => localQueue({ directory, clock, maxTries });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'queue-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function waiting(queue: LocalQueue): Promise<WaitingBatch[]> {
  const batches: WaitingBatch[] = [];
  for await (const batch of queue.waiting()) batches.push(batch);
  return batches;
}
const secondsUntil = ({ notBeforeMs }: WaitingBatch) => (notBeforeMs - nowMs) / 1000;

describe('the queues on disk', () => {
  test('hold every message, whole and oldest first, for the next process', async () => {
    const messages = ['{"a":1}', 'ünïçødé "quoted"\n', 'third'];
    await open().put('retry', messages.slice(0, 2));
    nowMs += 1;
    await open().put('retry', messages.slice(2));
    const found = (await waiting(open())).map(batch => batch.message);
    expect([...found].sort()).toEqual([...messages].sort());
    expect(found.at(-1)).toBe('third');
    expect(await open().depths()).toEqual({ retry: 3, 'dead-letter': 0 });
  });

  test('are empty when there is no directory yet', async () => {
    expect(await waiting(open())).toEqual([]);
    expect(await open().depths()).toEqual({ retry: 0, 'dead-letter': 0 });
  });

  test('a message waits ten seconds at first, and twice as long after each try', async () => {
    const queue = open();
    await queue.put('retry', ['m']);
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const [batch] = await waiting(queue);
      waits.push(secondsUntil(batch!));
      expect(await queue.postpone(batch!)).toBe('postponed');
    }
    expect(waits).toEqual([10, 20, 40, 80, 160]);
  });

  test('a message tried too often becomes a dead letter, unchanged', async () => {
    const queue = open(3);
    await queue.put('retry', ['m']);
    const ends: string[] = [];
    for (let i = 0; i < 3; i++) {
      const [batch] = await waiting(queue);
      ends.push(await queue.postpone(batch!));
    }
    expect(ends).toEqual(['postponed', 'postponed', 'dead-letter']);
    expect(await queue.depths()).toEqual({ retry: 0, 'dead-letter': 1 });
  });

  test('a delivered message is gone, and may be removed twice', async () => {
    const queue = open();
    await queue.put('retry', ['m', 'n']);
    const [first] = await waiting(queue);
    await queue.remove(first!);
    await queue.remove(first!);
    expect(await queue.depths()).toEqual({ retry: 1, 'dead-letter': 0 });
  });

  test('several messages are put all or none', async () => {
    await open().put('retry', ['m']);
    const database = new DatabaseSync(join(directory, 'state.sqlite'));
    database.exec(
      `CREATE TRIGGER second BEFORE INSERT ON message WHEN NEW.message = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );
    database.close();
    await expect(open().put('retry', ['n', 'bad'])).rejects.toThrow();
    expect((await waiting(open())).map(batch => batch.message)).toEqual(['m']);
  });

  test('put rejects when the disk does not take it', async () => {
    const elsewhere = join(directory, 'file');
    await writeFile(elsewhere, 'a file where the directory should be');
    const queue = localQueue({ directory: elsewhere, clock, maxTries: 3 });
    await expect(queue.put('dead-letter', ['m'])).rejects.toMatchObject({ code: 'EEXIST' });
  });

  test.skipIf(process.getuid?.() === 0)('put rejects when it may not write', async () => {
    await chmod(directory, 0o500);
    await expect(open().put('retry', ['m'])).rejects.toThrow('EACCES');
    await chmod(directory, 0o700);
  });
});
