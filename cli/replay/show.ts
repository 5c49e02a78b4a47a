/** What `replay` says before and after dead letters are moved or delivered. */

import type { Target } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { colors, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import type { Carried, Carry } from './carry.ts';
import type { ReplayOptions } from './command.ts';
import type { Letter } from './letters.ts';
import { lettersText, logsIn, reasonsText } from './survey.ts';

/** Warnings on standard error, where they are seen whatever standard output is led to. */
export function tellPlan(
  chosen: readonly Letter[],
  left: readonly Letter[],
  { done }: Carry,
  say: (text: string) => void,
): void {
  for (const [pipeline, own] of Map.groupBy(chosen, letter => letter.pipeline)) {
    say(`${pipeline}: ${lettersText(own)} to be ${done}: ${reasonsText(own)}`);
  }
  const warn = (text: string) => console.error(wrapped(`warning: ${text}`));
  if (left.length > 0) {
    warn(
      `${counted(left.length, 'message')} cannot be delivered and will be left in place; --list tells why`,
    );
  }
  const rejected = chosen.filter(({ batch }) => batch?.reason.verdict === 'rejected');
  if (rejected.length === 0) return;
  warn(
    `Azure rejected the logs of ${counted(rejected.length, 'dead letter')} for what they hold. Unless the cause ` +
      'is mended, it rejects them again, and they come back as new dead letters',
  );
}

/** Returns the exit code. */
export function tellResult(
  chosen: readonly Letter[],
  { letters, logs, logsDeadLettered, logsRequeued, notFound, fault }: Carried,
  { done, next }: Carry,
  say: (text: string) => void,
  stop: AbortSignal,
): number {
  const rest = chosen.length - letters - notFound;
  const all = counted(chosen.length, 'dead letter');
  const some = letters < chosen.length ? `${letters} of ${all}` : all;
  const again = [
    logsDeadLettered > 0 && `; ${counted(logsDeadLettered, 'log')} refused again, in new dead letters`,
    logsRequeued > 0 && `; ${counted(logsRequeued, 'log')} back on the retry queue`,
  ].filter(Boolean);
  const accepted = done === 'delivered' ? ' accepted by Azure' : '';
  say(`${some} ${done}: ${counted(logs, 'log')}${accepted}${again.join('')}`);
  if (rest > 0) {
    say(
      `still on the queue: ${counted(rest, 'dead letter')}; the same command goes on with ${rest === 1 ? 'it' : 'them'}`,
    );
  }
  if (notFound > 0) {
    say(
      `not to be found any more: ${counted(notFound, 'dead letter')}, moved by somebody else or hidden by their look`,
    );
  }
  if (fault !== undefined) {
    console.error(`error: ${fault}`);
    return EXIT.fault;
  }
  if (stop.aborted && rest > 0) return EXIT.interrupted;
  if (letters > 0 && next !== undefined) say(colors.dim(next));
  return logsDeadLettered + logsRequeued + notFound > 0 ? EXIT.fault : EXIT.ok;
}

export function jsonOf(
  { place }: Target,
  { dryRun, local }: ReplayOptions,
  chosen: readonly Letter[],
  { letters, logs, logsDeadLettered, logsRequeued, notFound, fault }: Carried,
) {
  return {
    place,
    how: local ? 'delivered' : 'moved',
    dryRun: dryRun === true,
    chosen: { letters: chosen.length, logs: logsIn(chosen) },
    done: { letters, logs, logsDeadLettered, logsRequeued },
    notFound,
    left: chosen.length - letters - notFound,
    ...(fault !== undefined && { fault }),
  };
}
