/** The demo from start to end: its world, its story, its result. */
import { APIS } from '../../simulator/azure/apis.ts';
import { EXIT } from '../terminal/errors.ts';
import { counted } from '../terminal/words.ts';
import type { DemoOptions } from './command.ts';
import { resultOf, showResult } from './result.ts';
import { type DemoScreen, demoScreen } from './screen.ts';
import { playStory } from './story.ts';
import { type DemoWorld, startDemoWorld } from './world.ts';

/** Returns the exit code. A signal ends it early, with everything that it had started. */
export async function playDemo(options: DemoOptions): Promise<number> {
  const { logs, seed, destination, json = false } = options;
  const screen = demoScreen(process.stdout, process.env, json);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let world: DemoWorld | undefined;
  try {
    const startedAtMs = Date.now();
    introduce(options, screen);
    world = await startDemoWorld(destination);
    const { received } = world.azure;
    screen.startBar(logs, () => received.unique);
    const story = await untilStopped(
      playStory(world, screen, { logs, seed, stop: stop.signal }),
      stop.signal,
    );
    screen.stopBar();
    const seconds = (Date.now() - startedAtMs) / 1000;
    const result = await resultOf(world, { ...story, destination, seed, seconds });
    if (json) console.log(JSON.stringify(result));
    else showResult(result, screen);
    return result.ok ? EXIT.ok : EXIT.fault;
  } catch (error) {
    // Whatever else failed after it, failed because of it: a signal from the terminal reaches the functions too.
    if (!stop.signal.aborted) throw error;
    screen.stopBar();
    await world?.close();
    console.error('interrupted; everything that was started has been ended');
    return EXIT.interrupted;
  } finally {
    screen.stopBar();
    await world?.close();
  }
}

/** The work, or a rejection as soon as the signal says so; the work then fails by itself, its world being gone. */
async function untilStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
  stop.throwIfAborted();
  return Promise.race([work, stopped]);
}

function introduce({ logs, seed, destination }: DemoOptions, { line, paragraph }: DemoScreen): void {
  paragraph(
    `${counted(logs, 'log')} of a simulated Auth0 tenant (seed ${seed}), to a simulated workspace by the ` +
      `${APIS[destination].title}, through the real Lambda bundles: no account is needed. ` +
      'A tick is one run of the ship function; in AWS, a schedule starts one every minute.',
  );
  line('');
  line('Building the bundles, starting the simulators on 127.0.0.1');
}
