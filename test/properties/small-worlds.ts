/**
 * One small world, and everything that can go wrong in it: every fault at every call, and every pair of faults, enumerated
 * and not drawn. Seven logs in two batches, one that Azure rejects for good, one that a gateway forbids for now, one that
 * Auth0 serves late, and a message of two on the retry queue, one of which Azure rejects for good.
 */
import { decodeFailedBatch, encodeFailedBatch } from '../../lambda/core/failed-batch.ts';
import { readLate } from '../../lambda/core/late.ts';
import type { Fault, PostAnswer } from '../../lambda/core/model.ts';
import type { RunReport } from '../../lambda/core/report.ts';
import { type AzureFault, type CallName, type Faults, log, PIPELINE, START_MS, world } from '../world.ts';
import { laws, QUOTA, wrongReasons } from './laws.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Records in a batch are four at most. */
const BATCH_BYTES = 2_000;
const IN_FLIGHT = 2;
/** Ticks of five minutes after the last fault: a wait of an hour, and two sweeps. */
export const END_TICKS_MOST = 24;

/** What may go wrong at a call, by name. */
type Kind = string;
const KILLS = ['killed before', 'killed after'];
const AUTH0: Record<string, Fault> = {
  down: { verdict: 'unavailable', message: 'down' },
  throttled: { verdict: 'throttled', message: 'slow down', retryAfterMs: 4000 },
  'a quota for an hour': { verdict: 'throttled', message: QUOTA, retryAfterMs: HOUR },
  denied: { verdict: 'denied', message: 'no' },
};
const AZURE: Record<string, AzureFault> = {
  200: 'accept-then-unanswered',
  '200, then 203': 'accept-then-intercepted',
  203: { kind: 'answered', status: 203 },
  400: { kind: 'answered', status: 400, code: 'InvalidDataFormat' },
  403: { kind: 'answered', status: 403 },
  404: { kind: 'answered', status: 404 },
  413: { kind: 'answered', status: 413 },
  '429 for an hour': { kind: 'answered', status: 429, message: QUOTA, retryAfterMs: HOUR },
  500: { kind: 'answered', status: 500 },
  'no answer': { kind: 'unanswered', code: 'ETIMEDOUT', message: 'no answer' },
  'no token': { kind: 'unauthorised', fault: { verdict: 'denied', message: 'no', isTokenRefused: true } },
};
const EMPTY = 'nothing to show';
/** From this call on, until the end of the mishaps. */
const NOWHERE = 'leads nowhere';

function kindsOf(name: CallName): readonly Kind[] {
  if (name === 'post') return [...KILLS, ...Object.keys(AZURE)];
  if (name.startsWith('put')) return [...KILLS, 'fail', 'half', 'fail-after'];
  if (name.startsWith('state')) return [...KILLS, 'fail', 'fail-after'];
  if (name === 'page') return [...KILLS, ...Object.keys(AUTH0), EMPTY, NOWHERE];
  return [...KILLS, ...Object.keys(AUTH0), ...(name === 'start' ? [] : [EMPTY])];
}

/** What goes wrong, and at which call, counted from the first one. */
export interface Mishap {
  readonly at: number;
  readonly kind: Kind;
}

export interface SmallVerdict {
  readonly mishaps: readonly Mishap[];
  /** The calls that were made until the end of the mishaps. */
  readonly calls: readonly CallName[];
  /** What is wrong by the laws of safety and of liveness. */
  readonly wrong: readonly string[];
  readonly ticksToEnd: number;
  readonly duplicates: number;
}

