/** Random scenarios: what a bad fortnight can do to a pipeline, and what must hold afterwards. */
import fc from 'fast-check';
import { readLate } from '../../lambda/core/late.ts';
import type { Fault, PostAnswer } from '../../lambda/core/model.ts';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { KINDS, type Kind } from '../../simulator/azure/apis.ts';
import { type AzureFault, type Faults, logAt, type World, world } from '../world.ts';
import { deadIds, laws, QUOTA, wrongReasons } from './laws.ts';
import { LIES, type Lie, OUTAGES, type Outage } from './outages.ts';

type Step =
  | { readonly do: 'add'; readonly count: number; readonly spanMs: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'tick'; readonly limitMs: number; readonly killAt?: number; readonly after: boolean }
  | { readonly do: 'overlap'; readonly runs: number; readonly jumpMs: number; readonly atPost: number }
  | { readonly do: 'replay'; readonly redelivered: boolean }
  | { readonly do: 'late'; readonly count: number }
  | { readonly do: 'redrive' }
  /** From now on, until another one or the end. */
  | { readonly do: 'outage'; readonly of: Outage | undefined; readonly ticks: number }
  | { readonly do: 'lie'; readonly lie: Lie | undefined; readonly ticks: number };

type Name = Exclude<keyof Faults, 'lie' | 'call' | 'drop' | 'query'> | 'replayPost';
type Script = { readonly [K in Name]: readonly unknown[] };

export interface Scenario {
  readonly steps: readonly Step[];
  readonly script: Script;
  readonly poison: readonly number[];
  /** What Azure answers to poison. */
  readonly poisonAnswer: PostAnswer;
  /** Each thirteenth log says another date than its id. */
  readonly wrongDates: 'none' | 'years ago' | 'ahead';
  /** What the runs of the end have, and what a page takes. */
  readonly runMs: number;
  readonly pageMs: number;
  readonly bucket?: { readonly limit: number; readonly perCallMs: number } | undefined;
  readonly mostPageLogs: number;
  readonly excluded: boolean;
  readonly maxBatchBytes: number;
  readonly maxInFlight: number;
  readonly kind: Kind;
  readonly random: number;
}

export interface Verdict {
  readonly missing: readonly string[];
  readonly violations: readonly string[];
  /** Laws of liveness that were broken: a report that looked healthy, a unit of work that did not end. */
  readonly stalls: readonly string[];
  /** Held ticks that did more than they may. */
  readonly excesses: readonly string[];
  readonly heldTicks: number;
  /** Ticks after the last fault until every log was accepted or a dead letter. */
  readonly ticksToEnd: number;
  readonly duplicates: number;
  /** What the design allows: the batches in flight for each thing that went wrong between "accepted" and "remembered". */
  readonly duplicatesAllowed: number;
  readonly logs: number;
  readonly incidents: number;
  readonly kills: number;
  readonly late: number;
}

const auth0Fault = fc.constantFrom<Fault>(
  { verdict: 'unavailable', message: 'down' },
  { verdict: 'throttled', message: 'slow down', retryAfterMs: 4000 },
  { verdict: 'throttled', message: 'slow down' },
  { verdict: 'denied', message: 'no' },
  { verdict: 'denied', message: 'no token', isTokenRefused: true },
  { verdict: 'throttled', message: QUOTA, retryAfterMs: 3_600_000 },
);
const azureFault = fc.constantFrom<AzureFault>(
  { kind: 'answered', status: 500 },
  { kind: 'answered', status: 429, retryAfterMs: 3000 },
  { kind: 'answered', status: 403, code: 'InvalidAuthorization' },
  { kind: 'answered', status: 400, code: 'InvalidDataFormat' },
  { kind: 'answered', status: 413 },
  { kind: 'answered', status: 404 },
  { kind: 'answered', status: 203 },
  { kind: 'answered', status: 429, message: QUOTA, retryAfterMs: 3_600_000 },
  { kind: 'unanswered', code: 'ECONNRESET', message: 'cut' } satisfies PostAnswer,
  {
    kind: 'unauthorised',
    fault: { verdict: 'unavailable', message: 'no token' },
  },
  { kind: 'unauthorised', fault: { verdict: 'denied', message: 'no secret' } },
  { kind: 'unauthorised', fault: { verdict: 'denied', message: 'no', isTokenRefused: true } },
  'accept-then-unanswered',
  'accept-then-intercepted',
);
/** Mostly nothing, else one of the faults: a script that calls take from in turn. */
const script = <T>(fault: fc.Arbitrary<T>) =>
  fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fault }), {
    maxLength: 40,
  });

