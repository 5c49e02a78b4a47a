/** The report of a healthy run, as it is kept beside the checkpoint. */
import type { LastRun } from '../../lambda/core/last-run.ts';
import { NOTHING_COUNTED } from '../../lambda/core/tally.ts';

export const lastRunAt = (endedAtMs: number): LastRun => ({
  ...NOTHING_COUNTED,
  endedAtMs,
  outcome: 'caught-up',
  pages: 1,
  posts: 1,
  logsRead: 5,
  logsAccepted: 5,
  batches: { ...NOTHING_COUNTED.batches, accepted: 1 },
  durationMs: 400,
});

/** As version 0.1.0 left one beside the checkpoint. */
export const OLD_RUN = {
  endedAtMs: Date.UTC(2026, 10, 1),
  outcome: 'caught-up',
  pages: 2,
  posts: 1,
  logsRead: 5,
  logsAccepted: 5,
  logsExcluded: 0,
  logsRetried: 0,
  logsDeadLettered: 0,
  logsRaw: 0,
  logsLate: 1,
  batches: { accepted: 1, rejected: 0, throttled: 0, unavailable: 0, denied: 0 },
  lagMs: 0,
  gapSuspected: false,
  retentionAtRisk: false,
  durationMs: 400,
} as const;
