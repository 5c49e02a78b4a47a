/** Everything that the demo needs, on this machine: the simulators, DynamoDB, SQS, and the built bundles as Lambdas. */
import { REPLAY_TIMEOUT_SECONDS, SHIP_TIMEOUT_SECONDS } from '../../lambda/core/contract.ts';
import { decodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { buildFunctions } from '../../scripts/build.ts';
import { type EventSourceMapping, eventSourceMapping } from '../../simulator/aws/event-source.ts';
import { type Invocation, lambdaHost } from '../../simulator/aws/lambda-host.ts';
import { APIS, type Kind } from '../../simulator/azure/apis.ts';
import { azureSettings } from '../../simulator/azure/server.ts';
import type { Workspace } from '../../simulator/azure/workspace.ts';
import { startingAll } from '../../simulator/starting.ts';
import { azureSecret, type Settings, secretNames, startWorld, type World } from '../../simulator/world.ts';

export interface DemoWorld extends Pick<World, 'auth0' | 'azure' | 'aws' | 'posts' | 'config'> {
  /** One tick of the schedule: the ship function, once. Rejects when the function itself fails. */
  tick(): Promise<RunReport>;
  /** The same, whatever comes of it: a killed process is a value. */
  invokeShip(): Promise<Invocation>;
  /** Ends the process of the ship function at once, as a crash would. */
  killShip(): void;
  /** One poll of the event source mapping. */
  pollRetryQueue: EventSourceMapping['poll'];
  /** Gives the pipeline's secret of Azure this value, as an operator does in Secrets Manager. */
  setAzureSecret(secret: string): void;
  /** The event source mapping feeds the replay function until nothing is visible on the retry queue; returns messages delivered. */
  drainRetryQueue(): Promise<number>;
  /** The logs that wait on a queue. */
  queuedLogIds(): Promise<ReadonlySet<string>>;
  /** The different logs among the rows of the workspace. */
  storedLogIds(): ReadonlySet<string>;
  /** Logs that Azure accepted and that have no row: counted in the workspace, not by the pipeline. */
  notStored(): number;
  readonly clock: DemoClock;
  /** Ends every process and server, and removes the bundles. May be called at any time. */
  close(): Promise<void>;
}

/** One clock for the functions, Auth0 and Azure: the machine's, until it is moved. */
export interface DemoClock {
  now(): number;
  moveTo(ms: number): void;
}

/** Of every table together, as a workspace has one. Far more than the logs of a demo. */
const DAILY_CAP_BYTES = 10_000_000_000;
/** Of the tenant and its pipeline. */
const NAME = 'demo';
/** Under which a table has the LogId. */
const ID_COLUMNS = ['LogId', 'LogId_s'] as const;

/** What differs from the demo of the terminal. */
export interface DemoWorldOptions {
  /** Laid over the pipeline's configuration. */
  readonly settings?: Settings;
  /** Columns that the workspace keeps of every row, besides the id. */
  readonly keepColumns?: readonly string[];
}

/** Builds the bundles and starts everything. What was started before a failure is ended again. */
export async function startDemoWorld(kind: Kind, options: DemoWorldOptions = {}): Promise<DemoWorld> {
  await using starting = startingAll();
  const functions = starting.adopt(await buildFunctions(), one => one.remove());
  const clock = startClock();
  const { workspaceId, entra } = azureSettings();
  const { tenantId, clientId, clientSecret } = entra;
  // Small batches, so that the story has several of them: the Data Collector would take four times as much.
  const small = { maxBatchBytes: 1_000_000 };
  const world = starting.adopt(
    await startWorld({
      kind,
      name: NAME,
      settings: {
        verify: 'repair',
        azure: { ...small, workspaceId, tenantId, clientId },
        ...options.settings,
      },
      auth0: { now: clock.now },
      azure: {
        now: clock.now,
        keepColumns: [...ID_COLUMNS, ...(options.keepColumns ?? [])],
        dailyCapBytes: DAILY_CAP_BYTES,
        queryRoles: { application: 'all', operator: 'none' },
      },
    }),
    one => one.close(),
  );
  const { auth0, azure, aws, posts, config, env } = world;
  // The identity that queries has its client secret beside what the API needs.
  const setAzureSecret = (secret: string) =>
    world.secrets.set(
      secretNames(NAME).azure,
      JSON.stringify({ clientSecret, ...azureSecret(kind, secret) }),
    );
  setAzureSecret(APIS[kind].secret(azure.settings));
  const hostOf = (functionName: 'ship' | 'replay', timeoutSeconds: number) => {
    const timeoutMs = timeoutSeconds * 1000;
    const bundle = functions[functionName];
    const options = { bundle, env, timeoutMs, functionName, now: clock.now };
    return starting.adopt(lambdaHost(options), host => host.stop());
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
    config,
    invokeShip: () => ship.invoke({}),
    killShip: () => ship.kill('SIGKILL'),
    pollRetryQueue: mapping.poll,
    setAzureSecret,
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
    storedLogIds: () => storedLogIds(azure.workspace),
    notStored: () => azure.received.unique - storedLogIds(azure.workspace).size,
    clock,
    close: () => started(),
  };
}

function storedLogIds(workspace: Workspace): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const row of Object.values(workspace.tables()).flat()) {
    const id = storedIdOf(row);
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

/** The LogId of a row; undefined in a table without one. */
export function storedIdOf(row: Readonly<Record<string, unknown>>): string | undefined {
  const ids = ID_COLUMNS.map(name => row[name]);
  return ids.find(id => typeof id === 'string');
}

function startClock(): DemoClock {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  return {
    now,
    moveTo: ms => {
      aheadMs += ms - now();
    },
  };
}

function resultOf(name: string, invocation: Invocation): unknown {
  if (invocation.ok) return invocation.result;
  throw new Error(`the ${name} function failed: ${invocation.error}`);
}