/** Plays the small world with these mishaps. */
export async function playSmall(mishaps: readonly Mishap[]): Promise<SmallVerdict> {
  const calls: CallName[] = [];
  let now: Kind | undefined;
  let isOver = false;
  const nowhere = new Set<string>();
  const auth0 = () => (now === undefined ? undefined : AUTH0[now]);
  const faults: Faults = {
    call: name => {
      now = isOver ? undefined : mishaps.find(({ at }) => at === calls.length)?.kind;
      if (!isOver) calls.push(name);
      if (now === 'killed before') return 'before';
      return now === 'killed after' ? 'after' : undefined;
    },
    page: (_, after) => {
      if (now === NOWHERE) nowhere.add(after);
      const isEmpty = now === EMPTY || (!isOver && nowhere.has(after));
      return isEmpty ? { kind: 'page', logs: [] } : auth0();
    },
    start: auth0,
    newest: () => (now === EMPTY ? 'nothing' : auth0()),
    search: () => (now === EMPTY ? 'nothing' : auth0()),
    post: () => (now === undefined ? undefined : AZURE[now]),
    put: () => (now === 'fail' || now === 'half' || now === 'fail-after' ? now : undefined),
    state: () => (now === 'fail' || now === 'fail-after' ? now : undefined),
  };
  const [spoilt, first] = [log(0, 11 * MINUTE), log(0, 10 * MINUTE)];
  const logs = Array.from({ length: 6 }, (_, n) => log(n + 1, 5 * MINUTE - n * 10_000));
  const [rejected, forbidden, waitsInVain] = [logs[1]!, logs[3]!, spoilt].map(one => String(one['log_id']));
  const poison = (id: string): PostAnswer | undefined => {
    if (id === rejected || id === waitsInVain)
      return { kind: 'answered', status: 400, code: 'InvalidDataFormat', message: 'no' };
    return id === forbidden && !isOver ? { kind: 'answered', status: 403, message: 'no' } : undefined;
  };
  const startFrom = { kind: 'log', logId: String(first['log_id']) } as const;
  const w = world({
    logs: [first, ...logs],
    faults,
    poison,
    maxBatchBytes: BATCH_BYTES,
    maxInFlight: IN_FLIGHT,
    options: { startFrom },
  });
  const { shape } = w.ports().d;
  const put = [spoilt, first].map(shape).map(({ logId, json }) => ({ logId, json: Buffer.from(json) }));
  const waiting = encodeFailedBatch({
    pipeline: PIPELINE,
    records: put,
    reason: { verdict: 'unavailable', status: 503, message: 'down' },
    failedAtMs: START_MS,
    attempts: 5,
  });
  w.queues.retry.push(...waiting);
  for (const { logId } of put) w.answers.set(logId, new Set(['503']));

  const watch = laws(w, { maxInFlight: IN_FLIGHT });
  const tick = () => watch.watched(() => w.mortalTick());
  await tick();
  await w.replayAll();
  w.advance(3 * MINUTE);
  await tick();
  w.insertLate(log(100, 5 * MINUTE - 5_000));
  w.advance(16 * MINUTE);
  await tick();
  await w.replayAll();
  isOver = true;

  w.tenant.push(log(101, -19 * MINUTE));
  w.advance(5 * MINUTE);
  const overAtMs = w.clock.now();
  let report: RunReport | 'killed' = 'killed';
  let ticksToEnd = 0;
  const isSwept = () => {
    const late = readLate(w.state().late);
    return late !== undefined && !late.sweep && late.sweptAtMs > overAtMs;
  };
  const isEnded = () =>
    w.missing().length === 0 &&
    w.queues.retry.length === 0 &&
    isSwept() &&
    report !== 'killed' &&
    report.outcome === 'caught-up';
  for (; ticksToEnd < END_TICKS_MOST && !isEnded(); ticksToEnd++) {
    report = await tick();
    await w.replayAll();
    w.advance(5 * MINUTE);
  }
  const wrong = [...w.violations, ...w.missing().map(id => `missing: ${id}`)];
  wrong.push(...watch.stalls, ...watch.excesses, ...w.repeats, ...wrongReasons(w));
  if (!isEnded()) wrong.push(`no end after ${END_TICKS_MOST} ticks`);
  const dead = w.queues['dead-letter'].map(decodeFailedBatch);
  for (const { logId } of put) {
    const isDead = dead.some(one => one.kind === 'failed-batch' && one.records.some(r => r.logId === logId));
    if (!w.accepted.has(logId) && !isDead) wrong.push(`${logId} waited on the retry queue, and is nowhere`);
  }
  const allowed = duplicatesMost(mishaps.length, w.largestPost());
  if (w.duplicates() > allowed) wrong.push(`${w.duplicates()} duplicates, ${allowed} are allowed`);
  return { mishaps, calls, wrong, ticksToEnd, duplicates: w.duplicates() };
}

/** For each mishap the batches in flight, and two records of evidence for each delivery that it makes anew. */
const duplicatesMost = (mishaps: number, largest: number) => mishaps * (IN_FLIGHT * largest + 2 * IN_FLIGHT);

/** The world in which nothing goes wrong, and each in which one thing does. */
export async function* singles(): AsyncGenerator<SmallVerdict> {
  const nothing = await playSmall([]);
  yield nothing;
  yield* after(nothing);
}

/** Each world in which two things go wrong; of them, every `stride`-th. The second one may come at any later call. */
export async function* pairs(stride = 1, from = 0): AsyncGenerator<SmallVerdict> {
  const nothing = await playSmall([]);
  let index = 0;
  for await (const single of after(nothing)) {
    for (const mishaps of nextOf(single)) if (index++ % stride === from) yield await playSmall(mishaps);
  }
}

async function* after(verdict: SmallVerdict) {
  for (const mishaps of nextOf(verdict)) yield await playSmall(mishaps);
}

/** The mishaps of this world and one more, at each of the calls that it makes after the last one. */
function nextOf({ mishaps, calls }: SmallVerdict): (readonly Mishap[])[] {
  const last = mishaps.at(-1)?.at ?? -1;
  return calls.flatMap((name, at) =>
    at <= last ? [] : kindsOf(name).map(kind => [...mishaps, { at, kind }]),
  );
}
