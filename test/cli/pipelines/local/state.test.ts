import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changing, reading } from '../../../../cli/pipelines/local/database.ts';
import { localState, readState } from '../../../../cli/pipelines/local/state.ts';

const PIPELINE = 'prod';
const NOW = Date.UTC(2026, 5, 1);
const LATER = NOW + 120_000;
/** Another machine: whether its processes live cannot be known here. */
const ELSEWHERE = { host: 'elsewhere', space: '', id: 1 };
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'state-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function acquired(owner = 'run-1', nowMs = NOW) {
  const answer = await localState(directory, ELSEWHERE).acquire(PIPELINE, owner, nowMs, nowMs + 120_000);
  if (answer.kind !== 'acquired') throw new Error(`held by ${answer.owner}`);
  return answer;
}
async function saved(lease: Awaited<ReturnType<typeof acquired>>['lease'], logId: string, late?: string) {
  const answer = await localState(directory).save(
    lease,
    { logId, logDateMs: NOW - 5 },
    NOW,
    late === undefined ? {} : { late },
  );
  if (answer.kind !== 'saved') throw new Error('lost');
  return answer.lease;
}

describe('the state on disk', () => {
  test('begins with nothing', async () => {
    expect(await readState(directory, PIPELINE)).toEqual({});
    expect((await acquired()).state).toEqual({});
  });

  test('keeps checkpoint, late logs and the time of having caught up, through any number of runs', async () => {
    let { lease } = await acquired();
    lease = await saved(lease, '900', 'sketch');
    lease = await saved(lease, '901');
    await localState(directory).release(lease, NOW, { caughtUpAtMs: NOW - 7 });
    const whole = { checkpoint: { logId: '901', logDateMs: NOW - 5 }, caughtUpAtMs: NOW - 7, late: 'sketch' };
    const next = await acquired('run-2', LATER);
    expect(next.state).toEqual(whole);
    await localState(directory).release(next.lease, LATER, {});
    expect(await readState(directory, PIPELINE)).toEqual({ ...whole, updatedAtMs: LATER });
  });

  test('forgets the last log’s date when the new one has none', async () => {
    const lease = await saved((await acquired()).lease, '900');
    await localState(directory).save(lease, { logId: '901' }, NOW);
    expect((await readState(directory, PIPELINE)).checkpoint).toEqual({ logId: '901' });
  });
});

describe('the lease', () => {
  test('holds off another run until it expires', async () => {
    await acquired('run-1');
    const state = localState(directory, { host: 'here', space: '', id: 2 });
    expect(await state.acquire(PIPELINE, 'run-2', LATER - 1, LATER + 5)).toMatchObject({
      kind: 'held',
      expiresAtMs: LATER,
    });
    expect((await acquired('run-2', LATER)).lease.owner).toBe('run-2');
  });

  test('that was taken over can neither move the checkpoint nor be given back', async () => {
    const first = await acquired('run-1');
    const old = await saved(first.lease, '900');
    const second = await acquired('run-2', LATER);
    const state = localState(directory);
    expect(await state.save(old, { logId: '905' }, LATER)).toEqual({ kind: 'lost' });
    await state.release(old, LATER, { caughtUpAtMs: LATER });
    const { checkpoint, caughtUpAtMs } = await readState(directory, PIPELINE);
    expect({ checkpoint, caughtUpAtMs }).toEqual({ checkpoint: { logId: '900', logDateMs: NOW - 5 } });
    expect(await state.save(second.lease, { logId: '901' }, LATER)).toMatchObject({ kind: 'saved' });
  });

  test('goes to exactly one of many that ask at once', async () => {
    const asked = Array.from({ length: 40 }, (_, i) =>
      localState(directory, { host: `host-${i}`, space: '', id: i }).acquire(
        PIPELINE,
        `run-${i}`,
        NOW,
        LATER,
      ),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(answer => answer.kind === 'acquired')).toHaveLength(1);
  });

  test('of a lease, only one of two saves with the same version succeeds', async () => {
    const { lease } = await acquired();
    const state = localState(directory);
    const answers = await Promise.all(['900', '901', '902'].map(logId => state.save(lease, { logId }, NOW)));
    expect(answers.filter(answer => answer.kind === 'saved')).toHaveLength(1);
    const winner = ['900', '901', '902'][answers.findIndex(answer => answer.kind === 'saved')];
    expect((await readState(directory, PIPELINE)).checkpoint?.logId).toBe(winner);
  });

  test('of a process that died on this machine is free at once; of a living one it is not', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const on = (id: number) => localState(directory, { host: 'here', space: '', id });
    await on(dead).acquire(PIPELINE, 'killed', NOW, LATER);
    expect(await on(process.pid).acquire(PIPELINE, 'living', NOW, LATER)).toMatchObject({ kind: 'acquired' });
    expect(await on(dead).acquire(PIPELINE, 'other', NOW, LATER)).toEqual({
      kind: 'held',
      owner: `process ${process.pid} on here`,
      expiresAtMs: LATER,
    });
  });
});

