/** Deploying many pipelines as one stack into an emulator of AWS, and a run of each: `npm run bench -- deploy`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { outputKey, type PipelineOutput } from '../lambda/core/contract.ts';
import type { RunReport } from '../lambda/core/report.ts';
import { rawAws } from '../simulator/aws/ministack/calls.ts';
import { cdk } from '../simulator/aws/ministack/cdk.ts';
import { pythonPrograms } from '../simulator/aws/ministack/python.ts';
import { startMiniStack } from '../simulator/aws/ministack/server.ts';
import { KINDS } from '../simulator/azure/apis.ts';
import { type Ends, type Pipeline, startEnds } from '../simulator/world.ts';
import { mustBeCaughtUp } from './client.ts';
import { manyLogs } from './logs.ts';
import type { Bench, Row } from './report.ts';

const LOGS = 300;
/** Runs at a time: each is a process of its own. */
const AT_ONCE = 2;
const NODE_FOLDER = resolve(import.meta.dirname, '../node_modules/.bin');
const STACK = 'Many';

export const deploy: Bench = async ({ note }) => {
  const rows: Row[] = [];
  for (const count of [1, 10, 50]) {
    rows.push(await deployed(count));
    note(rows.at(-1)!);
  }
  const remarks = [
    `Nested stacks, by cdk deploy into MiniStack with IAM enforced, all on one machine. Then every function ships ${LOGS} logs, ${AT_ONCE} at a time, each from cold.`,
  ];
  return { title: 'Many pipelines, deployed', rows, remarks };
};

async function deployed(count: number): Promise<Row> {
  const { signal } = new AbortController();
  const scratch = await mkdtemp(join(tmpdir(), 'auth0-logs-bench-deploy-'));
  const programs = await pythonPrograms(() => undefined, signal);
  const common = { nodeFolder: NODE_FOLDER, scratch, signal };
  const aws = await startMiniStack({ ...common, programs });
  const toMs = Date.now() - 60_000;
  const plan = { seed: 1, count: LOGS, fromMs: toMs - 3 * 3_600_000, toMs, mix: 'hostile' } as const;
  const ends = await startEnds({ name: 'bench', auth0: manyLogs(plan) });
  try {
    const config = join(scratch, 'config.json');
    const names = Array.from({ length: count }, (_, i) => `pipeline-${i}`);
    const pipelines = names.map(name => pipeline(name, ends));
    await writeFile(config, JSON.stringify({ pipelines: pipelines.map(one => one.config) }));
    const environment = JSON.stringify(ends.addresses);
    const context = { config, environment, nested: 'true' };
    const commands = cdk({ ...common, stackName: STACK, context, env: aws.env, say: () => undefined });
    await commands.bootstrap();
    const deployMs = await milliseconds(async () => void (await commands.deploy()));

    const calls = rawAws(aws.endpoint);
    const secrets = new SecretsManagerClient({
      endpoint: aws.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    for (const { config: written, secrets: fields } of pipelines) {
      for (const vendor of ['auth0', 'azure'] as const) {
        const SecretId = String(written[vendor]['secret']);
        const SecretString = JSON.stringify(fields[vendor]);
        await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
      }
    }
    const outputs = await commands.outputs();
    const functions = names.map(
      name => (JSON.parse(outputs[outputKey(name)]!) as PipelineOutput).shipFunction,
    );
    const runMs = await milliseconds(async () => {
      const one = async () => {
        for (let next = functions.pop(); next; next = functions.pop()) {
          mustBeCaughtUp((await calls.invoke(next)) as RunReport, LOGS);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, one));
    });
    return {
      pipelines: count,
      'deploy ms': deployMs,
      'deploy ms a pipeline': deployMs / count,
      'runs of all ms': runMs,
      'run ms a pipeline': runMs / count,
    };
  } finally {
    await Promise.all([aws.stop(), ends.close()]);
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** By hand alone, so that no other run is under way. */
function pipeline(name: string, ends: Ends): Pipeline {
  return ends.pipeline(KINDS[0], name, { schedule: 'cron(0 0 1 1 ? 2099)', auth0: { logRetentionDays: 2 } });
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}
