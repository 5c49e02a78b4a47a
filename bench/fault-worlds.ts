/** A collector with a simulated Auth0 and Azure around it, and a clock that can be moved on to the next tick. */
import { ENV, REPLAY_TIMEOUT_SECONDS, SHIP_TIMEOUT_SECONDS } from '../lambda/core/contract.ts';
import { decodeFailedBatch } from '../lambda/core/failed-batch.ts';
import { eventSourceMapping } from '../simulator/aws/event-source.ts';
import { lambdaHost } from '../simulator/aws/lambda-host.ts';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';
import { makeCertificate } from '../simulator/certificate.ts';
import { startingAll } from '../simulator/starting.ts';
import { tlsFront } from '../simulator/tls-front.ts';
import { startWorld, type World } from '../simulator/world.ts';
import { bundled } from './client.ts';
import { type ManyLogs, manyLogs } from './logs.ts';
import type { Side } from './sides.ts';

export interface FaultWorld extends Pick<World, 'auth0' | 'azure' | 'posts'> {
  /** All that the tenant holds, ascending. */
  readonly logIds: readonly string[];
  /** One tick, a minute after the last one, and what AWS does with the queues in its minute. False when it ended with an error. */
  tick(): Promise<boolean>;
  /** The next run asks for what comes after it. */
  checkpoint(): Promise<string>;
  queued(queue: 'retry' | 'dead-letter'): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

const NAME = 'faults';
const POISON = 'simulated-poison-record';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Azure refuses the content of log number `poisonAt`. */
export async function openFaultWorld(
  folder: string,
  side: Side,
  logs: number,
  poisonAt?: number,
): Promise<FaultWorld> {
  const clock = startClock();
  const toMs = clock.now() - MINUTE_MS;
  const plan = { seed: 1, count: logs, fromMs: toMs - HOUR_MS, toMs, mix: 'everyday' } as const;
  const { writeLog, logs: ids } = manyLogs(plan);
  const many = { writeLog, logs: [...ids] };
  const logIds = many.logs.map(log => log.log_id);
  await using starting = startingAll();
  const certificate = makeCertificate(folder);
  const fronts = {
    auth0: starting.adopt(await tlsFront(certificate), one => one.close()),
    azure: starting.adopt(await tlsFront(certificate), one => one.close()),
  };
  const world = starting.adopt(
    await startWorld({
      kind: side.kind ?? LOGS_INGESTION.kind,
      name: NAME,
      auth0: {
        ...(poisonAt === undefined ? many : withPoison(many, logIds[poisonAt]!)),
        now: clock.now,
        // A peer takes its audience from the address that it calls, and may send what Auth0 ignores.
        ...(side.kind ? {} : { domain: fronts.auth0.host, strict: false }),
      },
      azure: { now: clock.now, poisonMark: POISON },
    }),
    one => one.close(),
  );
  fronts.auth0.leadTo(world.auth0.baseUrl);
  fronts.azure.leadTo(world.azure.url);
  const env = side.kind
    ? world.env
    : { ...peerVariables(world, fronts), NODE_EXTRA_CA_CERTS: certificate.certificate };
  const host = (name: string, seconds: number) => {
    const options = { bundle: bundled(folder, name), env, timeoutMs: seconds * 1000, now: clock.now };
    return starting.adopt(lambdaHost(options), one => one.stop());
  };
  const collector = host(side.module?.[0] ?? 'ship', SHIP_TIMEOUT_SECONDS);
  const replay = host('replay', REPLAY_TIMEOUT_SECONDS);
  const { aws, auth0, azure, posts } = world;
  const mapping = eventSourceMapping({
    sqsClient: aws.sqs,
    queueUrl: aws.retryQueueUrl,
    invoke: replay.invoke,
  });
  const started = starting.move();
  let checkpoint = '';

  return {
    auth0,
    azure,
    posts,
    logIds,
    tick: async () => {
      clock.moveOn(MINUTE_MS);
      await aws.makeVisible('retry');
      const invocation = await collector.invoke({});
      if (invocation.ok && typeof invocation.result === 'string') checkpoint = invocation.result;
      while ((await mapping.poll()).deleted > 0);
      return invocation.ok;
    },
    checkpoint: async () =>
      side.kind ? String((await aws.readCheckpoint(NAME))?.['checkpointLogId'] ?? '') : checkpoint,
    queued: async queue => {
      const batches = (await aws.peek(queue))
        .map(decodeFailedBatch)
        .filter(one => one.kind === 'failed-batch');
      return new Set(batches.flatMap(({ records }) => records.map(record => record.logId)));
    },
    close: () => started(),
  };
}

/** The machine's, and ahead of it by what it was moved on. */
function startClock() {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    moveOn: (ms: number) => {
      aheadMs += ms;
    },
  };
}

function withPoison({ logs, writeLog }: ManyLogs, logId: string): ManyLogs {
  return {
    logs,
    writeLog: log =>
      log.log_id === logId
        ? JSON.stringify({ ...(JSON.parse(writeLog(log)) as object), description: POISON })
        : writeLog(log),
  };
}

/** What diy.ts and log-tools.ts read. */
function peerVariables(
  world: World,
  { auth0, azure }: Readonly<Record<'auth0' | 'azure', { readonly host: string }>>,
): Readonly<Record<string, string>> {
  const { dcrImmutableId, stream, entra } = world.azure.settings;
  const { clientId, clientSecret = '' } = world.pipeline(LOGS_INGESTION.kind, NAME).secrets.auth0;
  const grant = (fields: Readonly<Record<string, string>>) =>
    String(new URLSearchParams({ grant_type: 'client_credentials', ...fields }));
  return {
    [ENV.auth0BaseUrl]: `https://${auth0.host}`,
    [ENV.azureBaseUrl]: `https://${azure.host}`,
    AUTH0_TOKEN_URL: `https://${auth0.host}/oauth/token`,
    AUTH0_GRANT: grant({
      client_id: clientId!,
      client_secret: clientSecret,
      audience: `https://${auth0.host}/api/v2/`,
    }),
    ENTRA_TOKEN_URL: `https://${azure.host}/${entra.tenantId}/oauth2/v2.0/token`,
    ENTRA_GRANT: grant({
      client_id: entra.clientId,
      client_secret: entra.clientSecret,
      scope: entra.scope,
    }),
    DCR: dcrImmutableId,
    STREAM: stream,
    START_FROM: `90020200101000000000${'0'.repeat(36)}`,
  };
}
