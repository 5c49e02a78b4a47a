/** The stack goes, and comes back; then it gets another name, and is nested. */
import { mustBe } from './checks.ts';
import { adoptionOf, another, type Config, configs, configure, found, type Life, shipsOn } from './life.ts';
import type { AfterRename } from './life-rename.ts';
import { destroy } from './reckoning.ts';
import { pipelineNamed } from './scene.ts';

/** The secrets were retained, too, and have names that are taken. */
const stack = { createSecrets: false };

export async function returned(life: AfterRename): Promise<Life> {
  const { scene, ends, commands, bars } = life;
  const { checks, raw } = scene;
  const left = pipelineNamed(scene, 'ingestion');
  const all: readonly Config[] = [bars.config, { ...configs(life).ingestion, adopt: adoptionOf(left) }];
  // So that no tick of the last minute moves the checkpoint.
  await bars.deployed.ship();
  await destroy({ checks, cdk: commands, raw, pipelines: [bars.deployed] });

  await checks.check('a stack that was destroyed comes back to its tables and queues', async () => {
    await configure(life, all, { stack });
    await commands.deploy();
    const pipelines = [await found(life, 'bars'), await found(life, 'ingestion')];
    const evidence = await shipsOn({ ends, pipelines });
    return `${evidence}, what the removed pipeline had put aside with them`;
  });

  const nested = await another(life, { stackName: 'DeployTestNested' });
  await checks.check('another stack, and nested, takes over while the first one still runs', async () => {
    await configure(nested, all, { stack: { ...stack, nested: true } });
    await nested.commands.deploy();
    const pipelines = [await found(nested, 'bars'), await found(nested, 'ingestion')];
    const before = await shipsOn({ ends, pipelines });
    await commands.destroy();
    const [first] = pipelines;
    mustBe((await first!.tableStatus()) === 'ACTIVE', 'the table went with the first stack');
    mustBe((await first!.queuesExist()) === true, 'the queues went with the first stack');
    return `${before}; the first stack destroyed: ${await shipsOn({ ends, pipelines })}`;
  });
  return nested;
}
