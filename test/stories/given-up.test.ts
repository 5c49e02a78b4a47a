/** The last try of a failed batch: SQS moves it to the dead-letter queue, and only the replay function can report that immediately. */
import { afterEach, expect, test } from 'vitest';
import { METRICS, RETRY_MAX_RECEIVES } from '../../lambda/core/contract.ts';
import { buildFunctions } from '../../scripts/build.ts';
import { lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => void (await stage?.close()));

const eventOf = (receives: number) => ({
  Records: [
    {
      messageId: 'one',
      receiptHandle: 'of-nothing',
      body: 'no failed batch',
      attributes: { ApproximateReceiveCount: String(receives) },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:retry',
      awsRegion: 'us-east-1',
    },
  ],
});

test('is told as a dead letter, and no try before it is', async () => {
  stage = await openStage({ kind: KINDS[0] });
  const { replay: bundle, remove } = await buildFunctions();
  const host = lambdaHost({ bundle, env: stage.env, timeoutMs: 30_000 });
  try {
    for (const receives of [RETRY_MAX_RECEIVES - 1, RETRY_MAX_RECEIVES]) {
      const left = { batchItemFailures: [{ itemIdentifier: 'one' }] };
      expect(await host.invoke(eventOf(receives))).toMatchObject({ ok: true, result: left });
    }
  } finally {
    await host.stop();
    await remove();
  }
  const lines = host.logs.filter(line => line.includes('"_aws"')).map(line => JSON.parse(line));
  expect(lines.flatMap(line => line[METRICS.logsDeadLettered] ?? [])).toEqual([1]);
});
