/** What a backlog gets of the tenant's rate limit, in virtual time: how many calls a second, and how many 429s. */
import { DEADLINE_MARGIN_MS, SHIP_TIMEOUT_SECONDS } from '../lambda/core/contract.ts';
import type { Clock } from '../lambda/core/model.ts';
import { ship } from '../lambda/core/ship.ts';
import { wireFrom } from '../lambda/wiring.ts';
import type { RateLimitOptions } from '../simulator/auth0/rate-limit.ts';
import type { Bench, Row } from './report.ts';
import { startWorld } from './world.ts';

const HEADROOM = 0.1;
const PAGE_MS = 50;
const MINUTES = 5;
/** An even number: a run takes nearly two. */
const TICKS = 4;
const MINUTE_MS = 60_000;

const PLANS: Readonly<Record<string, RateLimitOptions>> = {
  Free: { burst: 2, perSecond: 2 },
  Professional: { burst: 10, perSecond: 100 / 60 },
  Enterprise: { burst: 50, perSecond: 16 },
};

export const rateLimits: Bench = async ({ note }) => {
  const rows: Row[] = [];
  for (const [plan, limit] of Object.entries(PLANS)) {
    rows.push(await one(plan, limit));
    note(rows.at(-1)!);
  }
  return {
    title: 'Rate limits',
    rows,
    limit: { column: 'share of it', atLeast: 0.95 },
    remarks: [
      `The limit allows what it refills, less the headroom of ${HEADROOM * 100} %; what was saved up before is left out. In virtual time, ${PAGE_MS} ms a page. By ticks: ${TICKS} minutes of the schedule, with the function’s time-out.`,
    ],
  };
};

async function one(plan: string, rateLimit: RateLimitOptions): Promise<Row> {
  const paced = await openPaced(rateLimit);
  try {
    // Reading ends 15 seconds before the deadline.
    const run = await paced.run(MINUTES * 60 + 15);
    const allowed = rateLimit.perSecond * (1 - HEADROOM);
    const reached = (run.pages - rateLimit.burst) / run.seconds;
    const ticks = await paced.ticks();
    return {
      plan,
      burst: rateLimit.burst,
      'a second': rateLimit.perSecond,
      calls: run.pages,
      seconds: run.seconds,
      'calls a second': reached,
      'limit less headroom': allowed,
      'share of it': reached / allowed,
      '429s': await paced.throttled(),
      'share of the time in runs': ticks.busySeconds / ticks.seconds,
      'a second, by ticks': ticks.pages / ticks.seconds,
    };
  } finally {
    await paced.close();
  }
}

/** A pipeline with a backlog, in virtual time. */
async function openPaced(rateLimit: RateLimitOptions) {
  let nowMs = Date.now();
  const seconds = (MINUTES + TICKS) * 60;
  const logs = Math.ceil((seconds * rateLimit.perSecond + rateLimit.burst) * 110);
  const settings = { auth0: { rateLimitHeadroom: HEADROOM } };
  const world = await startWorld({ logs, rateLimit, settings }, () => nowMs);
  Object.assign(process.env, world.env);
  const wiring = wireFrom(world.env);
  const clock: Clock = {
    now: () => nowMs,
    sleep: async ms => {
      nowMs += ms;
    },
  };
  const dependencies = await wiring.ship();
  const { source } = dependencies;
  const slow: typeof source = {
    ...source,
    page: async (after, timeoutMs) => {
      nowMs += PAGE_MS / 2;
      const answer = await source.page(after, timeoutMs);
      nowMs += PAGE_MS / 2;
      return answer;
    },
  };
  /** One run that may take so long. */
  const run = async (runSeconds: number): Promise<{ pages: number; seconds: number }> => {
    const startedAtMs = nowMs;
    const before = (await world.calls()).auth0Pages;
    await ship(
      { ...dependencies, clock, ledger: { add: async () => undefined }, source: slow },
      {
        ...wiring.options,
        owner: `paced-${startedAtMs}`,
        deadlineMs: nowMs + runSeconds * 1000,
        leaseExpiresAtMs: nowMs + (runSeconds + 15) * 1000,
      },
    );
    const pages = (await world.calls()).auth0Pages - before;
    return { pages, seconds: (nowMs - startedAtMs) / 1000 };
  };
  return {
    run,
    /** One a minute; a tick during a run is skipped. */
    ticks: async () => {
      const beganAtMs = nowMs + MINUTE_MS;
      const sum = { pages: 0, busySeconds: 0, seconds: TICKS * 60 };
      for (let tick = 0; tick < TICKS; tick++) {
        const atMs = beganAtMs + tick * MINUTE_MS;
        if (nowMs > atMs) continue;
        nowMs = atMs;
        const one = await run(SHIP_TIMEOUT_SECONDS - DEADLINE_MARGIN_MS / 1000);
        sum.pages += one.pages;
        sum.busySeconds += one.seconds;
      }
      return sum;
    },
    throttled: async () => (await world.calls()).auth0Throttled,
    close: world.close,
  };
}
