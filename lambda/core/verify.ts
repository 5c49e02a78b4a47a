/**
 * The proof that accepted logs are stored. An hour after they were accepted, one query counts the rows of their ids.
 * Where a count or a digest differs, verify-ids.ts compares ids. All of it is bounded for each run and continued in the next.
 */
import { logIdTimeMs } from './record/log-id.ts';
import type { Run } from './run.ts';
import { type Found, type StoredBin, type StoredDependencies, storedCounts } from './stored.ts';
import { BIN_MS, binAt } from './stored-kql.ts';
import { binsOf, PROOF_AFTER_MS, rowsMissing, type UnprovenSpan, writeUnproven } from './unproven.ts';
import type { Verifying } from './workspace.ts';

/** Counts are asked for no more often than this: 96 queries a day. */
const ASK_EVERY_MS = 900_000;
/** A query of a run ends within this time. */
const QUERY_MS = 30_000;
/** So long after it was due, a comparison that was not made is overdue. */
const OVERDUE_AFTER_MS = 3 * PROOF_AFTER_MS;
const LONGEST_PAUSE_MS = 4 * PROOF_AFTER_MS;
const DAY_MS = 86_400_000;

/** What a look at the workspace brought: see `judge`. */
export interface Look {
  readonly due: ReadonlySet<UnprovenSpan>;
  readonly counts: Found<ReadonlyMap<string, StoredBin>>;
}

/** Counts the rows of what is due, beside the run. Undefined when nothing is, or it is too early to ask again. */
export async function look(run: Run): Promise<Look | undefined> {
  const { unproven, d } = run;
  const nowMs = d.clock.now();
  if (!unproven || !d.stored || nowMs < unproven.askAtMs) return undefined;
  const due = unproven.spans.filter(span => span.dueAtMs <= nowMs && !span.isDifferent);
  if (due.length === 0) return undefined;
  const bins = due.map(binsOf);
  const fromMs = Math.min(...bins.map(bin => bin.fromMs));
  const toMs = Math.max(...bins.map(bin => bin.toMs));
  const counts = await storedCounts(asking(run, d.stored), { fromMs, toMs });
  return { due: new Set(due), counts };
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
  const { due, counts } = looked;
  run.unproven = { ...unproven, askAtMs: nowMs + ASK_EVERY_MS };
  if (counts.kind !== 'found') {
    reportFault(run, counts);
    return;
  }
  const bins = counts.value;
  let { storedAtMs } = unproven;
  const spans = unproven.spans.flatMap(span => {
    // Logs were added since, so that it is due later.
    if (!due.has(span)) return span;
    if (!isWhole(span, bins)) return { ...span, isDifferent: true };
    storedAtMs = Math.max(storedAtMs, span.acceptedAtMs);
    return [];
  });
  const visibleAtMs = bins.size > 0 ? nowMs : unproven.visibleAtMs;
  run.unproven = { ...run.unproven, spans, storedAtMs, visibleAtMs };
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

/** In the report: why the workspace did not answer. */
export function reportFault(run: Run, found: Exclude<Found<unknown>, { readonly kind: 'found' }>): void {
  run.tally.counts.verifyFault =
    found.kind === 'fault'
      ? found.fault.message
      : `the workspace has no "${found.name}", or it is not visible to the identity of the pipeline`;
}

/** The span, to be compared again after a pause that doubles up to four hours. */
export function later(span: UnprovenSpan, nowMs: number): UnprovenSpan {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, PROOF_AFTER_MS * 2 ** span.tries);
  return { ...span, isDifferent: false, tries: span.tries + 1, dueAtMs: nowMs + pauseMs };
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
    const isGone = span.tries > 0 && (logIdTimeMs(span.lastLogId) ?? 0) < goneMs;
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
