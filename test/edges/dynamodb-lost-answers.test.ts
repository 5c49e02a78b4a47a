import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint, Lease } from '../../lambda/core/model.ts';
import { checkpointStore } from '../../lambda/edges/dynamodb.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';
import { startTableProxy, type TableProxy } from './table-proxy.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const EXPIRES = NOW + 120_000;
const CHECKPOINT: Checkpoint = { logId: `900${'1'.repeat(53)}`, logDateMs: NOW - 60_000 };

let aws: Aws;
let proxy: TableProxy;
let store: ReturnType<typeof checkpointStore>;
/** Through the proxy. */
let shaky: ReturnType<typeof checkpointStore>;
let pipelines = 0;
const pipelineName = () => `p${++pipelines}`;

beforeAll(async () => {
  aws = await startAws();
  proxy = await startTableProxy(aws.endpoints['AWS_ENDPOINT_URL_DYNAMODB']!);
  store = checkpointStore(aws.dynamodb, aws.table);
  shaky = checkpointStore(proxy.client, aws.table);
});
afterAll(async () => {
  proxy.close();
  await aws.close();
});

async function acquired(pipeline: string, owner = 'run-1', nowMs = NOW, from = store): Promise<Lease> {
  const answer = await from.acquire(pipeline, owner, nowMs, nowMs + 120_000);
  if (answer.kind !== 'acquired') throw new Error(`held by ${answer.owner}`);
  return answer.lease;
}

describe('when the answer to a write is lost and the SDK writes again', () => {
  it.each([false, true])('its own lease is no stranger’s (item in the refusal: %s)', async itemInRefusal => {
    proxy.reset(itemInRefusal);
    const pipeline = pipelineName();
    proxy.faults.add({ kind: 'accept-then-cut' });
    expect(await acquired(pipeline, 'run-1', NOW, shaky)).toEqual({ pipeline, owner: 'run-1', version: 1 });
    const looks = itemInRefusal ? [] : ['GetItem'];
    expect(proxy.calls).toEqual(['UpdateItem', 'UpdateItem', ...looks]);
  });

  it.each([false, true])('its own checkpoint is saved, not lost (item: %s)', async itemInRefusal => {
    proxy.reset(itemInRefusal);
    const pipeline = pipelineName();
    const lease = await acquired(pipeline);
    proxy.faults.add({ kind: 'accept-then-cut' });
    const saved = await shaky.save(lease, CHECKPOINT, NOW);
    expect(saved).toEqual({ kind: 'saved', lease: { ...lease, version: 2 } });
    expect(await store.save({ ...lease, version: 2 }, { logId: 'next' }, NOW)).toMatchObject({
      kind: 'saved',
    });
  });

  it('its own release is quietly fine', async () => {
    proxy.reset();
    const pipeline = pipelineName();
    const lease = await acquired(pipeline);
    proxy.faults.add({ kind: 'accept-then-cut' });
    await shaky.release(lease, NOW, { caughtUpAtMs: NOW });
    expect(proxy.calls.filter(call => call === 'UpdateItem')).toHaveLength(2);
    expect(await aws.readCheckpoint(pipeline)).toMatchObject({ version: 2, caughtUpAt: expect.any(String) });
  });

  it('the SDK’s repetition does the work when the first attempt did not arrive', async () => {
    proxy.reset();
    const pipeline = pipelineName();
    proxy.faults.add({ kind: 'cut' });
    expect(await acquired(pipeline, 'run-1', NOW, shaky)).toMatchObject({ version: 1 });
  });

  it.each([false, true])('a lease that is really another’s stays lost (item: %s)', async itemInRefusal => {
    proxy.reset(itemInRefusal);
    const pipeline = pipelineName();
    const old = await acquired(pipeline);
    // The taking over makes exactly the version that the old run would have written.
    await acquired(pipeline, 'run-2', EXPIRES);
    proxy.faults.add({ kind: 'accept-then-cut' });
    expect(await shaky.save(old, CHECKPOINT, EXPIRES)).toEqual({ kind: 'lost' });
    expect(await shaky.acquire(pipeline, 'run-3', EXPIRES, EXPIRES * 2)).toMatchObject({
      kind: 'held',
      owner: 'run-2',
    });
  });
});

describe('when the table cannot be reached', () => {
  it('says which table, which pipeline and DynamoDB’s code', async () => {
    const elsewhere = checkpointStore(aws.dynamodb, 'no-such-table');
    const lease = { pipeline: 'p', owner: 'run-1', version: 1 };
    const said = 'table "no-such-table", pipeline "p": could not';
    await expect(elsewhere.acquire('p', 'run-1', NOW, EXPIRES)).rejects.toThrow(
      `${said} acquire: ResourceNotFoundException`,
    );
    await expect(elsewhere.save(lease, CHECKPOINT, NOW)).rejects.toThrow(`${said} save: ResourceNot`);
    await expect(elsewhere.release(lease, NOW, {})).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('throws when every attempt is cut, since nothing is known then', async () => {
    proxy.reset();
    proxy.faults.always({ kind: 'cut' });
    await expect(shaky.acquire(pipelineName(), 'run-1', NOW, EXPIRES)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(proxy.calls.length).toBeGreaterThan(1);
  });

  it('throws, and does not guess, when a refusal cannot be looked at', async () => {
    proxy.reset();
    const pipeline = pipelineName();
    const lease = await acquired(pipeline);
    await store.save(lease, CHECKPOINT, NOW);
    proxy.cutReads();
    await expect(shaky.save(lease, { logId: 'other' }, NOW)).rejects.toThrow('could not save: ECONNRESET');
  });
});
