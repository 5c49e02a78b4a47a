import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { NEXT_TRY } from '../../lambda/core/cause.ts';
import { CAUSES, withTables } from '../../scripts/cause-docs.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const ASKED = Object.values(CAUSES).flat();

test('the runbook has every cause: npm run generate -- causes', () => {
  expect(withTables(PAGE)).toBe(PAGE);
  for (const { answer, means } of ASKED.flatMap(([, , causes]) => causes))
    expect(PAGE).toContain(`| ${answer} | ${means} | `);
});

test('a cause is one row, whichever requests have it, and says when the request is repeated if that differs', () => {
  const rows = PAGE.split('\n').filter(line => line.startsWith('| '));
  for (const [what, usually, causes] of ASKED) {
    for (const { answer, means, next } of causes) {
      const own = rows.filter(row => row.includes(`${what}`) && row.includes(`| ${answer} | ${means} | `));
      expect(own).toHaveLength(1);
      expect(own[0]!.includes(NEXT_TRY[next])).toBe(usually !== undefined && next !== usually);
    }
  }
});
