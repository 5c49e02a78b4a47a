import { expect, test } from 'vitest';
import { storedComparison } from '../../../cli/audit/stored.ts';
import { filledColumns } from '../../../cli/audit/values.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { redactor } from '../../../lambda/core/record/redact.ts';
import { shaper } from '../../../lambda/core/record/shape.ts';
import { digestOf, sketchOf } from '../../../lambda/core/sketch.ts';
import { binOf } from '../../../lambda/core/stored-kql.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { PIPELINE } from '../../config/samples.ts';
import { SAMPLES } from '../../destinations/samples.ts';

const TYPED = { ...PIPELINE, azure: SAMPLES['logs-ingestion'].azure };
const LOG = { log_id: '90020261122194220880000000000000000005552374524845362590', type: 's' };

test('a log that cannot be hashed fills the columns that it was shipped with', () => {
  const redact = [{ field: 'details', how: 'hash' }] as const;
  const config = parsePipeline({ ...TYPED, redact });
  const shape = shaper({
    form: specOf(config.azure).form,
    auth0Domain: config.auth0.domain,
    redact: redactor(redact, 'k'.repeat(32)),
  });
  const details: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  const log = { ...LOG, client_name: 'app', details };
  const record = JSON.parse(shape(log).json);
  expect(record.ShapeError).toContain('it could not be redacted');
  const columns = filledColumns(config)(log);
  expect(columns).toContain('ShapeError');
  expect(columns.filter(name => record[name] === undefined)).toEqual([]);
});

test('a value that may be stored as empty fills no column; 0, false and a space do', () => {
  const filled = filledColumns(parsePipeline(TYPED));
  const none = { ...LOG, description: '', ip: null, details: {}, auth0_client: [], security_context: '{}' };
  expect(filled(none)).toEqual(filled(LOG));
  const some = { ...LOG, description: ' ', ip: 0, isMobile: false, details: 0 };
  expect(filled(some).filter(name => !filled(LOG).includes(name))).toEqual([
    'Description',
    'SrcIpAddr',
    'IsMobile',
    'Details',
  ]);
});

test('a table that is gone by the time its values are counted has none', async () => {
  const { log_id: logId } = LOG;
  const { high: High, low: Low } = digestOf(sketchOf([logId]));
  const bin = { Bin: binOf(logId), Ids: 1, Rows: 1, Repeated: 0, High, Low };
  const atMs = Date.parse('2026-11-22T19:42:20Z');
  const comparison = await storedComparison(
    {
      reader: {
        query: async kql =>
          kql.includes('column_ifexists')
            ? { kind: 'unknown-name', name: 'Auth0Logs_CL' }
            : { kind: 'rows', rows: [bin] },
      },
      place: { table: 'Auth0Logs_CL', logIdColumn: 'LogId' },
      clock: { now: () => atMs + 3_600_000, sleep: async () => undefined },
      random: Math.random,
      delayMs: 0,
      queuesHold: false,
      onLost: () => undefined,
    },
    { fromMs: atMs - 60_000, toMs: atMs + 60_000 },
  );
  comparison.expect(logId, ['Os']);
  comparison.judged(logId, 'settled');
  expect(await comparison.end(atMs)).toMatchObject({
    stored: 1,
    values: [{ column: 'Os', logs: 1, rows: 0 }],
  });
});
