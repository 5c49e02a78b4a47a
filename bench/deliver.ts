/** The measured side of cpu.ts: the same shaped records to Azure by our code, or by Azure's own library. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PipelineConfig, parsePipeline } from '../lambda/config/config.ts';
import { batcher } from '../lambda/core/batch.ts';
import { deliver } from '../lambda/core/deliver.ts';
import type { Destination } from '../lambda/core/model.ts';
import { Secret } from '../lambda/core/secret.ts';
import { openDestination } from '../lambda/destinations/all.ts';
import { httpClient } from '../lambda/edges/http-client.ts';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';

export interface DeliverOptions {
  /** A JSON array of shaped records. */
  readonly file: string;
  /** The records are sent over and over until so many were. */
  readonly count: number;
  readonly endpoint: string;
  readonly dcrImmutableId: string;
  readonly stream: string;
}

const fetch = httpClient();
const clock = { now: () => Date.now(), sleep };

async function recordsIn({ file, count }: DeliverOptions): Promise<Record<string, unknown>[]> {
  const records = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>[];
  return Array.from({ length: count }, (_, i) => records[i % records.length]!);
}

/** By our code, to the Logs Ingestion API: from objects too, so that writing them as JSON is counted as for the library. */
export async function ours(options: DeliverOptions): Promise<number> {
  const { dcrImmutableId, stream } = options;
  const { kind, settings } = LOGS_INGESTION;
  const entra = { tenantId: ID, clientId: ID };
  const { azure } = pipelineTo({
    kind,
    ...settings({ dcrImmutableId, stream, entra }),
    auth: 'federated',
  });
  const destination = opened(azure, options.endpoint);
  const { add, end } = sender(destination);
  for (const record of await recordsIn(options)) {
    const wait = add(JSON.stringify(record));
    if (wait) await wait;
  }
  return end();
}

/** By our code, to any destination: from lines of a file, as syslog-ng does. */
export async function oursOfLines({ file, endpoint, azure, secret }: LinesOptions): Promise<number> {
  const destination = opened(pipelineTo(azure).azure, endpoint, secret);
  const { add, end } = sender(destination);
  let rest = '';
  for await (const part of createReadStream(file, 'utf8')) {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const wait = add(line);
      if (wait) await wait;
    }
  }
  return end();
}

export interface LinesOptions {
  /** A record a line. */
  readonly file: string;
  readonly endpoint: string;
  /** Without the name of its secret. */
  readonly azure: object;
  readonly secret: Readonly<Record<string, string>>;
}

const ID = '5ca1ab1e-0000-4000-8000-000000000003';

function pipelineTo(azure: object) {
  const auth0 = { domain: 'bench.eu.auth0.com', secret: 'auth0' };
  return parsePipeline({ name: 'bench', auth0, azure: { ...azure, secret: 'azure' } });
}

/** With a secret that is at hand, or a token that proves nothing: neither is what is measured. */
function opened(
  azure: PipelineConfig['azure'],
  baseUrl: string,
  secret: Readonly<Record<string, string>> = {},
): Destination {
  const fields = Object.fromEntries(Object.entries(secret).map(([name, value]) => [name, new Secret(value)]));
  const secrets = { read: async () => ({ kind: 'secret' as const, fields }), forget: () => undefined };
  return openDestination(azure, { secrets, clock, fetch, fetchToken: fetch, baseUrl, identity: 'nobody' })
    .destination;
}

/** Batches and delivers, so many at a time as the pipeline does. */
function sender(destination: Destination) {
  const batches = batcher(destination.maxBatchBytes);
  const inFlight = new Set<Promise<void>>();
  let accepted = 0;
  const send = async (batch: ReturnType<typeof batches.flush>) => {
    if (!batch) return;
    const d = { destination, clock, random: Math.random };
    const delivery = await deliver(d, batch.records, clock.now() + 60_000);
    if (delivery.fault) throw new Error(delivery.fault.message);
    accepted += delivery.accepted;
  };
  return {
    /** To be waited for only when there is something to wait for. */
    add: (json: string): Promise<void> | undefined => {
      const full = batches.add({ log: json }, { logId: 'bench', json });
      if (!full) return undefined;
      const before = inFlight.size >= destination.maxInFlight ? Promise.race(inFlight) : undefined;
      const sent: Promise<void> = send(full).finally(() => inFlight.delete(sent));
      inFlight.add(sent);
      return before;
    },
    end: async () => {
      await Promise.all([...inFlight, send(batches.flush())]);
      return accepted;
    },
  };
}

/** What is used of the peer, which is not a dependency of ours: `npm install --no-save @azure/monitor-ingestion@1.2.0`. */
interface Library {
  readonly LogsIngestionClient: new (
    endpoint: string,
    credential: { getToken(): Promise<{ token: string; expiresOnTimestamp: number }> },
  ) => {
    upload(
      ruleId: string,
      stream: string,
      records: readonly Record<string, unknown>[],
      options: { maxConcurrency: number },
    ): Promise<void>;
  };
}

/** By `@azure/monitor-ingestion`. */
export async function theirs(options: DeliverOptions, maxConcurrency: number): Promise<number> {
  const expiresOnTimestamp = Date.now() + 3_600_000;
  const credential = { getToken: async () => ({ token: 'bench-token', expiresOnTimestamp }) };
  // Not bundled with our side, which would otherwise load it too.
  const library = createRequire(`${process.cwd()}/package.json`)('@azure/monitor-ingestion') as Library;
  const client = new library.LogsIngestionClient(options.endpoint, credential);
  const records = await recordsIn(options);
  await client.upload(options.dcrImmutableId, options.stream, records, { maxConcurrency });
  return records.length;
}
