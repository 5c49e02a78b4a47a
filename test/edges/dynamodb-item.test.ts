/** The item as it is written and read, attribute by attribute. */
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Lease } from '../../lambda/core/model.ts';
import { checkpointStore } from '../../lambda/edges/dynamodb.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';
import { startTableProxy, type TableProxy } from './table-proxy.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const AT = '2026-03-01T12:00:00.000Z';
const EXPIRES = NOW + 120_000;
const ID = `900${'1'.repeat(53)}`;

let aws: Aws;
let proxy: TableProxy;
let store: ReturnType<typeof checkpointStore>;
/** Through the proxy. */
let shaky: ReturnType<typeof checkpointStore>;
let pipeline: string;
let pipelines = 0;

beforeAll(async () => {
  aws = await startAws();
  proxy = await startTableProxy(aws.endpoints['AWS_ENDPOINT_URL_DYNAMODB']!);
  store = checkpointStore(aws.dynamodb, aws.table);
  shaky = checkpointStore(proxy.client, aws.table);
});
beforeEach(() => {
  pipeline = `item-${++pipelines}`;
  proxy.reset();
});
afterAll(async () => {
  proxy.close();
  await aws.close();
});

const item = async () => {
  const key = { TableName: aws.table, Key: { pipeline: { S: pipeline } } };
  return (await aws.dynamodb.send(new GetItemCommand({ ...key, ConsistentRead: true }))).Item;
};
const put = (more: Record<string, AttributeValue>) =>
  aws.dynamodb.send(
    new PutItemCommand({ TableName: aws.table, Item: { pipeline: { S: pipeline }, ...more } }),
  );
async function acquired(owner = 'run-1', nowMs = NOW): Promise<Lease> {
  const answer = await store.acquire(pipeline, owner, nowMs, nowMs + 120_000);
  if (answer.kind !== 'acquired') throw new Error(`held by ${answer.owner}`);
  return answer.lease;
}

describe('the item', () => {
  it('of a lease', async () => {
    await acquired();
    expect(await item()).toEqual({
      pipeline: { S: pipeline },
      leaseOwner: { S: 'run-1' },
      leaseExpiresAt: { N: String(EXPIRES) },
      version: { N: '1' },
      updatedAt: { S: AT },
    });
  });

  it('of a checkpoint, with its date and what is remembered', async () => {
    await store.save(await acquired(), { logId: ID, logDateMs: NOW - 1000 }, NOW + 1000, { late: 'late' });
    expect(await item()).toEqual({
      pipeline: { S: pipeline },
      leaseOwner: { S: 'run-1' },
      leaseExpiresAt: { N: String(EXPIRES) },
      version: { N: '2' },
      updatedAt: { S: '2026-03-01T12:00:01.000Z' },
      checkpointLogId: { S: ID },
      checkpointLogDate: { S: '2026-03-01T11:59:59.000Z' },
      late: { S: 'late' },
    });
  });

  it('of a run that ended, with all that it leaves behind', async () => {
    const closing = {
      caughtUpAtMs: NOW - 15_000,
      checkpoint: { logId: ID, logDateMs: NOW - 1000 },
      late: 'late',
      witnessedAtMs: NOW - 2000,
      waits: 'waits',
      lastRun: 'last run',
      checkpointSet: 'by hand',
    };
    await store.release(await acquired(), NOW, closing);
    expect(await item()).toEqual({
      pipeline: { S: pipeline },
      version: { N: '2' },
      updatedAt: { S: AT },
      caughtUpAt: { S: '2026-03-01T11:59:45.000Z' },
      checkpointLogId: { S: ID },
      checkpointLogDate: { S: '2026-03-01T11:59:59.000Z' },
      late: { S: 'late' },
      witnessedAt: { S: '2026-03-01T11:59:58.000Z' },
      waits: { S: 'waits' },
      lastRun: { S: 'last run' },
      checkpointSet: { S: 'by hand' },
    });
    const next = await store.acquire(pipeline, 'run-2', NOW, EXPIRES);
    expect(next).toStrictEqual({
      kind: 'acquired',
      lease: { pipeline, owner: 'run-2', version: 3 },
      state: {
        checkpoint: closing.checkpoint,
        caughtUpAtMs: closing.caughtUpAtMs,
        late: 'late',
        witnessedAtMs: closing.witnessedAtMs,
        lastRunText: 'last run',
        waits: 'waits',
      },
    });
  });

  it('of a run that leaves nothing behind keeps what was there', async () => {
    await put({ waits: { S: '' }, late: { S: 'kept' }, version: { N: '7' } });
    await store.release(await acquired(), NOW, {});
    const stays = { waits: { S: '' }, late: { S: 'kept' }, version: { N: '9' } };
    expect(await item()).toEqual({ pipeline: { S: pipeline }, updatedAt: { S: AT }, ...stays });
  });

  it('of a place without a date, set when a run ends', async () => {
    await store.release(await acquired(), NOW, { checkpoint: { logId: ID } });
    expect(Object.keys((await item()) ?? {}).sort()).toEqual([
      'checkpointLogId',
      'pipeline',
      'updatedAt',
      'version',
    ]);
  });
});

