import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { RECORD_MAX_BYTES } from '../../../lambda/core/contract.ts';
import {
  CUT_MARK,
  cutText,
  type Fields,
  partialJson,
  toJson,
  write,
} from '../../../lambda/core/record/cut.ts';
import { TEXT, TYPED } from './forms.ts';

const bytesOf = (text: string) => Buffer.byteLength(text);

test('a text that fits stays as it is, to the byte', () => {
  expect(cutText('ä€𝄞', 9)).toBe('ä€𝄞');
  expect(cutText('x'.repeat(100), 100)).toBe('x'.repeat(100));
  expect(cutText('x'.repeat(101), 100)).toBe(`${'x'.repeat(92)}${CUT_MARK}`);
});

test('a character of several bytes is cut whole, a surrogate pair included', () => {
  expect(cutText('𝄞'.repeat(10), 18)).toBe(`𝄞𝄞${CUT_MARK}`);
  expect(cutText('𝄞'.repeat(10), 19)).toBe(`𝄞𝄞${CUT_MARK}`);
  expect(cutText('𝄞'.repeat(10), 20)).toBe(`𝄞𝄞𝄞${CUT_MARK}`);
  expect(cutText(`a${'€'.repeat(10)}`, 20)).toBe(`a€€€${CUT_MARK}`);
});

