/** Auth0's logs after a log id, page by page, the next page fetched while the last one is worked on. */
import { backoffMs } from './backoff.ts';
import { logDateOf, logIdOf } from './log.ts';
import { isPastLogId, logIdTimeMs } from './log-id.ts';
import type { Checkpoint, Clock, Fault, LogSource, PageAnswer, Random, RateLimit } from './model.ts';

export interface ReadDependencies {
  readonly source: LogSource;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ReadOptions {
  readonly deadlineMs: number;
  /** Younger logs are left for the next run, since Auth0 may still insert one with a smaller id. */
  readonly settleMs: number;
  /** Share of the rate limit left to the tenant's other callers, 0 to 1. */
  readonly headroom: number;
}

export interface SettledLog {
  readonly log: unknown;
  /** What may become the checkpoint once this log, and all before it, are settled. */
  readonly checkpoint?: Checkpoint;
  /** The log's own id, when it has one that can be a place among Auth0's logs. */
  readonly logId?: string;
  readonly dateMs?: number;
}

export type ReadStep =
  | { readonly kind: 'page'; readonly logs: readonly SettledLog[]; readonly rateLimit?: RateLimit }
  | { readonly kind: 'caught-up' }
  | { readonly kind: 'out-of-time' }
  | { readonly kind: 'fault'; readonly fault: Fault };

const PAGE_TIMEOUT_MS = 20_000;
const PAGE_LEAST_MS = 2_000;
const MAX_ATTEMPTS = 6;
const BACKOFF = { baseMs: 500, capMs: 10_000 };
/** A date further ahead than this is a broken date: waiting for it would stop the line, and the lag would hide behind it. */
const FUTURE_TOLERANCE_MS = 300_000;
const MAX_LOG_ID_CHARACTERS = 256;

/** Reads until the logs, the time or Auth0's patience end. Every step after one that is no page is the same. */
export function logReader(
  d: ReadDependencies,
  afterLogId: string,
  options: ReadOptions,
): { next(): Promise<ReadStep> } {
  let rateLimit: RateLimit | undefined;
  const fetchPage = async (after: string): Promise<PageAnswer | { kind: 'out-of-time' }> => {
    for (let attempt = 0; ; attempt++) {
      const paceMs = rateLimit ? waitForRateLimitMs(rateLimit, options.headroom, d.clock.now()) : 0;
      if (d.clock.now() + paceMs + PAGE_LEAST_MS > options.deadlineMs) return { kind: 'out-of-time' };
      if (paceMs > 0) await d.clock.sleep(paceMs);
      const timeoutMs = Math.min(PAGE_TIMEOUT_MS, options.deadlineMs - d.clock.now());
      const answer = await d.source.page(after, timeoutMs);
      rateLimit = answer.rateLimit;
      if (answer.kind === 'page' || answer.fault.verdict === 'denied') return answer;
      const retryAfterMs = answer.fault.retryAfterMs ?? 0;
      const waitMs = backoffMs(attempt, d.random, { ...BACKOFF, retryAfterMs });
      if (attempt + 1 >= MAX_ATTEMPTS) return answer;
      if (d.clock.now() + waitMs + PAGE_LEAST_MS > options.deadlineMs) return answer;
      await d.clock.sleep(waitMs);
      rateLimit = undefined;
    }
  };

  let last: ReadStep | undefined;
  let after = afterLogId;
  let ahead = prefetch(fetchPage(after));
  const next = async (): Promise<ReadStep> => {
    if (last) return last;
    const answer = await ahead;
    if (answer.kind !== 'page') {
      last = answer.kind === 'fault' ? { kind: 'fault', fault: answer.fault } : answer;
      return last;
    }
    const page = settle(answer, after, d.clock.now(), options.settleMs);
    if (page.end) last = page.end;
    else {
      after = page.after;
      ahead = prefetch(fetchPage(after));
    }
    if (page.logs.length === 0) return last ?? next();
    return { kind: 'page', logs: page.logs, ...(answer.rateLimit ? { rateLimit: answer.rateLimit } : {}) };
  };
  return { next };
}

type SettledPage = { readonly logs: readonly SettledLog[] } & (
  | { readonly end: ReadStep }
  | { readonly end?: undefined; readonly after: string }
);

/** The settled part of a page and where to go on. */
function settle(
  answer: Extract<PageAnswer, { kind: 'page' }>,
  after: string,
  nowMs: number,
  settleMs: number,
): SettledPage {
  if (answer.logs.length === 0) return { logs: [], end: { kind: 'caught-up' } };
  const given = answer.logs.map(logIdOf);
  const ids = given.map(id => placeOf(id, after, nowMs));
  const ordered = isAscending([after, ...ids.filter(id => id !== undefined)]);
  const link = linkOf(answer.nextLogId, given, after, nowMs);
  if (!ordered && link === undefined) return { logs: [], end: { kind: 'fault', fault: OUT_OF_ORDER } };
  const logs: SettledLog[] = [];
  for (const [index, log] of answer.logs.entries()) {
    const dateMs = dateOf(log, nowMs);
    if (dateMs !== undefined && isUnsettled(nowMs - dateMs, settleMs)) {
      return { logs: ordered ? logs : [], end: { kind: 'caught-up' } };
    }
    const isLast = index === answer.logs.length - 1;
    const own = ordered ? ids[index] : undefined;
    const logId = isLast ? endOf(own, link) : own;
    logs.push(settledLog(log, ids[index], logId, dateMs));
  }
  const moved = logs.findLast(log => log.checkpoint)?.checkpoint?.logId;
  if (moved === undefined || moved === after) return { logs, end: { kind: 'fault', fault: NO_PROGRESS } };
  return { logs, after: moved };
}

/** `end`: the id that the checkpoint may move to. Fields are set one by one, since spreading costs more than all else here. */
function settledLog(
  log: unknown,
  logId: string | undefined,
  end: string | undefined,
  dateMs: number | undefined,
): SettledLog {
  const settled: { -readonly [K in keyof SettledLog]: SettledLog[K] } = { log };
  if (logId !== undefined) settled.logId = logId;
  if (dateMs !== undefined) settled.dateMs = dateMs;
  if (end !== undefined) {
    settled.checkpoint = dateMs === undefined ? { logId: end } : { logId: end, logDateMs: dateMs };
  }
  return settled;
}

/**
 * The id, when logs can be read from it; undefined for one that would lead astray, so that its log ships like one
 * without an id. Where the checkpoint has the known form, only that form is believed: else only Auth0's link is.
 */
function placeOf(id: string | undefined, after: string, nowMs: number): string | undefined {
  if (id === undefined || isPastLogId(id, nowMs)) return id;
  const isUnknownForm = logIdTimeMs(id) === undefined && logIdTimeMs(after) === undefined;
  return isUnknownForm && id.length <= MAX_LOG_ID_CHARACTERS ? id : undefined;
}

/**
 * The id of the link, unless it would lead astray likewise. One of a form that is new to us is believed where all logs
 * of the page, and not just one, have ids of such a form: then Auth0 has changed it.
 */
function linkOf(
  nextLogId: string | undefined,
  ids: readonly (string | undefined)[],
  after: string,
  nowMs: number,
): string | undefined {
  const isNewForm = ids.length > 1 && ids.every(id => id !== undefined && logIdTimeMs(id) === undefined);
  return isNewForm ? nextLogId : placeOf(nextLogId, after, nowMs);
}

/** Where a page ends: its last log's id, or its link; the smaller one where they differ, since a greater one would skip logs. */
function endOf(own: string | undefined, link: string | undefined): string | undefined {
  if (own === undefined || link === undefined) return own ?? link;
  return isAscending([own, link]) ? own : link;
}

function dateOf(log: unknown, nowMs: number): number | undefined {
  const dateMs = logDateOf(log);
  return dateMs !== undefined && dateMs < nowMs + FUTURE_TOLERANCE_MS ? dateMs : undefined;
}

function isUnsettled(ageMs: number, settleMs: number): boolean {
  return settleMs > 0 && ageMs < settleMs;
}

/** Ids are opaque, but where they are digits of one length their order is known, and a wrong order would lose logs. */
function isAscending(ids: readonly string[]): boolean {
  return ids.every((id, index) => {
    const before = ids[index - 1];
    if (before === undefined || id.length !== before.length || !/^\d+$/.test(id + before)) return true;
    return before <= id;
  });
}

/**
 * Milliseconds until a call leaves the headroom untouched. Less than one whole call cannot be kept back: of two, as
 * the Free plan has, a headroom of a tenth is none, or half of the limit would be lost to resets in whole seconds.
 */
export function waitForRateLimitMs(rateLimit: RateLimit, headroom: number, nowMs: number): number {
  const reserved = Math.min(rateLimit.limit - 1, Math.floor(rateLimit.limit * headroom));
  if (rateLimit.remaining > reserved) return 0;
  // Reset is told in whole seconds and may lie up to a minute ahead; further is a clock that is wrong.
  return Math.min(60_000, Math.max(0, rateLimit.resetAtMs - nowMs));
}

/** Marks a promise that may be abandoned: its rejection, a bug, must surface only where it is awaited. */
function prefetch<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const OUT_OF_ORDER: Fault = {
  verdict: 'unavailable',
  code: 'OUT_OF_ORDER',
  message:
    'Auth0 answered logs that are not after the checkpoint or not ascending, with no link to a next page; nothing was shipped of that page, since going on could skip logs',
};
const NO_PROGRESS: Fault = {
  verdict: 'unavailable',
  code: 'NO_PROGRESS',
  message:
    'Auth0 answered a page that names no log id after the checkpoint; its logs were shipped, and will be again until a log with an id follows',
};
