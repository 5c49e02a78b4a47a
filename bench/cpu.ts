/** What a log costs in processor time, beside Azure's own library. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENV } from '../lambda/core/contract.ts';
import type { RunReport } from '../lambda/core/model.ts';
import { shaper } from '../lambda/core/shape.ts';
import { generateLogs } from '../simulator/tenant.ts';
import {
  bundled,
  LAMBDA_256_MB,
  median,
  mustBeCaughtUp,
  once,
  PLAIN,
  type Start,
  shipTask,
} from './client.ts';
import type { DeliverOptions } from './deliver.ts';
import type { Bench, Row } from './report.ts';
import { startStub } from './stub.ts';
import { besideSyslogNg } from './syslog-ng.ts';
import { openWorld } from './world.ts';

const LOGS = 40_000;
const ROUNDS = 5;
const CONCURRENCIES = [1, 3, 5, 10];

interface Rate {
  readonly perCpuSecond: number;
  readonly perSecond: number;
}

const REMARK =
  '"In 256 MB": with the small heap that AWS gives Node in such a function, where both spend more on collecting garbage.';

/** Times their best upload, by processor time. */
const WANTED: Readonly<Record<string, number>> = { 'our delivery': 1.5, 'our whole path': 1 };

const PEER = '@azure/monitor-ingestion';

export const cpu: Bench = async ({ folder, note }) => {
  if (!existsSync(join(process.cwd(), 'node_modules', PEER))) {
    throw new Error(`the peer is not installed; run npm install --no-save ${PEER}@1.2.0 and this again`);
  }
  const file = join(folder, 'records.json');
  const shaped = shapedRecords();
  await writeFile(file, `[${shaped.join(',')}]`);
  const stub = await startStub(folder, 0);
  const env = { NODE_EXTRA_CA_CERTS: stub.certificate };
  const stream = 'Custom-Auth0Logs_CL';
  const dcrImmutableId = `dcr-${'5ca1ab1e'.repeat(4)}`;
  const options: DeliverOptions = { file, count: LOGS, endpoint: stub.url, dcrImmutableId, stream };
  const module = bundled(folder, 'deliver');
  const run = async (start: Start, call: string, ...more: unknown[]): Promise<Rate> => {
    const taken = await once<number>(folder, env, { module, call, arguments: [options, ...more] }, start);
    if (taken.result !== LOGS) throw new Error(`${call} delivered ${taken.result} of ${LOGS}`);
    return rate(taken);
  };
  try {
    const rates = new Map<string, Rate[]>();
    const keep = (name: string, one: Rate) => rates.set(name, [...(rates.get(name) ?? []), one]);
    for (let round = 0; round < ROUNDS; round++) {
      keep('our delivery', await run(PLAIN, 'ours'));
      for (const at of CONCURRENCIES) keep(`${PEER}, ${at} at once`, await run(PLAIN, 'theirs', at));
      keep('our whole path', await wholePath(folder, PLAIN));
      keep('our delivery, in 256 MB', await run(LAMBDA_256_MB, 'ours'));
      keep('theirs, 5 at once, in 256 MB', await run(LAMBDA_256_MB, 'theirs', 5));
      keep('our whole path, in 256 MB', await wholePath(folder, LAMBDA_256_MB));
    }
    const middle = (name: string): Rate => ({
      perCpuSecond: median(rates.get(name)!.map(one => one.perCpuSecond)),
      perSecond: median(rates.get(name)!.map(one => one.perSecond)),
    });
    const peers = CONCURRENCIES.map(at => middle(`${PEER}, ${at} at once`));
    const bestCpu = Math.max(...peers.map(one => one.perCpuSecond));
    const bestWall = Math.max(...peers.map(one => one.perSecond));
    const rows = [...rates.keys()].map((name): Row => {
      const one = middle(name);
      return {
        what: name,
        'logs per CPU second': Math.round(one.perCpuSecond),
        'logs a second': Math.round(one.perSecond),
        '÷ their best CPU': one.perCpuSecond / bestCpu,
        '÷ their best wall': one.perSecond / bestWall,
        ...(name in WANTED && { 'of what is wanted': one.perCpuSecond / bestCpu / WANTED[name]! }),
      };
    });
    rows.forEach(note);
    const lines = Array.from({ length: LOGS }, (_, i) => shaped[i % shaped.length]!);
    const peer = await besideSyslogNg(folder, lines, note);
    return {
      title: 'Processor time a log',
      rows: [...rows, ...peer.rows],
      limit: { column: 'of what is wanted', atLeast: 1 },
      remarks: [REMARK, peer.remark],
    };
  } finally {
    stub.close();
  }
};

function rate({ cpuMs, wallMs }: { cpuMs: number; wallMs: number }): Rate {
  return { perCpuSecond: LOGS / (cpuMs / 1000), perSecond: LOGS / (wallMs / 1000) };
}

/** From Auth0's page to the accepted record, both over TLS, by the function itself. */
async function wholePath(folder: string, start: Start): Promise<Rate> {
  const stub = await startStub(folder, LOGS / 100);
  const base = { [ENV.auth0BaseUrl]: stub.url, [ENV.azureBaseUrl]: stub.url, [ENV.entraBaseUrl]: stub.url };
  const env = { ...base, NODE_EXTRA_CA_CERTS: stub.certificate };
  const world = await openWorld({ kind: 'logs-ingestion', logs: 1, env });
  try {
    const config = JSON.parse(world.env[ENV.pipelineConfig]!) as { auth0: object };
    // From a log id on, and without a look back: the stub serves each page once.
    Object.assign(config.auth0, { startFrom: `90020200101000000000${'0'.repeat(36)}` });
    const pipeline = JSON.stringify({ ...config, sweepMinutes: 0 });
    const task = shipTask(folder, 600_000);
    const taken = await once<RunReport>(
      folder,
      { ...world.env, [ENV.pipelineConfig]: pipeline },
      task,
      start,
    );
    mustBeCaughtUp(taken.result, LOGS);
    return rate(taken);
  } finally {
    stub.close();
    await world.close();
  }
}

function shapedRecords(): string[] {
  const shape = shaper({
    destination: 'logs-ingestion',
    auth0Domain: 'bench.eu.auth0.com',
    redact: log => log,
  });
  const toMs = Date.now() - 60_000;
  const logs = generateLogs({ seed: 1, count: 2_000, fromMs: toMs - 3_600_000, toMs });
  return logs.map(log => shape(log).json);
}
