/** The steps of the live demo, again and again in real time, beside each other. */
import { setTimeout as wait } from 'node:timers/promises';
import type { LiveDemo } from './engine.ts';

/** From the end of a step to its next begin. In AWS, the schedule ticks every minute. */
const PAUSES_MS = { write: 400, ship: 1_200, replay: 800 } as const;

/** Takes the steps until the signal aborts. Rejects when one fails before that. */
export async function runLoops({ steps }: Pick<LiveDemo, 'steps'>, stop: AbortSignal): Promise<void> {
  const loop = async (name: keyof typeof PAUSES_MS) => {
    while (!stop.aborted) {
      await steps[name]();
      await wait(PAUSES_MS[name], undefined, { signal: stop });
    }
  };
  try {
    await Promise.all([loop('write'), loop('ship'), loop('replay')]);
  } catch (error) {
    // What fails after it fails because its world is closed.
    if (!stop.aborted) throw error;
  }
}
