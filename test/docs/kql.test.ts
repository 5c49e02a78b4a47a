/** The queries on hand-written pages, parsed and checked against the tables as those of azure/ are. */
import { expect, test } from 'vitest';
import { DATA_COLLECTOR_TABLE } from '../../azure/table.ts';
import { checker } from '../../simulator/azure/log-analytics/kql-check.ts';
import { ALL_TABLES, WORKSPACES } from '../../simulator/azure/log-analytics/schemas.ts';
import { functionColumns } from '../../simulator/azure/log-analytics/translations.ts';
import { blocks } from './pages.ts';

const PAGES = ['azure.md', 'migrating.md', 'runbook.md', 'setup.md'];
/** What docs/migrating.md leaves open in a query, and fills in elsewhere. */
const OPEN = '// let Before = …;\n';

const tables = {
  ...ALL_TABLES,
  // A table of the reader's own.
  YourTable_CL: [
    { name: 'date_t', type: 'datetime' },
    { name: 'log_id_s', type: 'string' },
  ],
};
const check = checker({ tables, functions: functionColumns() });
const all = PAGES.flatMap(name => blocks(name, 'kusto'));
const beginnings = all.filter(({ text }) => text.startsWith('let Before = '));
const open = all.filter(({ text }) => text.startsWith(OPEN));
const whole = all.filter(block => !beginnings.includes(block) && !open.includes(block));

test.each(whole.map(({ where, text }) => [where, text]))('the query of %s is sound', (_, kql) => {
  expect(check(kql).problems).toEqual([]);
});

test.each(
  beginnings.flatMap(beginning => open.map(rest => [beginning.where, rest.where, beginning.text, rest.text])),
)('the statement of %s completes the query of %s', (_, __, beginning, rest) => {
  const { problems, columns } = check(`${beginning}${rest!.slice(OPEN.length)}`);
  expect(problems).toEqual([]);
  expect(columns.map(({ name }) => name)).toEqual(['InBoth', 'BeforeOnly', 'OursOnly']);
});

test('each of the four ways to migrate has such a statement, and either API such a query', () => {
  expect([beginnings.length, open.length]).toEqual([4, 2]);
});

test('the function with the former names has every column that the former extension is known to write', () => {
  const { columns } = check(whole.find(({ text }) => text.includes('type_code_s ='))!.text);
  expect(columns).toEqual(expect.arrayContaining([...WORKSPACES.former[DATA_COLLECTOR_TABLE]]));
});
