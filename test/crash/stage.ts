/** The crash stage: the built functions in processes of their own, real sockets, and a relay before every server. */
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { parsePipeline } from '../../lambda/config/config.ts';
import type { SecretSource } from '../../lambda/core/model.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { pipelineParts } from '../../lambda/wiring.ts';
import { type Bundles, buildFunctions } from '../../scripts/build.ts';
import { generateLogs, type Log, poisonLog } from '../../simulator/auth0/tenant.ts';
import type { Aws } from '../../simulator/aws/emulators.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type Invocation, type LambdaHost, lambdaHost } from '../../simulator/aws/lambda-host.ts';
import type { Kind } from '../../simulator/azure/apis.ts';
import { startWorld, type World } from '../../simulator/world.ts';
import { recordsIn } from './calls.ts';
import { type Judge, startJudge } from './judge.ts';
import { type Call, startRelay, type Watch } from './relay.ts';

export const PIPELINE = 'crash';
/** As deployed: a run that is to be waited out is aged in the table instead. */
const TIMEOUT_MS = 120_000;
/** The least that the configuration takes: several batches out of a few hundred logs. */
const MAX_BATCH_BYTES = 200_000;
/** Of the tenant's logs, one in so many is kept back, to come late. */
const LATE_EVERY = 25;

/** What a host says of a process that was killed in the middle of an event. */
export const KILLED = 'Runtime exited: SIGKILL';

/** For parts that are asked for their limits and never used. */
const NO_SECRETS: SecretSource = {
  read: () => Promise.reject(new Error('no secret is read here')),
  forget: () => undefined,
};

export { type Bundles, buildFunctions, type Kind };

export interface CrashStage extends Pick<World, 'auth0' | 'azure' | 'aws' | 'close'> {
  readonly judge: Judge;
  readonly ship: LambdaHost;
  readonly replay: LambdaHost;
  /** Another process of the ship function; ended with the stage. */
  anotherShip(): LambdaHost;
  /** Sees every call of every process from now on; undefined for nobody. */
  watch(watch: Watch | undefined): void;
  /** The tenant writes so many logs, all newer than any before; those at `poisoned` are refused by Azure. */
  addLogs(count: number, poisoned?: readonly number[]): void;
  /** Auth0 shows so many logs that it should have shown before, behind the newest one. */
  addLate(count: number): void;
  /** Nothing is looked back at but what is shipped from now on. */
  forgetLookBack(): Promise<void>;
  /** As if the time between two looks back had passed. */
  makeLookBackDue(): Promise<void>;
  /** The next post is refused as too large. */
  refuseAsTooLarge(): void;
  /** From now on the next `times` posts meet an Azure that throttles so hard that the run gives up at once. */
  throttle(times: number): void;
  /** Azure is available again. */
  calm(): void;
  /** One pass of the event source mapping over the retry queue: one message, as the stack has it. */
  poll(): Promise<{ readonly received: number; readonly deleted: number; readonly error?: string }>;
  /** Ends the lease, whichever run holds it. */
  expireLease(): Promise<void>;
  /** Batches that a run delivers at a time, by its own account. */
  readonly maxInFlight: number;
  /** The records of the largest post so far. */
  largestBatch(): number;
}

