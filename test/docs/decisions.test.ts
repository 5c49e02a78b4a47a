import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCS, page } from './pages.ts';

const files = readdirSync(join(DOCS, 'decisions'))
  .filter(name => name !== 'README.md')
  .sort();
const numberOf = (index: number) => String(index + 1).padStart(3, '0');

test('decisions are numbered from 001, without a hole and none twice', () => {
  expect(files.length).toBeGreaterThan(1);
  expect(files.map(name => name.slice(0, 4))).toEqual(files.map((_, i) => `${numberOf(i)}-`));
});

test('each decision has its number in its title, and its line in the list', () => {
  const lines = files.map((file, i) => {
    const [, number, title] = /^# (\d+): (.+)\n/.exec(page(`decisions/${file}`)) ?? [];
    expect([file, number]).toEqual([file, numberOf(i)]);
    return `- [${number}](${file}): ${title}`;
  });
  expect(page('decisions/README.md').match(/^- .+$/gm)).toEqual(lines);
});
