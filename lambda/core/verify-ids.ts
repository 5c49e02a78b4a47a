/** The logs of a span, one by one: those that Auth0 serves and the workspace does not show are shipped again. */
import { batcher, type LogBatch } from './batch.ts';
import type { QueueName } from './model.ts';
import { logReader, type RipeLog } from './read.ts';
import { logIdTimeMs } from './record/log-id.ts';
import type { Run, Stop } from './run.ts';
import { recordOf, settle } from './settle.ts';
import { idKey } from './sketch.ts';
import { storedIds } from './stored.ts';
import { queuedOf, type UnprovenSpan, within, withSettled } from './unproven.ts';
import { asking, later, reportFault } from './verify.ts';
import { isElsewhere, type Verifying } from './workspace.ts';

/** Of each run: new logs wait no longer than that takes, and the tenant's rate limit is left to others. */
const PAGES_A_RUN = 20;
/** Pages whose ids one query compares. */
const PAGES_A_SLICE = 10;
/** Each is a query. */
const SLICES_A_RUN = 6;
/** With less time left, no slice is begun. */
const SLICE_LEAST_MS = 20_000;
/** What is missing must still be posted. */
const SHIP_RESERVE_MS = 10_000;
/** While nothing shows that Azure stores again, so many logs an hour are shipped to find out. */
const TRIAL_LOGS = 100;
const TRIAL_EVERY_MS = 3_600_000;
/** A role may hide the table. Without a row seen for so long, missing rows are reported and not shipped again. */
const VISIBLE_MS = 86_400_000;

/** The first logs of a span. */
interface Slice {
  readonly logs: readonly RipeLog[];
  /** The span ends with it. */
  readonly isEnd: boolean;
}

/** What became of a slice. */
interface Outcome {
  /** Logs that must have a row. */
  readonly expected: number;
  readonly isSomeStored: boolean;
  /** Not stored, and still to be: by a queue, or by nobody. */
  readonly waiting: number;
  readonly lost: number;
}

/** Compares ids of the spans that differ, as far as this run may. Returns why the run must end, if it must. */
export async function compareIds(run: Run): Promise<Stop | undefined> {
  const { d, options } = run;
  if (!d.stored) return undefined;
  const pages = { left: PAGES_A_RUN };
  for (let slices = 0; slices < SLICES_A_RUN && pages.left > 0; slices++) {
    const nowMs = d.clock.now();
    const span = longestDue(run.unproven?.spans ?? [], nowMs);
    if (!span || options.deadlineMs - nowMs < SLICE_LEAST_MS) return undefined;
    const slice = await read(run, span, pages);
    if (!slice) return undefined;
    const compared = await compareSlice(run, d.stored, span, slice);
    if (compared) return compared === 'not now' ? undefined : compared;
  }
  return undefined;
}

function longestDue(spans: readonly UnprovenSpan[], nowMs: number): UnprovenSpan | undefined {
  const due = spans.filter(({ isDifferent, dueAtMs }) => isDifferent && dueAtMs <= nowMs);
  return due.sort((one, other) => one.dueAtMs - other.dueAtMs)[0];
}

/** Undefined when Auth0 does not answer. */
async function read(run: Run, span: UnprovenSpan, pages: { left: number }): Promise<Slice | undefined> {
  const { d, options, tally } = run;
  const reader = logReader(d, span.afterLogId, {
    deadlineMs: options.deadlineMs - SHIP_RESERVE_MS,
    ripeMs: 0,
    headroom: options.rateLimitHeadroom,
  });
  const logs: RipeLog[] = [];
  for (let read = 0; read < PAGES_A_SLICE && pages.left > 0; read++) {
    pages.left--;
    const step = await reader.next();
    // Nothing more is served of what was accepted: it has expired, or Auth0 answers otherwise the next time.
    if (step.kind === 'caught-up') return { logs, isEnd: true };
    if (step.kind !== 'page') return undefined;
    tally.sweptPage();
    for (const log of step.logs) {
      if (log.logId === undefined || logIdTimeMs(log.logId) === undefined) continue;
      if (log.logId > span.lastLogId) return { logs, isEnd: true };
      logs.push(log);
      if (log.logId === span.lastLogId) return { logs, isEnd: true };
    }
  }
  return { logs, isEnd: false };
}

