/** Random scenarios: what a bad fortnight can do to a pipeline, and what must hold afterwards. */
import fc from 'fast-check';
import { logIdTimeMs } from '../../lambda/core/log-id.ts';
import type { Fault, PostAnswer } from '../../lambda/core/model.ts';
import { type AzureFault, type Faults, logAt, type World, world } from '../world.ts';

type Step =
  | { readonly do: 'add'; readonly count: number; readonly spanMs: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'tick'; readonly limitMs: number; readonly killAt?: number; readonly after: boolean }
  | { readonly do: 'overlap'; readonly runs: number; readonly jumpMs: number; readonly atPost: number }
  | { readonly do: 'replay'; readonly redelivered: boolean }
  | { readonly do: 'late'; readonly count: number }
  | { readonly do: 'redrive' };

type Name = Exclude<keyof Faults, 'search'> | 'replayPost';
type Script = { readonly [K in Name]: readonly unknown[] };

export interface Scenario {
  readonly steps: readonly Step[];
  readonly script: Script;
  readonly poison: readonly number[];
  readonly excluded: boolean;
  readonly maxBatchBytes: number;
  readonly maxInFlight: number;
  readonly kind: 'data-collector' | 'logs-ingestion';
  readonly random: number;
}

export interface Verdict {
  readonly missing: readonly string[];
  readonly violations: readonly string[];
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
);
const azureFault = fc.constantFrom<AzureFault>(
  { kind: 'answered', status: 500 },
  { kind: 'answered', status: 429, retryAfterMs: 3000 },
  { kind: 'answered', status: 403, code: 'InvalidAuthorization' },
  { kind: 'answered', status: 400, code: 'InvalidDataFormat' },
  { kind: 'answered', status: 413 },
  { kind: 'answered', status: 404 },
  { kind: 'unanswered', code: 'ECONNRESET', message: 'cut' } satisfies PostAnswer,
  {
    kind: 'unauthorised',
    fault: { verdict: 'unavailable', message: 'no token' },
  },
  { kind: 'unauthorised', fault: { verdict: 'denied', message: 'no secret' } },
  'accept-then-unanswered',
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
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 25 }),
  script: fc.record({
    page: script(auth0Fault),
    start: script(auth0Fault),
    newest: script(auth0Fault),
    post: script(azureFault),
    replayPost: script(azureFault),
    put: script(fc.constantFrom('fail', 'half', 'fail-after')),
    state: script(fc.constantFrom('fail', 'fail-after')),
  }),
  poison: fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 4 }),
  excluded: fc.boolean(),
  maxBatchBytes: fc.constantFrom(2_000, 8_000, 40_000, 400_000),
  maxInFlight: fc.integer({ min: 1, max: 4 }),
  kind: fc.constantFrom('data-collector', 'logs-ingestion'),
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
  const w: World = world({
    kind: one.kind,
    maxBatchBytes: one.maxBatchBytes,
    maxInFlight: one.maxInFlight,
    exclude: one.excluded ? ['secc*'] : [],
    poison: id => poisoned.has(id),
    faults: {
      page: () => next<Fault>('page'),
      start: () => next<Fault>('start'),
      newest: () => next<Fault>('newest'),
      post: () => next<AzureFault>(isReplaying ? 'replayPost' : 'post'),
      put: () => next<'fail'>('put'),
      state: () => next<'fail'>('state'),
    },
  });
  w.setRandom(one.random);

  let newestMs = w.clock.now() - 2 * HOUR;
  const add = (count: number, spanMs: number) => {
    // Ids only grow, whatever the clock does; a log of this moment is not served before its time.
    const fromMs = Math.max(newestMs, w.clock.now() - spanMs);
    const toMs = Math.max(fromMs, w.clock.now());
    for (let i = 0; i < count; i++) {
      const number = w.tenant.length;
      newestMs = Math.floor(fromMs + ((i + 1) / count) * (toMs - fromMs));
      const one = logAt(number, newestMs, { type: number % 9 === 0 ? 'seccft' : 's' });
      w.tenant.push(one);
      poison(number, String(one['log_id']));
    }
  };
  /** Logs that appear now, a minute or so behind the newest one that was passed. */
  const insertLate = (count: number) => {
    const passed = logIdTimeMs(w.state().checkpoint?.logId ?? '');
    // Only what a sweep's window covers is promised to be found.
    if (passed === undefined || Math.abs(w.clock.now() - passed) > 600_000) return;
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
    } else if (s.killAt === undefined) await w.tick({ deadlineMs: w.clock.now() + s.limitMs });
    else {
      kills++;
      incidents++;
      await w.killedTick({ at: s.killAt, when: s.after ? 'after' : 'before' });
    }
  }

  isOver = true;
  w.advance(130_000);
  for (let i = 0; i < 12; i++) {
    await w.tick();
    await w.replayAll();
    w.advance(60_000);
  }
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    w.advance(16 * 60_000);
    await w.tick();
    await w.replayAll();
  }
  return {
    missing: w.missing(),
    violations: w.violations,
    duplicates: w.duplicates(),
    // Where more logs are late than the sketch can name, a window is sent again.
    duplicatesAllowed: incidents * one.maxInFlight * w.largestPost() + (lateLogs > 15 ? w.tenant.length : 0),
    late: lateLogs,
    logs: w.tenant.length,
    incidents,
    kills,
  };
}
