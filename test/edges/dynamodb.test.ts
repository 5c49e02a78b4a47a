import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint, Lease } from '../../lambda/core/model.ts';
import { checkpointStore } from '../../lambda/edges/dynamodb.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const EXPIRES = NOW + 120_000;
const CHECKPOINT: Checkpoint = { logId: `900${'1'.repeat(53)}`, logDateMs: NOW - 60_000 };

let aws: Aws;
let store: ReturnType<typeof checkpointStore>;
let pipelines = 0;
const pipelineName = () => `p${++pipelines}`;

beforeAll(async () => {
  aws = await startAws();
  store = checkpointStore(aws.dynamodb, aws.table);
});
afterAll(() => aws.close());

async function acquired(pipeline: string, owner = 'run-1', nowMs = NOW): Promise<Lease> {
  const answer = await store.acquire(pipeline, owner, nowMs, nowMs + 120_000);
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
    await store.release(await acquired(pipeline), NOW + 1, {});
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
    await store.release(saved.lease, NOW, { caughtUpAtMs: NOW - 15_000 });
    const next = await store.acquire(pipeline, 'run-2', NOW, EXPIRES);
    expect(next).toMatchObject({ state: { checkpoint: CHECKPOINT, caughtUpAtMs: NOW - 15_000 } });
    if (next.kind === 'held') throw new Error('held');
    await store.release(next.lease, NOW, {});
    expect(await aws.readCheckpoint(pipeline)).toMatchObject({ caughtUpAt: '2026-03-01T11:59:45.000Z' });
  });

  it('keeps all that a run leaves behind in the one write of the release', async () => {
    const pipeline = pipelineName();
    const closing = { checkpoint: CHECKPOINT, late: 'sketch', lastRun: '{"outcome":"caught-up"}' };
    await store.release(await acquired(pipeline), NOW, {
      ...closing,
      caughtUpAtMs: NOW,
      checkpointSet: 'by me',
    });
    expect(await aws.readCheckpoint(pipeline)).toMatchObject({
      version: 2,
      late: 'sketch',
      lastRun: closing.lastRun,
      checkpointSet: 'by me',
    });
    const next = await store.acquire(pipeline, 'run-2', NOW, EXPIRES);
    expect(next).toMatchObject({ state: { checkpoint: CHECKPOINT, late: 'sketch', caughtUpAtMs: NOW } });
  });

  it('brings along what is remembered of late logs, which stays until another is brought', async () => {
    const pipeline = pipelineName();
    let lease = await acquired(pipeline);
    for (const late of ['remembered ☂', undefined]) {
      const saved = await store.save(lease, CHECKPOINT, NOW, late === undefined ? {} : { late });
      if (saved.kind === 'lost') throw new Error('lost');
      lease = saved.lease;
    }
    await store.release(lease, NOW, {});
    const next = await store.acquire(pipeline, 'run-2', NOW, EXPIRES);
    expect(next).toMatchObject({ state: { checkpoint: CHECKPOINT, late: 'remembered ☂' } });
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
    await store.release(old, EXPIRES + 1, { caughtUpAtMs: EXPIRES });
    expect(await aws.readCheckpoint(pipeline)).toEqual(before);
  });

  it('is not moved by an older version of its own lease', async () => {
    const pipeline = pipelineName();
    const old = await acquired(pipeline);
    await store.save(old, CHECKPOINT, NOW);
    expect(await store.save(old, { logId: 'older' }, NOW)).toEqual({ kind: 'lost' });
    expect(await aws.readCheckpoint(pipeline)).toMatchObject({ checkpointLogId: CHECKPOINT.logId });
  });

  it('is lost to a run that was taken over, even when it would save what is stored', async () => {
    const pipeline = pipelineName();
    const saved = await store.save(await acquired(pipeline), CHECKPOINT, NOW);
    if (saved.kind === 'lost') throw new Error('lost');
    await acquired(pipeline, 'run-2', EXPIRES);
    expect(await store.save(saved.lease, CHECKPOINT, EXPIRES)).toEqual({ kind: 'lost' });
  });

  it('is lost to an older version of its own lease, even when it would save what is stored', async () => {
    const pipeline = pipelineName();
    const old = await acquired(pipeline);
    const saved = await store.save(old, { logId: 'between' }, NOW);
    if (saved.kind === 'lost') throw new Error('lost');
    await store.save(saved.lease, CHECKPOINT, NOW);
    expect(await store.save(old, CHECKPOINT, NOW)).toEqual({ kind: 'lost' });
  });

  it('is not moved after the lease was given back', async () => {
    const pipeline = pipelineName();
    const lease = await acquired(pipeline);
    await store.release(lease, NOW, {});
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
            await store.release(lease, nowMs, {});
            if (holder?.run === run) holder = undefined;
          }
        }
        expect((await aws.readCheckpoint(pipeline))?.['checkpointLogId']).toBe(checkpoint);
      }),
      { numRuns: 60 },
    );
  });
});
