/** How long a cold function takes to load, what it weighs, and what it does until its first post. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';
import { bundled, median, once, shipTask, startClient } from './client.ts';
import type { ColdStep } from './cold-start.ts';
import { openWorld } from './open-world.ts';
import type { Bench, Row } from './report.ts';

const RUNS = 21;

/** What no shipper of this kind can do without. */
const LEAST = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
export const parts = [DynamoDBClient, SecretsManagerClient, SQSClient, globalThis.fetch];
`;

export const imports: Bench = async ({ folder, note }) => {
  const least = await leastBundle(folder);
  const times: Record<'ship' | 'least', number[]> = { ship: [], least: [] };
  for (let i = 0; i < RUNS; i++) {
    times.least.push(await importMs(folder, least));
    times.ship.push(await importMs(folder, bundled(folder, 'ship')));
  }
  const row: Row = {
    runs: RUNS,
    'ship ms': median(times.ship),
    'three clients and fetch ms': median(times.least),
    ratio: median(times.ship) / median(times.least),
  };
  note(row);
  return { title: 'Import of the function', rows: [row], limit: { column: 'ratio', atMost: 1.25 } };
};

async function leastBundle(folder: string): Promise<string> {
  const outfile = join(folder, 'least.mjs');
  await build({
    stdin: { contents: LEAST, resolveDir: process.cwd(), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
  });
  return outfile;
}

/** In a fresh process, its own start not counted. */
async function importMs(folder: string, file: string): Promise<number> {
  const timer = join(folder, 'import-timer.mjs');
  await writeFile(
    timer,
    `export async function time() { const t = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); return performance.now() - t; }`,
  );
  return (await once<number>(folder, {}, { module: timer, call: 'time', arguments: [] })).result;
}

export const sizes: Bench = async ({ folder }) => {
  const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8')) as Metafile;
  return { title: 'What the function weighs', rows: bundleSizes(meta) };
};

/** Bytes in the bundle `ship` by package, the largest first, then their sum. */
function bundleSizes(meta: Metafile): Row[] {
  const [output] = Object.entries(meta.outputs).flatMap(([name, one]) =>
    name.endsWith('ship/index.mjs') ? [one] : [],
  );
  const bytes = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(output!.inputs)) {
    const name = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'this project';
    bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
  }
  const rows = [...bytes].filter(([, size]) => size > 0).sort((a, b) => b[1] - a[1]);
  return [...rows, ['all', output!.bytes] as const].map(([name, size]) => ({ package: name, bytes: size }));
}

/** From a fresh process to the first accepted post, by what goes over the wire. */
export const coldStart: Bench = async ({ folder, note }) => {
  const world = await openWorld({
    kind: LOGS_INGESTION.kind,
    logs: 50,
    auth0LatencyMs: 50,
    azureLatencyMs: 100,
  });
  try {
    const client = startClient(folder, world.env);
    const { arguments: args } = shipTask(folder, 120_000);
    const task = {
      module: bundled(folder, 'cold'),
      call: 'coldStart',
      arguments: [bundled(folder, 'ship'), ...args],
    };
    const { result } = await client.call<ColdStep[]>(task);
    await client.end();
    const rows = result.map(({ step, fromMs, toMs }) => ({
      step,
      'from ms': fromMs,
      'to ms': toMs,
      'takes ms': toMs - fromMs,
    }));
    rows.forEach(note);
    return { title: 'From cold to the first post', rows };
  } finally {
    await world.close();
  }
};
