/** Today's functions on the table, the queues and the log group of version 0.1.0: nothing is skipped, and nothing comes twice. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stackLedger } from '../../cli/pipelines/stack/ledger.ts';
import { readLastRun } from '../../lambda/core/last-run.ts';
import { known, readLate } from '../../lambda/core/late.ts';
import type { ReadEntry } from '../../lambda/core/ledger.ts';
import { replay } from '../../lambda/core/replay.ts';
import { ship } from '../../lambda/core/ship.ts';
import { missingFrom, readSketch, sketchOf, unite } from '../../lambda/core/sketch.ts';
import { startAwsOperations } from '../../simulator/aws/operations.ts';
import { openStage, type Stage } from '../stories/stage.ts';
import { FORMER_KINDS, type Former, former, idsOf, LOGS, PASSED, PUT_ASIDE } from './former.ts';

const PIPELINE = 'story';

describe.each(FORMER_KINDS)('%s', kind => {
  const left: Former = former(kind);
  /** A minute after 0.1.0 wrote its last. */
  const nowMs = Date.parse(left.item['updatedAt']!.S!) + 60_000;
  const clock = { now: () => nowMs, sleep: async () => undefined };
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage({ kind, auth0: { logs: [...LOGS] } });
    const { dynamodb, table } = stage.aws;
    await dynamodb.send(new PutItemCommand({ TableName: table, Item: { ...left.item } }));
  });
  afterEach(() => stage.close());

  test('a run goes on from the checkpoint', async () => {
    const { wiring } = stage;
    const options = { ...wiring.options, owner: 'today', deadlineMs: nowMs + 30_000 };
    const dependencies = { ...(await wiring.ship()), clock };
    const report = await ship(dependencies, { ...options, leaseExpiresAtMs: nowMs + 40_000 });
    expect(report).toMatchObject({ outcome: 'caught-up', gapSuspected: false, logsLate: 0 });
    expect(receivedIds(stage)).toEqual(idsOf(LOGS.slice(PASSED)));
    expect(await stage.checkpoint()).toBe(LOGS.at(-1)!.log_id);
  });

  test('the last run and what is remembered of passed logs are read', () => {
    expect(readLastRun(left.item['lastRun']?.S)).toMatchObject({ outcome: 'caught-up', logsRead: 2 });
    const late = readLate(left.item['late']?.S)!;
    const passed = sketchOf(LOGS.slice(0, PASSED).map(log => log.log_id));
    expect(missingFrom(known(late).ids, passed)).toEqual(new Set());
  });

  test('a replay delivers what waits on both queues', async () => {
    const { aws, azure, wiring } = stage;
    azure.acceptPoison();
    for (const body of [...left.retry, ...left['dead-letter']]) {
      const report = await replay({ ...wiring.replay, clock }, PIPELINE, body, nowMs + 30_000);
      expect(report).toMatchObject({ done: true, logsDeadLettered: 0 });
    }
    expect(receivedIds(stage)).toEqual(idsOf(PUT_ASIDE.map(n => LOGS[n]!)));
    expect(await aws.queueDepths()).toEqual({ retry: 0, 'dead-letter': 0 });
  });

  test('an audit reads the ledger', async () => {
    const operations = await startAwsOperations();
    const lines = left.ledger.map(message => ({ atMs: nowMs - 30_000, message }));
    operations.logGroups.set('ship', [...lines, { atMs: nowMs, message: 'START RequestId: 1' }]);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const endpoint = operations.endpoints['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS']!;
    const logs = new CloudWatchLogsClient({ region: 'us-east-1', credentials, endpoint });
    const clients = { logs, ask: <T>(_: string, work: () => Promise<T>) => work() };
    const entries: ReadEntry[] = [];
    for await (const entry of stackLedger(clients, 'ship', 0)) entries.push(entry);
    await operations.close();
    expect(entries.map(one => [one.logs, one.accepted, one.retried, one.deadLettered])).toEqual([
      [5, 5, 0, 0],
      [3, 0, 3, 0],
      [3, 2, 0, 1],
      [2, 2, 0, 0],
    ]);
    const ids = entries.map(entry => readSketch(entry.ids)!).reduce(unite);
    const all = sketchOf(LOGS.map(log => log.log_id));
    expect(missingFrom(ids, all)?.size).toBe(LOGS.length - PASSED);
  });
});

function receivedIds({ azure }: Stage): readonly string[] {
  return LOGS.map(log => log.log_id)
    .filter(id => azure.received.has(id))
    .sort();
}
