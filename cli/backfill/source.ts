/** Auth0's logs up to the end of a window. */
import type { LogSource } from '../../lambda/core/model.ts';
import { logDateOf, logIdOf } from '../../lambda/core/record/log.ts';
import { isPastLogId, logIdTimeMs } from '../../lambda/core/record/log-id.ts';

/**
 * Auth0 gives a log its id some seconds after its date, and orders logs by id: a log of the window's last second may
 * come after one that was written later. This much more is read, and may be in Azure twice.
 */
export const SLACK_MS = 60_000;
/** A date further ahead is a broken date: see read.ts. */
const FUTURE_TOLERANCE_MS = 300_000;

/**
 * The source as if nothing had been written after `toMs` and the slack: then a page is empty, as when caught up.
 * A log without a known time belongs where its neighbors belong.
 */
export function boundedSource(source: LogSource, toMs: number, now: () => number): LogSource {
  const endMs = toMs + SLACK_MS;
  return {
    start: source.start,
    page: async (...request) => {
      const answer = await source.page(...request);
      if (answer.kind === 'fault') return answer;
      const times = answer.logs.map(log => timeOf(log, now()));
      const lastInside = times.findLastIndex(ms => ms !== undefined && ms < endMs);
      const end = times.findIndex((ms, index) => index > lastInside && ms !== undefined);
      return end < 0 ? answer : { ...answer, logs: answer.logs.slice(0, end) };
    },
    // Without the slack: of logs dated later, not all are read.
    newest: (beforeMs, timeoutMs) => source.newest(Math.min(beforeMs, toMs), timeoutMs),
    search: async (fromMs, beforeMs, page, timeoutMs) =>
      fromMs < toMs
        ? source.search(fromMs, Math.min(beforeMs, toMs), page, timeoutMs)
        : { kind: 'page', logs: [] },
  };
}

/** By the id, as the pages are ordered; by the date where the id has no time. */
function timeOf(log: unknown, nowMs: number): number | undefined {
  const id = logIdOf(log);
  if (id !== undefined && isPastLogId(id, nowMs)) return logIdTimeMs(id);
  const dateMs = logDateOf(log);
  return dateMs !== undefined && dateMs < nowMs + FUTURE_TOLERANCE_MS ? dateMs : undefined;
}