test('any text is cut within its bytes, marked, and to a beginning of itself', () => {
  const anyUnit = fc.nat(0xffff).map(code => String.fromCharCode(code));
  const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: anyUnit }));
  fc.assert(
    fc.property(anyText, fc.nat(40), (text, max) => {
      const cut = cutText(text, max);
      expect(bytesOf(cut)).toBeLessThanOrEqual(max);
      if (bytesOf(text) <= max) expect(cut).toBe(text);
      else if (max < bytesOf(CUT_MARK)) expect(cut).toBe('');
      else {
        const kept = cut.slice(0, -CUT_MARK.length);
        expect(cut).toBe(kept + CUT_MARK);
        expect(text.startsWith(kept)).toBe(true);
        expect(max - bytesOf(cut)).toBeLessThan(4);
        if (text.isWellFormed()) expect(kept.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('half a surrogate pair is written as U+FFFD, and what only looks like one is left', () => {
  expect(toJson({ a: 'x\ud83d', b: '\udc00\udc00', c: '😀' })).toBe(
    '{"a":"x\ufffd","b":"\ufffd\ufffd","c":"😀"}',
  );
  for (const text of ['\\ud800', '\\\\ud800', '😀\\', '\\u00e4']) expect(JSON.parse(toJson(text))).toBe(text);
  expect(JSON.parse(toJson('\\\ud800'))).toBe('\\\ufffd');
});

test('a record within the limits is written as it is', () => {
  const record = { LogId: '1', Details: { a: [1, null] }, Description: undefined };
  expect(write(record, TYPED)).toEqual({
    json: '{"LogId":"1","Details":{"a":[1,null]}}',
    cut: false,
  });
});

test.each([
  [TEXT, 32_766],
  [TYPED, 65_536],
] as const)('for %s a text of %d bytes stays, and one byte more is cut and named', (form, limit) => {
  const whole = write({ Description: 'x'.repeat(limit), Scope: 'y' }, form);
  expect(whole.cut).toBe(false);
  expect(JSON.parse(whole.json).CutColumns).toBeUndefined();
  const cut = write({ Description: 'x'.repeat(limit + 1), Scope: 'y' }, form);
  const record = JSON.parse(cut.json);
  expect(cut.cut).toBe(true);
  expect(record.CutColumns).toBe('Description');
  expect(record.Scope).toBe('y');
  expect(bytesOf(record.Description)).toBe(limit);
  expect(record.Description.endsWith(CUT_MARK)).toBe(true);
});

test.each(['é', '€', '😀', 'e\u0301'])('%s at the limit is never halved, and the cut is named', character => {
  const limit = TEXT.fieldMaxBytes;
  const size = bytesOf(character);
  for (let bytes = limit - 2 * size; bytes <= limit + 2 * size; bytes++) {
    const text = 'x'.repeat(bytes % size) + character.repeat(Math.floor(bytes / size));
    expect(bytesOf(text)).toBe(bytes);
    const { json, cut } = write({ Description: text }, TEXT);
    const { Description, CutColumns } = JSON.parse(json);
    expect([cut, CutColumns]).toEqual(bytes > limit ? [true, 'Description'] : [false, undefined]);
    expect(bytesOf(Description)).toBeLessThanOrEqual(limit);
    expect(bytesOf(Description)).toBeGreaterThan(limit - 3 * size);
    expect(Description.isWellFormed()).toBe(true);
    expect(text.startsWith(Description.replace(CUT_MARK, ''))).toBe(true);
  }
});

test('a dynamic value too large becomes the beginning of its JSON as text, within the limit when written', () => {
  const details = { text: '"'.repeat(100_000) };
  const record = JSON.parse(write({ Details: details }, TYPED).json);
  expect(record.Details).toMatch(/^\{"text":"(\\")+\\?…\[cut\]$/);
  expect(bytesOf(JSON.stringify(record.Details))).toBeLessThanOrEqual(TYPED.fieldMaxBytes);
  expect(bytesOf(JSON.stringify(record.Details))).toBeGreaterThan(TYPED.fieldMaxBytes * 0.9);
});

test('a record too large as a whole has its largest columns cut to one height, and keeps its small ones', () => {
  const big = { Description: 60_000, ActorUsername: 60_000, Audience: 60_000, ClientName: 30_000 };
  const record: Fields = Object.fromEntries(
    Object.entries(big).map(([name, size]) => [name, 'x'.repeat(size)]),
  );
  const { json } = write({ ...record, LogId: '1' }, TYPED);
  const written = JSON.parse(json);
  expect(bytesOf(json)).toBeLessThanOrEqual(RECORD_MAX_BYTES);
  expect(bytesOf(json)).toBeGreaterThan(RECORD_MAX_BYTES * 0.99);
  expect(written.CutColumns).toBe('Description ActorUsername Audience');
  expect(written.ClientName).toHaveLength(30_000);
  expect(written.LogId).toBe('1');
  expect(Math.abs(written.Description.length - written.Audience.length)).toBeLessThan(10);
});

describe('what it takes to cut a record does not depend on what the record holds', () => {
  // JSON writes a control character in six bytes: what fits as text is six times too large there.
  const hostile = ['\u0014', '\\', '"', '\ud800', '𝄞', 'x'].map(one => one.repeat(70_000));
  const names = ['Description', 'Scope', 'ActorUsername', 'Details', 'Extra'] as const;
  const records: Fields[] = hostile.flatMap(text => [
    { Scope: text.slice(0, 58_000) },
    Object.fromEntries(names.map(name => [name, text])),
    { Details: { [text]: text } },
    { Description: text.slice(0, 25_000) + 'x'.repeat(40_000), Scope: text.slice(0, 60_000), Details: text },
  ]);

  test.each([TEXT, TYPED])('in %s it is written less than two hundred times', form => {
    const stringify = vi.spyOn(JSON, 'stringify');
    let most = 0;
    for (const record of records) {
      stringify.mockClear();
      const { json } = write({ ...record, LogId: '1' }, form);
      most = Math.max(most, stringify.mock.calls.length);
      expect(bytesOf(json)).toBeLessThanOrEqual(RECORD_MAX_BYTES);
    }
    stringify.mockRestore();
    expect(most).toBeLessThan(200);
  });
});

test('partial JSON is JSON while the value has an end that can be read', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
      expect(partialJson(value, 1_000_000)).toBe(JSON.stringify(value));
    }),
  );
});

test('partial JSON names what is nested too deeply or cannot be read, and breaks off in time', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  expect(JSON.stringify(JSON.parse(partialJson({ a: 1, deep }, 10_000)))).toContain('[nested deeper]');
  const trap = {
    get a(): never {
      throw new Error('no');
    },
    b: 10n,
    c: undefined,
  };
  expect(partialJson(trap, 100)).toBe('{"a":"[unreadable]","b":"10","c":null}');
  const self: Record<string, unknown> = {};
  self['one'] = self['two'] = self;
  expect(partialJson(self, 1_000).length).toBeLessThan(3_000);
});
