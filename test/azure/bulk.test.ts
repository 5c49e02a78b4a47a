import { describe, expect, test } from 'vitest';
import { BULK_TYPES, bulkTransforms } from '../../azure/bulk.ts';
import { DETECTIONS, type Detection } from '../../azure/detections.ts';
import { BULK_MARK, bulkSource } from '../../azure/function-auth0-logs.ts';
import { FUNCTIONS, SAVED_QUERIES } from '../../azure/queries.ts';
import { BULK_TABLE, STREAM, TABLE } from '../../azure/table.ts';
import { readersOf, typesRead } from '../../azure/types-read.ts';
import { generatedFiles } from '../../azure/write-template.ts';
import { COLUMNS } from '../../lambda/core/record/columns.ts';
import { arrivalsOf, arrive } from '../../scripts/azure-trials/arrivals.ts';
import { DOMAIN, log, NOW_MS, type Scene } from '../../scripts/azure-trials/scene.ts';
import { TRIALS } from '../../scripts/azure-trials/trials.ts';
import { generatedQueries, openLogAnalytics, type Row } from '../../simulator/azure/log-analytics/engine.ts';
import { BULK_SAMPLE } from '../../simulator/azure/log-analytics/translations.ts';
import { fires, RULES } from './alert-rules.ts';
import { deploy } from './arm-deploy.ts';
import { kinds, STATE } from './sample-deployment.ts';

const template = JSON.parse(generatedFiles()['azure/template.json']!);
const deployed = (parameters: Record<string, unknown>) =>
  deploy(template, { parameters: { workspaceName: 'logs', ...parameters }, state: STATE });

/** What a deployment with these parameters makes of table and rule. */
function flowsOf(parameters: Record<string, unknown>) {
  const { resources, outputs } = deployed(parameters);
  const rule = resources.find(({ type }) => type.endsWith('/dataCollectionRules'))!;
  const tables = resources.filter(({ type }) => type.endsWith('/tables'));
  return { flows: rule.properties['dataFlows'], tables, types: outputs['bulkTypes']?.value };
}

const flow = (transformKql: string, outputStream: string) => ({
  streams: [STREAM],
  destinations: ['workspace'],
  transformKql,
  outputStream,
});

describe('the template', () => {
  test('with bulkTypes makes a second table like the first, and a rule with a flow into each', () => {
    const disabledAlerts = BULK_SAMPLE.flatMap(type => readersOf(type, DETECTIONS, FUNCTIONS));
    const { flows, tables, types } = flowsOf({
      bulkTypes: BULK_SAMPLE,
      disabledAlerts,
      totalRetentionInDays: 90,
    });
    const { main, bulk } = bulkTransforms(BULK_SAMPLE);
    expect(flows).toEqual([flow(main, STREAM), flow(bulk, `Custom-${BULK_TABLE}`)]);
    const [first, second] = tables;
    expect([first?.name, second?.name]).toEqual([`logs/${TABLE}`, `logs/${BULK_TABLE}`]);
    expect(second?.properties).toMatchObject({
      plan: 'Basic',
      retentionInDays: null,
      totalRetentionInDays: 90,
      schema: { name: BULK_TABLE, columns: Object(first?.properties['schema']).columns },
    });
    expect(types).toEqual(BULK_SAMPLE);
  });

  test('moves no other type, and makes no second table for none', () => {
    const { flows, types } = flowsOf({ bulkTypes: ['fp', 'ssa', "x') or true or ('"] });
    expect(flows).toEqual([
      flow(bulkTransforms(['ssa']).main, STREAM),
      flow(bulkTransforms(['ssa']).bulk, `Custom-${BULK_TABLE}`),
    ]);
    expect(types).toEqual(['ssa']);
    const none = flowsOf({ bulkTypes: ['fp'] });
    expect(none).toEqual(flowsOf({}));
    expect(none.tables).toHaveLength(1);
    expect(kinds(deployed({ bulkTypes: ['ssa'], destination: 'data-collector' }))).not.toContain(
      'workspaces/tables',
    );
  });

  test.each(BULK_TYPES)('moves %s only if each rule that reads it is disabled', type => {
    const readers = readersOf(type, DETECTIONS, FUNCTIONS);
    const moved = (disabledAlerts: readonly string[]) => flowsOf({ bulkTypes: [type], disabledAlerts }).types;
    expect(moved(readers)).toEqual([type]);
    expect(moved([...readers, 'brute-force'])).toEqual([type]);
    for (const reader of readers) {
      expect(moved(readers.filter(id => id !== reader)), `${reader} reads ${type}`).toEqual([]);
    }
  });

  test('lets Auth0Logs() read the second table only if it has the plan Analytics', () => {
    const { kql } = FUNCTIONS.find(({ alias }) => alias === 'Auth0Logs')!;
    const saved = (parameters: Record<string, unknown>) =>
      deployed(parameters).resources.find(({ name }) => name === 'logs/auth0logs')?.properties['query'];
    expect(kql).toContain(BULK_MARK);
    for (const basic of [{}, { bulkTypes: BULK_SAMPLE }]) expect(saved(basic)).toContain(kql);
    expect(saved({ bulkTablePlan: 'Analytics' })).toContain(kql.replace(BULK_MARK, bulkSource()));
    // A query that names a table of the plan Basic is limited to that table: none of ours does.
    const texts = [...FUNCTIONS, ...SAVED_QUERIES, ...DETECTIONS].map(one => one.kql);
    expect(texts.filter(text => text.replace(BULK_MARK, '').includes(BULK_TABLE))).toEqual([]);
  });
});

