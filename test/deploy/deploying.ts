/** First chapter: deployed, nobody calls, and the schedule brings logs as soon as the secrets are filled in. */
import { mustBe, until } from './checks.ts';
import type { Deployed } from './deployed.ts';
import { arrivals, type Scene, whereabouts } from './scene.ts';

/** The schedule's minute, ten seconds more until the emulator looks, and time for a slow machine. */
const TICK_SECONDS = 110;
const LOGS = 1_500;
/** Whose placeholder each pipeline meets first: Auth0's secret of the other one is filled in before. */
const MET_FIRST = { collector: 'auth0', ingestion: 'azure' } as const;

/** The tenant writes its first logs, one pipeline gets one secret, and the same stack is deployed again. */
export async function deployAgain({ checks, cdk, ends, pipelines }: Scene): Promise<void> {
  ends.write(LOGS);
  for (const { name, fillIn } of pipelines) {
    if (MET_FIRST[name] === 'azure') await fillIn('auth0', ends.secrets()[name].auth0);
  }
  await checks.check('a second deploy changes nothing', async () => {
    const output = await cdk.deploy();
    mustBe(output.includes('(no changes)'), `it does not say "(no changes)":\n${output.slice(-2_000)}`);
    return 'cdk says "(no changes)"';
  });
}

export async function firstTick(scene: Scene): Promise<void> {
  const { checks, pipelines, deployedAtMs, ends } = scene;
  checks.say('waiting for the schedule: its first tick comes a minute after the deploy');
  await checks.check('the schedule fires by itself, and the functions ask for the secrets', async () => {
    const told: string[] = [];
    for (const pipeline of pipelines) {
      const first = async () => (await pipeline.runs())[0];
      const run = await until(TICK_SECONDS, first, () => whereabouts(scene));
      const { outcome, party, message = '', atMs } = run;
      const isTold = outcome === 'denied' && party === MET_FIRST[pipeline.name];
      mustBe(isTold && message.includes('fill it in'), `${pipeline.name} reports ${JSON.stringify(run)}`);
      told.push(`after ${seconds(atMs - deployedAtMs)} ${message.replace(/; fill it in.*/, ': fill it in')}`);
    }
    mustBe(arrivals(scene).arrived === 0, 'logs arrived although secrets are not filled in');
    return told.join('; ');
  });
  for (const { name, fillIn } of pipelines) {
    const { auth0, azure } = ends.secrets()[name];
    await fillIn('auth0', auth0);
    await fillIn('azure', azure);
  }
}

export async function secondTick(scene: Scene): Promise<void> {
  const { checks, pipelines } = scene;
  checks.say('all secrets are filled in; waiting for the next tick');
  await checks.check('the next tick ships every log, to both APIs of Azure', async () => {
    const { all } = arrivals(scene);
    const isShipped = async () => arrivals(scene).arrived === all;
    await until(TICK_SECONDS, isShipped, () => whereabouts(scene));
    const apart: string[] = [];
    for (const pipeline of pipelines) {
      // A run is logged when it has ended, which is after its logs have arrived.
      const caughtUp = async () => (await pipeline.runs()).find(run => run.outcome === 'caught-up');
      const { atMs } = await until(10, caughtUp, () => whereabouts(scene));
      const [first] = await pipeline.runs();
      apart.push(seconds(atMs - first!.atMs));
    }
    return `${all} of ${all} logs; ${apart.join(' and ')} after the first tick; nobody called the functions`;
  });
}

export async function whatIsKept({ checks, ends, pipelines }: Scene): Promise<void> {
  const lastId = [...ends.auth0.tenant.ids()].at(-1);
  await checks.check('the checkpoint is in DynamoDB', async () => {
    for (const pipeline of pipelines) {
      const checkpoint = await pipeline.checkpoint();
      mustBe(checkpoint === lastId, `${pipeline.name}: ${checkpoint}; the last log is ${lastId}`);
    }
    return `at the tenant's last log in both tables: ${lastId}`;
  });
  await checks.check('the functions run on Node 24', async () => {
    const versions = (await Promise.all(pipelines.map(processStarts))).flat();
    const isRight = versions.length > 0 && versions.every(version => version.startsWith('v24.'));
    mustBe(isRight, `their log lines say: ${versions.join(', ') || 'nothing'}`);
    return `process.version in their log lines: ${[...new Set(versions)].join(', ')}`;
  });
}

/** The version of Node that each process of the functions printed at its start. */
export async function processStarts(pipeline: Deployed): Promise<string[]> {
  return (await pipeline.lines()).filter(line => /^v\d+\.\d+\.\d+$/.test(line));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}
