/**
 * `npm run test:deploy`: `cdk bootstrap` and `cdk deploy` of the real app into an emulator of AWS, between a simulated
 * Auth0 and a simulated Azure, and everything that a pipeline goes through afterwards. No account, nothing but 127.0.0.1.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { outputKey, type PipelineOutput } from '../../lambda/core/contract.ts';
import { rawAws } from './aws.ts';
import { cdk } from './cdk.ts';
import { startChecks } from './checks.ts';
import { clients, deployed } from './deployed.ts';
import { deployAgain, untilShippedBySchedule } from './deploying.ts';
import { allowSendMessageBatch } from './fixups.ts';
import { startMiniStack } from './ministack.ts';
import { pythonPrograms } from './python.ts';
import { destroy, metrics, privileges, reconcile } from './reckoning.ts';
import type { Scene } from './scene.ts';
import { PIPELINES, startEnds } from './tenant.ts';
import { outage, poison, rotation } from './troubles.ts';

const LIMIT_MINUTES = 10;
const STACK = 'DeployTest';
const NODE_FOLDER = resolve(import.meta.dirname, '../../node_modules/.bin');

const print = (line: string) => console.log(line);
const checks = startChecks(print);
const stop = new AbortController();
const closers: (() => Promise<void>)[] = [];

async function story(): Promise<void> {
  const scene = await firstDeploy();
  if (!scene) return;
  await deployAgain(scene);
  await untilShippedBySchedule(scene);
  await outage(scene);
  await poison(scene);
  await rotation(scene);
  await metrics(scene);
  await privileges(scene);
  await reconcile(scene, print);
  await destroy(scene);
}

/** Undefined when it failed: there is nothing to go on with then. */
async function firstDeploy(): Promise<Scene | undefined> {
  const { signal } = stop;
  const scratch = await mkdtemp(join(tmpdir(), 'auth0-logs-to-azure-deploy-'));
  closers.push(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
  const programs = await pythonPrograms(checks.say, signal);
  const ends = await startEnds();
  closers.push(ends.close);
  const aws = await startMiniStack({ programs, nodeFolder: NODE_FOLDER, scratch, signal });
  closers.push(aws.stop);
  const iam = aws.enforcesIam
    ? 'IAM policies are enforced'
    : 'IAM policies are NOT enforced, for want of the program openssl';
  checks.say(`MiniStack at ${aws.endpoint}; ${iam}`);

  const config = join(scratch, 'config.json');
  await writeFile(config, JSON.stringify(ends.config));
  const context = { config, environment: JSON.stringify(ends.environment) };
  const commands = cdk({ stackName: STACK, context, env: aws.env, nodeFolder: NODE_FOLDER, scratch, signal });
  const bootstrapped = await checks.check('cdk bootstrap', async () => {
    await commands.bootstrap();
    return 'the account is ready for cdk';
  });
  const isDeployed =
    bootstrapped &&
    (await checks.check('a first deploy succeeds before any secret is filled in', async () => {
      const output = await commands.deploy();
      const count = /\| *(\d+)\/\d+ \|.*\n(?!.*\| *\d+\/\d+ \|)/.exec(output)?.[1];
      return `${PIPELINES.length} pipelines, ${count ?? 'some'} resources`;
    }));
  if (!isDeployed) return undefined;

  const raw = rawAws(aws.endpoint);
  const outputs = await commands.outputs();
  const sdk = clients(aws.endpoint, raw);
  const pipelines = await Promise.all(
    PIPELINES.map(name => deployed(name, JSON.parse(outputs[outputKey(name)]!) as PipelineOutput, sdk)),
  );
  if (aws.enforcesIam) for (const pipeline of pipelines) await allowSendMessageBatch(raw, pipeline);
  return { checks, ends, cdk: commands, raw, enforcesIam: aws.enforcesIam, pipelines };
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
  checks.say(`FAILED  broken off at "${checks.current}": ${error instanceof Error ? error.message : error}`);
}
clearTimeout(limit);
for (const close of closers.reverse()) await close();
const failed = checks.failed + brokenOff;
print(`${checks.passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
