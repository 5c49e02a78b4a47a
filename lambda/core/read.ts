/** Auth0's logs after a log id, page by page, the next page fetched while the last one is worked on. */
import { type AskDependencies, type AskOptions, asker, type OutOfTime } from './ask.ts';
import { AUTH0_PAGE_SIZE } from './contract.ts';
import { ANSWER_TOO_LARGE } from './http.ts';
import type { Checkpoint, Fault, LogSource, PageAnswer, RateLimit } from './model.ts';
import { logDateOf, logIdOf } from './record/log.ts';
import { isAfter, isPastIdTime, logIdTimeMs } from './record/log-id.ts';

export interface ReadDependencies extends AskDependencies {
  readonly source: Pick<LogSource, 'page'>;
}

export interface ReadOptions extends AskOptions {
  /** Younger logs are left for the next run, since Auth0 may still insert one with a smaller id. */
  readonly ripeMs: number;
}

export interface RipeLog {
  readonly log: unknown;
  /** What may become the checkpoint once this log, and all before it, are settled. */
  readonly checkpoint?: Checkpoint;
  /** The log's own id, when it has one that can be a place among Auth0's logs. */
  readonly logId?: string;
  /** When it happened: by its date, or by its id where the date contradicts it. */
  readonly dateMs?: number;
  /** When Auth0 gave the id, which no single log can falsify, since pages are in the order of ids. */
  readonly idTimeMs?: number;
}

export type ReadStep =
  | { readonly kind: 'page'; readonly logs: readonly RipeLog[]; readonly rateLimit?: RateLimit }
  /** `isEmpty`: by an empty page, which alone proves nothing; else by logs that are too young. `atMs`: when it was answered. */
  | { readonly kind: 'caught-up'; readonly isEmpty: boolean; readonly atMs: number }
  | { readonly kind: 'out-of-time' }
  | { readonly kind: 'fault'; readonly fault: Fault };

export type CaughtUp = Extract<ReadStep, { kind: 'caught-up' }>;

/** A date further from the id's time than this contradicts it: Auth0 gives ids within seconds. */
const CONTRADICTION_MS = 3_600_000;
const MAX_LOG_ID_CHARACTERS = 256;
/** How much later a link may be than the newest log of its page. */
const LINK_TOLERANCE_MS = 60_000;

