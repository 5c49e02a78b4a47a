/** Second chapter: the app of `cdk init` is deployed into an emulator of AWS, ships, and the installed commands find it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { outputKey, type PipelineOutput } from '../../lambda/core/contract.ts';
import { type Log, logStream, poisonLog } from '../../simulator/auth0/tenant.ts';
import { rawAws } from '../../simulator/aws/ministack/calls.ts';
import type { MiniStack } from '../../simulator/aws/ministack/server.ts';
import type { Ends, Pipeline } from '../../simulator/world.ts';
import { mustBe, until } from '../deploy/checks.ts';
import { clients, type Deployed, deployed } from '../deploy/deployed.ts';
import { allowBatches } from '../deploy/fixups.ts';
import { type Stage, type } from './stage.ts';

export interface DeployStage extends Stage {
  readonly aws: MiniStack;
  readonly ends: Ends;
  readonly pipeline: Pipeline;
  /** Of the app. */
  readonly folder: string;
  /** The oldest Node that the package allows, as a program. */
  readonly oldestNode: string;
}

const LOGS = 300;
const STACK = 'AppStack';
const TOLD = ['--stack', STACK, '--pipeline', 'prod'];

export async function deploying(stage: DeployStage): Promise<void> {
  const { checks, aws, ends, folder } = stage;
  const cdk = (...args: string[]) => type(stage, folder, 'cdk', ...args);
  const isDeployed = await checks.check('cdk deploy of that app', async () => {
    await cdk('bootstrap', `aws://000000000000/${aws.env['AWS_REGION']}`);
    await cdk('deploy', STACK, '--require-approval', 'never', '--outputs-file', 'outputs.json');
    return 'done';
  });
  if (!isDeployed) return;
  const outputs = JSON.parse(await readFile(join(folder, 'outputs.json'), 'utf8'))[STACK];
  const output: PipelineOutput = JSON.parse(outputs[outputKey('prod')]);
  const sdk = clients(aws.endpoint, rawAws(aws.endpoint));
  const prod = await deployed(STACK, 'prod', output, sdk);
  if (aws.enforcesIam) await allowBatches(sdk, prod);
  for (const party of ['auth0', 'azure'] as const) {
    const { config, secrets } = stage.pipeline;
    const put = { SecretId: String(config[party]['secret']), SecretString: JSON.stringify(secrets[party]) };
    await sdk.secrets.send(new PutSecretValueCommand(put));
  }
  await checks.check('it ships', async () => {
    ends.auth0.tenant.add([...logs()]);
    const { outcome } = await prod.ship();
    const { unique } = ends.azure.received;
    mustBe(unique === LOGS - 1, `${unique} of ${LOGS - 1} logs arrived; the run ended ${outcome}`);
    return `${unique} logs in Azure, and the poison record on the dead-letter queue`;
  });
  await commands(stage, prod);
}

async function commands(stage: DeployStage, prod: Deployed<'prod'>): Promise<void> {
  const { checks, ends, folder } = stage;
  await checks.check('replay --list of the installed command finds it, on the oldest Node', async () => {
    const file = join(folder, 'node_modules/auth0-logs-to-azure/cli/auth0-logs-to-azure.mjs');
    const printed = await type(stage, folder, stage.oldestNode, file, 'replay', '--list', ...TOLD);
    mustBe(/^1 dead letter/m.test(printed), `it says:\n${printed}`);
    return (await type(stage, folder, stage.oldestNode, '--version')).trim();
  });
  await checks.check('replay of the installed command brings the dead letter to Azure', async () => {
    ends.azure.acceptPoison();
    const printed = await command(stage, 'replay', '--yes', ...TOLD);
    mustBe(/^1 dead letter moved: 1 log$/m.test(printed), `it says:\n${printed}`);
    const whole = async () => ends.azure.received.unique === LOGS;
    await until(
      60,
      whole,
      async () => `${ends.azure.received.unique} of ${LOGS} logs; ${await prod.held('retry')} wait`,
    );
    return `${LOGS} of ${LOGS} logs in Azure`;
  });
  await checks.check('status of the installed command says that all is well', async () => {
    const printed = await command(stage, 'status', ...TOLD);
    mustBe(/^prod: healthy/m.test(printed), `it says:\n${printed}`);
    return /^prod: .*$/m.exec(printed)![0];
  });
}

/** As npx runs it. */
async function command(stage: DeployStage, ...words: string[]): Promise<string> {
  return type(stage, stage.folder, 'auth0-logs-to-azure', ...words);
}

/** Young logs, but settled; one of them Azure refuses. */
function* logs(): Generator<Log> {
  const toMs = Date.now() - 60_000;
  let n = 0;
  for (const log of logStream({ seed: 5, count: LOGS, fromMs: toMs - 3_600_000, toMs })) {
    yield n++ === 100 ? poisonLog(log) : log;
  }
}
