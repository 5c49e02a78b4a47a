/** `checkpoint set`: shown, confirmed, and then written under the lease. */

import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { pipelineParts } from '../../lambda/wiring.ts';
import { onlyPipeline, openTarget } from '../pipelines/open.ts';
import type { Operated, TargetOptions } from '../pipelines/operated.ts';
import { type Asked, ask, confirm, terminal } from '../terminal/confirm.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { liveLine } from '../terminal/live-line.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import { printError } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import { setJson } from './json.ts';
import {
  type Count,
  countBetween,
  type Direction,
  directionOf,
  type Plan,
  parseWhere,
  placeOf,
  refuseBeyond,
  skipsLogs,
} from './plan.ts';
import { leaseText, tellPlan } from './show.ts';
import { writeCheckpoint } from './write.ts';

export interface CheckpointSetOptions extends TargetOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly skipLogs?: true;
  readonly json?: true;
}

/** Returns the exit code. Throws UsageError when it cannot be done as asked. */
export async function setCheckpoint(where: string, options: CheckpointSetOptions): Promise<number> {
  const wanted = parseWhere(where, Date.now());
  const target = await openTarget(options);
  const pipeline = onlyPipeline(target);
  const stop = stopOnSignals('stopping; nothing was changed unless the output says so');
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
      throw new UsageError(
        `${message}; it is unknown whether the checkpoint was set: run checkpoint get`,
        error,
      );
    });
    if (written.kind === 'refused') return refuse(pipeline, written.why);
    if (options.json) console.log(JSON.stringify(setJson(plan, written.checkpointSet), undefined, 2));
    else console.log('Set. The next run continues from there; "checkpoint get" shows who set it.');
    return EXIT.ok;
  }
  if (options.json) console.log(JSON.stringify(setJson(plan, undefined), undefined, 2));
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
  if (direction === 'unknown') return { kind: 'unknown', why: 'the order of the two log ids is unknown' };
  const screen = liveLine(process.stderr, Date.now);
  const { source } = pipelineParts(config, secrets, env);
  const told = (logs: number) => screen.update(`${counted(logs, 'log')} counted at Auth0`);
  return countBetween(source, move, config.auth0.rateLimitHeadroom, stop, told).finally(screen.clear);
}

function refuse({ config }: Operated, why: string): number {
  printError(
    `error: pipeline "${config.name}": ${why}; nothing was changed. Try again in a moment, or disable the schedule ` +
      'temporarily (EventBridge Scheduler; on this machine, stop "run")',
  );
  return EXIT.fault;
}

/** Whether the operator wants it, knowing what it does. Throws UsageError without a terminal, unless the options allow it. */
async function isAllowed(
  plan: Plan,
  { yes, skipLogs }: CheckpointSetOptions,
  stop: AbortSignal,
  asked: Asked | undefined = terminal(),
): Promise<boolean> {
  const { name } = plan.pipeline.config;
  const skips = skipsLogs(plan);
  if (yes && (!skips || skipLogs)) return true;
  if (yes) throw new UsageError('logs would be skipped, which --yes alone does not allow; add --skip-logs');
  if (!asked) {
    throw new UsageError(
      `confirmation needs a terminal; allowed: --yes${skips ? ' with --skip-logs' : ''}, or --dry-run to preview`,
    );
  }
  if (!skips) return confirm(asked, 'Set the checkpoint?', stop);
  return (await ask(asked, `Type the pipeline's name (${name}) to skip them: `, stop)) === name;
}
