/** What `replay` does, as its options say. */
import { UsageError } from './errors.ts';
import { openTarget } from './open-target.ts';
import type { ReplayOptions } from './replay.ts';
import { parseChoice, parseMax } from './replay-letters.ts';
import { listLetters } from './replay-list.ts';
import { moveLetters } from './replay-move.ts';
import { showLetter } from './replay-show.ts';
import { stopOnSignals } from './signals.ts';

const SHOWN_LOGS = 5;

/** Returns the exit code. Throws UsageError before anything is changed. */
export async function runReplay(options: ReplayOptions): Promise<number> {
  const { show, list, reveal, max } = options;
  if (reveal && show === undefined) {
    throw new UsageError('--reveal is given without --show; allowed: --show ID --reveal');
  }
  if (show !== undefined) {
    const most = max === undefined ? SHOWN_LOGS : parseMax(max);
    return showLetter(await openTarget(options), show, { ...options, most });
  }
  const choice = parseChoice(options, Date.now());
  const target = await openTarget(options);
  const stop = stopOnSignals('stopping after this dead letter; once more ends it at once');
  if (list) return listLetters(target, choice, options, stop);
  return moveLetters(target, choice, options, stop);
}
