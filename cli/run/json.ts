/** A run as a machine reads it. */
import type { QueueName } from '../../lambda/core/model.ts';
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';
import { faultOf, runWarnings } from '../terminal/words.ts';

export interface TickEnd {
  readonly report: RunReport;
  /** What was delivered of the retry queue after the run. */
  readonly replays: readonly ReplayReport[];
  /** Messages on each queue, at the end. */
  readonly depths: Readonly<Record<QueueName, number>>;
  readonly retentionMs: number;
  readonly endedAtMs: number;
  /** By the operator: what ended the run is not a fault. */
  readonly stopped: boolean;
}

/** A line of what `run --json` prints. Keys stay; `null` is what is not there. */
export function runJson({ report, replays, depths, retentionMs, endedAtMs, stopped }: TickEnd) {
  const { pipeline, outcome, lagMs, checkpoint, rateLimit, ...rest } = report;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    pipeline,
    endedAt: iso(endedAtMs),
    outcome,
    stopped,
    fault: (stopped ? undefined : faultOf(report)) ?? null,
    warnings: runWarnings(report, retentionMs),
    lagSeconds: lagMs === undefined ? null : Math.round(lagMs / 1000),
    checkpoint: checkpoint
      ? {
          logId: checkpoint.logId,
          loggedAt: checkpoint.logDateMs === undefined ? null : iso(checkpoint.logDateMs),
        }
      : null,
    rateLimit: rateLimit
      ? { limit: rateLimit.limit, remaining: rateLimit.remaining, resetAt: iso(rateLimit.resetAtMs) }
      : null,
    ...rest,
    replays,
    queues: { retry: depths.retry, deadLetter: depths['dead-letter'] },
  };
}
