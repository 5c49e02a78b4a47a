/** The crash stage: the built functions in processes of their own, real sockets, and a relay before every server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { parsePipeline } from '../../lambda/config/config.ts';
import { ENV } from '../../lambda/core/contract.ts';
import type { SecretSource } from '../../lambda/core/model.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { pipelineParts } from '../../lambda/wiring.ts';
import { bundle } from '../../scripts/build.ts';
import { type Auth0Simulator, startAuth0 } from '../../simulator/auth0/server.ts';
import { generateLogs, type Log, poisonLog } from '../../simulator/auth0/tenant.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type Invocation, type LambdaHost, lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { startSecretsManager } from '../../simulator/aws/secrets-manager.ts';
import { type AzureSimulator, startAzure } from '../../simulator/azure/server.ts';
import { recordsIn } from './calls.ts';
import { type Judge, startJudge } from './judge.ts';
import { type Call, startRelay, type Watch } from './relay.ts';

export type Kind = 'data-collector' | 'logs-ingestion';

export const PIPELINE = 'crash';
const DOMAIN = 'crash.eu.auth0.com';
const CLIENT = { clientId: 'crash-client', clientSecret: 'crash-client-secret' };
const SECRETS = { auth0: 'crash/auth0', azure: 'crash/azure' };
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

/** The two bundles, as `npm run build` makes them, in a folder of their own. */
export interface Bundles {
  readonly ship: string;
  readonly replay: string;
  remove(): Promise<void>;
}

/** Builds both functions afresh, so that never an old build is judged. */
export async function buildFunctions(): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  await bundle({ ship: 'lambda/ship-handler.ts', replay: 'lambda/replay-handler.ts' }, folder);
  return {
    ship: join(folder, 'ship/index.mjs'),
    replay: join(folder, 'replay/index.mjs'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface CrashStage {
  readonly auth0: Auth0Simulator;
  readonly azure: AzureSimulator;
  readonly aws: Aws;
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
  /** Azure is well again. */
  calm(): void;
  /** One pass of the event source mapping over the retry queue: one message, as the stack has it. */
  poll(): Promise<{ readonly received: number; readonly deleted: number; readonly error?: string }>;
  /** Ends the lease of whoever holds it. */
  expireLease(): Promise<void>;
  /** Batches that a run delivers at a time, by its own account. */
  readonly maxInFlight: number;
  /** The records of the largest post so far. */
  largestBatch(): number;
  close(): Promise<void>;
}

/** Opens a stage with an empty tenant and an empty table. `capacity`: the most logs that it will be asked for. */
export async function openStage(
  kind: Kind,
  bundles: Bundles,
  options: { readonly seed: number; readonly capacity: number },
): Promise<CrashStage> {
  const auth0 = await startAuth0({ domain: DOMAIN, ...CLIENT });
  const azure = await startAzure();
  const aws = await startAws();
  const { workspaceId, sharedKeys, entra } = azure.settings;
  const secrets = await startSecretsManager({
    secrets: {
      [SECRETS.auth0]: JSON.stringify(CLIENT),
      [SECRETS.azure]: JSON.stringify({ sharedKey: sharedKeys[0], clientSecret: entra.clientSecret }),
    },
  });
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

  const config = {
    name: PIPELINE,
    auth0: { domain: DOMAIN, secret: SECRETS.auth0, logRetentionDays: 1 },
    azure: { ...destinationOf(kind, azure, workspaceId), secret: SECRETS.azure },
  };
  const throughRelay = (queueUrl: string) => queueUrl.replace(sqs, relays.sqs.url);
  const env = {
    ...aws.endpoints,
    AWS_ENDPOINT_URL_DYNAMODB: relays.dynamodb.url,
    AWS_ENDPOINT_URL_SQS: relays.sqs.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    [ENV.pipelineConfig]: JSON.stringify(config),
    [ENV.checkpointTable]: aws.table,
    [ENV.retryQueueUrl]: throughRelay(aws.retryQueueUrl),
    [ENV.deadLetterQueueUrl]: throughRelay(aws.deadLetterQueueUrl),
    [ENV.auth0BaseUrl]: relays.auth0.url,
    [ENV.azureBaseUrl]: relays.azure.url,
    [ENV.entraBaseUrl]: relays.azure.url,
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
  const faults = kind === 'data-collector' ? azure.faults.dataCollector : azure.faults.logsIngestion;
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
      await Promise.all([auth0.close(), azure.close(), aws.close(), secrets.close()]);
    },
  };
}

/** What a run reported. Throws when it did not come to its end. */
export function reportOf(invocation: Invocation): RunReport {
  if (!invocation.ok) throw new Error(`the run did not end well: ${invocation.error}`);
  return invocation.result as RunReport;
}

function destinationOf(kind: Kind, azure: AzureSimulator, workspaceId: string) {
  const { dcrImmutableId, stream, entra } = azure.settings;
  const common = { kind, maxBatchBytes: MAX_BATCH_BYTES };
  if (kind === 'data-collector') return { ...common, workspaceId };
  const endpoint = 'https://crash.westeurope-1.ingest.monitor.azure.com';
  return {
    ...common,
    endpoint,
    dcrImmutableId,
    stream,
    tenantId: entra.tenantId,
    clientId: entra.clientId,
  };
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
