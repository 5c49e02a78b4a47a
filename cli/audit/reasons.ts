/** Why logs of a window are not in the table, and in which hours they are. */
import type { StoredDependencies } from '../../lambda/core/stored.ts';
import type { Span } from '../../lambda/core/workspace.ts';
import { reasonsFor, type StoredReasons } from '../pipelines/stored-reasons.ts';
import { unanswered } from './stored.ts';

const HOUR_MS = 3_600_000;

/** What the workspace says of them; nothing if no log is lost. Rejects with UsageError. */
export async function lossReasons(d: StoredDependencies, { accepted }: Losses): Promise<StoredReasons> {
  const span = accepted();
  if (!span) return { reasons: [], unread: [] };
  const found = await reasonsFor(d, span);
  if (found.kind === 'fault') throw unanswered(found.fault);
  return found.value;
}

/** Counts logs that are not stored per hour, and notes when Azure accepted them. */
export interface Losses {
  add(loggedAtMs: number, acceptedAtMs: number): void;
  all(): readonly { readonly fromMs: number; readonly logs: number }[];
  /** From the first acceptance to the last one. */
  accepted(): Span | undefined;
}

export function losses(): Losses {
  const counts = new Map<number, number>();
  let accepted: Span | undefined;
  return {
    add: (loggedAtMs, acceptedAtMs) => {
      const hourMs = Math.floor(loggedAtMs / HOUR_MS) * HOUR_MS;
      counts.set(hourMs, (counts.get(hourMs) ?? 0) + 1);
      const { fromMs, toMs } = accepted ?? { fromMs: acceptedAtMs, toMs: acceptedAtMs };
      accepted = { fromMs: Math.min(fromMs, acceptedAtMs), toMs: Math.max(toMs, acceptedAtMs) };
    },
    all: () => [...counts].map(([fromMs, logs]) => ({ fromMs, logs })),
    accepted: () => accepted,
  };
}
