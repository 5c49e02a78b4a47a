/**
 * `npm run test:deploy`: `cdk bootstrap` and `cdk deploy` of the real app into an emulator of AWS, between a simulated
 * Auth0 and a simulated Azure, and everything that a pipeline goes through afterwards. No account, nothing but 127.0.0.1.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { outputKey, type PipelineOutput } from '../../lambda/core/contract.ts';
import { rawAws } from './aws.ts';
import { type Cdk, cdk } from './cdk.ts';
import { startChecks } from './checks.ts';
import { clients, deployed } from './deployed.ts';
import { deployAgain, firstTick, secondTick, whatIsKept } from './deploying.ts';
import { allowSendMessageBatch } from './fixups.ts';
import { type MiniStack, startMiniStack } from './ministack.ts';
import { pythonPrograms } from './python.ts';
import { destroy, metrics, privileges, reconcile } from './reckoning.ts';
import type { Scene } from './scene.ts';
import { type Ends, PIPELINES, startEnds } from './tenant.ts';
import { outage, poison, rotation } from './troubles.ts';

interface Stage {
  readonly ends: Ends;
  readonly aws: MiniStack;
  readonly commands: Cdk;
}

const LIMIT_MINUTES = 10;
const NODE_FOLDER = resolve(import.meta.dirname, '../../node_modules/.bin');

const print = (line: string) => console.log(line);
const stop = new AbortController();
const checks = startChecks(print, stop.signal);
const closers: (() => Promise<void>)[] = [];

async function story(): Promise<void> {
  const stage = await setStage();
  if (!(await firstDeploy(stage))) return;
  const scene = await sceneOf(stage);
  await deployAgain(scene);
  await firstTick(scene);
  await secondTick(scene);
  await whatIsKept(scene);
  await outage(scene);
  await poison(scene);
  await rotation(scene);
  await metrics(scene);
  await privileges(scene);
  await reconcile(scene, print);
  await destroy(scene);
}

/** Starts what runs beside the test; the closers end it. */
async function setStage(): Promise<Stage> {
  const { say } = checks;
  const { signal } = stop;
  const scratch = await mkdtemp(join(tmpdir(), 'auth0-logs-to-azure-deploy-'));
  closers.push(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
  const programs = await pythonPrograms(say, signal);
  const ends = await startEnds();
  closers.push(ends.close);
  const common = { nodeFolder: NODE_FOLDER, scratch, signal };
  const aws = await startMiniStack({ ...common, programs });
  closers.push(aws.stop);
  const iam = aws.enforcesIam ? 'are enforced' : 'are NOT enforced: that takes the program openssl';
  say(`MiniStack is at ${aws.endpoint}; IAM policies ${iam}`);

  const config = join(scratch, 'config.json');
  await writeFile(config, JSON.stringify(ends.config));
  const context = { config, environment: JSON.stringify(ends.environment) };
  return { ends, aws, commands: cdk({ ...common, stackName: 'DeployTest', context, env: aws.env, say }) };
}

async function firstDeploy({ commands }: Stage): Promise<boolean> {
  const isReady = await checks.check('cdk bootstrap', async () => {
    await commands.bootstrap();
    return 'the account is ready';
  });
  if (!isReady) return false;
  return checks.check('a first deploy succeeds before any secret is filled in', async () => {
    await commands.deploy();
    return `its outputs: ${Object.keys(await commands.outputs()).join(', ')}`;
  });
}

async function sceneOf({ ends, aws, commands }: Stage): Promise<Scene> {
  const { endpoint, enforcesIam } = aws;
  const deployedAtMs = Date.now();
  const raw = rawAws(endpoint);
  const sdk = clients(endpoint, raw);
  const outputs = await commands.outputs();
  const pipelines = await Promise.all(
    PIPELINES.map(name => deployed(name, JSON.parse(outputs[outputKey(name)]!) as PipelineOutput, sdk)),
  );
  if (enforcesIam) for (const pipeline of pipelines) await allowSendMessageBatch(raw, pipeline);
  return { checks, deployedAtMs, ends, cdk: commands, raw, enforcesIam, pipelines };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stop.abort(new Error(`interrupted by ${signal}`)));
}
const limit = setTimeout(
  () => stop.abort(new Error(`not done after ${LIMIT_MINUTES} minutes`)),
  LIMIT_MINUTES * 60_000,
);
const stopped = new Promise<never>((_, reject) => {
  stop.signal.addEventListener('abort', () => reject(stop.signal.reason));
});
let brokenOff = 0;
try {
  await Promise.race([story(), stopped]);
} catch (error) {
  brokenOff = 1;
  const why = error instanceof Error ? error.message : error;
  checks.say(`FAILED  broken off at "${checks.current}": ${why}`);
}
clearTimeout(limit);
for (const close of closers.reverse()) await close();
const failed = checks.failed + brokenOff;
print(`${checks.passed} passed, ${failed} failed`);
// Whatever was broken off may still be waiting for something.
process.exit(failed > 0 ? 1 : 0);
