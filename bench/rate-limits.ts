/** What a backlog gets of the tenant's rate limit, in virtual time: how many calls a second, and how many 429s. */
import type { Clock } from '../lambda/core/model.ts';
import { ship } from '../lambda/core/ship.ts';
import { wireFrom } from '../lambda/wiring.ts';
import type { RateLimitOptions } from '../simulator/auth0/rate-limit.ts';
import type { Bench, Row } from './report.ts';
import { startWorld } from './world.ts';

const HEADROOM = 0.1;
const PAGE_MS = 50;
const MINUTES = 5;

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
      `The limit allows what it refills, less the headroom of ${HEADROOM * 100} %; what was saved up before is left out. In virtual time, ${PAGE_MS} ms a page.`,
    ],
  };
};

async function one(plan: string, rateLimit: RateLimitOptions): Promise<Row> {
  let nowMs = Date.now();
  const seconds = MINUTES * 60;
  const logs = Math.ceil((seconds * rateLimit.perSecond + rateLimit.burst) * 110);
  const settings = { auth0: { rateLimitHeadroom: HEADROOM } };
  const world = await startWorld({ logs, rateLimit, settings }, () => nowMs);
  try {
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
    const startedAtMs = nowMs;
    await ship(
      {
        ...dependencies,
        clock,
        ledger: { add: async () => undefined },
        source: {
          ...source,
          page: async (after, timeoutMs) => {
            nowMs += PAGE_MS / 2;
            const answer = await source.page(after, timeoutMs);
            nowMs += PAGE_MS / 2;
            return answer;
          },
        },
      },
      {
        ...wiring.options,
        owner: 'paced',
        // Reading ends 15 seconds before the deadline.
        deadlineMs: nowMs + (seconds + 15) * 1000,
        leaseExpiresAtMs: nowMs + (seconds + 30) * 1000,
      },
    );
    const { auth0Pages, auth0Throttled } = await world.calls();
    const tookSeconds = (nowMs - startedAtMs) / 1000;
    const allowed = rateLimit.perSecond * (1 - HEADROOM);
    const reached = (auth0Pages - rateLimit.burst) / tookSeconds;
    return {
      plan,
      burst: rateLimit.burst,
      'a second': rateLimit.perSecond,
      calls: auth0Pages,
      seconds: tookSeconds,
      'calls a second': reached,
      'limit less headroom': allowed,
      'share of it': reached / allowed,
      '429s': auth0Throttled,
    };
  } finally {
    await world.close();
  }
}
