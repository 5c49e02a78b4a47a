/** A pipeline gets another name. */
import { mustBe } from './checks.ts';
import type { Deployed } from './deployed.ts';
import {
  adoptionOf,
  type Config,
  configs,
  configure,
  found,
  inAnOutage,
  type Life,
  putAside,
  shipsOn,
} from './life.ts';
import { pipelineNamed } from './scene.ts';

export interface AfterRename extends Life {
  readonly bars: { readonly config: Config; readonly deployed: Deployed<'bars'> };
}

export async function renamed(life: Life): Promise<AfterRename> {
  const { scene, ends, commands } = life;
  const { checks, raw, pipelines } = scene;
  const { received } = ends.azure;
  const was = pipelineNamed(scene, 'collector');
  const ingestion = pipelineNamed(scene, 'ingestion');
  const { collector, ingestion: other } = configs(life);
  const bars = { ...collector, name: 'bars', previousNames: ['collector'], adopt: adoptionOf(was) };
  let checkpoint: string | undefined;

  await checks.check(
    'a pipeline is not renamed in silence: without a word the deploy is refused',
    async () => {
      await configure(life, [{ ...collector, name: 'bars' }, other]);
      const told = await refused(commands.deploy(), 'Pipeline "collector" is deployed');
      mustBe(
        (await raw.functionConfiguration(was.output.shipFunction)) !== undefined,
        'its function is gone',
      );
      return told;
    },
  );
  await checks.check('a renamed pipeline deploys, while batches of its old name wait', async () => {
    await inAnOutage(life, async () => {
      await putAside({ ends, pipelines });
      checkpoint = await was.checkpoint();
      await configure(life, [bars, other]);
      await commands.deploy();
    });
    mustBe(!(await raw.functionConfiguration(was.output.shipFunction)), 'the old function is left');
    return `its table ${was.output.checkpointTable} and its queues are adopted`;
  });
  const now = await found(life, 'bars');
  await checks.check(
    'it goes on from the old checkpoint, and delivers what waited under the old name',
    async () => {
      const { duplicates } = received;
      mustBe(now.output.checkpointTable === was.output.checkpointTable, 'it has another table');
      const evidence = await shipsOn({ ends, pipelines: [now, ingestion] });
      mustBe((await was.checkpoint()) === checkpoint, 'the old item has changed');
      const twice = received.duplicates - duplicates;
      mustBe(twice === 0, `${twice} logs came twice`);
      return `${evidence}; none came twice`;
    },
  );
  return { ...life, bars: { config: bars, deployed: now } };
}

/** What the deploy says, from `sentence` on. Throws when it goes through, or fails for another reason. */
export async function refused(deploy: Promise<string>, sentence: string): Promise<string> {
  const told = await deploy.then(
    () => 'it went through',
    (error: Error) => error.message,
  );
  const at = told.indexOf(sentence);
  mustBe(at >= 0, `the deploy says: ${told.slice(-2_000)}`);
  return `"${told.slice(at, at + 160).replace(/\s+/g, ' ')}…"`;
}
