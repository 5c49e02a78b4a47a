/** What a pipeline calls, counted tick by tick, at three volumes: what docs/cost.md makes money of. */
import { ship } from '../lambda/core/ship.ts';
import { wireFrom } from '../lambda/wiring.ts';
import { KINDS, type Kind } from '../simulator/azure/apis.ts';
import type { Bench, Row } from './report.ts';
import { startWorld } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const AUTH0_MS = 50;
const AZURE_MS = 100;

/** Logs a day, and for how many minutes of it the schedule is played through. */
const VOLUMES = [
  { perDay: 100, minutes: 360 },
  { perDay: 10_000, minutes: 360 },
  { perDay: 10_000_000, minutes: 12 },
];

export const cost: Bench = async ({ note }) => {
  const rows: Row[] = [];
  for (const kind of KINDS) {
    for (const volume of VOLUMES) {
      rows.push(await one(kind, volume.perDay, volume.minutes));
      note(rows.at(-1)!);
    }
  }
  return {
    title: 'Calls a day',
    rows,
    limit: { column: 'writes beyond posts + 2 a run', atMost: 0 },
    remarks: [
      `Counted over ${VOLUMES.map(({ perDay, minutes }) => `${minutes} minutes at ${perDay.toLocaleString('en-US')}`).join(', ')} logs a day, one tick a minute, and scaled to a day. Auth0 answered in ${AUTH0_MS} ms, Azure in ${AZURE_MS} ms.`,
    ],
  };
};

async function one(kind: Kind, perDay: number, minutes: number): Promise<Row> {
  const logs = Math.round((perDay * minutes) / DAY_MINUTES);
  const toMs = Date.now() - MINUTE_MS;
  const fromMs = toMs - minutes * MINUTE_MS;
  let virtualMs = fromMs;
  let setAtMs = performance.now();
  // Time passes as it does, but from tick to tick it leaps.
  const now = () => virtualMs + (performance.now() - setAtMs);
  const setup = { kind, logs, span: { fromMs, toMs }, auth0LatencyMs: AUTH0_MS, azureLatencyMs: AZURE_MS };
  const world = await startWorld(setup, () => Math.floor(now()));
  try {
    Object.assign(process.env, world.env);
    const wiring = wireFrom(world.env);
    const dependencies = await wiring.ship();
    const clock = { now: () => Math.floor(now()), sleep: wiring.clock.sleep };
    let shipped = 0;
    let lambdaMs = 0;
    for (let tick = 1; tick <= minutes; tick++) {
      virtualMs = fromMs + tick * MINUTE_MS;
      setAtMs = performance.now();
      const startedAtMs = clock.now();
      const report = await ship(
        { ...dependencies, clock, ledger: { add: async () => undefined } },
        {
          ...wiring.options,
          startFrom: { kind: 'date', dateMs: fromMs - 1000 },
          owner: `tick-${tick}`,
          deadlineMs: startedAtMs + 110_000,
          leaseExpiresAtMs: startedAtMs + 120_000,
        },
      );
      if (report.outcome !== 'caught-up')
        throw new Error(`tick ${tick} ended ${report.outcome}: ${report.message}`);
      shipped += report.logsAccepted;
      lambdaMs += Math.ceil(performance.now() - setAtMs);
    }
    const calls = await world.calls();
    const perDayOf = (count: number) => Math.round((count * DAY_MINUTES) / minutes);
    const perMillion = (count: number) => Math.round((count / shipped) * 1e6);
    return {
      destination: kind,
      'logs a day': perDay,
      'logs counted': shipped,
      'Auth0 pages a day': perDayOf(calls.auth0Pages),
      'Azure posts a day': perDayOf(calls.azurePosts),
      'DynamoDB writes a day': perDayOf(calls.dynamodbWrites),
      'SQS sends a day': perDayOf(calls.messagesQueued),
      'Lambda ms a day': perDayOf(lambdaMs),
      'pages a million': perMillion(calls.auth0Pages),
      'posts a million': perMillion(calls.azurePosts),
      'writes a million': perMillion(calls.dynamodbWrites),
      'Lambda ms a million': perMillion(lambdaMs),
      'writes beyond posts + 2 a run': Math.max(0, calls.dynamodbWrites - calls.azurePosts - 2 * minutes),
    };
  } finally {
    await world.close();
  }
}
