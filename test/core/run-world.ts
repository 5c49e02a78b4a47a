/** A run in a small world, so that its parts can be tried one by one. */
import { batcher, type LogBatch } from '../../lambda/core/batch.ts';
import { evidence } from '../../lambda/core/evidence.ts';
import { foundLogs } from '../../lambda/core/read.ts';
import type { Run, ShipDependencies, ShipOptions } from '../../lambda/core/run.ts';
import { recordOf } from '../../lambda/core/settle.ts';
import { tally } from '../../lambda/core/tally.ts';
import { type Log, PIPELINE, type World } from '../world.ts';

/** A run that holds the lease; `d` replaces ports of the world. */
export async function runIn(
  w: World,
  options: Partial<ShipOptions> = {},
  d: Partial<ShipDependencies> = {},
): Promise<Run> {
  const ports = w.ports().d;
  const own = w.optionsOf(options);
  const acquired = await ports.state.acquire(PIPELINE, own.owner, w.clock.now(), own.leaseExpiresAtMs);
  if (acquired.kind !== 'acquired') throw new Error('held');
  return {
    d: { ...ports, ...d },
    options: own,
    tally: tally(PIPELINE, acquired.state.checkpoint),
    lease: acquired.lease,
    late: undefined,
    unproven: undefined,
    unsaved: {},
    evidence: evidence(),
    spilling: false,
  };
}

/** The batch of these logs. */
export function batchOf(run: Run, logs: readonly Log[]): LogBatch {
  const batches = batcher(1_000_000);
  for (const one of foundLogs(logs, '0'.repeat(56), run.d.clock.now()))
    batches.add(one, recordOf(run, one.log));
  return batches.flush()!;
}
