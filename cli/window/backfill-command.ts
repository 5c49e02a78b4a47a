/** The command that ships a window, for texts about missing logs. */
import { type About, optionWords, START } from '../pipelines/remedy.ts';
import { wrapped } from '../terminal/text.ts';
import { dateText } from '../terminal/words.ts';
import type { Window } from './window.ts';

/** Ready to be pasted into a shell: its words, of which an option and its value are one. */
export function backfillCommand({ fromMs, toMs }: Window, about: About): readonly string[] {
  const times = [`--from ${dateText(fromMs)}`, `--to ${dateText(toMs)}`];
  return [START, 'backfill', ...times, ...optionWords(about)];
}

/** The same in lines of 80 columns, after a `$`. */
export function backfillLines(window: Window, about: About): string {
  // Spaces inside of a word must not break the line.
  const words = backfillCommand(window, about).map(word => word.replaceAll(' ', '\0'));
  return `  $ ${wrapped(words.join(' '), 72, '      ')}`.replaceAll('\n', ' \\\n').replaceAll('\0', ' ');
}
