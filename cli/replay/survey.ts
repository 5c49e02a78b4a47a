/** A look at every dead letter, which changes nothing: which there are, and which of them are meant. */

import type { Target } from '../pipelines/operated.ts';
import { liveLine } from '../terminal/live-line.ts';
import { harmless } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import { type Choice, isChosen, type Letter, lookAt, reasonsOf, reasonText } from './letters.ts';

export interface Survey {
  /** In the order of pipelines and queues, `max` at most. */
  readonly chosen: readonly Letter[];
  /** On the queues altogether. */
  readonly seen: number;
  /** What `--reason` could have said. */
  readonly reasons: ReadonlySet<string>;
}

/** Ends early, with what was seen, when it is stopped. */
export async function survey(target: Target, choice: Choice, stop: AbortSignal): Promise<Survey> {
  const screen = liveLine(process.stderr, Date.now);
  const chosen: Letter[] = [];
  const reasons = new Set<string>();
  let seen = 0;
  try {
    for (const pipeline of target.pipelines) {
      for await (const { letter } of lookAt(pipeline)) {
        if (stop.aborted) return { chosen, seen, reasons };
        seen++;
        for (const reason of reasonsOf(letter)) reasons.add(reason);
        if (isChosen(letter, choice) && chosen.length < choice.max) chosen.push(letter);
        screen.update(`${counted(seen, 'dead letter')} looked at`);
      }
    }
    return { chosen, seen, reasons };
  } finally {
    screen.clear();
  }
}

export const logsIn = (letters: readonly Letter[]): number =>
  letters.reduce((sum, { batch }) => sum + (batch?.count ?? 0), 0);

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

/** Why nothing is chosen, and what would be. */
export function nothingText({ seen, reasons }: Survey, place: string): string {
  if (seen === 0) return `no dead letters: ${place}`;
  const few = [...reasons].map(harmless).sort().join(', ');
  return `none of ${counted(seen, 'dead letter')} is meant; their reasons: ${few}`;
}
