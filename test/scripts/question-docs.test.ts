import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { NOT_ASKED, QUESTIONS } from '../../cli/acceptance/questions.ts';
import { withTables } from '../../scripts/question-docs.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/acceptance.md'), 'utf8');

test('the page has every question and every reason: npm run generate -- questions', () => {
  expect(withTables(PAGE)).toBe(PAGE);
  for (const { id } of QUESTIONS) expect(PAGE).toContain(`| \`${id}\` | `);
  for (const { why } of NOT_ASKED) expect(PAGE).toContain(`| ${why} |`);
});
