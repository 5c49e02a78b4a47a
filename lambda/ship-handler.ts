/** The schedule's tick: one run of one pipeline. */
import type { Context } from 'aws-lambda';
import { DEADLINE_MARGIN_MS } from './core/contract.ts';
import type { RunReport } from './core/report.ts';
import { ship } from './core/ship.ts';
import { wire } from './wiring.ts';

let coldStart = true;

/**
 * Runs the pipeline once and returns its report. A run that could not do its work shows in metrics and not as an error,
 * since the next tick is the retry. Throws for a bad configuration and for bugs.
 */
export async function handler(_event: unknown, context: Context): Promise<RunReport> {
  const { ship: dependencies, options, telemetry, clock, lookAtQueues } = wire();
  const endsAtMs = clock.now() + context.getRemainingTimeInMillis();
  const wasCold = coldStart;
  coldStart = false;
  // Beside the run: it costs no time.
  const looks = lookAtQueues();
  try {
    const report = await ship(await dependencies(), {
      ...options,
      owner: context.awsRequestId,
      deadlineMs: endsAtMs - DEADLINE_MARGIN_MS,
      leaseExpiresAtMs: endsAtMs,
    });
    telemetry.emitRun(report, wasCold, await looks);
    return report;
  } catch (error) {
    telemetry.emitBug(error);
    throw error;
  }
}
