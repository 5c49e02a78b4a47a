/** What the story of a button acts with. */

import type { LiveState } from '../page/model.ts';
import type { DemoWorld } from '../world.ts';
import type { LiveTenant } from './tenant.ts';

export interface Stage {
  readonly world: DemoWorld;
  readonly tenant: LiveTenant;
  now(): LiveState;
  /** A sentence on what the system did. */
  say(sentence: string): void;
  /** Waits for a state like this, which it returns. */
  until(isSo: (state: LiveState) => boolean): Promise<LiveState>;
  /** Waits for somebody to end what the button began. */
  ended(): Promise<void>;
  /** Moves the clock of functions, vendors and queues, between two runs. */
  passTime(ms: number): Promise<void>;
  /** Moves the clock until every batch on the retry queue may be tried again, again and again until none is left. */
  drainRetryQueue(): Promise<void>;
  /** Stops and starts the schedule. */
  schedule(isOn: boolean): void;
  /** Kills the process of the ship function in the middle of its next post. */
  killInPost(): Promise<void>;
  /** A log that Auth0 writes late: see Books. */
  expectLate(logId: string): void;
}

export interface Button {
  readonly name: string;
  readonly title: string;
  readonly says: string;
  readonly end?: string;
  play(stage: Stage): Promise<void>;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** Waits for the end of a run that began after now. */
export async function nextRun(stage: Stage): Promise<LiveState> {
  const { ship } = stage.now();
  // The one that is running may have begun before.
  const runs = ship.runs + (ship.isRunning ? 2 : 1);
  return stage.until(state => state.ship.runs >= runs);
}
