/** A pipeline that verifies, and days of its runs. */
import { logAt, START_MS, type World, type WorldOptions, world } from '../world.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const numberOf = (id: string) => Number(id.slice(20));

/** `count` logs from then on. */
export const logsOf = (count: number, fromMs: number, everyMs: number) =>
  Array.from({ length: count }, (_, i) => logAt(i, fromMs + i * everyMs));

/** A world in which the last hour had `count` logs. */
export const scene = (count: number, setup: WorldOptions = {}) =>
  world({ logs: logsOf(count, START_MS - HOUR, HOUR / count), verify: 'repair', ...setup });

let next = 1_000_000;
/** `logs` logs of the last `everyMs`. */
function bring(w: World, logs: number, everyMs: number): void {
  for (let i = 1; i <= logs; i++)
    w.tenant.push(logAt(next++, w.clock.now() - MINUTE - everyMs + (i * everyMs) / logs));
}

/** Runs every `everyMs`, whatever a run takes, each after `logs` new logs. */
export async function ticks(w: World, forMs: number, everyMs = 15 * MINUTE, logs = 1) {
  const reports = [];
  const endMs = w.clock.now() + forMs;
  for (let dueMs = w.clock.now() + everyMs; dueMs <= endMs; dueMs += everyMs) {
    w.advance(Math.max(0, dueMs - w.clock.now()));
    bring(w, logs, everyMs);
    reports.push(await w.tick());
  }
  return reports;
}
