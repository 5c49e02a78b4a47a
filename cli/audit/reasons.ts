/** Why logs of a window are not in the table, and in which hours they are. */
import type { StoredDependencies } from '../../lambda/core/stored.ts';
import { type StoredReason, storedReasons } from '../pipelines/stored-reasons.ts';
import type { Window } from '../window/window.ts';
import { unanswered } from './stored.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Messages since one day before the window, as a cap lasts for one day. Rejects with UsageError. */
export async function windowReasons(
  d: StoredDependencies,
  { fromMs }: Window,
): Promise<readonly StoredReason[]> {
  const found = await storedReasons(d, { fromMs: fromMs - DAY_MS, toMs: d.clock.now() + HOUR_MS });
  if (found.kind === 'fault') throw unanswered(found.fault);
  return found.value.reasons;
}

/** Counts ids per hour. */
export interface Hours {
  add(atMs: number): void;
  all(): readonly { readonly fromMs: number; readonly logs: number }[];
}

export function hours(): Hours {
  const counts = new Map<number, number>();
  return {
    add: atMs => {
      const fromMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
      counts.set(fromMs, (counts.get(fromMs) ?? 0) + 1);
    },
    all: () => [...counts].map(([fromMs, logs]) => ({ fromMs, logs })),
  };
}
