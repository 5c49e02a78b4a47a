import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batcher, endOf, headOf, type LogBatch, oldestMs } from '../../lambda/core/batch.ts';
import { bodyOf } from '../../lambda/core/body.ts';
import type { RipeLog } from '../../lambda/core/read.ts';

const settled = (n: number, dateMs?: number): RipeLog => ({
  log: {},
  checkpoint: { logId: String(n) },
  ...(dateMs === undefined ? {} : { dateMs }),
});
const record = (text: string) => ({ logId: text, json: JSON.stringify(text) });

function batchesOf(texts: readonly (string | undefined)[], maxBytes: number): LogBatch[] {
  const { add, flush } = batcher(maxBytes);
  const full = texts.map((text, n) => add(settled(n), text === undefined ? undefined : record(text)));
  return [...full, flush()].filter(batch => batch !== undefined);
}

describe('batches', () => {
  test('fill up to the byte limit and never pass it, and lose nothing', () => {
    const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 60 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 80 }),
        fc.integer({ min: 400, max: 900 }),
        (texts, maxBytes) => {
          const batches = batchesOf(texts, maxBytes);
          const sizes = batches.map(batch => bodyOf(batch.records).length);
          expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(maxBytes);
          expect(batches.flatMap(batch => batch.records.map(r => r.logId))).toEqual(
            texts.filter(t => t !== undefined),
          );
          expect(batches.reduce((sum, batch) => sum + batch.logs.length, 0)).toBe(texts.length);
          for (const [n, batch] of batches.slice(1).entries()) {
            const first = batch.records[0];
            if (first) expect(sizes[n]! + first.json.length + 1).toBeGreaterThan(maxBytes);
          }
        },
      ),
    );
  });

  test('a batch ends exactly at the limit, not one byte later', () => {
    const three = Buffer.byteLength(JSON.stringify(['aa', 'éé', 'aa']));
    expect(batchesOf(['aa', 'éé', 'aa'], three)).toHaveLength(1);
    expect(batchesOf(['aa', 'éé', 'aa'], three - 1)).toHaveLength(2);
  });

  test('the checkpoint of a batch is its last log, excluded logs at its end included', () => {
    const [batch] = batchesOf(['a', undefined, undefined], 1000);
    expect(batch && endOf(batch)).toEqual({ logId: '2' });
  });

  test('a log without an id leaves the checkpoint at the log before it', () => {
    const { add, flush } = batcher(1000);
    add(settled(1), record('a'));
    add({ log: {} }, record('b'));
    const batch = flush()!;
    expect(batch.logs).toHaveLength(2);
    expect(endOf(batch)).toEqual({ logId: '1' });
    expect(flush()).toBeUndefined();
  });

  test('its oldest log is known by ids, wherever it stands, whatever the dates say', () => {
    const { add, flush } = batcher(1000);
    for (const idTimeMs of [30, 10, undefined, 20]) {
      add({ ...settled(1, 5), ...(idTimeMs !== undefined && { idTimeMs }) }, record('a'));
    }
    expect(oldestMs(flush()!)).toBe(10);
  });

  test('where ids tell no time, a single date decides nothing', () => {
    const { add, flush } = batcher(1000);
    for (const dateMs of [3000, 10, undefined, 2000]) add(settled(1, dateMs), record('a'));
    expect(oldestMs(flush()!)).toBe(2000);
    add(settled(1, 10), record('a'));
    expect(oldestMs(flush()!)).toBeUndefined();
  });

  test('its head ends before the first log that is not settled, and takes excluded logs with it', () => {
    const [batch] = batchesOf([undefined, 'a', undefined, 'b', 'c'], 1000);
    const heads = [0, 1, 2, 3].map(records => headOf(batch!, records));
    expect(heads.map(({ logs }) => logs.length)).toEqual([1, 3, 4, 5]);
    expect(heads.map(head => endOf(head)?.logId)).toEqual(['0', '2', '3', '4']);
    expect(heads.map(({ records }) => records.length)).toEqual([0, 1, 2, 3]);
  });

  test('a long backlog of excluded logs ends a batch now and then', () => {
    const batches = batchesOf(Array(25_000).fill(undefined), 1000);
    expect(batches.map(batch => batch.logs.length)).toEqual([10_000, 10_000, 5_000]);
  });
});
