/** Everything that the demo needs, on this machine: the simulators, DynamoDB, SQS, and the built bundles as Lambdas. */
import { REPLAY_TIMEOUT_SECONDS, SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { buildFunctions } from '../../scripts/build.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type Invocation, lambdaHost } from '../../simulator/aws/lambda-host.ts';
import type { Kind } from '../../simulator/azure/apis.ts';
import { startingAll } from '../../simulator/starting.ts';
import { startWorld, type World } from '../../simulator/world.ts';

export interface DemoWorld extends Pick<World, 'auth0' | 'azure' | 'aws' | 'posts'> {
  /** One tick of the schedule: the ship function, once. Rejects when the function itself fails. */
  tick(): Promise<RunReport>;
  /** The event source mapping feeds the replay function until nothing is visible on the retry queue; returns messages delivered. */
  drainRetryQueue(): Promise<number>;
  /** The logs that wait on a queue. */
  queuedLogIds(): Promise<ReadonlySet<string>>;
  /** Ends every process and server, and removes the bundles. May be called at any time. */
  close(): Promise<void>;
}

/** Builds the bundles and starts everything. What was started before a failure is ended again. */
export async function startDemoWorld(kind: Kind): Promise<DemoWorld> {
  await using starting = startingAll();
  const functions = starting.adopt(await buildFunctions(), one => one.remove());
  // Small batches, so that the story has several of them: the Data Collector would take four times as much.
  const settings = { azure: { maxBatchBytes: 1_000_000 } };
  const world = starting.adopt(await startWorld({ kind, name: 'demo', settings }), one => one.close());
  const { auth0, azure, aws, posts, env } = world;
  const hostOf = (functionName: 'ship' | 'replay', timeoutSeconds: number) => {
    const timeoutMs = timeoutSeconds * 1000;
    const bundle = functions[functionName];
    return starting.adopt(lambdaHost({ bundle, env, timeoutMs, functionName }), host => host.stop());
  };
  const ship = hostOf('ship', SHIP_TIMEOUT_SECONDS);
  const replay = hostOf('replay', REPLAY_TIMEOUT_SECONDS);
  const mapping = eventSourceMapping({
    sqsClient: aws.sqs,
    queueUrl: aws.retryQueueUrl,
    invoke: replay.invoke,
  });
  const started = starting.move();

  return {
    auth0,
    azure,
    aws,
    posts,
    tick: async () => resultOf('ship', await ship.invoke({})) as RunReport,
    drainRetryQueue: async () => {
      let delivered = 0;
      for (;;) {
        const { received, deleted, error } = await mapping.poll();
        if (error !== undefined) throw new Error(`the replay function failed: ${error}`);
        if (received === 0) return delivered;
        delivered += deleted;
      }
    },
    queuedLogIds: async () => {
      const messages = [...(await aws.peek('retry')), ...(await aws.peek('dead-letter'))];
      const batches = messages.map(decodeFailedBatch).filter(decoded => decoded.kind === 'failed-batch');
      return new Set(batches.flatMap(({ records }) => records.map(record => record.logId)));
    },
    close: () => started(),
  };
}

function resultOf(name: string, invocation: Invocation): unknown {
  if (invocation.ok) return invocation.result;
  throw new Error(`the ${name} function failed: ${invocation.error}`);
}
