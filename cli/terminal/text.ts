/** Text that fits on a terminal and cannot control it. */
import pc from 'picocolors';

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Whether lines on it can be erased. */
export function isScreen({ isTTY }: Stream, env: Environment = process.env): boolean {
  return isTTY === true && env['TERM'] !== 'dumb';
}

/** Whether to use colors: NO_COLOR (https://no-color.org) and then FORCE_COLOR decide, else whether it is a terminal. */
export function hasColors(stream: Stream, env: Environment = process.env): boolean {
  const forced = env['FORCE_COLOR'];
  if (env['NO_COLOR']) return false;
  return forced ? !['0', 'false'].includes(forced) : isScreen(stream, env);
}

export const colors = pc.createColors(hasColors(process.stdout));

const COLUMNS = 80;

/** Characters in a line of it: those that COLUMNS asks for, those of the terminal, or 80. */
export function columnsOf(stream: Stream = process.stdout, env: Environment = process.env): number {
  const asked = Number(env['COLUMNS']);
  if (asked > 0) return asked;
  return (stream.isTTY && stream.columns) || COLUMNS;
}

/** Breaks the text at spaces, so that no line is longer. A longer word is not broken. */
export function wrapped(text: string, columns = columnsOf(), indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(`${lines.length > 0 ? indent : ''}${word}`);
  }
  return lines.join('\n');
}

/** On a line of its own. */
const COMMAND = /^ +(\$ |(npx|npm|node|az|aws|cp|chmod|sudo|timedatectl|eval|openssl|jq) )/;

/** Breaks each line of the text and keeps its indentation. A command on its own line is not broken. */
export function wrappedLines(text: string, columns = columnsOf()): string {
  const fit = (line: string) => {
    const [indent = ''] = /^ *(- )?/.exec(line) ?? [];
    return COMMAND.test(line) ? line : wrapped(line, columns, ' '.repeat(indent.length));
  };
  return text.split('\n').map(fit).join('\n');
}

/** Prints it on standard error, wrapped. */
export function printError(text: string): void {
  console.error(wrappedLines(text, columnsOf(process.stderr)));
}

/** The text, cut to this number of characters, with an ellipsis at the end. */
export function shortened(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, Math.max(0, characters - 1))}…` : text;
}

/** Control characters, line and paragraph separators, and what turns the direction of text. */
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Untrusted text on one line: a terminal executes control characters, and a log contains whatever a user typed. */
export function harmless(text: string): string {
  return text.replace(DANGEROUS, char =>
    /[\t\n\r]/.test(char) ? ' ' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** As a shell takes it. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
