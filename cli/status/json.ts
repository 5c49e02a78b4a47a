/** The status as a machine reads it. Keys stay; `null` is what is not there or could not be asked. */
import type { Facts } from '../pipelines/facts.ts';
import { faultText, healthOf, isRunning, lagMs, worstOf } from '../pipelines/health.ts';
import type { Depth, Target } from '../pipelines/operated.ts';

export function statusJson({ place, kind }: Target, all: readonly Facts[], nowMs: number) {
  const pipelines = all.map(pipelineJson);
  return {
    place,
    kind,
    askedAt: iso(nowMs),
    health: worstOf(pipelines),
    well: pipelines.every(one => one.well),
    pipelines,
  };
}

function pipelineJson(facts: Facts) {
  const { pipeline, state, queues, alarms, limits, stopped, unanswered, askedAtMs } = facts;
  const { checkpoint, lease, lastRun, caughtUpAtMs, updatedAtMs, checkpointSet } = state ?? {};
  const { health, reasons } = healthOf(facts);
  const lag = lagMs(facts);
  return {
    pipeline,
    health,
    well: health === 'healthy',
    findings: reasons.flatMap(({ health: level, what, runbook }) =>
      runbook === undefined ? [] : [{ health: level, what, runbook: `docs/runbook.md#${runbook}` }],
    ),
    unanswered,
    running: isRunning(facts),
    lagSeconds: lag === undefined ? null : Math.round(lag / 1000),
    lagLimitSeconds: limits ? limits.lagMs / 1000 : null,
    silenceLimitSeconds: limits ? limits.silenceMs / 1000 : null,
    caughtUpAt: iso(caughtUpAtMs),
    checkpoint: checkpoint ? { logId: checkpoint.logId, loggedAt: iso(checkpoint.logDateMs) } : null,
    checkpointSet: checkpointSet ?? null,
    updatedAt: iso(updatedAtMs),
    lease: lease
      ? { owner: lease.owner, expiresAt: iso(lease.expiresAtMs), held: lease.expiresAtMs > askedAtMs }
      : null,
    lastRun: lastRun ? lastRunJson(facts, lastRun) : null,
    rateLimit: lastRun?.rateLimit
      ? {
          limit: lastRun.rateLimit.limit,
          remaining: lastRun.rateLimit.remaining,
          resetAt: iso(lastRun.rateLimit.resetAtMs),
        }
      : null,
    queues: queues ? { retry: depthJson(queues.retry), deadLetter: depthJson(queues['dead-letter']) } : null,
    stopped: stopped?.map(({ text, remedy }) => ({ text, remedy })) ?? null,
    alarms:
      alarms?.map(({ name, description, sinceMs }) => ({ name, description, sinceAt: iso(sinceMs) })) ?? null,
  };
}

function lastRunJson(facts: Facts, run: NonNullable<NonNullable<Facts['state']>['lastRun']>) {
  const { endedAtMs, rateLimit, lagMs: lag, ...rest } = run;
  const fault = faultText(facts, run) ?? null;
  return { endedAt: iso(endedAtMs), fault, lagSeconds: lag === undefined ? null : lag / 1000, ...rest };
}

function depthJson({ messages, oldestAgeMs }: Depth) {
  return { messages, oldestAgeSeconds: oldestAgeMs === undefined ? null : Math.round(oldestAgeMs / 1000) };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
