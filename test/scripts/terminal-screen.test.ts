import { describe, expect, test } from 'vitest';
import { screenOf } from '../../scripts/terminal-screen.ts';

const ESC = '\u001b[';
const linesOf = (output: string) =>
  screenOf(output).map(line => line.map(({ character }) => character).join(''));

describe('a terminal', () => {
  test('shows lines one below the other, whatever the indentation', () => {
    expect(linesOf('one\r\n  two\r\n\r\n')).toEqual(['one', '  two']);
  });

  test('lets what comes later take the place of what was there', () => {
    expect(linesOf('half\rwhole')).toEqual(['whole']);
    expect(linesOf(`a bar of ten${ESC}1G${ESC}0Kdone`)).toEqual(['done']);
    expect(linesOf(`one\r\ntwo\r\n${ESC}2A${ESC}1G${ESC}2Knew`)).toEqual(['new', 'two']);
    expect(linesOf(`one\r\ntwo\r\n${ESC}2A${ESC}0Jnew`)).toEqual(['new']);
  });

  test('fills what was skipped with blanks', () => {
    expect(linesOf(`${ESC}4Gd`)).toEqual(['   d']);
  });

  test('knows bold and three colours, and when they end', () => {
    const [line] = screenOf(`${ESC}1mb${ESC}22m${ESC}32mg${ESC}39mp${ESC}1;31mr${ESC}0mq`);
    expect(line?.map(({ character, bold, color }) => [character, bold, color])).toEqual([
      ['b', true, 'plain'],
      ['g', false, 'green'],
      ['p', false, 'plain'],
      ['r', true, 'red'],
      ['q', false, 'plain'],
    ]);
  });

  test('takes no notice of the cursor being hidden', () => {
    expect(linesOf(`${ESC}?25lx${ESC}?25h${ESC}?7l`)).toEqual(['x']);
  });

  test.each([
    [`${ESC}5H`, 'the sequence ESC [ 5 H'],
    [`${ESC}1K`, 'the sequence ESC [ 1 K'],
    [`${ESC}35m`, 'the style 35'],
    ['\u0007', '"\\u0007"'],
  ])('refuses %j rather than show it wrong', (output, what) => {
    expect(() => screenOf(output)).toThrow(`the terminal does not know ${what}`);
  });
});