/** Reads until no log, no time or no call is left. After a step that is not a page, each step is the same. */
export function logReader(
  d: ReadDependencies,
  afterLogId: string,
  options: ReadOptions,
): { next(): Promise<ReadStep> } {
  const fetchPage = pageFetcher(d, options);
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
    const page = ripePart(answer, after, d.clock.now(), options.ripeMs);
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

/** Asks for fewer logs where a page is too large for the memory, down to one, and for more again after that. */
function pageFetcher(d: ReadDependencies, options: ReadOptions) {
  const ask = asker(d, options);
  let take = AUTH0_PAGE_SIZE;
  return async (after: string): Promise<PageAnswer | OutOfTime> => {
    for (;;) {
      const asked = take;
      const answer = await ask(timeoutMs => d.source.page(after, timeoutMs, asked));
      if (answer.kind !== 'fault' || answer.fault.code !== ANSWER_TOO_LARGE || asked === 1) {
        take = Math.min(AUTH0_PAGE_SIZE, asked * 2);
        return answer;
      }
      take = Math.ceil(asked / 5);
    }
  };
}

type RipePage = { readonly logs: readonly RipeLog[] } & (
  | { readonly end: ReadStep }
  | { readonly end?: undefined; readonly after: string }
);

/** A log's id that logs can be read from. */
interface Place {
  readonly logId: string;
  /** Undefined for an id of a form that is unknown. */
  readonly timeMs?: number;
}

/** The ripe part of a page and where to go on. */
function ripePart(
  answer: Extract<PageAnswer, { kind: 'page' }>,
  after: string,
  nowMs: number,
  ripeMs: number,
): RipePage {
  const caughtUp = { kind: 'caught-up', atMs: nowMs } as const;
  if (answer.logs.length === 0) return { logs: [], end: { ...caughtUp, isEmpty: true } };
  const seen = seenOf(answer.logs, after, nowMs);
  const { places, dates, ordered } = seen;
  const link = linkOf(answer.nextLogId, seen, after, nowMs);
  if (!ordered && link === undefined) return { logs: [], end: { kind: 'fault', fault: OUT_OF_ORDER } };
  const logs: RipeLog[] = [];
  for (let index = 0; index < answer.logs.length; index++) {
    const log = answer.logs[index];
    const place = places[index];
    const timeMs = place?.timeMs ?? dates[index];
    if (timeMs !== undefined && isUnripe(nowMs - timeMs, ripeMs)) {
      return { logs: ordered ? logs : [], end: { ...caughtUp, isEmpty: false } };
    }
    const isLast = index === answer.logs.length - 1;
    const own = ordered ? place?.logId : undefined;
    logs.push(ripeLog(log, place, isLast ? endOf(own, link) : own, dates[index]));
  }
  const moved = logs.findLast(log => log.checkpoint)?.checkpoint?.logId;
  if (moved === undefined || moved === after) return { logs, end: { kind: 'fault', fault: NO_PROGRESS } };
  return { logs, after: moved };
}

/** `end`: the id that the checkpoint may move to. Fields are set one by one, since spreading costs more than all else here. */
function ripeLog(
  log: unknown,
  place: Place | undefined,
  end: string | undefined,
  dateMs: number | undefined,
): RipeLog {
  const ripe: { -readonly [K in keyof RipeLog]: RipeLog[K] } = { log };
  if (place !== undefined) {
    ripe.logId = place.logId;
    if (place.timeMs !== undefined) ripe.idTimeMs = place.timeMs;
  }
  if (dateMs !== undefined) ripe.dateMs = dateMs;
  if (end !== undefined) {
    ripe.checkpoint = dateMs === undefined ? { logId: end } : { logId: end, logDateMs: dateMs };
  }
  return ripe;
}

/** Logs that were found by search, each a place of its own; those without one are left out. Ascending by id. */
export function foundLogs(logs: readonly unknown[], after: string, nowMs: number): RipeLog[] {
  const placed = logs.flatMap(log => {
    const place = placeOf(logIdOf(log), after, nowMs);
    return place && isAfter(place.logId, after)
      ? [ripeLog(log, place, place.logId, dateOf(log, place, nowMs))]
      : [];
  });
  return placed.sort((one, other) => (one.logId! < other.logId! ? -1 : 1));
}

/**
 * The id, when logs can be read from it; undefined for one that would lead astray, so that its log ships like one
 * without an id. Where the checkpoint has the known form, only that form is believed: else only Auth0's link is.
 */
function placeOf(id: string | undefined, after: string, nowMs: number): Place | undefined {
  if (id === undefined) return undefined;
  const timeMs = logIdTimeMs(id);
  if (timeMs !== undefined) return isPastIdTime(timeMs, nowMs) ? { logId: id, timeMs } : undefined;
  const isUnknownForm = logIdTimeMs(after) === undefined;
  return isUnknownForm && id.length <= MAX_LOG_ID_CHARACTERS ? { logId: id } : undefined;
}

/** What a page shows of each of its logs. */
interface Seen {
  readonly given: readonly (string | undefined)[];
  readonly places: readonly (Place | undefined)[];
  readonly dates: readonly (number | undefined)[];
  /** The places do not descend, as far as it is known, nor lie before the checkpoint. */
  readonly ordered: boolean;
}

/** In one loop, since nothing else is done to each log as often. */
function seenOf(logs: readonly unknown[], after: string, nowMs: number): Seen {
  const given: (string | undefined)[] = [];
  const places: (Place | undefined)[] = [];
  const dates: (number | undefined)[] = [];
  let last = after;
  let ordered = true;
  for (const log of logs) {
    const id = logIdOf(log);
    const place = placeOf(id, after, nowMs);
    given.push(id);
    places.push(place);
    dates.push(dateOf(log, place, nowMs));
    if (place === undefined) continue;
    if (isAfter(last, place.logId)) ordered = false;
    last = place.logId;
  }
  return { given, places, dates, ordered };
}

/**
 * The id of the link, which decides nothing alone: it leads forward, and is the id of a log on the page or not later
 * than what the page shows; else logs would be skipped. A form that is new to us is believed where all logs of the page,
 * and not just one, have ids of such a form: then Auth0 has changed it.
 */
function linkOf(
  nextLogId: string | undefined,
  { given, places, dates }: Seen,
  after: string,
  nowMs: number,
): string | undefined {
  if (nextLogId === undefined || nextLogId.length > MAX_LOG_ID_CHARACTERS) return undefined;
  if (nextLogId === after || !isAscending(after, nextLogId)) return undefined;
  const isNewForm = given.length > 1 && given.every(id => id !== undefined && logIdTimeMs(id) === undefined);
  const link = isNewForm ? { logId: nextLogId } : placeOf(nextLogId, after, nowMs);
  if (!link || given.includes(link.logId)) return link?.logId;
  const times = [...places.map(place => place?.timeMs), ...dates].filter(ms => ms !== undefined);
  // A page that shows nothing but its link could never be passed otherwise.
  if (times.length === 0) return given.every(id => id === undefined) ? link.logId : undefined;
  return link.timeMs !== undefined && link.timeMs <= Math.max(...times) + LINK_TOLERANCE_MS
    ? link.logId
    : undefined;
}

/** Where a page ends: its last log's id, or its link; the smaller one where they differ, since a greater one would skip logs. */
function endOf(own: string | undefined, link: string | undefined): string | undefined {
  if (own === undefined || link === undefined) return own ?? link;
  return isAscending(own, link) ? own : link;
}

/** The log's date, unless it lies in the future or contradicts its id: then the id's time, or none. */
function dateOf(log: unknown, place: Place | undefined, nowMs: number): number | undefined {
  const dateMs = logDateOf(log);
  const idTimeMs = place?.timeMs;
  if (idTimeMs === undefined) return dateMs !== undefined && dateMs <= nowMs ? dateMs : undefined;
  return dateMs !== undefined && Math.abs(dateMs - idTimeMs) <= CONTRADICTION_MS && dateMs <= nowMs
    ? dateMs
    : idTimeMs;
}

function isUnripe(ageMs: number, ripeMs: number): boolean {
  return ripeMs > 0 && ageMs < ripeMs;
}

/** A wrong order would lose logs, as far as it is known. */
const isAscending = (one: string, other: string): boolean => !isAfter(one, other);

/** Marks a promise that may be abandoned: its rejection, a bug, must surface only where it is awaited. */
export function prefetch<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const OUT_OF_ORDER: Fault = {
  verdict: 'unavailable',
  code: 'OUT_OF_ORDER',
  message:
    'Auth0 returned logs that are not after the checkpoint or not in ascending order, and no link to a next page; no log of this page was shipped, because continuing could skip logs',
};
const NO_PROGRESS: Fault = {
  verdict: 'unavailable',
  code: 'NO_PROGRESS',
  message:
    'Auth0 returned a page without a log id after the checkpoint; its logs were shipped, and are shipped again until a log with an id follows',
};
