/** What `replay` does, as its options say. */

import { openTarget } from '../pipelines/open.ts';
import type { Target } from '../pipelines/operated.ts';
import { UsageError } from '../terminal/errors.ts';
import { stopOnSignals } from '../terminal/stoppable.ts';
import type { ReplayOptions } from './command.ts';
import { showLetter } from './letter.ts';
import { parseChoice, parseMax } from './letters.ts';
import { listLetters } from './list.ts';
import { moveLetters } from './move.ts';

const SHOWN_LOGS = 5;

/** Returns the exit code. Throws UsageError before anything is changed. */
export async function runReplay(options: ReplayOptions): Promise<number> {
  const { show, list, reveal, max } = options;
  if (reveal && show === undefined) {
    throw new UsageError('--reveal is given without --show; allowed: --show ID --reveal');
  }
  if (options.accept && options.queue === undefined) {
    throw new UsageError('--accept is given without --queue; allowed: --queue URL --accept PIPELINE');
  }
  if (show !== undefined) {
    const most = max === undefined ? SHOWN_LOGS : parseMax(max);
    return showLetter(await targetOf(options), show, { ...options, most });
  }
  const choice = parseChoice(options, Date.now());
  const target = await targetOf(options);
  const stop = stopOnSignals('stopping after this dead letter; once more ends it at once');
  if (list) return listLetters(target, choice, options, stop);
  return moveLetters(target, choice, options, stop);
}

async function targetOf(options: ReplayOptions): Promise<Target> {
  const { queue, region: _, profile: __, ...rest } = options;
  if (queue === undefined) return openTarget(options);
  // With a state directory, region and profile are the queue's alone.
  const target = await openTarget(options.config === undefined ? options : rest);
  const { withQueue } = await import('./queue.ts');
  return withQueue(target, { ...options, queue });
}
