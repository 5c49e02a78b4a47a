/** The measured side of cpu.ts: the same shaped records to Azure by our code, or by Azure's own library. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { batcher } from '../lambda/core/batch.ts';
import { parsePipeline } from '../lambda/core/config.ts';
import { deliver } from '../lambda/core/deliver.ts';
import { Secret } from '../lambda/core/secret.ts';
import { logsIngestion } from '../lambda/edges/azure-logs-ingestion.ts';

export interface DeliverOptions {
  /** A JSON array of shaped records. */
  readonly file: string;
  /** The records are sent over and over until so many were. */
  readonly count: number;
  readonly endpoint: string;
  readonly dcrImmutableId: string;
  readonly stream: string;
}

const IN_FLIGHT = 3;
const clock = { now: () => Date.now(), sleep };

async function recordsIn({ file, count }: DeliverOptions): Promise<Record<string, unknown>[]> {
  const records = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>[];
  return Array.from({ length: count }, (_, i) => records[i % records.length]!);
}

/** By our code: from objects too, so that writing them as JSON is counted as it is for the library. */
export async function ours(options: DeliverOptions): Promise<number> {
  const { dcrImmutableId, stream } = options;
  const endpoint = 'https://bench.westeurope-1.ingest.monitor.azure.com';
  const { azure } = parsePipeline({
    name: 'bench',
    auth0: { domain: 'bench.eu.auth0.com', secret: 'auth0' },
    azure: {
      kind: 'logs-ingestion',
      endpoint,
      dcrImmutableId,
      stream,
      tenantId: ID,
      clientId: ID,
      secret: 'azure',
    },
  });
  if (azure.kind !== 'logs-ingestion') throw new Error('not the destination asked for');
  const authorise = async () => ({ kind: 'token' as const, token: new Secret('bench-token') });
  const authoriser = { authorise, forget: () => undefined };
  const destination = logsIngestion({ config: azure, authoriser, clock, fetch, baseUrl: options.endpoint });
  const batches = batcher(destination.maxBatchBytes);
  const inFlight = new Set<Promise<void>>();
  let accepted = 0;
  const send = async (batch: ReturnType<typeof batches.flush>) => {
    if (!batch) return;
    const delivery = await deliver(
      { destination, clock, random: Math.random },
      batch.records,
      clock.now() + 60_000,
    );
    if (delivery.fault) throw new Error(delivery.fault.message);
    accepted += delivery.accepted;
  };
  for (const record of await recordsIn(options)) {
    const json = JSON.stringify(record);
    const logId = String(record['LogId']);
    const full = batches.add({ log: record }, { logId, json, bytes: Buffer.byteLength(json) });
    if (!full) continue;
    if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
    const sent: Promise<void> = send(full).finally(() => inFlight.delete(sent));
    inFlight.add(sent);
  }
  await Promise.all([...inFlight, send(batches.flush())]);
  return accepted;
}

const ID = '5ca1ab1e-0000-4000-8000-000000000003';

/** What is used of the peer, which is no dependency of ours: `npm install --no-save @azure/monitor-ingestion@1.2.0`. */
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
