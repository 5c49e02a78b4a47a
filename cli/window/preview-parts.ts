/** What a preview needs, of a pipeline that is at hand. */

import { ConfigError } from '../../lambda/config/config.ts';
import type { Fault } from '../../lambda/core/model.ts';
import { tally } from '../../lambda/core/tally.ts';
import { ioFirst, type PipelineParts } from '../../lambda/wiring.ts';
import type { Operated } from '../pipelines/operated.ts';
import { EXIT, UsageError } from '../terminal/errors.ts';
import { stoppableClock, stoppableSource } from '../terminal/stoppable.ts';
import { printError } from '../terminal/text.ts';
import { faultOf } from '../terminal/words.ts';
import type { PreviewDependencies } from './preview.ts';

/** For finding the place among Auth0's logs. */
export const START_TIMEOUT_MS = 20_000;

/** Rejects with UsageError when the redaction key cannot be read. */
export async function previewDependencies(
  parts: PipelineParts,
  stop: AbortSignal,
): Promise<PreviewDependencies> {
  return {
    ...(await shapingOf(parts)),
    source: stoppableSource(parts.source, stop),
    destination: parts.destination,
    clock: stoppableClock(stop),
    random: Math.random,
    ioFirst,
  };
}

/** Rejects with UsageError when the redaction key cannot be read. */
export async function shapingOf(parts: PipelineParts): ReturnType<PipelineParts['shaping']> {
  try {
    return await parts.shaping();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new UsageError(error instanceof Error ? error.message : 'the redaction key cannot be read', error);
  }
}

/** Prints a fault of Auth0; returns the exit code. */
export function failed({ config }: Operated, fault: Fault, stop: AbortSignal): number {
  if (stop.aborted) return EXIT.interrupted;
  const { verdict: outcome, message } = fault;
  const report = tally(config.name).report({ outcome, message, durationMs: 0 });
  printError(`error: pipeline "${config.name}": ${faultOf(report)}`);
  return EXIT.fault;
}
