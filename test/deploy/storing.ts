/** What Azure accepted and did not store: found by the function itself, and shipped again. */
import { mustBe, until } from './checks.ts';
import { arrivals, pipelineNamed, type Scene, whereabouts } from './scene.ts';

export async function repaired(scene: Scene): Promise<void> {
  const { checks, ends } = scene;
  const { workspace, received } = ends.azure;
  const pipeline = pipelineNamed(scene, 'ingestion');
  await checks.check('rows that Azure loses are found by the function, and shipped again', async () => {
    const stored = workspace.stored;
    const accepted = received.records;
    ends.lose(true);
    ends.write(200);
    const isAccepted = () => arrivals(scene).arrived === arrivals(scene).all;
    await Promise.all(scene.pipelines.map(one => one.ship()));
    await until(
      60,
      async () => isAccepted(),
      () => whereabouts(scene),
    );
    ends.lose(false);
    const lost = received.records - accepted - (workspace.stored - stored);
    mustBe(lost > 0, 'Azure has lost none');
    await hourPassed(scene);
    let again = 0;
    for (let runs = 0; runs < 10 && again < lost; runs++) {
      const { outcome, logsRepaired, verifyFault = '' } = await pipeline.ship();
      mustBe(outcome === 'caught-up' && verifyFault === '', `a run ended ${outcome} ${verifyFault}`);
      again += logsRepaired;
    }
    const rows = workspace.stored - stored;
    mustBe(
      again === lost && rows === received.records - accepted - lost,
      `${again} came again, ${rows} rows`,
    );
    return `${lost} rows were lost; an hour later, by the dates in its state, all were shipped again`;
  });
}

/** Again while a tick of the schedule has the lease. */
async function hourPassed(scene: Scene): Promise<void> {
  const pipeline = pipelineNamed(scene, 'ingestion');
  const isDone = () =>
    pipeline.passAnHour().then(
      () => true,
      () => false,
    );
  await until(30, isDone, () => whereabouts(scene));
}
