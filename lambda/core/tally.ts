/** Counts what a run does, for its report. */
import type { Delivery } from './deliver.ts';
import type { Checkpoint, RateLimit } from './model.ts';
import type { Party, RunOutcome, RunReport } from './report.ts';

type Counts = { -readonly [K in keyof RunReport]: RunReport[K] };

export interface Tally {
  readonly counts: Omit<Counts, 'outcome' | 'durationMs' | 'lagMs'>;
  sweptPage(): void;
  page(logs: number, rateLimit: RateLimit | undefined): void;
  delivered(delivery: Delivery): void;
  report(end: {
    outcome: RunOutcome;
    party?: Party;
    status?: number;
    message?: string;
    remedy?: string;
    lagMs?: number;
    durationMs: number;
  }): RunReport;
}

/** The counts of a run that has done nothing yet. */
export const NOTHING_COUNTED: Omit<Tally['counts'], 'pipeline'> = {
  pages: 0,
  sweptPages: 0,
  posts: 0,
  logsRead: 0,
  logsAccepted: 0,
  logsExcluded: 0,
  logsRetried: 0,
  logsDeadLettered: 0,
  logsRaw: 0,
  logsLate: 0,
  isLateEstimate: false,
  logsReshipped: 0,
  logsBridged: 0,
  batches: { accepted: 0, rejected: 0, throttled: 0, unavailable: 0, denied: 0, intercepted: 0 },
  gapSuspected: false,
  retentionAtRisk: false,
  checkpointAstray: false,
  sweepOverdue: false,
  rowsNotStored: 0,
  logsRepaired: 0,
  verifyOverdue: false,
};

export function tally(pipeline: string, checkpoint?: Checkpoint): Tally {
  const counts: Tally['counts'] = {
    pipeline,
    ...NOTHING_COUNTED,
    ...(checkpoint ? { checkpoint } : {}),
  };
  return {
    counts,
    sweptPage: () => {
      counts.pages++;
      counts.sweptPages++;
    },
    page: (logs, rateLimit) => {
      counts.pages++;
      counts.logsRead += logs;
      if (rateLimit) counts.rateLimit = rateLimit;
    },
    delivered: delivery => {
      counts.posts += delivery.posts;
      counts.logsAccepted += delivery.accepted;
      const verdict = delivery.fault?.verdict ?? (delivery.culprits.length > 0 ? 'rejected' : 'accepted');
      counts.batches = { ...counts.batches, [verdict]: counts.batches[verdict] + 1 };
    },
    report: end => ({ ...counts, ...end }),
  };
}
