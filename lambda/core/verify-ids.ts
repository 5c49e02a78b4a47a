/** The logs of a span, one by one: those that Auth0 serves and the workspace does not show are shipped again. */
import { logReader, type RipeLog } from './read.ts';
import { logIdTimeMs } from './record/log-id.ts';
import { lostOf, mayShip, type Shipped, shipAgain } from './repair.ts';
import type { Run, Stop } from './run.ts';
import { storedIds } from './stored.ts';
import { shippedAgain, type Unproven, type UnprovenSpan, within } from './unproven.ts';
import { asking, later, repaired, reportFault } from './verify.ts';
import { isElsewhere, type Verifying } from './workspace.ts';

/** Of each run: new logs wait no longer than that takes, and the tenant's rate limit is left to others. */
const PAGES_A_RUN = 20;
/** Pages whose ids one query compares. */
const PAGES_A_SLICE = 10;
/** Each is a query. */
const SLICES_A_RUN = 6;
/** With less time left, no slice is begun. */
const SLICE_LEAST_MS = 30_000;
/** What was read must still be compared, and what is missing be posted. */
const COMPARE_RESERVE_MS = 20_000;
/** The first logs of a span. */
interface Slice {
  readonly logs: readonly RipeLog[];
  /** The span ends with it. */
  readonly isEnd: boolean;
}

/** What became of a slice. */
interface Outcome {
  /** Logs that must have a row, or have one. */
  readonly logs: number;
  /** Not stored, and still to be: by a queue, or by nobody. */
  readonly waiting: number;
  readonly lost: number;
  readonly shipped: Shipped;
}

/** Compares ids of the spans that differ, as far as this run may. Returns why the run must end, if it must. */
export async function compareIds(run: Run, deadlineMs = run.options.deadlineMs): Promise<Stop | undefined> {
  const { d } = run;
  if (!d.stored) return undefined;
  const pages = { left: PAGES_A_RUN };
  for (let slices = 0; slices < SLICES_A_RUN && pages.left > 0; slices++) {
    const nowMs = d.clock.now();
    const span = longestDue(run.unproven?.spans ?? [], nowMs);
    if (!span || deadlineMs - nowMs < SLICE_LEAST_MS) return undefined;
    const slice = await read(run, span, pages, deadlineMs - COMPARE_RESERVE_MS);
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

/** As much as Auth0 serves in the time. Undefined when that is nothing. */
async function read(
  run: Run,
  span: UnprovenSpan,
  pages: { left: number },
  deadlineMs: number,
): Promise<Slice | undefined> {
  const { d, options, tally } = run;
  const headroom = options.rateLimitHeadroom;
  const reader = logReader(d, span.afterLogId, { deadlineMs, ripeMs: 0, headroom });
  const logs: RipeLog[] = [];
  for (let read = 0; read < PAGES_A_SLICE && pages.left > 0; read++) {
    pages.left--;
    const step = await reader.next();
    // Nothing more is served of what was accepted: it has expired, or Auth0 answers otherwise the next time.
    if (step.kind === 'caught-up') return { logs, isEnd: true };
    if (step.kind !== 'page') {
      pages.left = 0;
      if (logs.length > 0) return { logs, isEnd: false };
      const why = step.kind === 'fault' ? step.fault.message : 'no answer in time';
      tally.counts.verifyFault = `Auth0 does not serve the logs to compare: ${why}`;
      return undefined;
    }
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
  const isExpected = ({ log }: RipeLog) => d.includes(log) && !isElsewhere(stored.place, log);
  const expected = slice.logs.filter(isExpected);
  // Auth0 does not serve all of what was accepted: its rows can only be counted.
  const isUnserved = slice.isEnd && expected.length < span.logs;
  const rows = await rowsOf(run, stored, isUnserved ? rangeOf(span) : idRange(slice.logs));
  if (!rows) {
    askAnew(run);
    return 'not now';
  }
  const missing = expected.filter(({ logId }) => !rows.has(logId!));
  const unserved = isUnserved ? Math.max(0, span.logs - rows.size - missing.length) : 0;
  const lost = missing.length > 0 ? await lostOf(run, stored, span, missing) : [];
  if (rows.size > 0) note(run, { visibleAtMs: d.clock.now() });
  if (slice.isEnd && isStoring(span, rows, missing.length)) note(run, { storedAtMs: span.acceptedAtMs });
  const again = stored.isRepairing && lost.length > 0 ? lost.slice(0, mayShip(run, span)) : [];
  const { stop, shipped } = await shipAgain(run, again);
  split(run, span, slice, {
    // What the configuration excludes by now may have a row.
    logs: slice.logs.filter(log => isExpected(log) || rows.has(log.logId!)).length,
    waiting: missing.length - lost.length,
    lost: lost.length - shipped.logIds.length + unserved,
    shipped,
  });
  return stop;
}

/** The workspace does not answer: its counts are asked for again when it is time, and what is due stays due. */
function askAnew(run: Run): void {
  const spans = run.unproven?.spans.map(span => ({ ...span, isDifferent: false }));
  if (run.unproven && spans) run.unproven = { ...run.unproven, spans };
}

/** Remembers the later of two times. */
function note(run: Run, times: Partial<Pick<Unproven, 'visibleAtMs' | 'storedAtMs'>>): void {
  const { unproven } = run;
  if (!unproven) return;
  const { visibleAtMs = 0, storedAtMs = 0 } = times;
  run.unproven = {
    ...unproven,
    visibleAtMs: Math.max(unproven.visibleAtMs, visibleAtMs),
    storedAtMs: Math.max(unproven.storedAtMs, storedAtMs),
  };
}

/** Whether what was accepted last of the span has a row: of logs shipped again, whether fewer are missing now. */
const isStoring = (span: UnprovenSpan, rows: ReadonlyMap<string, number>, missing: number): boolean =>
  span.again === undefined ? rows.has(span.lastLogId) : missing < span.missing + span.again;

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

/** The compared part leaves the span, unless some of it is not stored. */
function split(run: Run, span: UnprovenSpan, { logs, isEnd }: Slice, outcome: Outcome): void {
  const nowMs = run.d.clock.now();
  const { waiting, lost, shipped } = outcome;
  const endLogId = isEnd ? span.lastLogId : (logs.at(-1)?.logId ?? span.afterLogId);
  const wasRepaired = span.again !== undefined;
  const compared = {
    ...span,
    lastLogId: endLogId,
    logs: isEnd ? span.logs : outcome.logs,
    isExact: span.isExact && isEnd,
    missing: lost,
    ...(wasRepaired && { again: 0 }),
  };
  const remainder = {
    ...span,
    afterLogId: endLogId,
    fromMs: logIdTimeMs(endLogId) ?? span.fromMs,
    logs: Math.max(0, span.logs - outcome.logs),
    isExact: false,
    missing: 0,
    ...(wasRepaired && { again: 0 }),
  };
  const left = shipped.logIds.length > 0 ? shippedAgain(compared, shipped, nowMs) : compared;
  const open =
    waiting + lost > 0
      ? [later(left, nowMs)]
      : left === compared
        ? []
        : [repaired(left, nowMs, run.options.retentionMs)];
  replace(run, span, [...open, ...(isEnd ? [] : [remainder])]);
}

function replace(run: Run, span: UnprovenSpan, parts: readonly UnprovenSpan[]): void {
  if (!run.unproven) return;
  const spans = run.unproven.spans.flatMap(one => (one === span ? parts : one));
  run.unproven = { ...run.unproven, spans: within(spans) };
}
