import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAll } from '../../../cli/acceptance/ask.ts';
import type { Asking } from '../../../cli/acceptance/question.ts';
import { QUESTIONS } from '../../../cli/acceptance/questions.ts';
import { stackAsked } from '../../../cli/acceptance/stack.ts';
import { onlyPipeline, openTarget } from '../../../cli/pipelines/open.ts';
import { openStackWorld, STACK, type StackWorld } from '../stack-world.ts';

let world: StackWorld;
const before = { ...process.env };
beforeAll(async () => {
  world = await openStackWorld();
  Object.assign(process.env, world.env);
});
afterAll(async () => {
  process.env = before;
  await world.close();
});

async function ask(id: string, person?: Asking['person']) {
  const options = { stack: STACK, region: 'us-east-1', pipeline: 'prod', state: 'state' };
  const asking: Asking = {
    clock: { now: Date.now, sleep: async () => undefined },
    stop: new AbortController().signal,
    auth0: 'elsewhere',
    posts: 'elsewhere',
    workspace: 'elsewhere',
    stack: await stackAsked(onlyPipeline(await openTarget(options)), options),
    watchMs: 0,
    roleMs: 0,
    ...(person && { person }),
  };
  const about = QUESTIONS.filter(one => one.id === id);
  const [answer] = await askAll(about, asking, { agrees: async () => true, begin: () => undefined });
  return answer;
}

const PERIOD_MS = 300_000;
/** Reports of the last hours, without those between these hours ago. */
function report(hours: number, gap?: readonly [number, number]): void {
  const nowMs = Date.now();
  const all = Array.from({ length: (hours * 3_600_000) / PERIOD_MS }, (_, n) => nowMs - (n + 2) * PERIOD_MS);
  const inGap = (atMs: number) =>
    gap && nowMs - atMs > gap[0] * 3_600_000 && nowMs - atMs < gap[1] * 3_600_000;
  const data = all.filter(atMs => !inGap(atMs)).map(atMs => ({ atMs, value: 0 }));
  world.operations.metrics.set('AWS/SQS/ApproximateNumberOfMessagesVisible/prod-dead-letter', data);
}

describe('idle-queue', () => {
  test.each<[string, () => void, string]>([
    ['confirmed by a day without a gap', () => report(24), 'confirmed'],
    ['refuted by a gap of hours', () => report(24, [2, 9]), 'refuted'],
    ['refuted by reports that ended', () => report(24, [0, 5]), 'refuted'],
    ['refuted by none', () => report(0), 'refuted'],
    ['unclear for a stack of three hours', () => report(3), 'unclear'],
  ])('is %s', async (_name, arrange, outcome) => {
    arrange();
    expect(await ask('idle-queue')).toMatchObject({ outcome });
  });

  test('is unclear when AWS refuses the metric', async () => {
    world.operations.refuse('cloudwatch:GetMetricData', 'AccessDenied', 403);
    expect(await ask('idle-queue')).toMatchObject({ outcome: 'unclear', observed: 'AWS refused the metric' });
    world.operations.refuse('cloudwatch:GetMetricData', undefined);
  });
});

describe('alarm-arrives', () => {
  /** Looks whether the notice is there. */
  const looks = async () => world.operations.notices.delivered.length > 0;

  test('is refuted when no notification comes', async () => {
    world.operations.notices.areDelivered = false;
    expect(await ask('alarm-arrives', looks)).toMatchObject({ outcome: 'refuted' });
    world.operations.notices.areDelivered = true;
    world.pipelines.prod.setAlarm('lag', 'OK');
  });

  test('is confirmed when it comes, of this pipeline’s alarm', async () => {
    expect(await ask('alarm-arrives', looks)).toMatchObject({ outcome: 'confirmed' });
    expect(world.operations.notices.delivered).toEqual([`${STACK}-prod-lag`]);
  });

  test('is unclear while the alarm is in ALARM state, and not asked without a person', async () => {
    expect(await ask('alarm-arrives', looks)).toMatchObject({ outcome: 'unclear' });
    expect(await ask('alarm-arrives')).toMatchObject({ outcome: 'not-asked' });
  });
});