describe('the flows', () => {
  const NULL = 'CAST(NULL AS VARCHAR)';
  const types = [NULL, "''", "'sertft'", "'ssa'", "'SSA'", "'fp'", "'code_of_next_year'"];
  const errors = [NULL, "''", "'it could not be written'"];
  const rows = types.flatMap(type => errors.map(error => ({ type, error, id: `${type} ${error}` })));

  test('put each row into one table, and into one only, whatever is null', async () => {
    const analytics = await openLogAnalytics('empty', {});
    const scope = { fromMs: 0, toMs: NOW_MS };
    const columns = COLUMNS.filter(({ name }) => !['EventType', 'ShapeError', 'LogId'].includes(name)).map(
      ({ name, type }) => `CAST(NULL AS ${type === 'datetime' ? 'TIMESTAMP' : 'VARCHAR'}) AS "${name}"`,
    );
    const values = rows.map(
      ({ type, error, id }) =>
        `SELECT ${type} AS "EventType", ${error} AS "ShapeError", '${id.replaceAll("'", "''")}' AS "LogId", ${columns}`,
    );
    await analytics.sql(`CREATE TABLE source AS ${values.join(' UNION ALL ')}`, scope);
    const ids = async (name: string) => {
      const found = await analytics.sql(generatedQueries().get(name)!.sql, scope);
      return found.map(row => String(row['LogId']));
    };
    const [main, bulk] = [await ids('flow-main'), await ids('flow-bulk')];
    analytics.close();
    expect([...main, ...bulk].toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    const noisy = rows.filter(({ type, error }) => /sertft|ssa/.test(type) && error !== errors[2]);
    expect(bulk.toSorted()).toEqual(noisy.map(({ id }) => id).toSorted());
  });

  test('use only what a rule allows', () => {
    const allowed = ['iif', 'isnull', 'now', 'isnotempty', 'in', 'isempty'];
    for (const text of Object.values(bulkTransforms(BULK_TYPES))) {
      const called = [...text.matchAll(/(\w+) ?\(/g)].map(([, name]) => name);
      expect(new Set(called)).toEqual(new Set(allowed));
    }
  });
});

test('Auth0Logs() unites both tables, each log once', async () => {
  const { rows } = arrive(
    'logs-ingestion',
    DOMAIN,
    ['s', 'ssa', 'fp', 'sertft'].map((type, at) => ({ log: log(type, at + 1), arrivedMs: NOW_MS })),
  );
  const all = rows[TABLE]!;
  const isBulk = (row: Row) => BULK_SAMPLE.includes(String(row['EventType']));
  const split = { [TABLE]: all.filter(row => !isBulk(row)), [BULK_TABLE]: all.filter(isBulk) };
  const analytics = await openLogAnalytics('bulk', split);
  const scope = { fromMs: NOW_MS - 86_400_000, toMs: NOW_MS };
  const found = await analytics.sql('SELECT * FROM "Auth0Logs" ORDER BY "LogId"', scope);
  analytics.close();
  expect(found.map(row => [row['EventType'], row['SourceTable']])).toEqual([
    ['sertft', BULK_TABLE],
    ['fp', TABLE],
    ['ssa', BULK_TABLE],
    ['s', TABLE],
  ]);
});

const readBy = (kql: string) => typesRead(kql, FUNCTIONS);

describe('the detections', () => {
  const OF_LOGS = DETECTIONS.filter(({ kql }) => /\bAuth0\w+\(\)/.test(kql));

  test('read any type if they name none: a raw log stays in the first table, and other logs tell of a pipeline', () => {
    const any = OF_LOGS.filter(({ kql }) => readBy(kql).size === 0).map(({ id }) => id);
    expect(any).toEqual(['log-unshaped', 'pipeline-late', 'pipeline-silent']);
  });

  const named = OF_LOGS.filter(({ kql }) => readBy(kql).size > 0).map(one => [one.id, one] as const);
  async function firesWith({ id }: Detection, scene: Scene): Promise<boolean> {
    const { rows, logIds } = arrive('logs-ingestion', DOMAIN, arrivalsOf(scene));
    const analytics = await openLogAnalytics('own', { ...rows, ...scene.others });
    try {
      return await fires(analytics, RULES.find(one => one.id === id)!, NOW_MS, logIds);
    } finally {
      analytics.close();
    }
  }

  test.each(named)('%s needs no log of another type than it names', async (id, detection) => {
    const types = readBy(detection.kql);
    const ofThese = (logs: Scene['logs'] = []) => logs.filter(({ type }) => types.has(type));
    for (const scene of [TRIALS[id]!.fires, ...Object.values(TRIALS[id]!.also ?? {})]) {
      const fewer = { ...scene, logs: ofThese(scene.logs), before: ofThese(scene.before) };
      expect(await firesWith(detection, fewer)).toBe(true);
    }
  });
});
