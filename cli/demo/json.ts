/** How the demo ended, for machines: counted at both ends of the way, not by the pipeline itself. */
import type { Kind } from '../../simulator/azure/apis.ts';
import type { DemoWorld } from './world.ts';

/** What `--json` prints. */
export interface DemoResult {
  readonly destination: Kind;
  readonly seed: number;
  /** Logs that the tenant wrote. */
  readonly generated: number;
  /** Rows in Azure. */
  readonly accepted: number;
  /** Different logs among them. */
  readonly unique: number;
  readonly duplicates: number;
  readonly deadLettered: { readonly now: number; readonly replayed: number };
  /** Messages on the retry queue. */
  readonly retryQueue: number;
  /** Logs that are neither in Azure nor on a queue. */
  readonly missing: number;
  readonly ticks: number;
  readonly seconds: number;
  /** Every log is in Azure, and no queue holds any. */
  readonly ok: boolean;
}

export async function resultOf(
  world: DemoWorld,
  story: Pick<DemoResult, 'destination' | 'seed' | 'seconds' | 'ticks'> & {
    readonly deadLettersReplayed: number;
  },
): Promise<DemoResult> {
  const { destination, seed, seconds, ticks, deadLettersReplayed } = story;
  const { received } = world.azure;
  const { retry, 'dead-letter': dead } = await world.aws.queueDepths();
  const queued = await world.queuedLogIds();
  let missing = 0;
  for (const id of world.auth0.tenant.ids()) if (!received.has(id) && !queued.has(id)) missing++;
  return {
    destination,
    seed,
    generated: world.auth0.tenant.ids().size,
    accepted: received.records,
    unique: received.unique,
    duplicates: received.duplicates,
    deadLettered: { now: dead, replayed: deadLettersReplayed },
    retryQueue: retry,
    missing,
    ticks,
    seconds,
    ok: missing === 0 && retry === 0 && dead === 0,
  };
}
