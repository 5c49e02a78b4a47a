/** What the chapters of the demo act with: its world, the logs of its tenant, and ticks. */
import { setImmediate } from 'node:timers/promises';
import type { RunReport } from '../../lambda/core/report.ts';
import { type Log, logStream, poisonLog } from '../../simulator/auth0/tenant.ts';
import type { DemoScreen } from './show.ts';
import type { DemoWorld } from './world.ts';

export interface StoryOptions {
  readonly logs: number;
  readonly seed: number;
  /** Ends the story before its next step. */
  readonly stop: AbortSignal;
}

export interface Scene {
  readonly world: DemoWorld;
  readonly say: (sentence: string) => void;
  /** Writes logs into the tenant, up to this share of all; the one in the middle may be poison. Returns how many. */
  write(share: number, poison?: 'poison'): Promise<number>;
  tick(): Promise<RunReport>;
  /** Ticks until there is nothing new; the reports added up. */
  catchUp(): Promise<Sums>;
}
type Sums = Pick<RunReport, 'logsAccepted' | 'posts' | 'logsDeadLettered' | 'logsRetried'>;

const HOUR_MS = 3_600_000;
/** Logs made at a time. */
const PORTION = 5_000;
/** Well within half of the simulated tenant's retention of a day, beyond which batches are no longer held back. */
const SPAN_MS = 6 * HOUR_MS;
/** Older than the settling time, so that no log is left for later. */
const YOUNGEST_MS = 60_000;

export const TOO_FEW = 'too few logs for this step; specify a larger --logs to see it';

export function setScene(world: DemoWorld, screen: DemoScreen, { logs, seed, stop }: StoryOptions) {
  const nowMs = world.clock.now();
  const toMs = nowMs - YOUNGEST_MS;
  const tenant = logStream({ seed, count: logs, fromMs: toMs - SPAN_MS, toMs });
  let written = 0;
  let ticks = 0;

  const tick = async (): Promise<RunReport> => {
    stop.throwIfAborted();
    ticks++;
    return world.tick();
  };
  const scene: Scene = {
    world,
    say: screen.say,
    tick,
    write: async (share, poison) => {
      const count = Math.round(logs * share) - written;
      // Alone, it would be no different from a wrong configuration, and be held until another log is accepted.
      const poisonAt = poison && count > 1 ? written + (count >> 1) : -1;
      for (let left = count; left > 0; left -= PORTION) {
        const portion = Math.min(PORTION, left);
        world.auth0.tenant.add(take(tenant, portion, poisonAt - written));
        written += portion;
        // Lets the bar move and Ctrl-C be handled.
        await setImmediate();
        stop.throwIfAborted();
      }
      return count;
    },
    catchUp: async () => {
      const sums = { logsAccepted: 0, posts: 0, logsDeadLettered: 0, logsRetried: 0 };
      for (;;) {
        const report = await tick();
        for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] += report[key];
        if (report.outcome === 'caught-up') return sums;
        if (report.outcome === 'out-of-time') continue;
        throw new Error(`the run ended with "${report.outcome}": ${report.message}`);
      }
    },
  };
  return { scene, ticks: () => ticks };
}

/** The next `count` logs, the one at `poisonAt` poisoned. A `for…of` would close the generator at its end. */
function* take(logs: Generator<Log>, count: number, poisonAt: number): Generator<Log> {
  for (let i = 0; i < count; i++) {
    const { value } = logs.next();
    yield i === poisonAt ? poisonLog(value) : value;
  }
}
