import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkpointStore } from '../../lambda/edges/dynamodb.ts';
import { continuing } from '../../lambda/edges/dynamodb-former.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';
import { startTableProxy, type TableProxy } from './table-proxy.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const EXPIRES = NOW + 120_000;
const LOG_ID = `900${'1'.repeat(53)}`;

let aws: Aws;
let proxy: TableProxy;
let count = 0;
let now: string;
let before: string;

beforeAll(async () => {
  aws = await startAws();
  proxy = await startTableProxy(aws.endpoints['AWS_ENDPOINT_URL_DYNAMODB']!);
});
afterAll(async () => {
  proxy.close();
  await aws.close();
});
beforeEach(() => {
  proxy.reset();
  count++;
  now = `now-${count}`;
  before = `before-${count}`;
});

/** As a process that has just started has it. */
function started({ names = [before], isAdopted = true, client = aws.dynamodb } = {}) {
  const former = { previousNames: names, isAdopted };
  return continuing(checkpointStore(client, aws.table), client, aws.table, former);
}

async function put(pipeline: string, changes: object = {}): Promise<void> {
  const Item = {
    pipeline: { S: pipeline },
    version: { N: '7' },
    checkpointLogId: { S: LOG_ID },
    checkpointLogDate: { S: '2026-03-01T11:00:00.000Z' },
    caughtUpAt: { S: '2026-03-01T11:30:00.000Z' },
    late: { S: 'sketch' },
    lastRun: { S: '{"of":"the former"}' },
    leaseOwner: { S: 'somebody' },
    leaseExpiresAt: { N: String(EXPIRES) },
    ...changes,
  };
  await aws.dynamodb.send(new PutItemCommand({ TableName: aws.table, Item }));
}

const acquire = (store: ReturnType<typeof started>, owner = 'run-1', atMs = NOW) =>
  store.acquire(now, owner, atMs, atMs + 120_000);
const STATE = {
  checkpoint: { logId: LOG_ID, logDateMs: NOW - 3_600_000 },
  caughtUpAtMs: NOW - 1_800_000,
  late: 'sketch',
};

describe('the first run under another name', () => {
  it('goes on from the former checkpoint, with a lease of its own', async () => {
    await put(before);
    expect(await acquire(started())).toMatchObject({ kind: 'acquired', lease: { version: 2 }, state: STATE });
    const item = await aws.readCheckpoint(now);
    expect(item).toMatchObject({ takenOverFrom: before, leaseOwner: 'run-1' });
    expect(item).not.toHaveProperty('lastRun');
  });

  it('leaves the former item as it is', async () => {
    await put(before);
    const item = await aws.readCheckpoint(before);
    await acquire(started());
    expect(await aws.readCheckpoint(before)).toEqual(item);
  });

  it('takes the first name that has a checkpoint', async () => {
    await put(before, { checkpointLogId: { S: 'second' } });
    const answer = await acquire(started({ names: ['never-was', before, 'earlier'] }));
    expect(answer).toMatchObject({ state: { checkpoint: { logId: 'second' } } });
  });

  it('takes none over once there is one of its own, however old', async () => {
    await put(before);
    await put(now, { checkpointLogId: { S: 'own' }, leaseOwner: { S: 'gone' }, leaseExpiresAt: { N: '1' } });
    expect(await acquire(started())).toMatchObject({ state: { checkpoint: { logId: 'own' } } });
    expect(await aws.readCheckpoint(now)).not.toHaveProperty('takenOverFrom');
  });

  it('looks for it once a process, and asks nobody when there is no former name', async () => {
    await put(before);
    const store = started({ client: proxy.client });
    await acquire(store, 'run-1');
    await acquire(store, 'run-2', EXPIRES);
    expect(proxy.calls).toEqual(['GetItem', 'GetItem', 'UpdateItem', 'UpdateItem', 'UpdateItem']);
    proxy.reset();
    await acquire(started({ names: [], isAdopted: false, client: proxy.client }), 'run-3', EXPIRES * 2);
    expect(proxy.calls).toEqual(['UpdateItem']);
  });
});

describe('broken off', () => {
  it.each([
    ['before the look', 0, false],
    ['between the looks', 1, false],
    ['before the copy', 2, false],
    ['after the copy, whose answer is lost', 2, true],
    ['before the lease', 3, false],
  ] as const)('%s, the next run goes on from the same place', async (_, whole, done) => {
    await put(before);
    // As many as the SDK tries, and more.
    const cut = { kind: done ? 'accept-then-cut' : 'cut' } as const;
    for (let i = 0; i < whole; i++) proxy.faults.add({ kind: 'slow', ms: 0 });
    for (let i = 0; i < 10; i++) proxy.faults.add(cut);
    await expect(acquire(started({ client: proxy.client }))).rejects.toThrow(/could not (take over|acquire)/);
    expect(await aws.readCheckpoint(now)).not.toMatchObject({ leaseOwner: 'run-1' });
    expect(await acquire(started(), 'run-2')).toMatchObject({ kind: 'acquired', state: STATE });
  });

  it('the copy is whole or not there: another run cannot save what it has read without it', async () => {
    const ignorant = checkpointStore(aws.dynamodb, aws.table);
    const answer = await ignorant.acquire(now, 'ignorant', NOW, EXPIRES);
    if (answer.kind !== 'acquired') throw new Error('held');
    await put(before);
    expect(await acquire(started())).toMatchObject({ kind: 'held', owner: 'ignorant' });
    expect(await ignorant.save(answer.lease, { logId: 'from the start' }, NOW)).toEqual({ kind: 'lost' });
    expect(await acquire(started(), 'run-2', EXPIRES)).toMatchObject({ kind: 'acquired', state: STATE });
  });

  it('a checkpoint that is saved between look and copy stays: the copy does not set it back', async () => {
    await put(before);
    const free = { leaseOwner: { S: 'gone' }, leaseExpiresAt: { N: '1' } };
    const { client } = proxy;
    // In the moment before the only write that names a former pipeline.
    client.middlewareStack.add(
      (next, context) => async args => {
        if (
          context.commandName === 'UpdateItemCommand' &&
          JSON.stringify(args.input).includes('takenOverFrom')
        ) {
          await put(now, { checkpointLogId: { S: 'saved meanwhile' }, ...free });
        }
        return next(args);
      },
      { step: 'initialize', name: 'meanwhile' },
    );
    const answer = await acquire(started({ client }));
    client.middlewareStack.remove('meanwhile');
    expect(answer).toMatchObject({ state: { checkpoint: { logId: 'saved meanwhile' } } });
  });

  it('of many that begin at once, one copies and one has the lease', async () => {
    await put(before);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => acquire(started(), `run-${i}`)));
    expect(answers.filter(answer => answer.kind === 'acquired')).toMatchObject([{ state: STATE }]);
  });
});

describe('an adopted table without a checkpoint', () => {
  it('is refused, with what to do, and nothing is leased: from the start would skip logs', async () => {
    await expect(acquire(started())).rejects.toThrow(
      `table "${aws.table}" is adopted, but has no checkpoint of "${now}", "${before}"; correct adopt.checkpointTable or previousNames and deploy, or set where to begin: checkpoint set oldest`,
    );
    await expect(acquire(started({ names: [] }))).rejects.toThrow(/has no checkpoint of "now-/);
    expect(await aws.readCheckpoint(now)).toBeUndefined();
  });

  it('is taken once somebody has set one', async () => {
    await put(now, { leaseOwner: { S: 'gone' }, leaseExpiresAt: { N: '1' } });
    expect(await acquire(started({ names: [] }))).toMatchObject({ kind: 'acquired', state: STATE });
  });
});
