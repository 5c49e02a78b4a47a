/** Why accepted logs are not in the table: the messages in the workspace, and the fix. */
import { type Cause, causeOf } from '../../lambda/core/cause.ts';
import { type StoredDependencies, type StoredWord, storedWords } from '../../lambda/core/stored.ts';
import { isAboutDrops, STORED_CAUSES } from '../../lambda/core/stored-causes.ts';
import type { Window } from '../window/window.ts';
import { unanswered } from './stored.ts';

export interface StoredReason extends StoredWord {
  /** Undefined for an unknown message. */
  readonly cause: Cause | undefined;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Messages since one day before the window, as a cap lasts for one day. Rejects with UsageError. */
export async function storedReasons(
  d: StoredDependencies,
  { fromMs }: Window,
): Promise<readonly StoredReason[]> {
  const found = await storedWords(d, { fromMs: fromMs - DAY_MS, toMs: d.clock.now() + HOUR_MS });
  if (found.kind === 'fault') throw unanswered(found.fault);
  const words = found.kind === 'found' ? found.value : [];
  return words
    .filter(word => isAboutDrops(word, d.place.table))
    .sort((a, b) => a.firstAtMs - b.firstAtMs)
    .map(word => {
      const { operation: code, message } = word;
      return { ...word, cause: causeOf(STORED_CAUSES, { status: 0, code, message }) };
    });
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