/** `not now`: nothing more can be compared in this run. */
async function compareSlice(
  run: Run,
  stored: Verifying,
  span: UnprovenSpan,
  slice: Slice,
): Promise<Stop | 'not now' | undefined> {
  const { d } = run;
  const expected = slice.logs.filter(({ log }) => d.includes(log) && !isElsewhere(stored.place, log));
  // Auth0 does not serve all of what was accepted: its rows can only be counted.
  const isUnserved = slice.isEnd && expected.length < span.logs;
  const rows = await rowsOf(run, stored, isUnserved ? rangeOf(span) : idRange(expected));
  if (!rows) {
    replace(run, span, [later(span, d.clock.now())]);
    return 'not now';
  }
  const missing = expected.filter(({ logId }) => !rows.has(logId!));
  const unserved = isUnserved ? Math.max(0, span.logs - rows.size - missing.length) : 0;
  const lost = missing.length > 0 ? await lostOf(run, stored, span, missing) : [];
  if (rows.size > 0 && run.unproven) run.unproven = { ...run.unproven, visibleAtMs: d.clock.now() };
  const again = stored.isRepairing && lost.length > 0 ? lost.slice(0, mayShip(run, span)) : [];
  const { stop, shipped } = await ship(run, again);
  const outcome: Outcome = {
    expected: expected.length,
    isSomeStored: rows.size > 0,
    waiting: missing.length - lost.length,
    lost: lost.length - shipped.reduce((sum, { logIds }) => sum + logIds.length, 0) + unserved,
  };
  split(run, span, slice, outcome);
  remember(run, span, shipped);
  return stop;
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

const rangeOf = ({ fromMs, lastLogId }: UnprovenSpan): Range => ({
  fromMs,
  toMs: (logIdTimeMs(lastLogId) ?? fromMs) + 1,
});

function idRange(logs: readonly RipeLog[]): Range | undefined {
  const [first, last] = [logs[0]?.logId, logs.at(-1)?.logId];
  if (first === undefined || last === undefined) return undefined;
  return { fromMs: logIdTimeMs(first)!, toMs: logIdTimeMs(last)! + 1 };
}

/** The ids of a time that have a row. Undefined when the workspace does not answer. */
async function rowsOf(
  run: Run,
  stored: Verifying,
  range: Range | undefined,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (!range) return new Map();
  const ids = await storedIds(asking(run, stored), range);
  if (ids.kind === 'found') return ids.value;
  reportFault(run, ids);
  return undefined;
}

/**
 * Those of the missing logs that do not wait on a queue. A log of the retry queue that SQS has moved to the dead-letter
 * queue may be shipped again, which does no harm.
 */
async function lostOf(
  run: Run,
  stored: Verifying,
  span: UnprovenSpan,
  missing: readonly RipeLog[],
): Promise<readonly RipeLog[]> {
  // Spans may overlap, since late and repaired logs have their own.
  const { afterLogId, lastLogId } = span;
  const overlapping = run.unproven?.spans.filter(
    one => one.afterLogId < lastLogId && afterLogId < one.lastLogId,
  );
  let lost = missing;
  for (const queue of ['retry', 'dead-letter'] as const) {
    const queued = queuedOf(overlapping ?? [], queue);
    if (queued.length === 0 || !(await stored.holds(queue))) continue;
    // Too many to be named: they are compared again when the queue is empty.
    if (queued === 'many') return [];
    const waiting = new Set(queued);
    lost = lost.filter(({ logId }) => !waiting.has(idKey(logId!)));
  }
  return lost;
}

/** How many logs of the span may be shipped again now. */
function mayShip(run: Run, span: UnprovenSpan): number {
  const { unproven, d } = run;
  if (!unproven) return 0;
  const nowMs = d.clock.now();
  if (nowMs - unproven.visibleAtMs > VISIBLE_MS) return 0;
  if (unproven.storedAtMs >= span.acceptedAtMs) return Number.POSITIVE_INFINITY;
  if (nowMs - unproven.trialAtMs < TRIAL_EVERY_MS) return 0;
  run.unproven = { ...unproven, trialAtMs: nowMs };
  return TRIAL_LOGS;
}

/** The compared part leaves the span, unless some of it is not stored. */
function split(run: Run, span: UnprovenSpan, { logs, isEnd }: Slice, outcome: Outcome): void {
  const nowMs = run.d.clock.now();
  const { expected, waiting, lost, isSomeStored } = outcome;
  const endLogId = isEnd ? span.lastLogId : (logs.at(-1)?.logId ?? span.afterLogId);
  const isOpen = waiting + lost > 0;
  const compared = {
    ...span,
    lastLogId: endLogId,
    logs: isEnd ? span.logs : expected,
    isExact: span.isExact && isEnd,
    missing: lost,
  };
  const remainder = {
    ...span,
    afterLogId: endLogId,
    fromMs: logIdTimeMs(endLogId) ?? span.fromMs,
    logs: Math.max(0, span.logs - expected),
    isExact: false,
    missing: 0,
  };
  replace(run, span, [...(isOpen ? [later(compared, nowMs)] : []), ...(isEnd ? [] : [remainder])]);
  const { unproven } = run;
  if (isOpen || !isSomeStored || !unproven) return;
  run.unproven = { ...unproven, storedAtMs: Math.max(unproven.storedAtMs, span.acceptedAtMs) };
}

function replace(run: Run, span: UnprovenSpan, parts: readonly UnprovenSpan[]): void {
  if (!run.unproven) return;
  const spans = run.unproven.spans.flatMap(one => (one === span ? parts : one));
  run.unproven = { ...run.unproven, spans: within(spans) };
}

interface Shipped {
  readonly logIds: readonly string[];
  readonly queued: ReadonlyMap<string, QueueName>;
}

/** Ships logs again, behind the checkpoint. `shipped` are those that are accepted or queued. */
async function ship(
  run: Run,
  lost: readonly RipeLog[],
): Promise<{ readonly stop: Stop | undefined; readonly shipped: readonly Shipped[] }> {
  const { d, tally } = run;
  const batches = batcher(d.destination.maxBatchBytes);
  const shipped: Shipped[] = [];
  let stop: Stop | undefined;
  const settleAgain = async (batch: LogBatch | undefined) => {
    if (!batch || stop) return;
    const settled = await settle(run, batch);
    stop = settled.stop;
    if (!settled.isPassed) return;
    shipped.push({ logIds: batch.records.map(({ logId }) => logId), queued: settled.queued });
    tally.counts.logsRepaired += batch.records.length;
  };
  for (const { checkpoint: _, ...log } of lost) await settleAgain(batches.add(log, recordOf(run, log.log)));
  await settleAgain(batches.flush());
  if (shipped.length > 0)
    d.journal.warn('logs that were accepted but not stored were shipped again', {
      logs: tally.counts.logsRepaired,
    });
  return { stop, shipped };
}

/** What was shipped again is to be proven too. */
function remember(run: Run, { afterLogId }: UnprovenSpan, shipped: readonly Shipped[]): void {
  for (const { logIds, queued } of shipped) {
    if (!run.unproven) return;
    run.unproven = withSettled(
      run.unproven,
      { afterLogId, logIds, queued, isBehind: true },
      run.d.clock.now(),
    );
  }
}