describe('what is read', () => {
  it('is nothing where nothing is', async () => {
    expect(await store.acquire(pipeline, 'run-1', NOW, EXPIRES)).toStrictEqual({
      kind: 'acquired',
      lease: { pipeline, owner: 'run-1', version: 1 },
      state: {},
    });
  });

  it('is no date where none can be read', async () => {
    await put({
      checkpointLogId: { S: ID },
      checkpointLogDate: { S: 'yesterday' },
      caughtUpAt: { S: '' },
      witnessedAt: { N: '5' },
    });
    const answer = await store.acquire(pipeline, 'run-1', NOW, EXPIRES);
    expect(answer).toStrictEqual(expect.objectContaining({ state: { checkpoint: { logId: ID } } }));
  });

  it('is a lease that nobody can hold for ever: its expiry is no number', async () => {
    await put({ leaseOwner: { S: 'by hand' }, leaseExpiresAt: { S: 'tomorrow' }, version: { N: '1' } });
    expect(await store.acquire(pipeline, 'run-1', NOW, EXPIRES)).toMatchObject({ kind: 'acquired' });
  });

  it('is a checkpoint that is empty: it stops the run', async () => {
    await put({ checkpointLogId: { S: '' } });
    await expect(store.acquire(pipeline, 'run-1', NOW, EXPIRES)).rejects.toThrow(
      'checkpointLogId is {"S":""}; allowed: a string that is not empty. Correct the item, or remove the attribute to begin at auth0.startFrom',
    );
  });
});

describe('a refusal', () => {
  it('is looked into with a consistent read where it comes without the item', async () => {
    await acquired();
    await shaky.acquire(pipeline, 'run-2', NOW, EXPIRES);
    expect(proxy.requests.at(-1)).toMatchObject({ operation: 'GetItem', body: { ConsistentRead: true } });
  });

  it('brings the item along, so that nothing more is read', async () => {
    proxy.reset(true);
    await acquired();
    expect(await shaky.acquire(pipeline, 'run-2', NOW, EXPIRES + 1)).toEqual({
      kind: 'held',
      owner: 'run-1',
      expiresAtMs: EXPIRES,
    });
    expect(proxy.calls).toEqual(['UpdateItem']);
  });

  it('of a lease that is given back meanwhile is told as such: it is free at the next tick', async () => {
    const lease = await acquired();
    proxy.beforeRead(() => store.release(lease, NOW, {}));
    expect(await shaky.acquire(pipeline, 'run-2', NOW, EXPIRES)).toEqual({
      kind: 'held',
      owner: '(just released)',
      expiresAtMs: NOW,
    });
  });

  it('is no answer of ours when the item is gone', async () => {
    const lease = await acquired();
    await shaky
      .save({ ...lease, pipeline: `${pipeline}-gone` }, { logId: ID }, NOW)
      .then(saved => expect(saved).toEqual({ kind: 'lost' }));
  });

  it('of a lease with the same owner but another expiry is no lease of ours', async () => {
    await acquired();
    expect(await shaky.acquire(pipeline, 'run-1', NOW, EXPIRES + 1)).toMatchObject({
      kind: 'held',
      owner: 'run-1',
    });
  });

  it.each([
    ['another owner', { leaseOwner: { S: 'run-2' } }],
    ['another version', { version: { N: '3' } }],
    ['no version', { version: { S: 'x' } }],
    ['another checkpoint', { checkpointLogId: { S: 'x' } }],
    ['no checkpoint', { checkpointLogId: { N: '1' } }],
  ])('by an item with %s is no write of ours', async (_, more) => {
    const own = { leaseOwner: { S: 'run-1' }, version: { N: '2' }, checkpointLogId: { S: ID } };
    await put({ ...own, ...more });
    const lease = { pipeline, owner: 'run-1', version: 1 };
    expect(await store.save(lease, { logId: ID }, NOW)).toEqual({ kind: 'lost' });
    await put(own);
    expect(await store.save(lease, { logId: ID }, NOW)).toEqual({
      kind: 'saved',
      lease: { ...lease, version: 2 },
    });
  });
});

describe('a table that cannot be written', () => {
  it('is an error, although it can be read', async () => {
    const lease = await acquired();
    proxy.cutWrites();
    const said = (what: string) =>
      `table "${aws.table}", pipeline "${pipeline}": could not ${what}: ECONNRESET: `;
    await expect(shaky.acquire(pipeline, 'run-2', NOW, EXPIRES)).rejects.toThrow(said('acquire'));
    await expect(shaky.save(lease, { logId: ID }, NOW)).rejects.toThrow(said('save'));
    await expect(shaky.release(lease, NOW, {})).rejects.toThrow(said('release'));
    expect(new Set(proxy.calls)).toEqual(new Set(['UpdateItem']));
  });

  it('is told with what DynamoDB said, and as its cause', async () => {
    const elsewhere = checkpointStore(aws.dynamodb, 'no-such-table');
    const error = await elsewhere.acquire('p', 'run-1', NOW, EXPIRES).catch((one: unknown) => one);
    expect(error).toMatchObject({
      code: 'ResourceNotFoundException',
      message: expect.stringMatching(/could not acquire: ResourceNotFoundException: .+/),
      cause: expect.objectContaining({ name: 'ResourceNotFoundException' }),
    });
  });
});
