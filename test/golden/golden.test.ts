import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOG_TYPES, logType } from '../../lambda/core/record/log-types.ts';
import { goldenLogs, goldenRecords } from '../../scripts/golden-records.ts';

const logs = goldenLogs();
const records = goldenRecords();

test.each(Object.keys(records))(
  '%s is what its log becomes now: after a change on purpose, run "npm run generate"',
  file => {
    expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toBe(records[file]);
  },
);

test('every log has its records, and every record its log', () => {
  const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.json'));
  const all = [...Object.keys(logs).map(name => `${name}.log.json`), ...Object.keys(records)];
  expect(files.sort()).toEqual(all.sort());
});

test('every log is named after its type', () => {
  expect(Object.values(logs)).toEqual(Object.keys(logs).map(type => expect.objectContaining({ type })));
});

test('every family of types has a log, and so have the types that nobody knows yet', () => {
  const families = new Set(LOG_TYPES.map(({ category }) => category)).add('unknown');
  const shown = new Set(Object.keys(logs).map(code => logType(code).category));
  expect([...families].filter(family => !shown.has(family))).toEqual([]);
});
