/** Backfills of a simulated tenant, and which of its logs belong to a window. */
import { join } from 'node:path';
import type { Log } from '../../../simulator/auth0/tenant.ts';
import { type Cli, type Ended, startCli } from '../cli.ts';
import type { LocalWorld } from '../local-world.ts';

const HOUR_MS = 3_600_000;
/** The middle one of the three hours that `recentLogs` are of, in words that stay the same. */
export const FROM_MS = Math.floor((Date.now() - 2 * HOUR_MS) / 1000) * 1000;
export const TO_MS = FROM_MS + HOUR_MS;
export const WINDOW = ['--from', new Date(FROM_MS).toISOString(), '--to', new Date(TO_MS).toISOString()];

export async function startBackfill(
  world: LocalWorld,
  args: readonly string[] = WINDOW,
  env: Readonly<Record<string, string>> = {},
): Promise<Cli> {
  const file = await world.write('pipeline.json', world.config);
  // Of an option given twice, the last one counts.
  const given = ['--config', file, '--state', join(world.directory, 'state'), ...args];
  return startCli(['backfill', ...given], { ...world.env, ...env });
}

/** Runs it to its end. */
export const backfill = async (...started: Parameters<typeof startBackfill>): Promise<Ended> =>
  (await startBackfill(...started)).ended;

/** Ids that were given in the window: those of every log dated in it, and of a few of the seconds before. */
export function idsWithin(logs: Iterable<Pick<Log, 'log_id'>>, fromMs = FROM_MS, toMs = TO_MS): string[] {
  const timeOf = (id: string) =>
    Date.parse(id.slice(3, 20).replace(/(....)(..)(..)(..)(..)(..)(...)/, '$1-$2-$3T$4:$5:$6.$7Z'));
  return [...logs].map(log => log.log_id).filter(id => timeOf(id) >= fromMs && timeOf(id) < toMs);
}

/** With the minute after the window, which is shipped too. */
export const idsShipped = (logs: Iterable<Pick<Log, 'log_id'>>): string[] =>
  idsWithin(logs, FROM_MS, TO_MS + 60_000);
