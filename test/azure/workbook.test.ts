import { describe, expect, test } from 'vitest';
import { SECTIONS, workbook } from '../../azure/workbook.ts';
import { checker } from '../../simulator/azure/log-analytics/kql-check.ts';
import { ALL_TABLES } from '../../simulator/azure/log-analytics/schemas.ts';
import { functionColumns } from '../../simulator/azure/log-analytics/translations.ts';

interface Item {
  readonly type: number;
  readonly name: string;
  readonly customWidth?: string;
  readonly content: Content;
}

interface Content {
  readonly query?: string;
  readonly timeContextFromParameter?: string;
  readonly visualization?: string;
  readonly parameters?: readonly { name: string; type: number; query?: string; value: unknown }[];
  readonly chartSettings?: { xAxis?: string; yAxis?: string[] };
  readonly gridSettings?: { formatters: { columnMatch: string }[] };
  readonly tileSettings?: Readonly<Record<string, { columnMatch?: string }>>;
}

// As the portal gets it: through JSON.
const page = JSON.parse(JSON.stringify(workbook())) as { version: string; items: Item[] };
const queries = page.items.filter(item => item.type === 3);
const parameters = page.items.flatMap(item => item.content.parameters ?? []);
const check = checker({ tables: ALL_TABLES, functions: functionColumns() });

/** What the portal makes of the text before it asks. */
const asked = (query: string) =>
  query.replaceAll('{Tenant}', 'example.eu.auth0.com').replaceAll('{TimeRange:grain}', '30m');
const resultOf = (item: Item) => check(asked(item.content.query!)).columns;
const numbers = ['int', 'long', 'real', 'decimal'];

test('it is a notebook whose parts have names of their own', () => {
  expect(page.version).toBe('Notebook/1.0');
  const names = page.items.map(item => item.name);
  expect(new Set(names).size).toBe(names.length);
  expect(queries).toHaveLength(SECTIONS.flatMap(section => section.tiles).length);
});

test('it shows sign-in, MFA, changes, tokens and the pipeline', () => {
  expect(SECTIONS.map(section => section.title)).toEqual([
    'Sign-in',
    'Multi-factor authentication',
    'Changes in the tenant',
    'Tokens and rate limits',
    'The pipeline',
  ]);
});

test('one chooses a time range and a tenant, and there are no other parameters in the queries', () => {
  expect(parameters.map(({ name, type }) => [name, type])).toEqual([
    ['TimeRange', 4],
    ['Tenant', 2],
  ]);
  const used = queries.flatMap(item => item.content.query!.match(/\{[^}]+\}/g) ?? []);
  expect([...new Set(used)].sort()).toEqual(['{Tenant}', '{TimeRange:grain}']);
});

test('the list of tenants is sound, and offers all of them at once', () => {
  const { query, value } = parameters.find(one => one.name === 'Tenant')!;
  const { problems, columns } = check(query!);
  expect(problems).toEqual([]);
  expect(columns.map(one => one.name)).toEqual(['value', 'label', 'selected']);
  expect(query).toContain(`value = '${value}'`);
});

test('every row of tiles is as wide as the page', () => {
  for (const { title, tiles } of SECTIONS) {
    let filled = 0;
    for (const { width } of tiles) {
      if (filled >= 99) filled = 0;
      filled += width;
      expect(filled, title).toBeLessThanOrEqual(100);
    }
    expect(filled, title).toBe(100);
  }
});

describe.each(queries.map(item => [item.name, item] as const))('%s', (_, item) => {
  const { content } = item;

  test('asks a sound question, of the chosen tenant and time', () => {
    expect(check(asked(content.query!)).problems).toEqual([]);
    expect(content.timeContextFromParameter).toBe('TimeRange');
    const calls = content.query!.match(/\bAuth0\w+\(\)/g) ?? [];
    const narrowed = content.query!.match(/\bAuth0\w+\(\)\n\| where '\{Tenant\}' in \('\*', Auth0Domain\)/g);
    expect(calls.length).toBeGreaterThan(0);
    expect(narrowed).toHaveLength(calls.length);
  });

  test('shows columns that its answer has', () => {
    const columns = resultOf(item);
    const names = columns.map(one => one.name);
    const { chartSettings = {}, gridSettings, tileSettings = {} } = content;
    const named = [
      ...(chartSettings.xAxis ? [chartSettings.xAxis] : []),
      ...(chartSettings.yAxis ?? []),
      ...(gridSettings?.formatters.map(one => one.columnMatch) ?? []),
      ...Object.values(tileSettings).flatMap(one => one.columnMatch ?? []),
    ];
    expect(named.filter(name => !names.includes(name))).toEqual([]);
    const drawn = [
      ...(chartSettings.yAxis ?? []),
      ...(gridSettings?.formatters ?? []).map(f => f.columnMatch),
    ];
    const types = drawn.map(name => columns.find(one => one.name === name)!.type);
    expect(types.filter(type => !numbers.includes(type))).toEqual([]);
  });
});

test('a time chart has a time, numbers, and at most one column that splits it', () => {
  for (const item of queries.filter(one => one.content.visualization === 'timechart')) {
    const types = resultOf(item).map(one => one.type);
    expect(
      types.filter(type => type === 'datetime'),
      item.name,
    ).toHaveLength(1);
    expect(types.filter(type => type === 'string').length, item.name).toBeLessThanOrEqual(1);
    expect(
      types.some(type => numbers.includes(type)),
      item.name,
    ).toBe(true);
  }
});
