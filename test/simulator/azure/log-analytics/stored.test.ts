/** What the simulated query API answers is what the queries say: the same text, executed by DuckDB over the same rows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STREAM } from '../../../../azure/table.ts';
import { digestOf, sketchOf } from '../../../../lambda/core/sketch.ts';
import { generatedWithin } from '../../../../lambda/core/stored.ts';
import { binOf } from '../../../../lambda/core/stored-kql.ts';
import { logIdAt } from '../../../../simulator/auth0/tenant.ts';
import { runKql } from '../../../../simulator/azure/kql.ts';
import { type LogAnalytics, openLogAnalytics } from '../../../../simulator/azure/log-analytics/engine.ts';
import { checker } from '../../../../simulator/azure/log-analytics/kql-check.ts';
import { ALL_TABLES } from '../../../../simulator/azure/log-analytics/schemas.ts';
import { STORED_QUERIES, STORED_SAMPLE } from '../../../../simulator/azure/log-analytics/translations.ts';
import { openWorkspace } from '../../../../simulator/azure/workspace.ts';
import { NOW } from '../calls.ts';

const MINUTE_MS = 60_000;
const { span } = STORED_SAMPLE;
const workspace = openWorkspace({ keepRecords: true });
/** `count` ids a minute apart. */
const ids = (fromMs: number, count: number, tail: string) =>
  Array.from({ length: count }, (_, n) => logIdAt(fromMs + n * MINUTE_MS, tail));
const within = ids(span.fromMs, 60, '1');
const outside = [...ids(span.fromMs - 90 * MINUTE_MS, 80, '2'), ...ids(span.toMs, 20, '3')];
const twice = within.slice(5, 9);

let analytics: LogAnalytics;
beforeAll(async () => {
  const record = (LogId: string, n: number) => ({
    LogId,
    event_date: new Date(NOW - 60 * MINUTE_MS).toISOString(),
    Level: n % 4,
    ...(n % 3 === 0 ? { ClientName: n % 2 === 0 ? '' : 'app' } : {}),
    ...(n % 5 === 0 ? { IsMobile: n % 2 === 0 } : {}),
    ...(n % 7 === 0 ? { Details: { n } } : {}),
  });
  const all = [...within, ...outside, ...twice, 'no id of Auth0’s', `${'x'.repeat(56)}`].map(record);
  workspace.ingest(structuredClone(all), NOW - MINUTE_MS);
  workspace.collect({ logType: 'Auth0', records: all, timeField: 'event_date' }, NOW - MINUTE_MS);
  workspace.operations.capReached(NOW - 30 * MINUTE_MS);
  workspace.operations.transformFailed(NOW - 20 * MINUTE_MS, STREAM);
  workspace.operations.transformFailed(NOW - 10 * MINUTE_MS, STREAM);
  workspace.operations.transformFailed(NOW - 10 * MINUTE_MS, 'Custom-Other_CL');
  analytics = await openLogAnalytics('own', workspace.tables());
});
afterAll(() => analytics.close());

/** Rows with whole numbers and times in one form, in one order. */
function comparable(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const value = (one: unknown) => {
    if (one instanceof Date) return one.toISOString();
    return typeof one === 'bigint' || typeof one === 'number' ? Number(one) : one;
  };
  const named = (row: Readonly<Record<string, unknown>>) =>
    Object.entries(row)
      .sort()
      .map(([name, one]) => [name, value(one)]);
  return rows.map(row => JSON.stringify(named(row))).sort();
}
const simulated = (name: string) =>
  runKql(STORED_QUERIES[name]!, table => {
    const rows = workspace.tables()[table];
    return rows && { columns: 'any', rows };
  });

describe.each(Object.keys(STORED_QUERIES))('%s', name => {
  test('is answered by the simulator as by the engine', async () => {
    const executed = await analytics.run(name, generatedWithin(span, NOW));
    expect(executed.length).toBeGreaterThan(0);
    expect(comparable(simulated(name))).toEqual(comparable(executed));
  });

  test('is KQL without a mistake, by Microsoft’s own language service', () => {
    expect(checker({ tables: ALL_TABLES, functions: {} })(STORED_QUERIES[name]!).problems).toEqual([]);
  });
});

test('the digest of ten minutes is that of a sketch of their ids', () => {
  const bins = simulated('stored-counts');
  expect(bins).toHaveLength(6);
  for (const { Bin, Ids, Rows, Repeated, High, Low } of bins) {
    const expected = within.filter(id => binOf(id) === Bin);
    const repeated = twice.filter(id => binOf(id) === Bin).length;
    const counts = { ids: Number(Ids), rows: Number(Rows), repeated: Number(Repeated) };
    expect(counts).toEqual({ ids: 10, rows: 10 + repeated, repeated });
    expect({ high: Number(High), low: Number(Low) }).toEqual(digestOf(sketchOf(expected)));
  }
});
