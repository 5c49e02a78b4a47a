/**
 * `npm run test:deploy`: `cdk bootstrap` and `cdk deploy` of the real app into an emulator of AWS, between a simulated
 * Auth0 and a simulated Azure, and everything that a pipeline goes through afterwards. No account, nothing but 127.0.0.1.
 * `npm run test:deploy life` leaves out what comes before a stack is changed: the second half alone; `npm run
 * test:deploy beginning` is only the way from an empty folder to the first log.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { outputKey, type PipelineOutput } from '../../lambda/core/contract.ts';
import { rawAws } from '../../simulator/aws/ministack/calls.ts';
import { type Cdk, cdk } from '../../simulator/aws/ministack/cdk.ts';
import { pythonPrograms } from '../../simulator/aws/ministack/python.ts';
import { type MiniStack, startMiniStack } from '../../simulator/aws/ministack/server.ts';
import { startAdmin } from './admin.ts';
import { audits } from './auditing.ts';
import { beginning } from './beginning.ts';
import { startChecks } from './checks.ts';
import { clients, deployed } from './deployed.ts';
import { deployAgain, firstTick, secondTick, whatIsKept } from './deploying.ts';
import { allowBatches, allowOperator, enablePointInTimeRecovery } from './fixups.ts';
import { begun } from './life.ts';
import { elsewhere } from './life-elsewhere.ts';
import { removed } from './life-removal.ts';
import { renamed } from './life-rename.ts';
import { returned } from './life-return.ts';
import { allIsWell } from './looking.ts';
import { setBack } from './mending.ts';
import { startOperator } from './operator.ts';
import { metrics, privileges, reconcile } from './reckoning.ts';
import { remedies } from './remedies.ts';
import type { Scene } from './scene.ts';
import { repaired } from './storing.ts';
import { type Ends, PIPELINES, SECRETS_PREFIX, startEnds } from './tenant.ts';
import { outage, poison, rotation } from './troubles.ts';

interface Stage {
  readonly ends: Ends;
  readonly aws: MiniStack;
  readonly commands: Cdk;
  readonly scratch: string;
  /** The folder of programs written in Python. */
  readonly programs: string;
  /** The file that the commands give to the app. */
  readonly configFile: string;
}

const LIMIT_MINUTES = 15;
const STACK = 'DeployTest';
const NODE_FOLDER = resolve(import.meta.dirname, '../../node_modules/.bin');

const print = (line: string) => console.log(line);
const stop = new AbortController();
const checks = startChecks(print, stop.signal);
const closers: (() => Promise<void>)[] = [];

async function story(): Promise<void> {
  const stage = await setStage();
  const begin = () => beginning({ ...stage, checks, nodeFolder: NODE_FOLDER, signal: stop.signal });
  if (process.argv[2] === 'beginning') return begin();
  if (!(await firstDeploy(stage))) return;
  const scene = await sceneOf(stage);
  if (process.argv[2] === 'life') {
    await begun(scene);
    return life(scene, stage);
  }
  await deployAgain(scene);
  await firstTick(scene);
  await secondTick(scene);
  await whatIsKept(scene);
  await allIsWell(scene);
  await remedies(scene);
  await outage(scene);
  await poison(scene);
  await rotation(scene);
  await metrics(scene);
  await privileges(scene);
  const again = (await setBack(scene)) + (await audits(scene));
  await reconcile(scene, again, print);
  await repaired(scene);
  await life(scene, stage);
  await begin();
}

/** What becomes of a stack over the years: see life.ts. */
async function life(scene: Scene, stage: Stage): Promise<void> {
  const story = { ...stage, scene, nodeFolder: NODE_FOLDER, signal: stop.signal, stackName: STACK };
  await elsewhere(await returned(await removed(await renamed(story))));
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
  const commands = cdk({ ...common, stackName: STACK, context, env: aws.env, say });
  return { ends, aws, commands, scratch, programs, configFile: config };
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

async function sceneOf({ ends, aws, commands, scratch, programs }: Stage): Promise<Scene> {
  const { endpoint, enforcesIam } = aws;
  const deployedAtMs = Date.now();
  const raw = rawAws(endpoint);
  const sdk = clients(endpoint, raw);
  const outputs = await commands.outputs();
  const pipelines = await Promise.all(
    PIPELINES.map(name =>
      deployed(STACK, name, JSON.parse(outputs[outputKey(name)]!) as PipelineOutput, sdk),
    ),
  );
  const operator = await startOperator({
    aws,
    raw,
    stackName: STACK,
    secretsPrefix: SECRETS_PREFIX,
    nodeFolder: NODE_FOLDER,
    scratch,
    signal: stop.signal,
  });
  for (const pipeline of pipelines) {
    if (enforcesIam) await allowBatches(sdk, pipeline);
    await enablePointInTimeRecovery(sdk, pipeline);
  }
  if (enforcesIam) await allowOperator(sdk, operator);
  const admin = await startAdmin({ aws, programs, scratch, signal: stop.signal });
  return { checks, deployedAtMs, ends, cdk: commands, raw, enforcesIam, pipelines, operator, admin };
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
