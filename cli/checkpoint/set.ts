/** `checkpoint set`: shown, confirmed, and then written under the lease. */
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { pipelineParts } from '../../lambda/wiring.ts';
import { onlyPipeline, openTarget } from '../pipelines/open.ts';
import type { Operated } from '../pipelines/operated.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { liveLine } from '../terminal/live-line.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { counted } from '../terminal/words.ts';
import { isAllowed } from './allowed.ts';
import type { CheckpointSetOptions } from './command.ts';
import { type Count, countBetween, type Direction, directionOf } from './count.ts';
import { leaseText } from './get.ts';
import { jsonOf, type Plan, tellDone, tellPlan } from './show.ts';
import { parseWhere, placeOf, refuseBeyond } from './where.ts';
import { writeCheckpoint } from './write.ts';

/** Returns the exit code. Throws UsageError when it cannot be done as asked. */
export async function setCheckpoint(where: string, options: CheckpointSetOptions): Promise<number> {
  const wanted = parseWhere(where, Date.now());
  const target = await openTarget(options);
  const pipeline = onlyPipeline(target);
  const stop = stopOnSignals('stopping; nothing is changed unless it is said so');
  const before = await pipeline.state();
  const isHeld = before.lease !== undefined && before.lease.expiresAtMs > Date.now();
  if (isHeld && !options.dryRun) return refuse(pipeline, leaseText(before, Date.now()));

  const { source, options: own } = pipelineParts(pipeline.config, pipeline.secrets, pipeline.env);
  const old = before.checkpoint ?? (await placeOf(source, own.startFrom, Date.now()));
  const next = await placeOf(source, wanted, Date.now());
  if (wanted.kind === 'log') await refuseBeyond(source, next);
  const move = { from: old.logId, to: next.logId };
  const direction = directionOf(move);
  const count = await countIn(pipeline, direction, move, stop);
  const plan: Plan = {
    pipeline,
    place: target.place,
    old,
    isFirst: !before.checkpoint,
    next,
    direction,
    count,
    isUnsettled: (logIdTimeMs(next.logId) ?? 0) > Date.now() - pipeline.config.settleSeconds * 1000,
    options,
  };
  if (stop.aborted) return EXIT.interrupted;
  tellPlan(plan, options.json === true);

  const isThere = direction === 'none' && before.checkpoint !== undefined;
  const isWanted = !options.dryRun && !isThere && (await isAllowed(plan, options, stop));
  if (isWanted) {
    const written = await writeCheckpoint(plan, before.checkpoint?.logId).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      throw new UsageError(`${message}; whether it is set is not known: look with checkpoint get`, error);
    });
    if (written.kind === 'refused') return refuse(pipeline, written.why);
    tellDone(plan, written.checkpointSet, options.json === true);
    return EXIT.ok;
  }
  if (options.json) console.log(JSON.stringify(jsonOf(plan, undefined), undefined, 2));
  else if (!isThere) console.log(options.dryRun ? 'dry run: nothing was changed' : 'nothing was changed');
  return stop.aborted ? EXIT.interrupted : EXIT.ok;
}

async function countIn(
  { config, secrets, env }: Operated,
  direction: Direction,
  move: { readonly from: string; readonly to: string },
  stop: AbortSignal,
): Promise<Count> {
  if (direction === 'none') return { kind: 'counted', logs: 0, isMore: false };
  if (direction === 'unknown') return { kind: 'unknown', why: 'the order of the two log ids is not known' };
  const screen = liveLine(process.stderr, Date.now);
  const { source } = pipelineParts(config, secrets, env);
  const told = (logs: number) => screen.update(`${counted(logs, 'log')} counted at Auth0`);
  return countBetween(source, move, config.auth0.rateLimitHeadroom, stop, told).finally(screen.clear);
}

function refuse({ config }: Operated, why: string): number {
  console.error(
    `error: pipeline "${config.name}": ${why}; nothing was changed. Try again in a moment, or disable the schedule ` +
      'for the time being (EventBridge Scheduler; "run" on this machine: end it)',
  );
  return EXIT.fault;
}