/** Opens a stage with an empty tenant and an empty table. `capacity`: the most logs that it will be asked for. */
export async function openStage(
  kind: Kind,
  bundles: Bundles,
  options: { readonly seed: number; readonly capacity: number },
): Promise<CrashStage> {
  const settings = { azure: { maxBatchBytes: MAX_BATCH_BYTES } };
  const world = await startWorld({ kind, name: PIPELINE, settings });
  const { auth0, azure, aws, config, posts: faults } = world;
  const judge = startJudge({
    pipeline: PIPELINE,
    aws,
    isAtAzure: azure.received.has,
    tenantIds: auth0.tenant.ids,
  });

  let watcher: Watch | undefined;
  let largestBatch = 0;
  const watch: Watch = (call, moment) => watcher?.(call, moment);
  const noteBatch = (call: Call) => {
    if (call.name === 'post') largestBatch = Math.max(largestBatch, recordsIn(call));
  };
  const { AWS_ENDPOINT_URL_DYNAMODB: dynamodb = '', AWS_ENDPOINT_URL_SQS: sqs = '' } = aws.endpoints;
  const relays = {
    auth0: await startRelay({ target: auth0.baseUrl, watch }),
    dynamodb: await startRelay({ target: dynamodb, watch, around: judge.around }),
    sqs: await startRelay({ target: sqs, watch }),
    azure: await startRelay({
      target: azure.url,
      watch,
      around: (call, apply) => {
        noteBatch(call);
        return apply();
      },
    }),
  };

  const throughRelay = (queueUrl: string) => queueUrl.replace(sqs, relays.sqs.url);
  const env = {
    ...world.env,
    AWS_ENDPOINT_URL_DYNAMODB: relays.dynamodb.url,
    AWS_ENDPOINT_URL_SQS: relays.sqs.url,
    RETRY_QUEUE_URL: throughRelay(aws.retryQueueUrl),
    DEAD_LETTER_QUEUE_URL: throughRelay(aws.deadLetterQueueUrl),
    AUTH0_BASE_URL: relays.auth0.url,
    AZURE_BASE_URL: relays.azure.url,
    ENTRA_BASE_URL: relays.azure.url,
  };
  const hosts: LambdaHost[] = [];
  const host = (which: 'ship' | 'replay') => {
    const made = lambdaHost({ bundle: bundles[which], env, timeoutMs: TIMEOUT_MS, functionName: which });
    hosts.push(made);
    return made;
  };
  const replay = host('replay');
  const mapping = eventSourceMapping({
    sqsClient: aws.sqs,
    queueUrl: aws.retryQueueUrl,
    invoke: async event => {
      const invocation = await replay.invoke(event);
      const result: Call = { name: 'result', headers: {}, body: Buffer.alloc(0) };
      const isHeard = !invocation.ok || (await watch(result, 'arrived')) !== 'cut';
      return isHeard ? invocation : { ok: false, error: KILLED };
    },
    batchSize: 1,
  });
  const logs = recentLogs(options.seed, options.capacity);
  const withheld = logs.filter((_, n) => n % LATE_EVERY === 0);
  logs.splice(0, logs.length, ...logs.filter((_, n) => n % LATE_EVERY !== 0));
  let newest = '';
  return {
    auth0,
    azure,
    aws,
    judge,
    ship: host('ship'),
    replay,
    anotherShip: () => host('ship'),
    watch: next => {
      watcher = next;
    },
    addLogs: (count, poisoned = []) => {
      const added = logs.splice(0, count);
      if (added.length < count) throw new Error(`${count} more logs are asked for; raise the capacity`);
      newest = added.at(-1)?.log_id ?? newest;
      auth0.tenant.add(added.map((log, n) => (poisoned.includes(n) ? poisonLog(log) : log)));
    },
    addLate: count => {
      const behind = withheld.findLastIndex(log => log.log_id < newest) + 1;
      for (const log of withheld.splice(Math.max(0, behind - count), count)) auth0.tenant.insertLate(log);
    },
    forgetLookBack: () => judge.aside(() => updateItem(aws, 'REMOVE late')),
    makeLookBackDue: () => judge.aside(() => makeLookBackDue(aws)),
    refuseAsTooLarge: () => faults.add({ kind: 'status', status: 413 }),
    throttle: times => {
      // An hour is more than any run has, so that it does not wait and try again.
      faults.add({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, times);
    },
    calm: faults.clear,
    poll: async () => {
      await aws.makeVisible('retry');
      return mapping.poll();
    },
    expireLease: () => judge.aside(() => expireLease(aws)),
    maxInFlight: pipelineParts(parsePipeline(config), NO_SECRETS).destination.maxInFlight,
    largestBatch: () => largestBatch,
    close: async () => {
      await Promise.all(hosts.map(one => one.stop()));
      await Promise.all(Object.values(relays).map(relay => relay.close()));
      await world.close();
    },
  };
}

/** What a run reported. Throws when it did not come to its end. */
export function reportOf(invocation: Invocation): RunReport {
  if (!invocation.ok) throw new Error(`the run did not end well: ${invocation.error}`);
  return invocation.result as RunReport;
}

/** Young enough to be held when Azure does not take them, old enough to be settled. */
function recentLogs(seed: number, count: number): Log[] {
  const nowMs = Date.now();
  return generateLogs({ seed, count, fromMs: nowMs - 3 * 3_600_000, toMs: nowMs - 60_000 });
}

async function makeLookBackDue(aws: Aws): Promise<void> {
  const { late } = (await aws.readCheckpoint(PIPELINE)) ?? {};
  const due = JSON.stringify({ ...JSON.parse(String(late)), sweptAtMs: 0 });
  await updateItem(aws, 'SET late = :late', { ':late': { S: due } });
}

async function updateItem(
  aws: Aws,
  UpdateExpression: string,
  ExpressionAttributeValues?: Record<string, { S: string }>,
): Promise<void> {
  const key = { TableName: aws.table, Key: { pipeline: { S: PIPELINE } } };
  await aws.dynamodb.send(new UpdateItemCommand({ ...key, UpdateExpression, ExpressionAttributeValues }));
}

/** Time passes: two minutes after a crash the lease in the table has expired. Nobody waits for it here. */
async function expireLease(aws: Aws): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: aws.table,
    Key: { pipeline: { S: PIPELINE } },
    ConditionExpression: 'attribute_exists(leaseOwner)',
    UpdateExpression: 'SET leaseExpiresAt = :past',
    ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1) } },
  });
  await aws.dynamodb.send(command).catch((error: Error) => {
    if (error.name !== 'ConditionalCheckFailedException') throw error;
  });
}
