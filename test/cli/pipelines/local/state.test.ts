import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
  const answer = await localState(directory).save(lease, { logId, logDateMs: NOW - 5 }, NOW, late);
  if (answer.kind !== 'saved') throw new Error('lost');
  return answer.lease;
}
const folder = () => join(directory, PIPELINE, 'checkpoint');

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

  test('keeps a few old versions, and no unfinished files', async () => {
    let { lease } = await acquired();
    for (let i = 0; i < 60; i++) lease = await saved(lease, `9${i}`);
    const names = await readdir(folder());
    expect(names).toHaveLength(20);
    expect(names.every(name => /^\d{8}\.json$/.test(name))).toBe(true);
    expect((await readState(directory, PIPELINE)).checkpoint?.logId).toBe('959');
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
    const [newest] = (await readdir(folder())).sort().reverse();
    expect(await readFile(join(folder(), newest ?? ''), 'utf8')).not.toContain('lease');
  });
});

describe('a state file spoilt by hand', () => {
  test.each([
    ['{"checkpointLogId": ', 'is no JSON'],
    ['[]', 'is no JSON object'],
    ['{"checkpointLogId": 900}', 'has a "checkpointLogId" that is no text'],
    ['{"checkpointLogId": ""}', 'has a "checkpointLogId" that is no text'],
  ])('%s is refused, and says what to do', async (text, problem) => {
    const lease = await saved((await acquired()).lease, '900');
    const path = join(folder(), `${String(lease.version + 1).padStart(8, '0')}.json`);
    await writeFile(path, text);
    await expect(readState(directory, PIPELINE)).rejects.toThrow(`${path} ${problem}`);
    await expect(localState(directory).acquire(PIPELINE, 'run', NOW, LATER)).rejects.toThrow('delete it');
    // What it says helps.
    await rm(path);
    expect((await readState(directory, PIPELINE)).checkpoint?.logId).toBe('900');
  });
});
