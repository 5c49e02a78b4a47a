/** Everything that the demo needs, on this machine: the simulators, DynamoDB, SQS, and the built bundles as Lambdas. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV, REPLAY_TIMEOUT_SECONDS, SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import type { DestinationKind } from '../../lambda/destinations/all.ts';
import { bundle } from '../../scripts/build.ts';
import { type Auth0Simulator, startAuth0 } from '../../simulator/auth0/server.ts';
import { type Aws, startAws } from '../../simulator/aws/emulators.ts';
import { eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type Invocation, lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { startSecretsManager } from '../../simulator/aws/secrets-manager.ts';
import { type AzureSimulator, startAzure } from '../../simulator/azure/server.ts';
import type { FaultScript } from '../../simulator/faults.ts';

export interface DemoWorld {
  readonly auth0: Auth0Simulator;
  readonly azure: AzureSimulator;
  readonly aws: Aws;
  /** What the next posts meet at the API in use. */
  readonly posts: FaultScript;
  /** One tick of the schedule: the ship function, once. Rejects when the function itself fails. */
  tick(): Promise<RunReport>;
  /** The event source mapping feeds the replay function until nothing is visible on the retry queue; returns messages delivered. */
  drainRetryQueue(): Promise<number>;
  /** The logs that wait on a queue. */
  heldLogIds(): Promise<ReadonlySet<string>>;
  /** Ends every process and server, and removes the bundles. May be called at any time. */
  close(): Promise<void>;
}

const PIPELINE = 'demo';
const DOMAIN = 'demo.eu.auth0.com';
const SECRETS = { auth0: 'auth0-logs/demo/auth0', azure: 'auth0-logs/demo/azure' };
const CLIENT = { clientId: 'demo-client', clientSecret: 'the client secret of a simulated tenant' };

/** Builds the bundles and starts everything. What was started before a failure is ended again. */
export async function startWorld(kind: DestinationKind): Promise<DemoWorld> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return { ...(await start(kind, end => closers.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  kind: DestinationKind,
  onClose: (end: () => Promise<void>) => void,
): Promise<Omit<DemoWorld, 'close'>> {
  // Not dist/: a deployment or a test of this same checkout may be using what is there.
  const directory = await mkdtemp(join(tmpdir(), 'auth0-logs-to-azure-demo-'));
  onClose(() => rm(directory, { recursive: true, force: true }));
  await bundle({ ship: 'lambda/ship-handler.ts', replay: 'lambda/replay-handler.ts' }, directory);
  const auth0 = await startAuth0({ domain: DOMAIN, ...CLIENT });
  onClose(auth0.close);
  const azure = await startAzure();
  onClose(azure.close);
  const aws = await startAws();
  onClose(aws.close);
  const { sharedKeys, entra } = azure.settings;
  const azureSecret = { sharedKey: sharedKeys[0], clientSecret: entra.clientSecret };
  const secrets = await startSecretsManager({
    secrets: { [SECRETS.auth0]: JSON.stringify(CLIENT), [SECRETS.azure]: JSON.stringify(azureSecret) },
  });
  onClose(secrets.close);

  const env = {
    ...aws.endpoints,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    [ENV.pipelineConfig]: JSON.stringify(configOf(kind, azure)),
    [ENV.checkpointTable]: aws.table,
    [ENV.retryQueueUrl]: aws.retryQueueUrl,
    [ENV.deadLetterQueueUrl]: aws.deadLetterQueueUrl,
    [ENV.auth0BaseUrl]: auth0.baseUrl,
    [ENV.azureBaseUrl]: azure.url,
    [ENV.entraBaseUrl]: azure.url,
  };
  const hostOf = (functionName: 'ship' | 'replay', timeoutSeconds: number) => {
    const timeoutMs = timeoutSeconds * 1000;
    const host = lambdaHost({
      bundle: join(directory, functionName, 'index.mjs'),
      env,
      timeoutMs,
      functionName,
    });
    onClose(host.stop);
    return host;
  };
  const ship = hostOf('ship', SHIP_TIMEOUT_SECONDS);
  const replay = hostOf('replay', REPLAY_TIMEOUT_SECONDS);
  const mapping = eventSourceMapping({
    sqsClient: aws.sqs,
    queueUrl: aws.retryQueueUrl,
    invoke: replay.invoke,
  });

  return {
    auth0,
    azure,
    aws,
    posts: kind === 'data-collector' ? azure.faults.dataCollector : azure.faults.logsIngestion,
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
    heldLogIds: async () => {
      const messages = [...(await aws.peek('retry')), ...(await aws.peek('dead-letter'))];
      const batches = messages.map(decodeFailedBatch).filter(decoded => decoded.kind === 'failed-batch');
      return new Set(batches.flatMap(({ records }) => records.map(record => record.logId)));
    },
  };
}

function configOf(kind: DestinationKind, { settings }: AzureSimulator) {
  const { workspaceId, dcrImmutableId, stream, entra } = settings;
  // Small batches, so that the story has several of them: the Data Collector would take four times as much.
  const common = { secret: SECRETS.azure, maxBatchBytes: 1_000_000 };
  const azure =
    kind === 'data-collector'
      ? { kind, workspaceId, ...common }
      : {
          kind,
          endpoint: 'https://demo.westeurope-1.ingest.monitor.azure.com',
          dcrImmutableId,
          stream,
          tenantId: entra.tenantId,
          clientId: entra.clientId,
          ...common,
        };
  return { name: PIPELINE, auth0: { domain: DOMAIN, secret: SECRETS.auth0, logRetentionDays: 1 }, azure };
}

function resultOf(name: string, invocation: Invocation): unknown {
  if (invocation.ok) return invocation.result;
  throw new Error(`the ${name} function failed: ${invocation.error}`);
}
