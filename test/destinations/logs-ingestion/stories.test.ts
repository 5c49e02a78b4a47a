/** What only the Logs Ingestion API does to a run, over real sockets. */
import { afterEach, expect, test } from 'vitest';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { openStage, RECENT, type Setup, type Stage } from '../../stories/stage.ts';

const kind = 'logs-ingestion';
let stage: Stage;
afterEach(() => stage.close());

async function open(setup: Omit<Setup, 'kind'>, count: number): Promise<Stage> {
  const logs = generateLogs({ seed: 7, count, ...RECENT() });
  stage = await openStage({ kind, ...setup, auth0: { logs } });
  return stage;
}

test.each([
  ['DCR', { dcrImmutableId: `dcr-${'0'.repeat(32)}` }],
  ['stream', { stream: 'Custom-Nobody_CL' }],
  ['tenant', { clientId: '00000000-0000-4000-8000-000000000000' }],
])('an unknown %s is a denial', async (_what, destination) => {
  const { run, depths } = await open({ destination }, 20);
  expect(await run()).toMatchObject({ outcome: 'denied', party: 'azure', logsRetried: 0 });
  expect(await depths()).toEqual({ retry: 0, 'dead-letter': 0 });
});

test('too large, compressed as it was: a batch is split until it is taken', async () => {
  const { run, azure, missing } = await open({ azure: { logsIngestionMaxRawBytes: 400_000 } }, 1500);
  const report = await run();
  expect(report.posts).toBeGreaterThan(report.batches.accepted);
  expect([report.outcome, azure.received.unique, await missing()]).toEqual(['caught-up', 1500, []]);
});

test('an expired token is renewed within the run, without a second denial', async () => {
  const { run, azure, auth0 } = await open({}, 20);
  await run();
  azure.expireTokens();
  auth0.tenant.add(
    generateLogs({ seed: 9, count: 5, fromMs: Date.now() - 50_000, toMs: Date.now() - 30_000 }),
  );
  expect(await run()).toMatchObject({ outcome: 'caught-up', logsAccepted: 5, posts: 2 });
});

test('Entra being down is unavailable: the batch waits on the retry queue', async () => {
  const { run, azure, missing } = await open({}, 20);
  azure.faults.entra.always({ kind: 'status', status: 503 });
  expect(await run()).toMatchObject({ outcome: 'unavailable', logsRetried: 20 });
  expect(await missing()).toEqual([]);
});
