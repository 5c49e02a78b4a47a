import { describe, expect, test } from 'vitest';
import { harmless, shortened, wrapped } from '../../../cli/terminal/text.ts';

describe('text for a terminal', () => {
  test('is broken at spaces, indented after the first line, and a long word stays whole', () => {
    expect(wrapped('one two three fourfivesix', 9, '  ')).toBe('one two\n  three\n  fourfivesix');
  });

  test('is cut to so many characters, which shows', () => {
    expect([shortened('12345', 5), shortened('123456', 5)]).toEqual(['12345', '1234…']);
  });

  test('does nothing to it, and stays on its line', () => {
    expect(harmless('a\nb\tc\r')).toBe('a b c ');
    expect(harmless('\u001b[2J\u0000\u007f\u009b\u2028\u202e\u2066')).toBe(
      '\\u001b[2J\\u0000\\u007f\\u009b\\u2028\\u202e\\u2066',
    );
    expect(harmless('Zoë 東京 🙂 │')).toBe('Zoë 東京 🙂 │');
  });
});
