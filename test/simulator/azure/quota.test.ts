import { describe, expect, test } from 'vitest';
import { openWorkspace } from '../../../simulator/azure/workspace.ts';

const HOUR_MS = 3_600_000;
const MIDNIGHT = Date.parse('2030-05-15T00:00:00.000Z');
const timeOf = (hour: string) => Date.parse(`2030-05-15T${hour}:00.000Z`);
/** A row of about a thousand bytes, by either API. */
const thousand = () => ({ TimeGenerated: '2030-05-15T12:00:00.000Z', LogId: 'x'.repeat(946) });
const collected = () => ({ logType: 'Auth0', records: [{ LogId: 'x'.repeat(940) }] });

describe('the daily cap', () => {
  test('lets pass what fits, then nothing by either API, and tells of it once', () => {
    const workspace = openWorkspace({ dailyCapBytes: 2500, keepRecords: true });
    for (let i = 0; i < 4; i++) workspace.ingest([thousand()], MIDNIGHT + i * HOUR_MS);
    workspace.collect(collected(), MIDNIGHT + 5 * HOUR_MS);
    expect([workspace.received.records, workspace.stored, workspace.dropped]).toEqual([5, 2, { overCap: 3 }]);
    expect(workspace.tables()['Auth0Logs_CL']).toHaveLength(2);
    expect(workspace.operations.logOperations).toEqual([
      {
        TimeGenerated: '2030-05-15T02:00:00.000Z',
        Category: 'Ingestion',
        Operation: 'Data collection Status',
        Level: 'Warning',
        Detail:
          'Data collection stopped due to daily limit of free data reached. Ingestion status = OverQuota',
      },
    ]);
  });

  test('begins anew at the hour of the workspace, and tells of it', () => {
    const workspace = openWorkspace({ dailyCapBytes: 1500, dailyCapResetHour: 14 });
    const hours = [13, 13.5, 13.99, 14, 14.5, 37.9, 38];
    const stored = hours.map(hour => {
      const before = workspace.stored;
      workspace.ingest([thousand()], MIDNIGHT + hour * HOUR_MS);
      return workspace.stored > before;
    });
    expect(stored).toEqual([true, false, false, true, false, false, true]);
    expect(workspace.operations.logOperations.map(one => [one.TimeGenerated, one.Level])).toEqual([
      ['2030-05-15T13:30:00.000Z', 'Warning'],
      ['2030-05-15T14:00:00.000Z', 'Info'],
      ['2030-05-15T14:30:00.000Z', 'Warning'],
      ['2030-05-16T14:00:00.000Z', 'Info'],
    ]);
  });
});

describe('a daily cap that other data has used up', () => {
  test.each([
    ['10:20', '11:00'],
    ['10:54', '11:00'],
    ['10:56', '12:00'],
    ['23:58', '01:00'],
  ])('at %s begins anew at %s, and with all its bytes', (at, reset) => {
    const workspace = openWorkspace({ dailyCapBytes: 1500, keepColumns: ['LogId'] });
    const atMs = timeOf(at);
    workspace.ingest([thousand()], atMs - 1);
    const resetsAtMs = workspace.useUpCap(atMs);
    expect(new Date(resetsAtMs).toISOString().slice(11, 16)).toBe(reset);
    for (const ms of [atMs, resetsAtMs - 1, resetsAtMs]) workspace.ingest([thousand()], ms);
    expect([workspace.stored, workspace.dropped]).toEqual([2, { overCap: 2 }]);
    expect(workspace.operations.logOperations.map(one => [Date.parse(one.TimeGenerated), one.Level])).toEqual(
      [
        [atMs, 'Warning'],
        [resetsAtMs, 'Info'],
      ],
    );
    expect(Object.keys(workspace.tables()['Auth0Logs_CL']![0]!)).toEqual([
      'TimeGenerated',
      'LogId',
      'IngestedAt',
    ]);
  });

  test('needs a cap', () => {
    expect(() => openWorkspace().useUpCap(MIDNIGHT)).toThrow('dailyCapBytes');
  });
});

describe('the ingestion rate', () => {
  test('drops what is beyond it within a minute, of the Data Collector API alone', () => {
    const workspace = openWorkspace({ ingestionRateBytesPerMinute: 2500 });
    for (let i = 0; i < 4; i++) workspace.collect(collected(), MIDNIGHT + i * 1000);
    workspace.ingest([thousand(), thousand(), thousand()], MIDNIGHT + 5000);
    workspace.collect(collected(), MIDNIGHT + 60_000);
    expect([workspace.stored, workspace.dropped]).toEqual([6, { overRate: 2 }]);
  });

  test('is told once in six hours while it goes on', () => {
    const workspace = openWorkspace({ ingestionRateBytesPerMinute: 10 });
    for (const hour of [0, 1, 5.9, 6, 7]) workspace.collect(collected(), MIDNIGHT + hour * HOUR_MS);
    expect(workspace.operations.logOperations).toMatchObject([
      {
        TimeGenerated: '2030-05-15T00:00:00.000Z',
        Operation: 'Ingestion rate',
        Level: 'Error',
        Detail:
          'The data ingestion volume rate crossed the threshold in your workspace: 0.00 MB per one minute and data has been dropped.',
      },
      { TimeGenerated: '2030-05-15T06:00:00.000Z' },
    ]);
  });
});
