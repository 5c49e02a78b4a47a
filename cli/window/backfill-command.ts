/** The command that ships a window, for those who find that one is missing. */
import type { TargetOptions } from '../pipelines/operated.ts';
import { wrapped } from '../terminal/text.ts';
import { dateText } from '../terminal/words.ts';
import type { Window } from './window.ts';

/** Ready to be pasted into a shell: its words, of which an option and its value are one. */
export function backfillCommand({ fromMs, toMs }: Window, options: TargetOptions): readonly string[] {
  const { stack, region, profile, config, secrets, pipeline } = options;
  const state = options.state === 'state' ? undefined : options.state;
  const given = { config, state, secrets, stack, region, profile, pipeline };
  return [
    'npm start -- backfill',
    `--from ${dateText(fromMs)}`,
    `--to ${dateText(toMs)}`,
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} ${quoted(value)}`],
    ),
  ];
}

/** The same in lines of 80 columns, after a `$`. */
export function backfillLines(window: Window, options: TargetOptions): string {
  // Spaces inside of a word must not break the line.
  const words = backfillCommand(window, options).map(word => word.replaceAll(' ', '\0'));
  return `  $ ${wrapped(words.join(' '), 72, '      ')}`.replaceAll('\n', ' \\\n').replaceAll('\0', ' ');
}

const quoted = (word: string) =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
