/** A checkpoint, and what was done with it, as a machine reads it. */
import type { Checkpoint } from '../../lambda/core/model.ts';
import type { Operated, StoredState } from '../pipelines/operated.ts';
import { type Plan, skipsLogs } from './plan.ts';
import { dateOf } from './show.ts';

/** What `checkpoint get --json` prints of a pipeline. */
export function getJson({ config }: Operated, state: StoredState, nowMs: number) {
  const { checkpoint, caughtUpAtMs, lease, lastRun, checkpointSet, updatedAtMs } = state;
  const iso = (ms: number) => new Date(ms).toISOString();
  const { endedAtMs, rateLimit, ...run } = lastRun ?? { endedAtMs: undefined };
  return {
    pipeline: config.name,
    checkpoint: checkpoint ? placeJson(checkpoint) : null,
    startFrom: config.auth0.startFrom,
    caughtUpAt: caughtUpAtMs === undefined ? null : iso(caughtUpAtMs),
    lease: lease
      ? { owner: lease.owner, expiresAt: iso(lease.expiresAtMs), held: lease.expiresAtMs > nowMs }
      : null,
    lastRun: endedAtMs === undefined ? null : { endedAt: iso(endedAtMs), ...run },
    rateLimit: rateLimit
      ? { limit: rateLimit.limit, remaining: rateLimit.remaining, resetAt: iso(rateLimit.resetAtMs) }
      : null,
    checkpointSet: checkpointSet ?? null,
    updatedAt: updatedAtMs === undefined ? null : iso(updatedAtMs),
  };
}

/**
 * What `checkpoint set --json` prints.
 * @param checkpointSet what is kept about it; undefined when nothing was changed
 */
export function setJson(plan: Plan, checkpointSet: string | undefined) {
  const { pipeline, place, old, isFirst, next, direction, count } = plan;
  return {
    place,
    pipeline: pipeline.config.name,
    from: isFirst ? null : placeJson(old),
    to: placeJson(next),
    direction,
    logsBetween: count.kind === 'counted' ? count.logs : null,
    orMore: count.kind === 'unknown' || count.isMore,
    skipsLogs: skipsLogs(plan),
    set: checkpointSet !== undefined,
    ...(checkpointSet !== undefined && { checkpointSet }),
  };
}

function placeJson(checkpoint: Checkpoint) {
  const ms = dateOf(checkpoint);
  return { logId: checkpoint.logId, ...(ms !== undefined && { loggedAt: new Date(ms).toISOString() }) };
}
