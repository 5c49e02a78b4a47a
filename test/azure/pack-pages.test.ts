import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DETECTIONS } from '../../azure/detections.ts';
import { detectionsPage, queriesPage } from '../../azure/pack-pages.ts';

const DOCS = join(import.meta.dirname, '../../docs');

test.each([
  ['queries.md', queriesPage()],
  ['detections.md', detectionsPage()],
])('docs/%s is up to date: after a change of a query, run "npm run generate"', (file, page) => {
  expect(readFileSync(join(DOCS, file), 'utf8')).toBe(page);
});

test('every link within the page of detections leads to a heading', () => {
  const page = detectionsPage();
  const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link!);
  expect(links).toHaveLength(DETECTIONS.length);
  expect(links.filter(link => !anchors.includes(link))).toEqual([]);
});
