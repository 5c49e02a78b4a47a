/** What `replay` says before and after, in sentences. */
import { harmless } from '../../terminal/text.ts';
import { counted } from '../../terminal/words.ts';
import type { Carried, Carry } from './carry.ts';
import { type Letter, logsIn, reasonText } from './letters.ts';

/** `12 dead letters (240 logs)`. */
export const lettersText = (letters: readonly Letter[]): string =>
  `${counted(letters.length, 'dead letter')} (${counted(logsIn(letters), 'log')})`;

/** `3 rejected 400 InvalidDataFormat, 9 unavailable 503`: most first. */
export function reasonsText(letters: readonly Letter[]): string {
  const counts = new Map<string, number>();
  for (const letter of letters) {
    const reason = reasonText(letter);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const most = [...counts].sort(([, a], [, b]) => b - a);
  return most.map(([reason, count]) => `${count} ${harmless(reason)}`).join(', ');
}

/** Before rejected ones are delivered again; undefined when there are none. */
export function rejectedText(chosen: readonly Letter[]): string | undefined {
  const rejected = chosen.filter(({ batch }) => batch?.reason.verdict === 'rejected');
  if (rejected.length === 0) return undefined;
  return (
    `Azure rejected the content of ${counted(rejected.length, 'dead letter')}. Until you fix the cause, Azure ` +
    'rejects it again, and the logs come back as new dead letters'
  );
}

/** How many are done, still there, and gone. What ended it early is `carried.fault`. `goesOn` ends in `it` or `them`. */
export function resultSentences(
  chosen: readonly Letter[],
  { letters, logs, logsDeadLettered, logsRequeued, notFound }: Carried,
  { done }: Pick<Carry, 'done'>,
  goesOn: string,
): string[] {
  const rest = chosen.length - letters - notFound;
  const all = counted(chosen.length, 'dead letter');
  const some = letters < chosen.length ? `${letters} of ${all}` : all;
  const again = [
    logsDeadLettered > 0 && `; ${counted(logsDeadLettered, 'log')} rejected again, in new dead letters`,
    logsRequeued > 0 && `; ${counted(logsRequeued, 'log')} back on the retry queue`,
  ].filter(Boolean);
  const accepted = done === 'delivered' ? ' accepted by Azure' : '';
  const sentences = [`${some} ${done}: ${counted(logs, 'log')}${accepted}${again.join('')}`];
  if (rest > 0) {
    sentences.push(
      `still on the queue: ${counted(rest, 'dead letter')}; ${goesOn} ${rest === 1 ? 'it' : 'them'}`,
    );
  }
  if (notFound > 0) {
    sentences.push(
      `no longer found: ${counted(notFound, 'dead letter')}, moved or being read by another process`,
    );
  }
  return sentences;
}