const HOUR = 3_600_000;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    count: fc.integer({ min: 1, max: 260 }),
    spanMs: fc.integer({ min: 1000, max: 2 * HOUR }),
  }),
  fc.record({
    do: fc.constant('advance' as const),
    // Backwards too: clocks are corrected. A retention of a day is passed now and then.
    ms: fc.oneof(fc.integer({ min: -60_000, max: 300_000 }), fc.integer({ min: 0, max: 20 * HOUR })),
  }),
  fc.record({
    do: fc.constant('tick' as const),
    limitMs: fc.oneof(fc.constant(110_000), fc.integer({ min: 500, max: 20_000 })),
    killAt: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
    after: fc.boolean(),
  }) as fc.Arbitrary<Step>,
  fc.record({
    do: fc.constant('overlap' as const),
    runs: fc.integer({ min: 2, max: 4 }),
    jumpMs: fc.constantFrom(0, 130_000),
    atPost: fc.integer({ min: 0, max: 6 }),
  }),
  fc.record({ do: fc.constant('replay' as const), redelivered: fc.boolean() }),
  fc.record({ do: fc.constant('late' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('redrive' as const) }),
  fc.record({
    do: fc.constant('outage' as const),
    of: fc.constantFrom(undefined, ...(Object.keys(OUTAGES) as Outage[])),
    ticks: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({
    do: fc.constant('lie' as const),
    lie: fc.constantFrom(undefined, ...(Object.keys(LIES) as Lie[])),
    ticks: fc.integer({ min: 0, max: 5 }),
  }),
);

const poisonAnswer = fc.constantFrom<PostAnswer>(
  { kind: 'answered', status: 400, code: 'InvalidDataFormat' },
  { kind: 'answered', status: 403 },
  { kind: 'answered', status: 404 },
  { kind: 'answered', status: 413 },
  { kind: 'answered', status: 429 },
  { kind: 'answered', status: 500 },
  { kind: 'answered', status: 203 },
  { kind: 'unanswered', code: 'ETIMEDOUT', message: 'no answer' },
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 25 }),
  script: fc.record({
    page: script(auth0Fault),
    start: script(auth0Fault),
    newest: script(auth0Fault),
    search: script(auth0Fault),
    post: script(azureFault),
    replayPost: script(azureFault),
    put: script(fc.constantFrom('fail', 'half', 'fail-after')),
    state: script(fc.constantFrom('fail', 'fail-after')),
  }),
  poison: fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 4 }),
  poisonAnswer,
  wrongDates: fc.constantFrom('none', 'none', 'years ago', 'ahead'),
  runMs: fc.constantFrom(12_000, 30_000, 110_000),
  pageMs: fc.constantFrom(0, 0, 300, 2_500),
  bucket: fc.constantFrom(
    undefined,
    undefined,
    { limit: 2, perCallMs: 500 },
    { limit: 20, perCallMs: 3_000 },
  ),
  mostPageLogs: fc.constantFrom(100, 100, 100, 30, 10),
  excluded: fc.boolean(),
  maxBatchBytes: fc.constantFrom(2_000, 8_000, 40_000, 400_000),
  maxInFlight: fc.integer({ min: 1, max: 4 }),
  kind: fc.constantFrom(...KINDS),
  random: fc.constantFrom(0, 0.5, 0.999),
});

