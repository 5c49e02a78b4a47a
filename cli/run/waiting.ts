/** Names a slow vendor while a run waits for it; a silent run would look like one that ships. */
import type { Destination, LogSource } from '../../lambda/core/model.ts';

/** Reported every second from then on. */
const FIRST_AFTER_MS = 2_000;
const EVERY_MS = 1_000;

/** Receives the vendor that an operation waits for, and the time so far. */
export type ToldWaiting = (vendor: 'Auth0' | 'Azure', waitedMs: number) => void;

export function watchedSource(source: LogSource, now: () => number, told: ToldWaiting): LogSource {
  const watch = <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    watched(work, 'Auth0', now, told);
  return {
    ...source,
    start: watch(source.start),
    page: watch(source.page),
    newest: watch(source.newest),
    search: watch(source.search),
  };
}

export function watchedDestination(
  destination: Destination,
  now: () => number,
  told: ToldWaiting,
): Destination {
  return { ...destination, post: watched(destination.post, 'Azure', now, told) };
}

function watched<A extends unknown[], T>(
  work: (...given: A) => Promise<T>,
  vendor: Parameters<ToldWaiting>[0],
  now: () => number,
  told: ToldWaiting,
): (...given: A) => Promise<T> {
  return async (...given) => {
    const sinceMs = now();
    const timer = setInterval(() => {
      const waitedMs = now() - sinceMs;
      if (waitedMs >= FIRST_AFTER_MS) told(vendor, waitedMs);
    }, EVERY_MS);
    try {
      return await work(...given);
    } finally {
      clearInterval(timer);
    }
  };
}
