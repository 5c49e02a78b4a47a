/** Second chapter: an outage, a poison record, a replay, rotated keys. Ticks are called by hand, to save minutes. */
import { KINDS } from '../../simulator/azure/apis.ts';
import { mustBe, until } from './checks.ts';
import { processStarts } from './deploying.ts';
import { denialSeen, outageSeen } from './looking.ts';
import { deadLettersSeen } from './mending.ts';
import { arrivals, missing, type Scene, type Whereabouts, whereabouts } from './scene.ts';

/** With a wish to be left alone, so that a function does not spend its time on repetitions. */
export const AZURE_503 = { kind: 'status', status: 503, headers: { 'retry-after': '300' } } as const;
/** A batch that failed twice waits 10 s and then 20 s. */
const RETRY_SECONDS = 60;

export async function outage(scene: Scene): Promise<void> {
  const { checks, ends, pipelines } = scene;
  const apis = KINDS.map(kind => ends.azure.faults[kind]);
  for (const api of apis) api.always(AZURE_503);
  await outageSeen(scene);
  await checks.check('an outage of Azure puts batches on the retry queue', async () => {
    const { lastId } = ends.write(600);
    await shipAll(scene);
    for (const pipeline of pipelines) {
      const isTriedInVain = async () => (await pipeline.replays()).some(replay => !replay.done);
      await until(40, isTriedInVain, () => whereabouts(scene));
      mustBe((await pipeline.held('retry')).length > 0, `nothing waits on the queue of ${pipeline.name}`);
      mustBe((await pipeline.checkpoint()) === lastId, `the checkpoint of ${pipeline.name} did not move on`);
    }
    const { arrived, all } = arrivals(scene);
    mustBe((await missing(scene)).length === 0, 'logs are neither in Azure nor on a queue');
    return `${all - arrived} logs wait there, tried again in vain; checkpoints moved on`;
  });
  for (const api of apis) api.clear();
  const overAtMs = Date.now();
  checks.say('Azure is back; waiting for the retry queues');
  await checks.check('after the outage they arrive by themselves', async () => {
    await untilSettled(scene, RETRY_SECONDS);
    const { arrived, all } = arrivals(scene);
    const seconds = ((Date.now() - overAtMs) / 1000).toFixed(0);
    return `${arrived} of ${all} logs, ${seconds} s after Azure came back; retry queues empty`;
  });
}

export async function poison(scene: Scene): Promise<void> {
  const { checks, ends, operator, pipelines } = scene;
  const { poisonIds } = ends.write(400, 'poison');
  await checks.check('a poison record ends in the dead-letter queue, alone', async () => {
    await shipAll(scene);
    const dead = (await Promise.all(pipelines.map(pipeline => pipeline.held('dead-letter')))).flat(2);
    mustBe(`${dead.toSorted()}` === `${poisonIds.toSorted()}`, `there are ${dead}, not ${poisonIds}`);
    const { arrived, all } = arrivals(scene);
    mustBe(all - arrived === dead.length, await whereabouts(scene));
    return `one of each pipeline, found among 400 logs; the others are in Azure`;
  });
  await deadLettersSeen(scene, poisonIds);
  await checks.check('a replay of the dead letters, their cause mended, brings them to Azure', async () => {
    ends.azure.acceptPoison();
    const [first, ...others] = pipelines;
    const { stdout } = await operator.type(0, 'replay', '--pipeline', first!.name, '--yes');
    const [told] = /^1 dead letter moved: 1 log$/m.exec(stdout) ?? [];
    mustBe(told !== undefined, `replay says:\n${stdout}`);
    for (const other of others) mustBe((await other.redrive()) === 1, `no message of ${other.name} moved`);
    await untilSettled(scene, 30);
    return `${told}; the other one moved as the console does it; both in Azure; all queues empty`;
  });
}

export async function rotation(scene: Scene): Promise<void> {
  const { checks, ends, pipelines } = scene;
  const starts = async () => (await Promise.all(pipelines.map(processStarts))).flat().length;
  const startsBefore = await starts();
  // A second refusal, by a tick in between, would put off the next call.
  await untilTick(scene);
  ends.rotate();
  ends.write(500);
  const denied = (party: 'auth0' | 'azure', what: string) =>
    checks.check(`${what} rotated elsewhere holds the pipeline and loses nothing`, async () => {
      const before = await checkpoints(scene);
      const reports = await shipAll(scene);
      const isHeld = reports.every(report => report.outcome === 'denied' && report.party === party);
      mustBe(isHeld, `the runs ended ${JSON.stringify(reports)}`);
      const held = await Promise.all(pipelines.flatMap(one => [one.held('retry'), one.held('dead-letter')]));
      mustBe(held.flat().length === 0, 'batches were put aside');
      mustBe(`${await checkpoints(scene)}` === `${before}`, 'a checkpoint moved');
      return `denied by ${party}; checkpoints stay; nothing on a queue`;
    });
  await denied('auth0', 'a client secret of Auth0');
  await denialSeen(scene);
  for (const one of pipelines) await one.fillIn('auth0', ends.secrets()[one.name].auth0);
  await denied('azure', 'a shared key of Azure, and a client secret of Entra,');
  for (const one of pipelines) await one.fillIn('azure', ends.secrets()[one.name].azure);
  await checks.check('the rotated keys are picked up from Secrets Manager', async () => {
    await shipAll(scene);
    await untilSettled(scene, 5);
    const { arrived, all } = arrivals(scene);
    return `${arrived} of ${all} logs, without a deploy; processes started for it: ${(await starts()) - startsBefore}`;
  });
}

/** Until the schedule has started a run of each pipeline: the next one comes a minute later. */
async function untilTick(scene: Scene): Promise<void> {
  const counts = () => Promise.all(scene.pipelines.map(async one => (await one.runs()).length));
  const before = await counts();
  const haveTicked = async () => (await counts()).every((count, n) => count > before[n]!);
  await until(75, haveTicked, () => whereabouts(scene));
}

/** One run of each pipeline. */
function shipAll({ pipelines }: Scene) {
  return Promise.all(pipelines.map(pipeline => pipeline.ship()));
}

function checkpoints({ pipelines }: Scene) {
  return Promise.all(pipelines.map(pipeline => pipeline.checkpoint()));
}

/** Until everything is in Azure and nothing on a queue. */
export async function untilSettled(scene: Whereabouts, seconds: number): Promise<void> {
  const isSettled = async () => {
    const { arrived, all } = arrivals(scene);
    const held = scene.pipelines.flatMap(one => [one.held('retry'), one.held('dead-letter')]);
    return arrived === all && (await Promise.all(held)).flat().length === 0;
  };
  await until(seconds, isSettled, () => whereabouts(scene));
}
