/** Third part: a stack over the years. What every one of its chapters has at hand. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputKey, type PipelineOutput } from '../../lambda/core/contract.ts';
import { rawAws } from '../../simulator/aws/ministack/calls.ts';
import { type Cdk, cdk } from '../../simulator/aws/ministack/cdk.ts';
import type { MiniStack } from '../../simulator/aws/ministack/server.ts';
import { KINDS } from '../../simulator/azure/apis.ts';
import { mustBe, until } from './checks.ts';
import { clients, type Deployed, deployed } from './deployed.ts';
import { allowBatches } from './fixups.ts';
import { arrivals, type Scene, type Whereabouts, whereabouts } from './scene.ts';
import type { Ends } from './tenant.ts';
import { AZURE_503, untilSettled } from './troubles.ts';

export interface Life {
  readonly scene: Scene;
  readonly ends: Ends;
  readonly aws: MiniStack;
  readonly commands: Cdk;
  readonly stackName: string;
  readonly configFile: string;
  readonly scratch: string;
  readonly nodeFolder: string;
  readonly signal: AbortSignal;
}

/** One pipeline of a configuration file. */
export type Config = { readonly name: string } & Readonly<Record<string, unknown>>;

/** The pipelines that the story began with. */
export function configs({ ends }: Pick<Life, 'ends'>): {
  readonly collector: Config;
  readonly ingestion: Config;
} {
  const [collector, ingestion] = (ends.config as { readonly pipelines: readonly Config[] }).pipelines;
  return { collector: collector!, ingestion: ingestion! };
}

/** What `npx cdk deploy` finds from now on. */
export async function configure(life: Life, pipelines: readonly Config[], more: object = {}): Promise<void> {
  await writeFile(life.configFile, JSON.stringify({ pipelines, ...more }));
}

/** Table and queues of a pipeline, as the configuration of a later one names them. */
export function adoptionOf({ output }: Pick<Deployed<string>, 'output'>) {
  const queue = (url: string) => url.split('/').at(-1);
  return {
    checkpointTable: output.checkpointTable,
    retryQueue: queue(output.retryQueueUrl),
    deadLetterQueue: queue(output.deadLetterQueueUrl),
  };
}

/** A deployed pipeline, found by the outputs of its stack's last deploy. */
export async function found<N extends string>(
  { aws, stackName, commands, scene }: Life,
  name: N,
  region = 'us-east-1',
): Promise<Deployed<N>> {
  const outputs = await commands.outputs();
  const text = outputs[outputKey(name)];
  mustBe(text !== undefined, `the stack has no output of ${name}: ${Object.keys(outputs)}`);
  const sdk = clients(aws.endpoint, rawAws(aws.endpoint, region), region);
  const one = await deployed(stackName, name, JSON.parse(text) as PipelineOutput, sdk);
  if (scene.enforcesIam) await allowBatches(sdk, one, region);
  return one;
}

/** The command line of another stack, or of another region. */
export async function another(
  life: Life,
  { stackName, region = 'us-east-1' }: { readonly stackName: string; readonly region?: string },
): Promise<Life> {
  const { aws, scratch, nodeFolder, signal, ends, scene } = life;
  const configFile = join(scratch, `${stackName}.${region}.json`);
  const commands = cdk({
    stackName,
    context: { config: configFile, environment: JSON.stringify(ends.environment) },
    env: { ...aws.env, AWS_REGION: region },
    nodeFolder,
    scratch,
    signal,
    say: scene.checks.say,
  });
  return { ...life, stackName, configFile, commands };
}

/** While both APIs of Azure are down. */
export async function inAnOutage<T>({ ends }: Pick<Life, 'ends'>, work: () => Promise<T>): Promise<T> {
  const apis = KINDS.map(kind => ends.azure.faults[kind]);
  for (const api of apis) api.always(AZURE_503);
  return work().finally(() => {
    for (const api of apis) api.clear();
  });
}

/** New logs, and a run of each pipeline that fails: the batches wait on the retry queues, and the checkpoints have passed them. */
export async function putAside({ ends, pipelines }: Whereabouts): Promise<void> {
  const { lastId } = ends.write(100);
  for (const one of pipelines) {
    await one.ship();
    const held = async () => (await one.held('retry')).length > 0 && (await one.checkpoint()) === lastId;
    await until(30, held, () => whereabouts({ ends, pipelines }));
  }
}

/** Once what waits has arrived, and new logs come through. Returns the evidence. */
export async function shipsOn(stage: Whereabouts, seconds = 90): Promise<string> {
  const { ends, pipelines } = stage;
  const { lastId } = ends.write(60);
  for (const one of pipelines) {
    const { outcome, message } = await one.ship();
    mustBe(outcome === 'caught-up', `${one.name}: its run ended ${outcome}: ${message}`);
    mustBe((await one.checkpoint()) === lastId, `${one.name}: the checkpoint is not at the last log`);
  }
  await untilSettled(stage, seconds);
  const { arrived, all } = arrivals(stage);
  return `${arrived} of ${all} logs in Azure, nothing left on a queue`;
}

/** Of `npm run test:deploy life`: secrets filled in, and the first logs shipped. */
export async function begun(scene: Scene): Promise<void> {
  const { checks, ends, pipelines } = scene;
  for (const { name, fillIn } of pipelines) {
    const { auth0, azure } = ends.secrets()[name];
    await fillIn('auth0', auth0);
    await fillIn('azure', azure);
  }
  ends.write(300);
  await checks.check('the pipelines ship', async () => shipsOn(scene));
}
