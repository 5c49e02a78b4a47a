import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { asimPage } from '../../../azure/asim/page.ts';
import { LOG_TYPES, logType } from '../../../lambda/core/record/log-types.ts';
import { filledFields } from '../../../scripts/asim-docs.ts';
import { goldenLogs } from '../../../scripts/golden-records.ts';

test('docs/asim.md is as "npm run generate" writes it now', async () => {
  const filled = await filledFields();
  expect(readFileSync(resolve(import.meta.dirname, '../../../docs/asim.md'), 'utf8')).toBe(asimPage(filled));
});

test('every event fills all mandatory fields, and every conditional field and alias that it must', async () => {
  const filled = await filledFields();
  const lacking = filled.flatMap(({ code, counts }) =>
    (['Mandatory', 'Conditional', 'Alias'] as const)
      .filter(kind => counts[kind][0] < counts[kind][1])
      .map(kind => `${code} ${kind} ${counts[kind].join('/')}`),
  );
  expect(lacking).toEqual([]);
  // The golden logs show each family.
  expect(new Set(Object.keys(goldenLogs()).map(code => logType(code).category)).size).toBeGreaterThan(
    new Set(LOG_TYPES.map(one => one.category)).size - 1,
  );
});
