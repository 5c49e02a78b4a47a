/** How the demo ended, for machines: counted at both ends of the way, not by the pipeline itself. */
import type { Kind } from '../../simulator/azure/apis.ts';
import type { DemoWorld } from './world.ts';

/** What `--json` prints. */
export interface DemoResult {
  readonly destination: Kind;
  readonly seed: number;
  /** Logs that the tenant wrote. */
  readonly generated: number;
  /** Logs that Azure accepted, repeated ones included. */
  readonly accepted: number;
  /** Those of them that Azure dropped afterwards. */
  readonly dropped: number;
  /** Those of the dropped ones that have a row in the end. */
  readonly repaired: number;
  /** Rows in the workspace. */
  readonly stored: number;
  /** Different logs among them. */
  readonly unique: number;
  readonly duplicates: number;
  readonly deadLettered: { readonly now: number; readonly replayed: number };
  /** Messages on the retry queue. */
  readonly retryQueue: number;
  /** Logs that are neither accepted nor on a queue. */
  readonly missing: number;
  /** Logs that are accepted and have no row. */
  readonly notStored: number;
  readonly ticks: number;
  readonly seconds: number;
  /** Every log has a row in Azure, and no queue holds any. */
  readonly ok: boolean;
}

export async function resultOf(
  world: DemoWorld,
  story: Pick<DemoResult, 'destination' | 'seed' | 'seconds' | 'ticks' | 'repaired'> & {
    readonly deadLettersReplayed: number;
  },
): Promise<DemoResult> {
  const { destination, seed, seconds, ticks, repaired, deadLettersReplayed } = story;
  const { received } = world.azure;
  const { stored, dropped } = world.azure.workspace;
  const unique = world.storedLogIds();
  const { retry, 'dead-letter': dead } = await world.aws.queueDepths();
  const queued = await world.queuedLogIds();
  const notStored = world.notStored();
  let missing = 0;
  for (const id of world.auth0.tenant.ids()) if (!received.has(id) && !queued.has(id)) missing++;
  return {
    destination,
    seed,
    generated: world.auth0.tenant.ids().size,
    accepted: received.records,
    dropped: Object.values(dropped).reduce((sum, count) => sum + count, 0),
    repaired,
    stored,
    unique: unique.size,
    duplicates: stored - unique.size,
    deadLettered: { now: dead, replayed: deadLettersReplayed },
    retryQueue: retry,
    missing,
    notStored,
    ticks,
    seconds,
    ok: missing === 0 && notStored === 0 && retry === 0 && dead === 0,
  };
}