/** Plays a scenario in virtual time, ends every fault, lets a few ticks pass, and judges. */
export async function play(one: Scenario): Promise<Verdict> {
  let incidents = 0;
  let kills = 0;
  let isOver = false;
  let isReplaying = false;
  let lateLogs = 0;
  const taken: Record<string, number> = {};
  const next = <T>(name: Name) => {
    if (isOver) return undefined;
    taken[name] = (taken[name] ?? 0) + 1;
    const fault = one.script[name][taken[name] - 1] as T | undefined;
    if (fault !== undefined) incidents++;
    return fault;
  };
  const poisoned = new Set<string>();
  // A page that is too large is asked for anew, four times at most: a run has time for that.
  const runMs = Math.max(one.runMs, 12 * one.pageMs);
  let outage: Faults | undefined;
  let lie: Lie | undefined;
  let lies = 0;
  // A position that leads nowhere hides late logs as well, and a log that is dated wrongly cannot be found by search.
  const isDark = one.steps.some(s => s.do === 'lie' && s.lie === 'dead ends');
  const w: World = world({
    kind: one.kind,
    maxBatchBytes: one.maxBatchBytes,
    maxInFlight: one.maxInFlight,
    exclude: one.excluded ? ['secc*'] : [],
    poison: id => poisoned.has(id) && one.poisonAnswer,
    pageMs: one.pageMs,
    ...(one.bucket && { bucket: one.bucket }),
    mostPageLogs: one.mostPageLogs,
    faults: {
      page: (...call) => outage?.page?.(...call) ?? next<Fault>('page'),
      lie: (page, after) => {
        if (lie === undefined) return page;
        lies++;
        return LIES[lie](page, after);
      },
      start: (...call) => outage?.start?.(...call) ?? next<Fault>('start'),
      newest: (...call) => outage?.newest?.(...call) ?? next<Fault>('newest'),
      search: (...call) => outage?.search?.(...call) ?? next<Fault>('search'),
      post: (...call) => outage?.post?.(...call) ?? next<AzureFault>(isReplaying ? 'replayPost' : 'post'),
      put: (...call) => outage?.put?.(...call) ?? next<'fail'>('put'),
      state: (...call) => outage?.state?.(...call) ?? next<'fail'>('state'),
    },
  });
  let drawn = 0;
  w.setRandom(() => (one.random + drawn++ * 0.381966) % 1);
  const watch = laws(w, { ...one, isHonest: () => lie === undefined });
  const tick = (limitMs: number) => {
    if (outage) incidents++;
    return watch.watched(() => w.tick({ deadlineMs: w.clock.now() + limitMs }));
  };

  let newestMs = w.clock.now() - 2 * HOUR;
  const add = (count: number, spanMs: number, isGood = false) => {
    // Ids only grow, whatever the clock does; a log of this moment is not served before its time.
    const fromMs = Math.max(newestMs, w.clock.now() - spanMs);
    const toMs = Math.max(fromMs, w.clock.now());
    for (let i = 0; i < count; i++) {
      const number = w.tenant.length;
      newestMs = Math.floor(fromMs + ((i + 1) / count) * (toMs - fromMs));
      const added = logAt(number, newestMs, { type: number % 9 === 0 ? 'seccft' : 's' });
      if (number % 13 === 5 && !isDark) added['date'] = wrongDate(one.wrongDates, newestMs);
      w.tenant.push(added);
      if (!isGood) poison(number, String(added['log_id']));
    }
  };
  /** Logs that appear now, a minute or so behind the newest one that was passed. */
  const insertLate = (count: number) => {
    const passed = logIdTimeMs(w.state().checkpoint?.logId ?? '');
    // Only what a sweep's window covers is promised to be found.
    if (isDark || passed === undefined || Math.abs(w.clock.now() - passed) > 600_000) return;
    for (let i = 0; i < count; i++) {
      const number = w.tenant.length;
      w.insertLate(logAt(1_000_000 + number, passed - 1000 - i, { description: 'late' }));
    }
    lateLogs += count;
  };
  const poison = (number: number, id: string) => {
    if (one.poison.includes(number)) poisoned.add(id);
  };

  const overlap = async (runs: number, jumpMs: number, atPost: number) => {
    incidents += runs;
    let posts = 0;
    // The run that makes this post is stopped past its lease while another takes over, and goes on afterwards.
    w.freeze(() => {
      if (posts++ !== atPost) return undefined;
      w.advance(jumpMs);
      return jumpMs > 0 ? w.tick().then(() => undefined) : undefined;
    });
    await Promise.all(Array.from({ length: runs }, () => w.tick()));
    w.freeze(undefined);
  };

  for (const s of one.steps) {
    if (s.do === 'add') add(s.count, s.spanMs);
    else if (s.do === 'advance') w.advance(s.ms);
    else if (s.do === 'overlap') await overlap(s.runs, s.jumpMs, s.atPost);
    else if (s.do === 'late') insertLate(s.count);
    else if (s.do === 'redrive') w.queues.retry.push(...w.queues['dead-letter'].splice(0));
    else if (s.do === 'replay') {
      if (s.redelivered) {
        incidents += w.queues.retry.length;
        w.queues.retry.push(...w.queues.retry);
      }
      isReplaying = true;
      await w.replayAll();
      isReplaying = false;
    } else if (s.do === 'lie') {
      lie = s.lie;
      for (let n = 0; n < s.ticks; n++) {
        add(3, 1000);
        await tick(runMs);
        w.advance(5 * 60_000);
      }
    } else if (s.do === 'outage') {
      outage = s.of && OUTAGES[s.of];
      for (let n = 0; n < s.ticks; n++) {
        await tick(runMs);
        w.advance(60_000);
      }
    } else if (s.killAt === undefined) await tick(s.limitMs);
    else {
      kills++;
      incidents++;
      await w.killedTick({ at: s.killAt, when: s.after ? 'after' : 'before' });
    }
  }

  isOver = true;
  outage = undefined;
  lie = undefined;
  w.advance(130_000);
  const overAtMs = w.clock.now();
  // The tenant writes on: what is accepted now distinguishes poison from a wrong configuration.
  for (let n = 0; n < 3; n++) add(1, 1000, true);
  const deadBefore = new Set(deadIds(w));
  const unended: string[] = [];
  const isSettled = () => w.queues.retry.length === 0 && w.missing().every(w.isLate);
  let ticksToEnd = 0;
  const endMost = endTicksMost(w.tenant.length);
  for (; ticksToEnd < endMost && !isSettled(); ticksToEnd++) {
    await tick(runMs);
    await w.replayAll();
    w.advance(60_000);
  }
  if (!isSettled()) unended.push(`${endMost} ticks after the last fault: ${pendingOf(w)}`);
  // Two sweeps that began after the last fault have come round: then no late log is left, and no sweep goes on for ever.
  let rounds = 0;
  let sweptAtMs = overAtMs;
  let report = await tick(runMs);
  const sweepsMost = 80 + Math.ceil(w.tenant.length / 4);
  for (let n = 0; n < sweepsMost && rounds < 2; n++) {
    w.advance(60_000);
    report = await tick(runMs);
    await w.replayAll();
    const late = readLate(w.state().late);
    if (!late || late.sweep || late.sweptAtMs <= sweptAtMs) continue;
    rounds++;
    sweptAtMs = late.sweptAtMs;
  }
  if (rounds < 2) unended.push(`${sweepsMost} ticks brought ${rounds} sweeps to their end`);
  if (report.outcome !== 'caught-up') unended.push(`at the end: ${report.outcome}: ${report.message}`);
  // Azure takes every other log now.
  for (const id of deadIds(w)) {
    if (!deadBefore.has(id) && !poisoned.has(id))
      unended.push(`${id} is a dead letter, and nothing is wrong with it`);
  }
  return {
    missing: w.missing(),
    violations: w.violations,
    stalls: [...watch.stalls, ...unended, ...wrongReasons(w)],
    excesses: [...watch.excesses, ...w.repeats],
    heldTicks: watch.heldTicks(),
    ticksToEnd,
    duplicates: w.duplicates(),
    // Two records of evidence for each that is at fault. Where more logs are late than the sketch can name, a window is sent again.
    duplicatesAllowed:
      incidents * one.maxInFlight * w.largestPost() +
      2 * poisoned.size +
      lies * 100 +
      (lateLogs > 15 ? w.tenant.length : 0),
    late: lateLogs,
    logs: w.tenant.length,
    incidents,
    kills,
  };
}

/**
 * Ticks after the last fault within which everything is accepted or a dead letter: a wait of an hour, twenty receives, and at
 * least one page each tick.
 */
export const endTicksMost = (logs: number) => 62 + 22 + Math.ceil(logs / 3);

const pendingOf = (w: World) =>
  `${w.missing().length} logs neither accepted nor queued, ${w.queues.retry.length} messages on the retry queue`;

function wrongDate(kind: Scenario['wrongDates'], atMs: number): string {
  const date = { none: atMs, 'years ago': Date.parse('2019-01-01'), ahead: atMs + 250_000 }[kind];
  return new Date(date).toISOString();
}
