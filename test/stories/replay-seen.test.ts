/** A replay that cannot do its work is seen: our line, our metric and the back-off, and what it did is not done again. */
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { METRICS } from '../../lambda/core/contract.ts';
import { buildFunctions } from '../../scripts/build.ts';
import { generateLogs, poisonLog } from '../../simulator/auth0/tenant.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { openStage, RECENT, type Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.close());

const NOWHERE = 'http://127.0.0.1:1/000000000000/none';

/** 300 logs on the retry queue, a tenth of them poison, and the deployed replay function in an environment of its own. */
async function replaying(env: Readonly<Record<string, string>>) {
  const logs = generateLogs({ seed: 31, count: 300, ...RECENT() });
  stage = await openStage({
    kind: KINDS[0],
    auth0: { logs: logs.map((log, n) => (n % 10 === 4 ? poisonLog(log) : log)) },
  });
  stage.post.always({ kind: 'status', status: 503 });
  await stage.run();
  stage.post.clear();
  const built = await buildFunctions();
  const host = lambdaHost({
    bundle: built.replay,
    env: { ...stage.env, ...env },
    timeoutMs: 40_000,
  });
  onTestFinished(async () => {
    await host.stop();
    await built.remove();
  });
  const mapping = eventSourceMapping({
    sqsClient: stage.aws.sqs,
    queueUrl: stage.aws.retryQueueUrl,
    invoke: host.invoke,
    batchSize: 1,
  });
  const receive = async () => {
    await stage.aws.makeVisible('retry');
    return mapping.poll();
  };
  const metrics = () =>
    host.logs.filter(line => line.includes('"_aws"')).map(line => JSON.parse(line) as Record<string, number>);
  return { host, receive, metrics };
}

test('without its dead-letter queue it says so at every receive, and Azure gets no log twice', async () => {
  const { host, receive, metrics } = await replaying({ DEAD_LETTER_QUEUE_URL: NOWHERE });
  for (let n = 0; n < 3; n++) await receive();
  expect(stage.azure.received.duplicates).toBeLessThanOrEqual(3);
  expect(metrics().filter(line => line[METRICS.runErrors] === 1)).toHaveLength(3);
  expect(host.logs.filter(line => line.includes('could not be put aside'))).toHaveLength(3);
  expect([await stage.missing(), (await stage.depths())['dead-letter']]).toEqual([[], 0]);
});

test('an error that nobody foresaw is counted and named, and the message stays', async () => {
  const { host, receive, metrics } = await replaying({ RETRY_QUEUE_URL: NOWHERE });
  stage.post.always({ kind: 'status', status: 403 });
  const { received, deleted } = await receive();
  expect([received, deleted]).toEqual([1, 0]);
  expect(metrics().some(line => line[METRICS.runErrors] === 1)).toBe(true);
  expect(host.logs.some(line => line.includes('a bug ended the invocation'))).toBe(true);
  expect(await stage.missing()).toEqual([]);
});
