/**
 * The proof that accepted logs are stored. An hour after they were accepted, one query counts the rows of their ids.
 * Where a count or a digest differs, verify-ids.ts compares ids. All of it is bounded for each run and continued in the next.
 */
import { logIdTimeMs } from './record/log-id.ts';
import type { Run } from './run.ts';
import { type Found, type StoredBin, type StoredDependencies, storedCounts } from './stored.ts';
import { BIN_MS, binAt } from './stored-kql.ts';
import {
  binsOf,
  PROOF_AFTER_MS,
  rowsMissing,
  type Unproven,
  type UnprovenSpan,
  writeUnproven,
} from './unproven.ts';
import type { Verifying } from './workspace.ts';

/** Counts are asked for no more often than this: 96 queries a day. */
export const ASK_EVERY_MS = 900_000;
/** A query of a run ends within this time. */
const QUERY_MS = 30_000;
/** So long after it was due, a comparison that was not made is overdue. */
const OVERDUE_AFTER_MS = 3 * PROOF_AFTER_MS;
/** Of logs that were not shipped again. */
const OPEN_PAUSE_MS = 4 * PROOF_AFTER_MS;
/** Of logs that were: a part of the time for which Auth0 keeps them, and a day at most. */
const REPAIR_PAUSE_OF_RETENTION = 6;
const DAY_MS = 86_400_000;
export const LONGEST_PAUSE_MS = DAY_MS;
/** Comparisons of hours, so that an alarm notices what is missing before it is given up. */
const GIVEN_UP_TRIES = 5;

/** What a look at the workspace brought: see `judge`. */
export interface Look {
  readonly parts: readonly Part[];
  /** More is due than these. */
  readonly isMore: boolean;
}

interface Part {
  readonly due: ReadonlySet<UnprovenSpan>;
  readonly counts: Found<ReadonlyMap<string, StoredBin>>;
}

/**
 * Counts the rows of what is due, beside the run: of its newest day, and then of the days that wait longest, so that neither
 * keep the others from being proven. Undefined when nothing is due, or it is too early to ask again.
 */
export async function look(run: Run): Promise<Look | undefined> {
  const { unproven, d } = run;
  const nowMs = d.clock.now();
  if (!unproven || !d.stored || nowMs < unproven.askAtMs) return undefined;
  let due = unproven.spans.filter(span => span.dueAtMs <= nowMs && !span.isDifferent);
  const parts: Part[] = [];
  for (const first of [byEnd, byWait, byWait, byWait]) {
    const [one] = due.toSorted(first);
    if (!one) break;
    const day = due.filter(span => span === one || isInDayOf(one, span));
    const fromMs = Math.min(...day.map(span => binsOf(span).fromMs));
    const counts = await storedCounts(asking(run, d.stored), { fromMs, toMs: binsOf(one).toMs });
    parts.push({ due: new Set(day), counts });
    due = due.filter(span => !day.includes(span));
    if (counts.kind !== 'found') break;
  }
  return parts.length > 0 ? { parts, isMore: due.length > 0 } : undefined;
}

const byEnd = (one: UnprovenSpan, other: UnprovenSpan) => binsOf(other).toMs - binsOf(one).toMs;
const byWait = (one: UnprovenSpan, other: UnprovenSpan) => one.dueAtMs - other.dueAtMs;

/** Whether the span lies in the day that ends with `one`. */
function isInDayOf(one: UnprovenSpan, span: UnprovenSpan): boolean {
  const { toMs: endMs } = binsOf(one);
  const { fromMs, toMs } = binsOf(span);
  return fromMs >= endMs - DAY_MS && toMs <= endMs;
}

/** How a run asks the workspace: each query once, within the time that is left. */
export function asking({ d, options }: Run, { reader, place }: Verifying): StoredDependencies {
  const { clock, random } = d;
  const deadlineMs = Math.min(options.deadlineMs, clock.now() + QUERY_MS);
  return { reader, place, clock, random, maxAttempts: 1, deadlineMs };
}

/** Drops each span whose rows are all there, and marks the others for a comparison of ids. */
export function judge(run: Run, looked: Look | undefined): void {
  const { unproven, d } = run;
  if (!looked || !unproven) return;
  const nowMs = d.clock.now();
  const { parts, isMore } = looked;
  const isAnswered = parts.every(({ counts }) => counts.kind === 'found');
  run.unproven = { ...unproven, askAtMs: isMore && isAnswered ? nowMs : nowMs + ASK_EVERY_MS };
  for (const { due, counts } of parts) {
    if (counts.kind === 'found') judgePart(run, run.unproven, due, counts.value);
    else reportFault(run, counts);
  }
}