describe('containers of one host name, which count their processes from 1', () => {
  const container = (space: string, id = 1) => localState(directory, { host: 'shipper', space, id });

  test('do not take the lease of one another, whatever their processes are called', async () => {
    const first = await container('a').acquire(PIPELINE, 'run-a', NOW, LATER);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    for (const id of [1, dead]) {
      const other = await container('b', id).acquire(PIPELINE, 'run-b', NOW, LATER);
      expect(other).toEqual({ kind: 'held', owner: 'process 1 on shipper', expiresAtMs: LATER });
    }
    if (first.kind !== 'acquired') throw new Error('the first has no lease');
    expect(await container('a').save(first.lease, { logId: '900' }, NOW)).toMatchObject({ kind: 'saved' });
    expect(await container('b').acquire(PIPELINE, 'run-b', LATER, LATER + 5)).toMatchObject({
      kind: 'acquired',
    });
  });

  test('take over what a process of the same number left behind in the same one', async () => {
    await container('a').acquire(PIPELINE, 'killed', NOW, LATER);
    expect(await container('a').acquire(PIPELINE, 'next', NOW, LATER)).toMatchObject({ kind: 'acquired' });
  });

  test('leave no trace of it when a lease is given back', async () => {
    const { lease } = await acquired();
    await localState(directory).release(lease, NOW, {});
    const database = new DatabaseSync(join(directory, PIPELINE, 'state.sqlite'), { readOnly: true });
    const row = database.prepare('SELECT item FROM state').get();
    database.close();
    expect(row?.['item']).toContain('updatedAt');
    expect(row?.['item']).not.toContain('lease');
  });
});

test('two processes that race for the lease, again and again, never both have it', async () => {
  // Each takes it, moves the checkpoint by one and gives it back, so that a version lost is a checkpoint lost.
  const script = `
    const { localState } = await import(${JSON.stringify(import.meta.resolve('../../../../cli/pipelines/local/state.ts'))});
    const state = localState(process.argv[1]);
    for (let done = 0; done < 40; ) {
      const asked = await state.acquire('prod', 'run-' + process.pid, Date.now(), Date.now() + 60000);
      if (asked.kind === 'held') continue;
      const logId = String(Number(asked.state.checkpoint?.logId ?? 0) + 1);
      const saved = await state.save(asked.lease, { logId }, Date.now());
      if (saved.kind === 'lost') throw new Error('lost');
      await state.release(saved.lease, Date.now(), {});
      done++;
    }`;
  const runner = () =>
    new Promise<number | null>(done =>
      spawn(process.execPath, ['--input-type=module', '-e', script, directory], { stdio: 'inherit' }).once(
        'close',
        done,
      ),
    );
  expect(await Promise.all([runner(), runner()])).toEqual([0, 0]);
  expect((await readState(directory, PIPELINE)).checkpoint?.logId).toBe('80');
});

describe('a state that cannot be used', () => {
  const file = () => join(directory, PIPELINE, 'state.sqlite');

  test('because it is damaged is refused, and says what to do', async () => {
    await saved((await acquired()).lease, '900');
    await writeFile(file(), 'no database '.repeat(500));
    await expect(readState(directory, PIPELINE)).rejects.toThrow(`${file()} cannot be used (SQLITE_NOTADB)`);
    const asked = localState(directory).acquire(PIPELINE, 'run', NOW, LATER);
    await expect(asked).rejects.toThrow('it is damaged; restore a copy of it');
  });

  test('because another process keeps it locked is told after the time that is handed in', () => {
    changing(join(directory, PIPELINE), () => undefined);
    const other = new DatabaseSync(file());
    other.exec('BEGIN IMMEDIATE');
    try {
      expect(() => changing(join(directory, PIPELINE), () => undefined, 1)).toThrow('(SQLITE_BUSY)');
    } finally {
      other.close();
    }
  });

  test('because its disk is full leaves what was there', () => {
    const own = join(directory, PIPELINE);
    changing(own, database => database.exec(`INSERT INTO state VALUES (1, 1, '{}')`));
    const full = () =>
      changing(own, database => {
        database.exec('PRAGMA max_page_count = 1; UPDATE state SET version = 2');
        database.exec(
          `INSERT INTO ledger (destination, writtenAtMs, entry) VALUES ('w', 0, zeroblob(1000000))`,
        );
      });
    expect(full).toThrow('(SQLITE_FULL): the disk is full; free space on it');
    expect(
      reading(own, 0, database => database.prepare('SELECT version FROM state').get()?.['version']),
    ).toBe(1);
  });
});
