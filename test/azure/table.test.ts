import { describe, expect, test } from 'vitest';
import { dataCollectorColumn, STREAM, streamColumns, TABLE, tableColumns } from '../../azure/table.ts';
import { TRANSFORM } from '../../azure/transform.ts';
import { parsePipeline } from '../../lambda/config/config.ts';
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import { logsIngestion } from '../../lambda/destinations/logs-ingestion/spec.ts';
import { startAzure } from '../../simulator/azure/server.ts';
import { records } from './emitted.ts';

/** Whether the service takes the value for the declared type without losing it. */
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  int: value => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  boolean: value => typeof value === 'boolean',
  datetime: value => typeof value === 'string' && new Date(value).toISOString() === value,
  dynamic: () => true,
};

describe('the stream', () => {
  const declared = new Map(streamColumns().map(({ name, type }) => [name, type]));

  test('declares every column that shaping emits: one that it does not would be dropped without a word', () => {
    const emitted = new Set(records(logsIngestion.form).flatMap(Object.keys));
    expect([...emitted].filter(name => !declared.has(name))).toEqual([]);
    // And the logs are varied enough to see it: they fill every column there is.
    const unfilled = [...declared.keys()].filter(name => !emitted.has(name));
    expect(unfilled, 'no log fills these: add the field to one of test/azure/emitted.ts').toEqual([]);
  });

  test('declares for every value the type that it has', () => {
    const misfits = records(logsIngestion.form).flatMap(record =>
      Object.entries(record)
        .filter(([name, value]) => !FITS[declared.get(name) ?? '']?.(value))
        .map(([name, value]) => `${name}: ${typeof value}`),
    );
    expect(new Set(misfits)).toEqual(new Set());
  });

  test('has the columns of the table, and the name that the configuration has for it', () => {
    expect(tableColumns().map(({ name, type }) => ({ name, type }))).toEqual(streamColumns());
    const { azure } = parsePipeline({
      name: 'x',
      auth0: { domain: 'x.eu.auth0.com', secret: 'x' },
      azure: {
        kind: 'logs-ingestion',
        endpoint: 'https://x.ingest.monitor.azure.com',
        dcrImmutableId: `dcr-${'0'.repeat(32)}`,
        tenantId: '01234567-89ab-cdef-0123-456789abcdef',
        clientId: '01234567-89ab-cdef-0123-456789abcdef',
        auth: 'federated',
      },
    });
    expect(azure.kind === 'logs-ingestion' && azure.stream).toBe(STREAM);
    expect(STREAM).toBe(`Custom-${TABLE}`);
  });

  test('is taken by an Azure that checks names as the real one does', async () => {
    const azure = await startAzure({ declaredColumns: [...declared.keys()] });
    await azure.close();
    expect(declared.size).toBe(COLUMNS.length);
    // Log Analytics: https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits
    expect(declared.size).toBeLessThanOrEqual(500);
  });
});

test('names of columns leave room for a suffix, each its own', () => {
  const names = COLUMNS.map(dataCollectorColumn);
  expect(names.filter(name => name.length > 45)).toEqual([]);
  expect(new Set(names.map(name => name.toLowerCase())).size).toBe(names.length);
});

describe('the transform', () => {
  const [source, ...steps] = TRANSFORM.split('|').map(step => step.trim());
  const words = (text: string) => [...text.matchAll(/[A-Za-z_]\w*(\s*\()?/g)].map(([word]) => word);

  test('works row by row, with the few operators and functions that a rule may use', () => {
    expect(source).toBe('source');
    const operators = steps.map(step => step.split(' ')[0]);
    const allowed = ['extend', 'project', 'where', 'parse', 'project-away', 'project-rename'];
    expect(operators.filter(operator => !allowed.includes(operator ?? ''))).toEqual([]);
    const functions = words(TRANSFORM).filter(word => word.endsWith('('));
    expect(new Set(functions)).toEqual(new Set(['iif(', 'isnull(', 'now(']));
  });

  test('names only columns of the stream, and sets TimeGenerated', () => {
    const columns = steps.flatMap(step => words(step).slice(1)).filter(word => !word.endsWith('('));
    const declared = streamColumns().map(({ name }) => name);
    expect(columns.filter(name => !declared.includes(name))).toEqual([]);
    expect(TRANSFORM).toContain('extend TimeGenerated =');
  });
});
