/** The same stack in a second region, and the same pipelines in a second stack. */
import { rawAws } from '../../simulator/aws/ministack/calls.ts';
import { mustBe } from './checks.ts';
import { another, configs, configure, found, type Life, shipsOn } from './life.ts';

const REGION = 'eu-west-1';

export async function elsewhere(life: Life): Promise<void> {
  const { scene, ends, aws, stackName } = life;
  const { checks } = scene;
  const { collector, ingestion } = configs(life);
  const first = [await found(life, 'bars'), await found(life, 'ingestion')];
  const dashboards = async (region: string) => {
    const names = await rawAws(aws.endpoint, region).dashboards();
    return names.filter(name => name.startsWith(stackName));
  };

  const far = await another(life, { stackName, region: REGION });
  await checks.check('a stack of the same name lives in a second region', async () => {
    await configure(far, [collector, ingestion]);
    await far.commands.bootstrap();
    await far.commands.deploy();
    const pipelines = [await found(far, 'collector', REGION), await found(far, 'ingestion', REGION)];
    for (const { name, fillIn } of pipelines) {
      const secrets = ends.secrets()[name];
      await fillIn('auth0', secrets.auth0);
      await fillIn('azure', secrets.azure);
    }
    const names = [await dashboards('us-east-1'), await dashboards(REGION)].map(String);
    mustBe(new Set(names).size === 2 && !names.includes(''), `the dashboards are ${names}`);
    const both = await shipsOn({ ends, pipelines: [...first, ...pipelines] });
    return `${both}, by both; dashboards ${names.join(' and ')}`;
  });

  const stage = await another(life, { stackName: 'DeployTestStage' });
  await checks.check('pipelines of the same names live in a second stack', async () => {
    await configure(stage, [collector, ingestion], { stack: { createSecrets: false } });
    await stage.commands.deploy();
    const pipelines = [await found(stage, 'collector'), await found(stage, 'ingestion')];
    const tables = [...first, ...pipelines].map(one => one.output.checkpointTable);
    // Of the first stack, the renamed pipeline and the other one have tables of their own, too.
    mustBe(new Set(tables).size === tables.length, `the tables are ${tables}`);
    return `${await shipsOn({ ends, pipelines: [...first, ...pipelines] })}, by both`;
  });
}
