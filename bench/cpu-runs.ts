/** What cpu.ts measures: one run of ours, of Azure's library, or of the whole way, each in a process of its own. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENV } from '../lambda/core/contract.ts';
import { shaper } from '../lambda/core/record/shape.ts';
import type { RunReport } from '../lambda/core/report.ts';
import { specOf } from '../lambda/destinations/all.ts';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';
import { bundled, mustBeCaughtUp, once, type Start, shipTask } from './client.ts';
import type { DeliverOptions } from './deliver.ts';
import { differentLogs, type Mix } from './logs.ts';
import { openWorld } from './open-world.ts';
import { startStub } from './stub.ts';

/** Each run ships so many. */
export const LOGS = 40_000;

export interface Rate {
  readonly perCpuSecond: number;
  readonly perSecond: number;
}

export interface Runs {
  /** Shaped records to Azure, by our code. */
  ours(start: Start): Promise<Rate>;
  /** The same by `@azure/monitor-ingestion`, with so many posts at once. */
  theirs(start: Start, atOnce: number): Promise<Rate>;
  /** From Auth0's page to the accepted record, both over TLS, by the function itself. */
  wholePath(start: Start): Promise<Rate>;
  close(): void;
}

export async function openRuns(folder: string, mix: Mix): Promise<Runs> {
  const file = join(folder, `records-${mix}.json`);
  await writeFile(file, `[${shapedRecords(mix).join(',')}]`);
  const stub = await startStub(folder, 0);
  const stream = 'Custom-Auth0Logs_CL';
  const dcrImmutableId = `dcr-${'5ca1ab1e'.repeat(4)}`;
  const options: DeliverOptions = { file, count: LOGS, endpoint: stub.url, dcrImmutableId, stream };
  const deliver = async (start: Start, call: string, ...more: unknown[]): Promise<Rate> => {
    const task = { module: bundled(folder, 'deliver'), call, arguments: [options, ...more] };
    const taken = await once<number>(folder, { NODE_EXTRA_CA_CERTS: stub.certificate }, task, start);
    if (taken.result !== LOGS) throw new Error(`${call} delivered ${taken.result} of ${LOGS}`);
    return rate(taken);
  };
  return {
    ours: start => deliver(start, 'ours'),
    theirs: (start, atOnce) => deliver(start, 'theirs', atOnce),
    wholePath: start => wholePath(folder, mix, start),
    close: stub.close,
  };
}

async function wholePath(folder: string, mix: Mix, start: Start): Promise<Rate> {
  const stub = await startStub(folder, LOGS / 100, mix);
  const base = { [ENV.auth0BaseUrl]: stub.url, [ENV.azureBaseUrl]: stub.url, [ENV.entraBaseUrl]: stub.url };
  const env = { ...base, NODE_EXTRA_CA_CERTS: stub.certificate };
  const world = await openWorld({ kind: LOGS_INGESTION.kind, logs: 1, env });
  try {
    const config = JSON.parse(world.env[ENV.pipelineConfig]!) as { auth0: object };
    // From a log id on, and without a look back: the stub serves each page once.
    Object.assign(config.auth0, { startFrom: `90020200101000000000${'0'.repeat(36)}` });
    const pipeline = JSON.stringify({ ...config, sweepMinutes: 0 });
    const all = { ...world.env, [ENV.pipelineConfig]: pipeline };
    const taken = await once<RunReport>(folder, all, shipTask(folder, 600_000), start);
    mustBeCaughtUp(taken.result, LOGS);
    return rate(taken);
  } finally {
    stub.close();
    await world.close();
  }
}

function rate({ cpuMs, wallMs }: { cpuMs: number; wallMs: number }): Rate {
  return { perCpuSecond: LOGS / (cpuMs / 1000), perSecond: LOGS / (wallMs / 1000) };
}

/** The different records of a mix, as JSON. */
export function shapedRecords(mix: Mix): string[] {
  const { form } = specOf(LOGS_INGESTION);
  const shape = shaper({ form, auth0Domain: 'bench.eu.auth0.com', redact: log => log });
  const toMs = Date.now() - 60_000;
  const plan = { seed: 1, count: LOGS, fromMs: toMs - 3_600_000, toMs, mix };
  return differentLogs(plan).map(log => shape(log).json);
}