function judgePart(
  run: Run,
  unproven: Unproven,
  due: Part['due'],
  bins: ReadonlyMap<string, StoredBin>,
): void {
  let { storedAtMs } = unproven;
  const spans = unproven.spans.flatMap(span => {
    // Logs were added since, so that it is due later.
    if (!due.has(span)) return span;
    if (!isWhole(span, bins)) return { ...span, isDifferent: true };
    storedAtMs = Math.max(storedAtMs, span.acceptedAtMs);
    return [];
  });
  const visibleAtMs = bins.size > 0 ? run.d.clock.now() : unproven.visibleAtMs;
  run.unproven = { ...unproven, spans, storedAtMs, visibleAtMs };
}

/** Whether the workspace has just the ids of the span. */
function isWhole(span: UnprovenSpan, bins: ReadonlyMap<string, StoredBin>): boolean {
  if (!span.isExact) return false;
  const { fromMs, toMs } = binsOf(span);
  let [ids, high, low] = [0, 0, 0];
  for (let ms = fromMs; ms < toMs; ms += BIN_MS) {
    const bin = bins.get(binAt(ms));
    if (!bin) continue;
    ids += bin.ids;
    high ^= bin.high;
    low ^= bin.low;
  }
  return ids === span.logs && high >>> 0 === span.high && low >>> 0 === span.low;
}

/** In the report: why nothing could be compared. */
export function reportFault(run: Run, found: Exclude<Found<unknown>, { readonly kind: 'found' }>): void {
  run.tally.counts.verifyFault =
    found.kind === 'fault'
      ? found.fault.message
      : `the workspace has no "${found.name}", or it is not visible to the identity of the pipeline`;
}

/** The span, to be compared again after a pause that doubles up to four hours. */
export function later(span: UnprovenSpan, nowMs: number): UnprovenSpan {
  const pauseMs = Math.min(OPEN_PAUSE_MS, PROOF_AFTER_MS * 2 ** span.tries);
  return { ...span, isDifferent: false, tries: span.tries + 1, dueAtMs: nowMs + pauseMs };
}

/**
 * The span, all of which is shipped again: compared again an hour later. What is dropped each time costs ever less: the
 * pause doubles.
 */
export function repaired(span: UnprovenSpan, nowMs: number, retentionMs: number): UnprovenSpan {
  const { repairs = 0, tries } = span;
  const longestMs = Math.min(
    LONGEST_PAUSE_MS,
    Math.max(OPEN_PAUSE_MS, retentionMs / REPAIR_PAUSE_OF_RETENTION),
  );
  const dueAtMs = nowMs + Math.min(longestMs, PROOF_AFTER_MS * 2 ** repairs);
  return { ...span, isDifferent: false, tries: tries + 1, repairs: repairs + 1, dueAtMs };
}

/** Whether a comparison is so late that missing rows may go unnoticed. */
export function isVerifyOverdue({ unproven, d }: Run): boolean {
  const nowMs = d.clock.now();
  return unproven?.spans.some(span => nowMs - span.dueAtMs > OVERDUE_AFTER_MS) ?? false;
}

/**
 * What the run leaves behind: spans whose logs Auth0 deleted more than a day ago are given up, since nothing can repair
 * them. Until then they are reported.
 */
export function closeVerify(run: Run): void {
  const { unproven, d, options, tally } = run;
  if (!unproven) return;
  const goneMs = d.clock.now() - options.retentionMs - DAY_MS;
  const spans = unproven.spans.filter(span => {
    const isGone = span.tries >= GIVEN_UP_TRIES && (logIdTimeMs(span.lastLogId) ?? 0) < goneMs;
    if (isGone) {
      const { afterLogId, lastLogId, logs, missing } = span;
      const message = 'accepted logs were not proven to be stored while Auth0 kept them';
      d.journal.error(message, { afterLogId, lastLogId, logs, missing });
    }
    return !isGone;
  });
  run.unproven = { ...unproven, spans };
  tally.counts.rowsNotStored = rowsMissing(run.unproven);
  tally.counts.verifyOverdue = isVerifyOverdue(run);
  run.unsaved = { ...run.unsaved, unproven: writeUnproven(run.unproven) };
}
