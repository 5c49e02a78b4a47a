import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pictureOf } from '../../scripts/demo-picture.ts';
import { type Cell, screenOf } from '../../scripts/terminal-screen.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PICTURE = resolve(ROOT, 'docs/images/demo.svg');

interface Text {
  readonly x: number;
  readonly y: number;
  readonly length: number;
  readonly text: string;
}

const textsOf = (picture: string): Text[] =>
  [...picture.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]* textLength="([\d.]+)">([^<]*)<\/text>/g)].map(
    ([, x, y, length, text = '']) => ({
      x: Number(x),
      y: Number(y),
      length: Number(length),
      text: text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    }),
  );

/** The text of each line, from above. */
function wordsOf(texts: readonly Text[]): string[] {
  const lines = new Map<number, string[]>();
  for (const { y, text } of texts) lines.set(y, [...(lines.get(y) ?? []), text]);
  return [...lines.values()].map(parts => parts.join(' '));
}

/** How many logs fall into a batch of the outage differs with the machine's speed, and with it what follows. */
const steady = (text: string): string =>
  text
    .replaceAll(/\d[\d.,]*/g, 'N')
    .replaceAll(/\bN\s+(batch|message)(es|s)?\b/g, 'N $1')
    .replaceAll(/─+/g, '─')
    .replaceAll(/\s+/g, ' ')
    .trim();

const screen = (...lines: string[]): readonly (readonly Cell[])[] => screenOf(lines.join('\r\n'));

describe('the picture of a screen', () => {
  test('has all of its text, each line below the one before, escaped for XML', () => {
    const texts = textsOf(pictureOf(screen('a <b> & c', '', '  d'), 'title'));
    expect(texts.map(({ text }) => text)).toEqual(['a <b> & c', 'd']);
    expect(texts[1]!.y).toBeGreaterThan(texts[0]!.y);
    expect(texts[1]!.x).toBeGreaterThan(texts[0]!.x);
  });

  test('keeps columns in line, whatever font the reader has', () => {
    const [above, below] = textsOf(pictureOf(screen('12345   x', '        x'), 'title')).filter(
      ({ text }) => text === 'x',
    );
    expect(above!.x).toBe(below!.x);
    const [five] = textsOf(pictureOf(screen('12345'), 'title'));
    expect(five!.x + 8 * (five!.length / 5)).toBeCloseTo(above!.x, 0);
  });

  test('has a title, and colours where the terminal had some', () => {
    const picture = pictureOf(screen('\u001b[1;32mwell\u001b[0m then'), 'a <title>');
    expect(picture).toContain('<title>a &lt;title&gt;</title>');
    expect(picture).toMatch(/class="b green" [^>]*>well</);
    expect(picture).toMatch(/<text (?!.*class)[^>]*>then</);
  });
});

describe('docs/images/demo.svg', { timeout: 120_000 }, () => {
  const picture = readFileSync(PICTURE, 'utf8');

  test('is small', () => {
    expect(statSync(PICTURE).size).toBeLessThan(40_000);
  });

  test('tells what "npm start" tells today: after a change of the demo, run "npm run generate -- picture"', () => {
    const { status, stdout } = spawnSync('npm', ['start', '--silent'], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(0);
    const drawn = wordsOf(textsOf(picture));
    expect(drawn[0]).toBe('$ npm start');
    const lines = drawn.filter(line => !/^[$>] /.test(line));
    expect(steady(lines.join(' '))).toBe(steady(stdout));
  });
});
