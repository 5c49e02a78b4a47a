import { describe, expect, test } from 'vitest';
import { columnsOf, harmless, hasColors, isScreen, shortened, wrapped } from '../../../cli/terminal/text.ts';

const TERMINAL = { isTTY: true as const, columns: 120 };
const PIPE = { isTTY: undefined as unknown as true, columns: undefined as unknown as number };

describe('a stream', () => {
  test.each([
    [TERMINAL, { TERM: 'xterm' }, true],
    [PIPE, { TERM: 'xterm', CI: 'true' }, false],
    [TERMINAL, { TERM: 'dumb' }, false],
    [TERMINAL, { NO_COLOR: '1' }, false],
    [TERMINAL, { NO_COLOR: '' }, true],
    [PIPE, { FORCE_COLOR: '1' }, true],
    [TERMINAL, { FORCE_COLOR: '0' }, false],
    [TERMINAL, { FORCE_COLOR: 'false' }, false],
    [TERMINAL, { TERM: 'dumb', FORCE_COLOR: '1' }, true],
    [PIPE, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%j with %j is painted: %s', (stream, env, painted) => {
    expect(hasColors(stream, env)).toBe(painted);
  });

  test('is a screen when it is a terminal that can do more than print', () => {
    expect([isScreen(TERMINAL, {}), isScreen(TERMINAL, { TERM: 'dumb' }), isScreen(PIPE, {})]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    [PIPE, {}, 80],
    [TERMINAL, {}, 120],
    [TERMINAL, { COLUMNS: '60' }, 60],
    [PIPE, { COLUMNS: '200' }, 200],
    [PIPE, { COLUMNS: 'wide' }, 80],
    [PIPE, { COLUMNS: '' }, 80],
  ])('%j with %j has lines of %i characters', (stream, env, columns) => {
    expect(columnsOf(stream, env)).toBe(columns);
  });
});

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
