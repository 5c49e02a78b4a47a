/** Messages of the retry queue: each failed batch is delivered again, or left with a longer wait. */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { DEADLINE_MARGIN_MS, RETRY_MAX_RECEIVES } from './core/contract.ts';
import { postponeSeconds, replay } from './core/replay.ts';
import type { ReplayReport } from './core/report.ts';
import { wire } from './wiring.ts';

/**
 * Returns the messages that must stay, as Lambda's partial batch response; Lambda deletes the others.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { replay: dependencies, options, postpone, telemetry, clock } = wire();
  const deadlineMs = clock.now() + context.getRemainingTimeInMillis() - DEADLINE_MARGIN_MS;
  const reports: (ReplayReport & { readonly lastTry: boolean })[] = [];

  const deliverOne = async (message: SQSRecord): Promise<void> => {
    const receives = Number(message.attributes.ApproximateReceiveCount);
    const report = await replay(dependencies, options.pipeline, message.body, deadlineMs, receives).catch(
      // The batch processor takes every error for "not yet": a bug must still be reported.
      (error: unknown) => void telemetry.emitBug(error),
    );
    if (report) reports.push({ ...report, lastTry: receives >= RETRY_MAX_RECEIVES });
    if (report?.done) return;
    await postpone(message.receiptHandle, postponeSeconds(receives, report?.reason)).catch((error: unknown) =>
      telemetry.emitBug(error),
    );
    throw new Error(`failed batch ${report?.batchId ?? 'unknown'} stays on the retry queue`);
  };

  const response = await processPartialResponse(event, deliverOne, new BatchProcessor(EventType.SQS), {
    context,
    processInParallel: false,
    throwOnFullBatchFailure: false,
  });
  telemetry.emitReplay(reports);
  return response;
}
