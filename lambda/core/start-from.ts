/** Where a pipeline begins when it has no checkpoint. */
import type { StartFrom } from './model.ts';
import { isFutureLogId } from './record/log-id.ts';

const LOG_ID = /^\d{20,64}$/;
const DATE = /^(\d{4}-\d{2}-\d{2})(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/;
/** What all of them match, and also days that no calendar has. */
export const START_FROM = new RegExp(`^(oldest|now)$|${LOG_ID.source}|${DATE.source}`);

/** `auth0.startFrom` in its parts; undefined when it is none of them. */
export function parseStartFrom(value: string): StartFrom | undefined {
  if (value === 'oldest' || value === 'now') return { kind: value };
  if (LOG_ID.test(value)) return { kind: 'log', logId: value };
  const [, day] = DATE.exec(value) ?? [];
  const dateMs = Date.parse(value);
  // JavaScript takes 30 February for 1 March, and so would skip a day.
  if (day === undefined || Number.isNaN(dateMs) || !new Date(day).toISOString().startsWith(day))
    return undefined;
  return { kind: 'date', dateMs };
}

/** Why logs cannot be shipped from there: it is still to come, and everything until then would be skipped. */
export function aheadOfTime(from: StartFrom, nowMs: number): string | undefined {
  const isAhead =
    from.kind === 'date' ? from.dateMs > nowMs : from.kind === 'log' && isFutureLogId(from.logId, nowMs);
  if (!isAhead) return undefined;
  const given =
    from.kind === 'date' ? new Date(from.dateMs).toISOString() : from.kind === 'log' ? from.logId : '';
  return `is ${given}, which is in the future: all logs before it would be skipped; allowed: "oldest", "now", a date or a log id in the past`;
}
