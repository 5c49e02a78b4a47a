import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { CAUSES, withTables } from '../../scripts/cause-docs.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/runbook.md'), 'utf8');

test('the runbook has every cause: npm run generate -- causes', () => {
  expect(withTables(PAGE)).toBe(PAGE);
  const rows = Object.values(CAUSES).flatMap(asked => asked.flatMap(([, causes]) => causes));
  for (const { answer, means } of rows) expect(PAGE).toContain(`| ${answer} | ${means} | `);
});
