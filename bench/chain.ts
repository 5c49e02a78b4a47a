/** How near a backlog comes to the limit of a chain: pages × Auth0's round trip. */
import type { RunReport } from '../lambda/core/report.ts';
import { KINDS, type Kind } from '../simulator/azure/apis.ts';
import { median, mustBeCaughtUp, once, shipTask } from './client.ts';
import { openWorld } from './open-world.ts';
import type { Bench, Row } from './report.ts';
import type { World } from './world.ts';

const LOGS = 50_000;
const SAMPLES = 40;
const LIMIT = 1.05;

export const chain: Bench = async ({ folder, note }) => {
  const rows: Row[] = [];
  for (const kind of KINDS) {
    for (const auth0Ms of [50, 150]) {
      for (const azureMs of [100, 400]) {
        rows.push(await one(folder, kind, auth0Ms, azureMs));
        note(rows.at(-1)!);
      }
    }
  }
  return { title: 'Against the chain', rows, limit: { column: 'ratio', atMost: LIMIT } };
};

async function one(folder: string, kind: Kind, auth0Ms: number, azureMs: number): Promise<Row> {
  const world = await openWorld({ kind, logs: LOGS, auth0LatencyMs: auth0Ms, azureLatencyMs: azureMs });
  try {
    const before = await roundTrips(world);
    const { auth0Pages: asked } = await world.calls();
    const taken = await once<RunReport>(folder, world.env, shipTask(folder, 600_000));
    mustBeCaughtUp(taken.result, LOGS);
    const pages = (await world.calls()).auth0Pages - asked;
    const after = await roundTrips(world);
    const roundTripMs = mean([...before, ...after]);
    return {
      destination: kind,
      'Auth0 ms': auth0Ms,
      'Azure ms': azureMs,
      pages,
      posts: taken.result.posts,
      'round trip ms': roundTripMs,
      'median round trip ms': median([...before, ...after]),
      'wall ms': taken.result.durationMs,
      ratio: taken.result.durationMs / (pages * roundTripMs),
    };
  } finally {
    await world.close();
  }
}

/** A bare client, one page after the other: what a round trip takes at the least, the simulator's own work included. */
async function roundTrips({ auth0 }: World): Promise<number[]> {
  const granted = await fetch(`${auth0.baseUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(auth0.token),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  const times: number[] = [];
  for (let from = auth0.firstLogId; times.length < SAMPLES; ) {
    const startedAtMs = performance.now();
    const answer = await fetch(`${auth0.baseUrl}/api/v2/logs?from=${from}&take=100`, { headers });
    const logs = (await answer.json()) as { log_id: string }[];
    times.push(performance.now() - startedAtMs);
    from = logs.at(-1)!.log_id;
  }
  // The first one opens the connection.
  return times.slice(1);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
