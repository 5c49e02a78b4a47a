/**
 * `npm run test:package`: the tarball of `npm run package` in apps of every kind, outside of the project; one of them is
 * deployed into an emulator of AWS, and a stack without an app. It needs a package registry, and Python for the emulator.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makePackage, type Packed } from '../../scripts/package.ts';
import { NODE_MINIMUM } from '../../scripts/package-manifest.ts';
import { run } from '../../simulator/aws/ministack/child.ts';
import { pythonPrograms } from '../../simulator/aws/ministack/python.ts';
import { type MiniStack, startMiniStack } from '../../simulator/aws/ministack/server.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { startEnds } from '../../simulator/world.ts';
import { beginning } from '../deploy/beginning.ts';
import { mustBe, startChecks } from '../deploy/checks.ts';
import { consumers } from './consumers.ts';
import { contents } from './contents.ts';
import { demo } from './demo.ts';
import { deploying } from './deploying.ts';
import { page } from './page.ts';
import { danglingIn } from './pages.ts';
import { install, PROGRAMS, type Stage } from './stage.ts';

const LIMIT_MINUTES = 30;
const DIST = resolve(import.meta.dirname, '../../dist');

const { dependencies } = JSON.parse(readFileSync(join(DIST, '../package.json'), 'utf8'));

const print = (line: string) => console.log(line);
const stop = new AbortController();
const { signal } = stop;
const checks = startChecks(print, signal);
const closers: (() => Promise<void>)[] = [];

async function story(): Promise<void> {
  let packed: Packed | undefined;
  await checks.check('npm run package', async () => {
    packed = await makePackage();
    return packed.filename;
  });
  if (!packed) return;
  const { filename } = packed;
  await checks.check('the tarball holds what it must, and nothing else', async () => contents(packed!));
  const scratch = await mkdtemp(join(tmpdir(), 'auth0-logs-to-azure-package-'));
  closers.push(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));
  await checks.check('its pages name only files that it holds', async () => {
    await run('tar', ['-xzf', join(DIST, filename), '-C', scratch], { env: process.env, signal });
    const dangling = danglingIn(join(scratch, 'package'));
    mustBe(dangling.length === 0, dangling.join('\n'));
    return 'links, and files of commands';
  });
  const ends = await startEnds({ name: 'package-test' });
  closers.push(ends.close);
  const pipeline = ends.pipeline(KINDS[0], 'prod');
  const env = { PIPELINE: JSON.stringify(pipeline.config), ADDRESSES: JSON.stringify(ends.addresses) };
  const stage: Stage = { checks, tarball: join(DIST, filename), scratch, signal, env };

  if (process.argv[2] === 'beginning') return begins(stage);
  const folder = await consumers(stage);
  const oldest = join(scratch, 'oldest');
  await install(stage, oldest, `node@${NODE_MINIMUM.join('.')}.0`, 'dynalite@4', 'fauxqs@1');
  const oldestNode = join(oldest, 'node_modules/node/bin/node');
  await demo(stage, oldest, oldestNode);
  await page(stage, oldest, oldestNode);

  const programs = await pythonPrograms(checks.say, signal);
  const aws = await startMiniStack({ programs, nodeFolder: PROGRAMS, scratch, signal });
  closers.push(aws.stop);
  const { AWS_CA_BUNDLE: certificate } = aws.env;
  const awsEnv = { ...aws.env, ...(certificate !== undefined && { NODE_EXTRA_CA_CERTS: certificate }) };
  await deploying({ ...stage, env: { ...env, ...awsEnv }, aws, ends, pipeline, folder, oldestNode });
  await begun(stage, aws);
}

/** Only that: `npm run test:package beginning`. */
async function begins(stage: Stage): Promise<void> {
  const programs = await pythonPrograms(checks.say, signal);
  const aws = await startMiniStack({ programs, nodeFolder: PROGRAMS, scratch: stage.scratch, signal });
  closers.push(aws.stop);
  await begun(stage, aws);
}

/** From an empty folder to the first log, with the installed command line and no app. */
async function begun(stage: Stage, aws: MiniStack): Promise<void> {
  const folder = join(stage.scratch, 'without-app');
  await install(stage, folder, `aws-cdk@${dependencies['aws-cdk']}`, 'aws-cdk-lib', 'constructs');
  const main = join(folder, 'node_modules/auth0-logs-to-azure/cli/auth0-logs-to-azure.mjs');
  await beginning({ checks, aws, scratch: stage.scratch, nodeFolder: PROGRAMS, signal, main });
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => stop.abort(new Error(`interrupted by ${name}`)));
}
const limit = setTimeout(
  () => stop.abort(new Error(`not done after ${LIMIT_MINUTES} minutes`)),
  LIMIT_MINUTES * 60_000,
);
const stopped = new Promise<never>((_, reject) => {
  signal.addEventListener('abort', () => reject(signal.reason));
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
// Whatever was broken off may still be waiting for something.
process.exit(failed > 0 ? 1 : 0);
