/** A story for every row of the verdict table, for every destination, over real sockets. */
import { afterEach, describe, expect, test } from 'vitest';
import { generateLogs, poisonLog } from '../../simulator/auth0/tenant.ts';
import { APIS, KINDS } from '../../simulator/azure/apis.ts';
import type { SimulatedFault } from '../../simulator/faults.ts';
import { azureSecret } from '../../simulator/world.ts';
import { AZURE_SECRET, openStage, RECENT, type Setup, type Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.close());

async function open(setup: Setup, count = 300, poisoned: readonly number[] = []): Promise<Stage> {
  const logs = generateLogs({ seed: 7, count, ...RECENT() });
  stage = await openStage({
    ...setup,
    auth0: { ...setup.auth0, logs: logs.map((log, n) => (poisoned.includes(n) ? poisonLog(log) : log)) },
  });
  return stage;
}

const busy: SimulatedFault = { kind: 'status', status: 503, body: '{"Error":"ServiceUnavailable"}' };
const SMALL = { maxBatchBytes: 200_000 };

describe.each(KINDS)('%s', kind => {
  test('accepted: every log arrives once, and the checkpoint is the last of them', async () => {
    const { run, azure, auth0, checkpoint, missing } = await open({ kind }, 450);
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 450, lagMs: 0 });
    expect([azure.received.unique, azure.received.duplicates, await missing()]).toEqual([450, 0, []]);
    expect(azure.received.refusals).toEqual({});
    expect(await checkpoint()).toBe([...auth0.tenant.ids()].sort().at(-1));
  });

  test('rejected: the poison records alone are dead-lettered; mended and redriven, they arrive', async () => {
    const { run, azure, depths, missing, aws, replayOnce } = await open({ kind }, 300, [40, 211]);
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 298, logsDeadLettered: 2 });
    expect([await depths(), await missing()]).toEqual([{ retry: 0, 'dead-letter': 2 }, []]);
    const [dead] = await aws.peek('dead-letter');
    expect(JSON.parse(dead ?? '')).toMatchObject({ count: 1, reason: { verdict: 'rejected', status: 400 } });
    stage.azure.acceptPoison();
    expect(await aws.redrive()).toBe(2);
    expect(await replayOnce()).toBe(2);
    expect([azure.received.unique, azure.received.duplicates]).toEqual([300, 0]);
  });

  test('all rejected: the configuration is to blame, nothing is dead-lettered, the checkpoint stays', async () => {
    const all = Array.from({ length: 300 }, (_, n) => n);
    const { run, depths, checkpoint } = await open({ kind }, 300, all);
    expect(await run()).toMatchObject({ outcome: 'denied', party: 'azure', logsDeadLettered: 0 });
    expect(await depths()).toEqual({ retry: 0, 'dead-letter': 0 });
    expect(await checkpoint()).toMatch(/0{39}$/);
  });

  test('too large: a batch is split until it is taken', async () => {
    const { run, azure, missing } = await open({ kind, azure: APIS[kind].upTo(100_000) }, 1500);
    const report = await run();
    expect(report.posts).toBeGreaterThan(report.batches.accepted);
    expect([report.outcome, azure.received.unique, await missing()]).toEqual(['caught-up', 1500, []]);
  });

  test.each<[string, SimulatedFault]>([
    ['throttled', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
    ['throttled', { kind: 'status', status: 429 }],
    ['unavailable', busy],
    ['unavailable', { kind: 'status', status: 408 }],
    ['unavailable', { kind: 'cut' }],
  ])(
    '%s (%o): the batches in flight go on the retry queue, the run ends, later they arrive by themselves',
    async (outcome, fault) => {
      const { run, post, depths, missing, azure, replayOnce } = await open({ kind, destination: SMALL }, 400);
      post.always(fault);
      const report = await run();
      expect(report).toMatchObject({ outcome, party: 'azure' });
      // Each batch that was in flight is tried five times and put aside; then the run ends: no flood.
      const batches = (await depths()).retry;
      expect(batches).toBeGreaterThanOrEqual(1);
      expect(batches).toBeLessThanOrEqual(3);
      expect(report.posts).toBe(batches * 5);
      post.clear();
      expect((await run()).outcome).toBe('caught-up');
      expect(await replayOnce()).toBe(batches);
      expect([azure.received.unique, azure.received.duplicates, await missing()]).toEqual([400, 0, []]);
    },
  );

  test.each<SimulatedFault>([{ kind: 'hang-headers' }, { kind: 'hang-body' }])(
    'an answer that stalls (%o) ends in time; nothing is missing',
    async fault => {
      const { run, post, missing, replayOnce, azure } = await open({ kind }, 50);
      post.always(fault);
      // Long enough to read before the answer is waited for, also on a busy machine.
      const report = await run(6_000);
      expect(report).toMatchObject({ outcome: 'unavailable' });
      expect(report.durationMs).toBeLessThan(10_000);
      post.clear();
      await replayOnce();
      await run();
      expect([azure.received.unique, await missing()]).toEqual([50, []]);
    },
  );

  test('an answer that is lost after Azure took the batch: duplicates of that batch, nothing missing', async () => {
    const { run, post, azure, missing } = await open({ kind }, 120);
    post.add({ kind: 'accept-then-cut' });
    expect((await run()).outcome).toBe('caught-up');
    expect([azure.received.unique, azure.received.duplicates, await missing()]).toEqual([120, 120, []]);
  });

  test('denied: nothing is put aside, the checkpoint stays, and the mended secret is picked up', async () => {
    const { run, azure, depths, checkpoint, secrets, missing } = await open({ kind }, 120);
    const newSecret = Buffer.from('another secret').toString('base64');
    azure.setSecret(newSecret);
    const before = await checkpoint();
    expect(await run()).toMatchObject({ outcome: 'denied', party: 'azure', logsRetried: 0 });
    expect(await depths()).toEqual({ retry: 0, 'dead-letter': 0 });
    expect(await checkpoint()).not.toBe(before);
    expect(await checkpoint()).toMatch(/0{39}$/);
    secrets.set(AZURE_SECRET, JSON.stringify(azureSecret(kind, newSecret)));
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 120 });
    expect([azure.received.duplicates, await missing()]).toEqual([0, []]);
  });

  test('a secret rotated while warm is picked up within the run', async () => {
    const { run, azure, secrets, auth0 } = await open({ kind }, 50);
    await run();
    const newSecret = Buffer.from('a rotated secret').toString('base64');
    azure.setSecret(newSecret);
    secrets.set(AZURE_SECRET, JSON.stringify(azureSecret(kind, newSecret)));
    const more = generateLogs({ seed: 8, count: 20, fromMs: Date.now() - 50_000, toMs: Date.now() - 30_000 });
    auth0.tenant.add(more);
    expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 20 });
  });

  test('a queue that cannot be reached keeps the checkpoint', async () => {
    const { run, post, checkpoint, missing, azure } = await open({
      kind,
      env: { RETRY_QUEUE_URL: 'http://127.0.0.1:1/000000000000/none' },
    });
    post.always(busy);
    expect(await run()).toMatchObject({ outcome: 'failed', party: 'queue' });
    expect(await checkpoint()).toMatch(/0{39}$/);
    post.clear();
    expect(await run()).toMatchObject({ outcome: 'caught-up' });
    expect([azure.received.unique, await missing()]).toEqual([300, []]);
  });

  test('denied for longer than half the retention: everything is put aside, and arrives once it is mended', async () => {
    const hour = 3_600_000;
    const logs = generateLogs({
      seed: 3,
      count: 200,
      fromMs: Date.now() - 20 * hour,
      toMs: Date.now() - 13 * hour,
    });
    stage = await openStage({ kind, auth0: { logs } });
    const secret = APIS[kind].secret(stage.azure.settings);
    stage.azure.setSecret(Buffer.from('revoked').toString('base64'));
    expect(await stage.run()).toMatchObject({
      outcome: 'caught-up',
      logsRetried: 200,
      retentionAtRisk: true,
    });
    stage.azure.setSecret(secret);
    while ((await stage.replayOnce()) > 0);
    expect([stage.azure.received.unique, await stage.missing()]).toEqual([200, []]);
  });
});
