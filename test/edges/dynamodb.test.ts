import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint, Lease } from '../../lambda/core/model.ts';
import { checkpointStore } from '../../lambda/edges/dynamodb.ts';
import { type Aws, startAws } from '../../simulator/aws.ts';
import { answerWith, faultScript } from '../../simulator/faults.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const EXPIRES = NOW + 120_000;
const CHECKPOINT: Checkpoint = { logId: `900${'1'.repeat(53)}`, logDateMs: NOW - 60_000 };

let aws: Aws;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let store: ReturnType<typeof checkpointStore>;
/** Through the proxy. */
let shaky: ReturnType<typeof checkpointStore>;
let pipelines = 0;
const pipelineName = () => `p${++pipelines}`;

beforeAll(async () => {
  aws = await startAws();
  proxy = await startProxy(aws.endpoints['AWS_ENDPOINT_URL_DYNAMODB']!);
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

describe('the lease', () => {
  it('is given to the first that asks, with version 1 and nothing remembered', async () => {
    const pipeline = pipelineName();
    expect(await store.acquire(pipeline, 'run-1', NOW, EXPIRES)).toEqual({
      kind: 'acquired',
      lease: { pipeline, owner: 'run-1', version: 1 },
      state: {},
    });
  });

  it('is held against everybody else until the millisecond of its expiry', async () => {
    const pipeline = pipelineName();
    await acquired(pipeline);
    const held = { kind: 'held', owner: 'run-1', expiresAtMs: EXPIRES };
    expect(await store.acquire(pipeline, 'run-2', EXPIRES - 1, EXPIRES + 1)).toEqual(held);
    expect(await store.acquire(pipeline, 'run-2', EXPIRES, EXPIRES + 120_000)).toMatchObject({
      kind: 'acquired',
      lease: { owner: 'run-2', version: 2 },
    });
  });

  it('is held even against its own owner’s name, when that asks for another lease', async () => {
    const pipeline = pipelineName();
    await acquired(pipeline);
    expect(await store.acquire(pipeline, 'run-1', NOW + 1, EXPIRES + 1)).toMatchObject({ kind: 'held' });
  });

  it('goes to exactly one of many that ask at the same time', async () => {
    const pipeline = pipelineName();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => store.acquire(pipeline, `run-${i}`, NOW, EXPIRES)),
    );
    expect(answers.filter(answer => answer.kind === 'acquired')).toHaveLength(1);
  });

  it('is free at once after its release', async () => {
    const pipeline = pipelineName();
    await store.release(await acquired(pipeline), NOW + 1);
    expect(await aws.readCheckpoint(pipeline)).toEqual({
      pipeline,
      version: 2,
      updatedAt: '2026-03-01T12:00:00.001Z',
    });
    expect(await acquired(pipeline, 'run-2', NOW + 2)).toMatchObject({ version: 3 });
  });

  it.each([
    ['has no expiry', {}],
    ['has an expiry that is no number', { leaseExpiresAt: { S: 'soon' } }],
  ])('is not held for ever when an item edited by hand %s', async (_, spoilt) => {
    const pipeline = pipelineName();
    const item = { pipeline: { S: pipeline }, leaseOwner: { S: 'nobody' }, version: { N: '7' }, ...spoilt };
    await aws.dynamodb.send(new PutItemCommand({ TableName: aws.table, Item: item }));
    expect(await acquired(pipeline)).toMatchObject({ version: 8 });
  });
});

