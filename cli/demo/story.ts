/** What happens to the tenant and to Azure in the demo, chapter by chapter. */
import { counted } from '../terminal/words.ts';
import { dropAndRepair, lastLogs } from './dropped.ts';
import { type Scene, type StoryOptions, setScene, TOO_FEW } from './scene.ts';
import type { DemoScreen } from './show.ts';
import type { DemoWorld } from './world.ts';

/** What the result cannot see in Azure and in the queues. */
export interface StoryEnd {
  readonly ticks: number;
  readonly deadLettersReplayed: number;
  readonly repaired: number;
}

/** The tenant's rate limit is reached: try again in a second. */
export const AUTH0_429 = {
  kind: 'status',
  status: 429,
  headers: { 'content-type': 'application/json', 'retry-after': '1' },
  body: '{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached","errorCode":"too_many_requests"}',
} as const;
const AZURE_503 = { kind: 'status', status: 503 } as const;
const AZURE_503_LATER = { ...AZURE_503, headers: { 'retry-after': '300' } } as const;

/** Plays the story to its end. Rejects with the signal's reason when it is stopped, or when a function fails. */
export async function playStory(
  world: DemoWorld,
  screen: DemoScreen,
  options: StoryOptions,
): Promise<StoryEnd> {
  const { scene, ticks } = setScene(world, screen, options);
  const chapters: readonly (readonly [title: string, act: (scene: Scene) => Promise<void>])[] = [
    ['A normal tick', ordinary],
    ['Auth0 is rate limiting', rateLimited],
    ['A poison record: Azure rejects one log', poisoned],
    ['Azure accepts a batch, but the response is lost', answerLost],
    ['Azure is unavailable', outage],
    ['Azure is available again', recovery],
  ];
  for (const [title, act] of chapters) {
    options.stop.throwIfAborted();
    screen.chapter(title);
    await act(scene);
  }
  options.stop.throwIfAborted();
  screen.chapter('The operator fixes the cause and replays the dead letter');
  const deadLettersReplayed = await replayDeadLetters(scene);
  options.stop.throwIfAborted();
  let repaired = 0;
  if (world.isVerifying) {
    screen.chapter('The daily cap: Azure accepts logs and drops them');
    repaired = await dropAndRepair(scene);
  } else {
    screen.chapter('The last logs');
    await lastLogs(scene);
  }
  return { ticks: ticks(), deadLettersReplayed, repaired };
}

async function ordinary({ say, write, catchUp }: Scene): Promise<void> {
  await write(0.25);
  const { logsAccepted, posts } = await catchUp();
  say(`${counted(logsAccepted, 'log')} shipped in ${counted(posts, 'batch', 'batches')}; caught up`);
}

async function rateLimited({ world, say, write, catchUp }: Scene): Promise<void> {
  if ((await write(0.4)) === 0) return say(TOO_FEW);
  world.auth0.faults.logs.add(AUTH0_429, 2);
  const { logsAccepted } = await catchUp();
  say('Auth0 returned 429 twice (Retry-After: 1); the run waited and tried again');
  say(`${counted(logsAccepted, 'log')} shipped; caught up`);
}

async function poisoned({ say, write, catchUp }: Scene): Promise<void> {
  if ((await write(0.55, 'poison')) === 0) return say(TOO_FEW);
  const { logsAccepted, posts, logsDeadLettered } = await catchUp();
  if (logsDeadLettered === 0) return say(TOO_FEW);
  const found =
    posts > 1 ? `the whole batch, which was split until that log was alone (${posts} posts)` : 'it';
  say(
    `Azure rejected ${found}: ${counted(logsDeadLettered, 'log')} put on the dead-letter queue, with the reason`,
  );
  say(`the other ${counted(logsAccepted, 'log')} shipped, checkpoint advanced; caught up`);
}

async function answerLost({ world, say, write, catchUp }: Scene): Promise<void> {
  if ((await write(0.65)) === 0) return say(TOO_FEW);
  const before = world.azure.received.duplicates;
  world.posts.add({ kind: 'accept-then-cut' });
  const { logsAccepted } = await catchUp();
  const duplicates = world.azure.received.duplicates - before;
  say(
    `the run cannot know whether Azure has the batch, so it posts the batch again: ${counted(duplicates, 'duplicate')}`,
  );
  say(`${counted(logsAccepted, 'log')} shipped; caught up`);
}

async function outage({ world, say, write, tick }: Scene): Promise<void> {
  const steps = [
    [0.72, AZURE_503, 'Azure returns 503 to all five attempts'],
    [0.79, AZURE_503_LATER, 'Azure returns 503 with Retry-After: 300, so the run does not retry'],
    [0.86, AZURE_503_LATER, 'the next tick gets the same response'],
  ] as const;
  let retried = 0;
  for (const [share, fault, how] of steps) {
    if ((await write(share)) === 0) continue;
    world.posts.always(fault);
    const { logsRetried, batches } = await tick();
    retried += logsRetried;
    const aside = `${counted(batches.unavailable, 'batch', 'batches')} of ${counted(logsRetried, 'log')}`;
    say(`${how}: ${aside} put on the retry queue, checkpoint advanced, run ended`);
  }
  if (retried === 0) say(TOO_FEW);
  // The outage ends before the retry queue is looked at: each try during it would only make the message wait, ten
  // seconds first and twice as long each time, which is too long for a demo.
  world.posts.clear();
}

async function recovery({ world, say, write, catchUp }: Scene): Promise<void> {
  await write(0.9);
  const { logsAccepted } = await catchUp();
  say(`${counted(logsAccepted, 'log')} shipped by the next tick; caught up`);
  const before = world.azure.received.records;
  const messages = await world.drainRetryQueue();
  const arrived = world.azure.received.records - before;
  if (messages === 0) return say('the retry queue is empty');
  say(`the retry queue drained automatically: ${counted(arrived, 'log')} shipped`);
}

async function replayDeadLetters({ world, say }: Scene): Promise<number> {
  world.azure.acceptPoison();
  const before = world.azure.received.records;
  const moved = await world.aws.redrive();
  if (moved === 0) say('there are no dead letters');
  await world.drainRetryQueue();
  const arrived = world.azure.received.records - before;
  if (moved > 0)
    say(`${counted(moved, 'dead letter')} moved back to the retry queue; ${counted(arrived, 'log')} shipped`);
  return arrived;
}
