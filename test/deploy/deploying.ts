/** First chapter: from an empty account to logs that arrive by themselves. */
import { mustBe, until } from './checks.ts';
import type { Deployed } from './deployed.ts';
import { arrivals, type Scene, whereabouts } from './scene.ts';

/** A schedule of one minute, and the emulator looks at its schedules every ten seconds. */
const FIRST_TICK_SECONDS = 100;
const LOGS = 1_500;

/** A second deploy changes nothing, secrets that were filled in among it. */
export async function deployAgain({ checks, cdk, ends, pipelines }: Scene): Promise<void> {
  // Of one pipeline Auth0's secret is filled in and of the other none, so that each kind of placeholder is met.
  const half = pipelines.find(pipeline => pipeline.name === 'ingestion')!;
  await half.fillIn('auth0', ends.secrets().ingestion.auth0);
  await checks.check('a second deploy changes nothing', async () => {
    const output = await cdk.deploy();
    mustBe(output.includes('(no changes)'), `it does not say "(no changes)":\n${output.slice(-2_000)}`);
    return 'cdk says "(no changes)"';
  });
}

/** The first runs, nobody but the schedule having called: placeholders are told, then everything is shipped. */
export async function untilShippedBySchedule(scene: Scene): Promise<void> {
  const { checks, ends, pipelines } = scene;
  const { lastId } = ends.write(LOGS);
  const startedAtMs = Date.now();
  checks.say(`waiting for the schedule: the first tick comes a minute after the deploy`);
  await checks.check('the schedule fires by itself, and unfilled secrets are told', async () => {
    const told: string[] = [];
    for (const [pipeline, party] of [
      [pipelines[0]!, 'auth0'],
      [pipelines[1]!, 'azure'],
    ] as const) {
      const [first] = await runsOf(scene, pipeline, 1, FIRST_TICK_SECONDS);
      const { outcome, message = '' } = first!;
      const isTold = outcome === 'denied' && first!.party === party && message.includes('fill it in');
      mustBe(isTold, `${pipeline.name} reports ${JSON.stringify(first)}`);
      told.push(message.replace(/;.*/, ''));
    }
    mustBe(arrivals(scene).arrived === 0, 'logs arrived although secrets are not filled in');
    return `${told.join('; ')}; "fill it in"`;
  });

  for (const pipeline of pipelines) {
    const filled = ends.secrets()[pipeline.name];
    await pipeline.fillIn('auth0', filled.auth0);
    await pipeline.fillIn('azure', filled.azure);
  }
  checks.say('the secrets are filled in; waiting for the next tick');
  await checks.check('the next tick ships the logs, to both APIs of Azure', async () => {
    const { all } = arrivals(scene);
    const isShipped = async () => arrivals(scene).arrived === all;
    await until(80, isShipped, () => whereabouts(scene));
    const seconds: string[] = [];
    for (const pipeline of pipelines) {
      const [first, second] = await runsOf(scene, pipeline, 2, 10);
      mustBe(second!.outcome === 'caught-up', `the second run of ${pipeline.name} ended ${second!.outcome}`);
      seconds.push(`${pipeline.name} ${((second!.atMs - first!.atMs) / 1000).toFixed(0)} s`);
    }
    const waited = ((Date.now() - startedAtMs) / 1000).toFixed(0);
    return `${all} of ${all} logs; nobody called; from tick to tick: ${seconds.join(', ')}; waited ${waited} s in all`;
  });
  await checks.check('the checkpoint is in DynamoDB', async () => {
    for (const pipeline of pipelines) {
      const checkpoint = await pipeline.checkpoint();
      mustBe(checkpoint === lastId, `${pipeline.name}: ${checkpoint}; the last log is ${lastId}`);
    }
    return `both at the tenant's last log, ${lastId.slice(0, 20)}…`;
  });
  await checks.check('the functions run on Node 24', async () => {
    const versions = (await Promise.all(pipelines.map(nodeVersions))).flat();
    const isRight = versions.length > 0 && versions.every(version => version.startsWith('v24.'));
    mustBe(isRight, `their log lines say: ${versions.join(', ') || 'nothing'}`);
    return `process.version in their log lines: ${[...new Set(versions)].join(', ')}`;
  });
}

/** One for each process that was started. */
export async function nodeVersions(pipeline: Deployed): Promise<string[]> {
  return (await pipeline.lines()).flatMap(line => /^v\d+\.\d+\.\d+$/.exec(line)?.[0] ?? []);
}

/** The first runs, once there are so many. */
async function runsOf(scene: Scene, pipeline: Deployed, count: number, seconds: number) {
  const enough = async () => {
    const runs = await pipeline.runs();
    return runs.length >= count && runs;
  };
  return until(seconds, enough, () => whereabouts(scene));
}