describe('the checkpoint', () => {
  it('is stored with the attributes that the design names', async () => {
    const pipeline = pipelineName();
    const lease = await acquired(pipeline);
    const saved = { kind: 'saved', lease: { ...lease, version: 2 } };
    expect(await store.save(lease, CHECKPOINT, NOW + 5)).toEqual(saved);
    expect(await aws.readCheckpoint(pipeline)).toEqual({
      pipeline,
      checkpointLogId: CHECKPOINT.logId,
      checkpointLogDate: '2026-03-01T11:59:00.000Z',
      leaseOwner: 'run-1',
      leaseExpiresAt: EXPIRES,
      version: 2,
      updatedAt: '2026-03-01T12:00:00.005Z',
    });
  });

  it('and when it was caught up come back with the next lease', async () => {
    const pipeline = pipelineName();
    const saved = await store.save(await acquired(pipeline), CHECKPOINT, NOW);
    if (saved.kind === 'lost') throw new Error('lost');
    await store.release(saved.lease, NOW, NOW - 15_000);
    const next = await store.acquire(pipeline, 'run-2', NOW, EXPIRES);
    expect(next).toMatchObject({ state: { checkpoint: CHECKPOINT, caughtUpAtMs: NOW - 15_000 } });
    if (next.kind === 'held') throw new Error('held');
    await store.release(next.lease, NOW);
    expect(await aws.readCheckpoint(pipeline)).toMatchObject({ caughtUpAt: '2026-03-01T11:59:45.000Z' });
  });

  it('without a date leaves no older date behind', async () => {
    const pipeline = pipelineName();
    const first = await store.save(await acquired(pipeline), CHECKPOINT, NOW);
    if (first.kind === 'lost') throw new Error('lost');
    await store.save(first.lease, { logId: 'without-date' }, NOW);
    const item = await aws.readCheckpoint(pipeline);
    expect(item).toMatchObject({ checkpointLogId: 'without-date', version: 3 });
    expect(item).not.toHaveProperty('checkpointLogDate');
  });

  it('is not moved by a run whose lease another run has taken over', async () => {
    const pipeline = pipelineName();
    const old = await acquired(pipeline);
    await acquired(pipeline, 'run-2', EXPIRES);
    const before = await aws.readCheckpoint(pipeline);
    expect(await store.save(old, CHECKPOINT, EXPIRES + 1)).toEqual({ kind: 'lost' });
    await store.release(old, EXPIRES + 1, EXPIRES);
    expect(await aws.readCheckpoint(pipeline)).toEqual(before);
  });

  it('is not moved by a lease of an older version, although the owner is the same', async () => {
    const pipeline = pipelineName();
    const old = await acquired(pipeline);
    await store.save(old, CHECKPOINT, NOW);
    expect(await store.save(old, { logId: 'older' }, NOW)).toEqual({ kind: 'lost' });
    expect(await aws.readCheckpoint(pipeline)).toMatchObject({ checkpointLogId: CHECKPOINT.logId });
  });

  it('is not moved after the lease was given back', async () => {
    const pipeline = pipelineName();
    const lease = await acquired(pipeline);
    await store.release(lease, NOW);
    expect(await store.save({ ...lease, version: 2 }, CHECKPOINT, NOW)).toEqual({ kind: 'lost' });
  });

  it('spoilt by hand stops the run, rather than beginning anew', async () => {
    const pipeline = pipelineName();
    const item = { pipeline: { S: pipeline }, checkpointLogId: { N: '9' }, version: { N: '1' } };
    await aws.dynamodb.send(new PutItemCommand({ TableName: aws.table, Item: item }));
    await expect(store.acquire(pipeline, 'run-1', NOW, EXPIRES)).rejects.toThrow(
      `pipeline "${pipeline}": checkpointLogId is {"N":"9"}; allowed: a string`,
    );
  });

  it('only ever moves under the current lease, whatever the order of calls', async () => {
    const step = fc.record({
      call: fc.constantFrom('acquire', 'save', 'release'),
      run: fc.integer({ min: 0, max: 2 }),
      afterMs: fc.integer({ min: 0, max: 90_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async steps => {
        const pipeline = pipelineName();
        const leases = new Map<number, Lease>();
        let holder: { run: number; untilMs: number } | undefined;
        let checkpoint: string | undefined;
        let nowMs = NOW;
        for (const [i, { call, run, afterMs }] of steps.entries()) {
          nowMs += afterMs;
          const lease = leases.get(run);
          if (call === 'acquire') {
            const free = !holder || holder.untilMs <= nowMs;
            const answer = await store.acquire(pipeline, `run-${run}-${i}`, nowMs, nowMs + 120_000);
            expect(answer.kind).toBe(free ? 'acquired' : 'held');
            if (answer.kind === 'held') continue;
            expect(answer.state.checkpoint?.logId).toBe(checkpoint);
            leases.set(run, answer.lease);
            holder = { run, untilMs: nowMs + 120_000 };
          } else if (lease && call === 'save') {
            const answer = await store.save(lease, { logId: `log-${i}` }, nowMs);
            expect(answer.kind).toBe(holder?.run === run ? 'saved' : 'lost');
            if (answer.kind === 'lost') continue;
            leases.set(run, answer.lease);
            checkpoint = `log-${i}`;
          } else if (lease) {
            await store.release(lease, nowMs);
            if (holder?.run === run) holder = undefined;
          }
        }
        expect((await aws.readCheckpoint(pipeline))?.['checkpointLogId']).toBe(checkpoint);
      }),
      { numRuns: 60 },
    );
  });
});

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
    await shaky.release(lease, NOW, NOW);
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
    await expect(elsewhere.release(lease, NOW)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
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

/** Between the store and the table: cuts answers, and puts the item into a refusal as DynamoDB does and dynalite does not. */
async function startProxy(target: string) {
  const faults = faultScript();
  let calls: string[] = [];
  let itemInRefusal = false;
  let readsAreCut = false;
  const ask = async (operation: string, body: string, headers: Record<string, string>) => {
    const answer = await fetch(target, {
      method: 'POST',
      body,
      headers: {
        authorization: headers['authorization'] ?? '',
        'x-amz-date': headers['x-amz-date'] ?? '',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
      },
    });
    return { status: answer.status, body: await answer.text() };
  };
  const server: Server = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>;
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    const body = await text(request);
    calls.push(operation);
    const fault = operation === 'GetItem' && readsAreCut ? ({ kind: 'cut' } as const) : faults.next();
    await answerWith(fault, request, response, async () => {
      const answer = await ask(operation, body, headers);
      if (!itemInRefusal || !answer.body.includes('ConditionalCheckFailed')) return answer;
      const { TableName, Key } = JSON.parse(body);
      const look = await ask('GetItem', JSON.stringify({ TableName, Key, ConsistentRead: true }), headers);
      const { Item } = JSON.parse(look.body);
      return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), Item }) };
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    faults,
    client,
    get calls() {
      return calls;
    },
    cutReads: () => {
      readsAreCut = true;
    },
    reset: (withItem = false) => {
      faults.clear();
      calls = [];
      itemInRefusal = withItem;
      readsAreCut = false;
    },
    close: () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
