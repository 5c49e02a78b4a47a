import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCutJson } from '../../../lambda/core/record/cut-json.ts';

test.each([
  ['{"a":{"b":"ada@exam', { a: { b: 'ada@exam' } }],
  ['{"a":["x","y', { a: ['x', 'y'] }],
  ['{"a":1,"b":tr', { a: 1 }],
  ['{"a":1,"b":', { a: 1 }],
  ['{"a":1,"b', { a: 1 }],
  ['{"a":"x\\', { a: 'x' }],
  ['{"a":"x\\u00e', { a: 'x' }],
  ['{"a":"},{\\",[","b":[1,', { a: '},{",[', b: [1] }],
  ['{"a":', undefined],
  ['', undefined],
  ['nonsense', undefined],
])('%s still says %j', (text, left) => {
  expect(readCutJson(text)).toEqual(left);
});

test('wherever JSON is cut, reading it never throws, and uncut it is read whole', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
      const json = JSON.stringify([value]);
      expect(JSON.stringify(readCutJson(json))).toBe(json);
      readCutJson(json.slice(0, at % (json.length + 1)));
    }),
  );
});
