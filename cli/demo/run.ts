/** The demo from start to end: its world, its story, its result. */

import type { Kind } from '../../simulator/azure/apis.ts';
import { EXIT } from '../terminal/errors.ts';
import { printError } from '../terminal/text.ts';
import { resultOf } from './json.ts';
import { demoScreen, introduce, showResult } from './show.ts';
import { playStory } from './story.ts';
import { type DemoWorld, startDemoWorld } from './world.ts';

export interface DemoOptions {
  readonly logs: number;
  readonly seed: number;
  readonly destination: Kind;
  readonly json?: true;
  /** The port of the page, or true for any. */
  readonly web?: number | true;
}

/** Returns the exit code. A signal ends it early, with everything that it had started. */
export async function runDemo(options: DemoOptions): Promise<number> {
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
    printError('interrupted; everything that was started has been stopped');
    return EXIT.interrupted;
  } finally {
    screen.stopBar();
    await world?.close();
  }
}

/** The work, or a rejection when the signal aborts; the work then fails because its world is closed. */
async function untilStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
  stop.throwIfAborted();
  return Promise.race([work, stopped]);
}
