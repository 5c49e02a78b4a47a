import { afterAll, beforeAll, expect, test } from 'vitest';
import { KINDS } from '../../simulator/azure/apis.ts';
import { dice } from '../../simulator/dice.ts';
import { LOGS_PER_ROUND, roundAtRandom, roundAtStep, usualTickMs } from './round.ts';
import { type Bundles, buildFunctions, type CrashStage, openStage } from './stage.ts';
import { FIRST_RUN_STEPS, LOOK_BACK_STEPS, REPLAY_STEPS, SHIP_STEPS } from './steps.ts';

let bundles: Bundles;
const stages = new Map<string, CrashStage>();

beforeAll(async () => {
  bundles = await buildFunctions();
  for (const kind of KINDS) {
    stages.set(kind, await openStage(kind, bundles, { seed: 4, capacity: 75 * LOGS_PER_ROUND }));
  }
});
afterAll(async () => {
  for (const stage of stages.values()) await stage.close();
  await bundles.remove();
});

// In this order, since the first two need pipelines that never ran. The kinds take turns; the soak has all of each.
for (const [index, step] of [
  ...FIRST_RUN_STEPS,
  ...SHIP_STEPS,
  ...LOOK_BACK_STEPS,
  ...REPLAY_STEPS,
].entries()) {
  const kind = KINDS[index % 2]!;
  test(`${step.of} killed ${step.title} (${kind}): nothing is missing`, async () => {
    const round = await roundAtStep(stages.get(kind)!, step);
    expect(round.kills).toBe(1);
    expect([round.missing, round.violations]).toEqual([[], []]);
    expect(round.duplicates).toBeLessThanOrEqual(round.duplicatesAllowed);
    if (step.twice !== 'perhaps') expect(round.duplicates > 0).toBe(step.twice === 'yes');
  });
}

for (const [index, victim] of (['ship', 'ship', 'ship', 'replay', 'ship', 'replay'] as const).entries()) {
  const kind = KINDS[index % 2]!;
  test(`${victim} killed at moments of chance, ${index + 1} (${kind}): nothing is missing`, async () => {
    const stage = stages.get(kind)!;
    const withinMs = await usualTickMs(stage);
    const chance = dice(index);
    let kills = 0;
    for (let rounds = 0; kills === 0 && rounds < 20; rounds++) {
      const round = await roundAtRandom(stage, victim, chance, withinMs);
      kills += round.kills;
      expect([round.missing, round.violations]).toEqual([[], []]);
      expect(round.duplicates).toBeLessThanOrEqual(round.duplicatesAllowed);
    }
    expect(kills).toBeGreaterThan(0);
  });
}
