/** Text that fits on a terminal and does nothing to it. */
import pc from 'picocolors';

/** On a terminal only, whatever the environment may say of colour. */
export const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

const COLUMNS = 80;

/** Breaks the text at spaces, so that no line is longer; a word that is stays whole. */
export function wrapped(text: string, columns = COLUMNS, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(`${lines.length > 0 ? indent : ''}${word}`);
  }
  return lines.join('\n');
}

/** Cut to so many characters, the last one an ellipsis. */
export function shortened(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, Math.max(0, characters - 1))}…` : text;
}

/** Control characters, line and paragraph separators, and what turns the direction of text. */
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Others' text on one line: a terminal obeys control characters, and a log holds whatever a stranger typed. */
export function harmless(text: string): string {
  return text.replace(DANGEROUS, char =>
    /[\t\n\r]/.test(char) ? ' ' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
