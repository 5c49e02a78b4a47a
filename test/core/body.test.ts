import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bodyOf, bodyWriter } from '../../lambda/core/body.ts';
import type { SerializedRecord } from '../../lambda/core/model.ts';

const shaped = (text: string, logId = text) => ({ logId, json: JSON.stringify({ LogId: logId, text }) });
const serialized = (text: string): SerializedRecord => {
  const { logId, json } = shaped(text);
  return { logId, json: Buffer.from(json) };
};
const arrayOf = (records: readonly SerializedRecord[]) => `[${records.map(({ json }) => json).join(',')}]`;

function written(texts: readonly string[], maxBytes = 1_000_000): SerializedRecord[] {
  const { add, take } = bodyWriter(maxBytes);
  for (const text of texts) expect(add(shaped(text))).toBe(true);
  return take();
}

describe('the body of a post', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1, maxLength: 12 });

  test('is the JSON array of the records, wherever they were written and whichever of them they are', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 4 }), fc.nat(), fc.nat(), (arrays, from, to) => {
        const records = [...arrays.flatMap(array => written(array)), ...arrays.flat().map(serialized)];
        const part = records.slice(from % (records.length + 1), to % (records.length + 1));
        expect(bodyOf(part).toString()).toBe(arrayOf(part));
      }),
    );
  });

  test('is no copy when the records are all of an array that was written, and else one', () => {
    const records = written(['a', 'é', '日本', '😀']);
    const memory = records[0]!.json.buffer;
    expect(bodyOf(records).buffer).toBe(memory);
    for (const part of [
      records.slice(1),
      records.slice(0, -1),
      records.toReversed(),
      [...records, ...records],
    ]) {
      expect(bodyOf(part).buffer).not.toBe(memory);
      expect(bodyOf(part).toString()).toBe(arrayOf(part));
    }
  });

  test('neighbours in memory that only look like an array are copied', () => {
    const memory = Buffer.from('[{"a":1}x{"a":2}]');
    const records = [memory.subarray(1, 8), memory.subarray(9, 16)].map(json => ({ logId: '1', json }));
    expect(bodyOf(records).toString()).toBe('[{"a":1},{"a":2}]');
  });

  test('of no records is the empty array', () => {
    expect(bodyOf([]).toString()).toBe('[]');
  });
});

describe('the writer', () => {
  test('takes a record that ends exactly at the limit, and not one byte more', () => {
    const text = ['aa', 'éé', '😀'];
    const bytes = Buffer.byteLength(JSON.stringify(text.map(one => JSON.parse(shaped(one).json))));
    const adds = (maxBytes: number) => {
      const { add } = bodyWriter(maxBytes);
      return text.map(one => add(shaped(one)));
    };
    expect(adds(bytes)).toEqual([true, true, true]);
    expect(adds(bytes - 1)).toEqual([true, true, false]);
  });

  test('takes a first record whatever its size, and grows to hold it', () => {
    const large = 'é'.repeat(2_000_000);
    expect(arrayOf(written([large], 10))).toBe(`[${shaped(large).json}]`);
    const many = Array.from({ length: 40 }, (_, i) => `${i}${'x'.repeat(90_000)}`);
    const records = written(many, 30_000_000);
    expect(bodyOf(records).toString()).toBe(`[${many.map(text => shaped(text).json).join(',')}]`);
  });

  test('never touches again what was taken', () => {
    const { add, take } = bodyWriter(1_000);
    add(shaped('first'));
    const first = take();
    const before = bodyOf(first).toString();
    add(shaped('second'));
    expect(bodyOf(take()).toString()).toBe(`[${shaped('second').json}]`);
    expect(bodyOf(first).toString()).toBe(before);
    expect(take()).toEqual([]);
  });
});
