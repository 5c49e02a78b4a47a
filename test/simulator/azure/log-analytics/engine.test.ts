import { afterAll, expect, test } from 'vitest';
import {
  type LogAnalytics,
  openLogAnalytics,
  type Rows,
} from '../../../../simulator/azure/log-analytics/engine.ts';
import { openWorkspace } from '../../../../simulator/azure/workspace.ts';
import { NOW } from '../calls.ts';

const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(ms).toISOString();
const open: LogAnalytics[] = [];
afterAll(() => open.forEach(one => void one.close()));

async function analyticsOver(rows: Rows): Promise<LogAnalytics> {
  const analytics = await openLogAnalytics('own', rows);
  open.push(analytics);
  return analytics;
}

test('what a workspace stored is what is queried, with what Azure tells of it', async () => {
  const workspace = openWorkspace({ keepRecords: true, tableKind: 'dcr' });
  workspace.ingest([{ TimeGenerated: at(NOW - HOUR_MS), LogId: 'a', EventType: 's' }], NOW - 1000);
  workspace.collect({ logType: 'Auth0', records: [{ LogId: 'b' }] }, NOW - 1000);
  const analytics = await analyticsOver(workspace.tables());
  const day = { fromMs: NOW - 24 * HOUR_MS, toMs: NOW };
  expect(await analytics.sql('SELECT "LogId", "IngestionTime" FROM "Auth0Logs"', day)).toEqual([
    { LogId: 'a', IngestionTime: new Date(NOW - 1000) },
  ]);
  expect(await analytics.sql('SELECT "Operation" FROM "_LogOperation"', day)).toEqual([
    { Operation: 'Custom log' },
  ]);
});

test('a query sees the rows of its range of TimeGenerated, and of its LogIds', async () => {
  const workspace = openWorkspace({ keepRecords: true });
  for (const [hours, LogId] of [
    [1, 'a'],
    [3, 'b'],
    [3, 'c'],
    [5, 'd'],
  ] as const) {
    workspace.ingest([{ TimeGenerated: at(NOW - hours * HOUR_MS), LogId }], NOW - 2 * HOUR_MS);
  }
  const analytics = await analyticsOver(workspace.tables());
  const range = { fromMs: NOW - 4 * HOUR_MS, toMs: NOW - 2 * HOUR_MS };
  const ids = async (scope: { fromMs: number; toMs: number; logIds?: string[] }) =>
    (await analytics.sql('SELECT "LogId" FROM "Auth0Logs" ORDER BY 1', scope)).map(row => row['LogId']);
  expect(await ids(range)).toEqual(['b', 'c']);
  expect(await ids({ ...range, logIds: ['a', 'c'] })).toEqual(['c']);
});

test('a query reads the rows that have arrived, and only the first row of a duplicate in its range', async () => {
  const workspace = openWorkspace({ keepRecords: true });
  const row = () => [{ TimeGenerated: at(NOW - 6 * HOUR_MS), LogId: 'a' }];
  for (const hours of [5, 3]) workspace.ingest(row(), NOW - hours * HOUR_MS);
  const analytics = await analyticsOver(workspace.tables());
  const arrivals = async (fromHours: number, toHours: number) =>
    analytics.sql('SELECT "IngestionTime" FROM "Auth0Logs"', {
      fromMs: NOW - fromHours * HOUR_MS,
      toMs: NOW - toHours * HOUR_MS,
    });
  expect(await arrivals(7, 6)).toEqual([]);
  expect(await arrivals(7, 4)).toEqual([{ IngestionTime: new Date(NOW - 5 * HOUR_MS) }]);
  expect(await arrivals(7, 0)).toEqual([{ IngestionTime: new Date(NOW - 5 * HOUR_MS) }]);
});

test('the first row of a duplicate that arrived two days later is out of range', async () => {
  const workspace = openWorkspace({ keepRecords: true });
  const row = () => [{ TimeGenerated: at(NOW - 72 * HOUR_MS), LogId: 'a' }];
  for (const hours of [71, 1]) workspace.ingest(row(), NOW - hours * HOUR_MS);
  const analytics = await analyticsOver(workspace.tables());
  const scope = { fromMs: NOW - 48 * HOUR_MS, toMs: NOW };
  expect(await analytics.sql('SELECT "IngestionTime" FROM "Auth0Logs"', scope)).toEqual([
    { IngestionTime: new Date(NOW - HOUR_MS) },
  ]);
});

test('a query that was not translated is named, with what to do', async () => {
  const analytics = await analyticsOver({});
  await expect(analytics.run('detection-none', { fromMs: 0, toMs: NOW })).rejects.toThrow(
    'queries.sql has no "detection-none"; run "npm run generate -- sql"',
  );
});
