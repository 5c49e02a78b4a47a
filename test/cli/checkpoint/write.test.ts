import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Plan } from '../../../cli/checkpoint/plan.ts';
import { writeCheckpoint } from '../../../cli/checkpoint/write.ts';
import { localState, readState } from '../../../cli/pipelines/local/state.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { logIdAt } from '../../../simulator/auth0/tenant.ts';
import { SOME } from '../../destinations/samples.ts';

const config = parsePipeline({
  name: 'local',
  auth0: { domain: 'a.auth0.com', secret: 'a' },
  azure: { ...SOME.azure, secret: 'b' },
});
const OLD = logIdAt(Date.now() - 60_000);
const NEW = logIdAt(Date.now() - 7_200_000);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'set-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** As another process would do it, since one process does one run at a time. */
const runs = () => localState(directory, { host: hostname(), space: '', id: process.ppid });
const planned = () => {
  const pipeline = { config, store: localState(directory) } as Plan['pipeline'];
  return { pipeline, next: { logId: NEW } } as Plan;
};
async function runTo(logId: string): Promise<void> {
  const nowMs = Date.now();
  const acquired = await runs().acquire('local', 'a run', nowMs, nowMs + 60_000);
  if (acquired.kind === 'held') throw new Error('held');
  const saved = await runs().save(acquired.lease, { logId, logDateMs: nowMs }, nowMs, { late: 'remembered' });
  if (saved.kind === 'lost') throw new Error('lost');
  await runs().release(saved.lease, nowMs, { caughtUpAtMs: nowMs });
}

describe('a checkpoint set by hand', () => {
  test('is written under the lease, forgets what was remembered of late logs, and says who did it', async () => {
    await runTo(OLD);
    const written = await writeCheckpoint(planned(), OLD);
    const who = `${userInfo().username}@${hostname()}`;
    expect(written.kind === 'written' && written.checkpointSet).toMatch(
      new RegExp(`^${who} at [\\dT:-]+Z, from ${OLD} to ${NEW}$`),
    );
    const state = await readState(directory, 'local');
    expect(state).toMatchObject({ checkpoint: { logId: NEW }, late: '' });
    expect(state.checkpoint?.logDateMs).toBeUndefined();
    expect(state.lease).toBeUndefined();
    expect(state.checkpointSet).toBe(written.kind === 'written' && written.checkpointSet);
  });

  test('is refused when a run has moved the checkpoint since it was shown, and the lease is given back', async () => {
    await runTo(OLD);
    const written = await writeCheckpoint(planned(), logIdAt(0));
    expect(written).toEqual({
      kind: 'refused',
      why: `a run has moved the checkpoint in the meantime, to ${OLD}`,
    });
    const state = await readState(directory, 'local');
    expect(state).toMatchObject({ checkpoint: { logId: OLD }, late: 'remembered' });
    expect([state.lease, state.checkpointSet]).toEqual([undefined, undefined]);
  });

  test('is refused while a run holds the lease, which stays that run’s', async () => {
    const nowMs = Date.now();
    await runs().acquire('local', 'a run', nowMs, nowMs + 60_000);
    const written = await writeCheckpoint(planned(), undefined);
    expect(written.kind === 'refused' && written.why).toMatch(
      /^process \d+ on .+ holds the lease until \d{4}-/,
    );
    expect((await readState(directory, 'local')).checkpoint).toBeUndefined();
  });

  test('can be the first one', async () => {
    const written = await writeCheckpoint(planned(), undefined);
    expect(written.kind === 'written' && written.checkpointSet).toContain(`from none to ${NEW}`);
  });
});
