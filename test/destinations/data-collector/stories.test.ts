/** What only the Data Collector API does to a run, over real sockets. */
import { afterEach, expect, test } from 'vitest';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { openStage, RECENT, type Setup, type Stage } from '../../stories/stage.ts';

const kind = 'data-collector';
let stage: Stage;
afterEach(() => stage.close());

async function open(setup: Omit<Setup, 'kind'>, count: number): Promise<Stage> {
  const logs = generateLogs({ seed: 7, count, ...RECENT() });
  stage = await openStage({ kind, ...setup, auth0: { logs } });
  return stage;
}

test.each([
  ['404', 100_000],
  ['cut', 1_100_000],
] as const)(
  'too large (answered by %s over %i bytes): a batch is split until it is taken',
  async (whenTooLarge, dataCollectorMaxBytes) => {
    const azure = { dataCollectorMaxBytes, whenTooLarge };
    const { run, missing } = await open({ destination: { maxBatchBytes: 4_000_000 }, azure }, 1500);
    const report = await run();
    expect(report.posts).toBeGreaterThan(report.batches.accepted);
    expect([report.outcome, stage.azure.received.unique, await missing()]).toEqual(['caught-up', 1500, []]);
  },
);

test.each([
  ['InvalidCustomerId', 400],
  ['InactiveCustomer', 400],
  ['InvalidLogType', 400],
  ['InvalidApiVersion', 400],
])('%s is a denial after one post', async (code, status) => {
  const { run, post, depths } = await open({}, 20);
  post.always({ kind: 'status', status, body: JSON.stringify({ Error: code, Message: 'no' }) });
  expect(await run()).toMatchObject({ outcome: 'denied', posts: 1 });
  expect(await depths()).toEqual({ retry: 0, 'dead-letter': 0 });
});

test('a wrong address (404 to small bodies) is a denial, however large the batch', async () => {
  const { run, post, depths } = await open({}, 900);
  post.always({ kind: 'status', status: 404 });
  expect(await run()).toMatchObject({ outcome: 'denied', logsDeadLettered: 0 });
  expect(await depths()).toEqual({ retry: 0, 'dead-letter': 0 });
});

test('a single record that is too large is dead-lettered, the others arrive', async () => {
  const big = 'x'.repeat(32_000);
  const logs = generateLogs({ seed: 5, count: 30, ...RECENT() }).map((log, n) =>
    n === 9 ? { ...log, description: big, scope: big, user_name: big, audience: big } : log,
  );
  stage = await openStage({ kind, auth0: { logs }, azure: { dataCollectorMaxBytes: 100_000 } });
  expect(await stage.run()).toMatchObject({ logsAccepted: 29, logsDeadLettered: 1 });
  expect(await stage.missing()).toEqual([]);
});

test('a wrong key is told as a wrong signature', async () => {
  const { run } = await open({}, 20);
  stage.azure.setSecret(Buffer.from('another key of the right kind').toString('base64'));
  const { outcome, message } = await run();
  expect([outcome, message]).toEqual(['denied', expect.stringContaining('signature')]);
});
