import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalQueue, localQueue, type WaitingBatch } from '../../../../cli/pipelines/local/queue.ts';

let directory = '';
let nowMs = Date.UTC(2026, 5, 1);
let spoilt: string[] = [];
const clock = { now: () => nowMs, sleep: async () => undefined };
const open = (maxTries = 20): LocalQueue =>
  localQueue({ directory, clock, maxTries, onSpoilt: path => void spoilt.push(path) });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'queue-'));
  spoilt = [];
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

  test('a file that is no message is told and left; unfinished files are passed over', async () => {
    const queue = open();
    await queue.put('retry', ['m']);
    const bad = join(directory, 'retry', '1-hand-made.json');
    await writeFile(bad, '{"message": 7}');
    await writeFile(join(directory, 'retry', '.unfinished-1-x.json-y'), 'half');
    expect((await waiting(queue)).map(batch => batch.message)).toEqual(['m']);
    expect(spoilt).toEqual([bad]);
    expect(await readdir(join(directory, 'retry'))).toContain('1-hand-made.json');
  });

  test('put rejects when the disk does not take it', async () => {
    await writeFile(join(directory, 'dead-letter'), 'a file where the directory should be');
    await expect(open().put('dead-letter', ['m'])).rejects.toThrow();
  });

  test.skipIf(process.getuid?.() === 0)('put rejects when it may not write', async () => {
    await mkdir(join(directory, 'retry'), { mode: 0o500 });
    await expect(open().put('retry', ['m'])).rejects.toThrow('EACCES');
    await chmod(join(directory, 'retry'), 0o700);
  });
});
