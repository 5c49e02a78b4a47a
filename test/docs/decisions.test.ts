import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCS, page } from './pages.ts';

const files = readdirSync(join(DOCS, 'decisions'))
  .filter(name => name !== 'README.md')
  .sort();

test('decisions are numbered from 001, none twice; a number may wait for its decision', () => {
  const numbers = files.map(name => /^(\d{3})-/.exec(name)?.[1]);
  expect(numbers[0]).toBe('001');
  expect(new Set(numbers).size).toBe(files.length);
});

test('each decision has its number in its title, and its line in the list', () => {
  const lines = files.map(file => {
    const [, number, title] = /^# (\d+): (.+)\n/.exec(page(`decisions/${file}`)) ?? [];
    expect([file, number]).toEqual([file, file.slice(0, 3)]);
    return `- [${number}](${file}): ${title}`;
  });
  expect(page('decisions/README.md').match(/^- .+$/gm)).toEqual(lines);
});
