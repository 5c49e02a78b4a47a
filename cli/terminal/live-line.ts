/** Lines for an operator, and below them, on a terminal, one that changes. */
import type { Journal } from '../../lambda/core/model.ts';
import { columnsOf, isScreen } from './text.ts';
import { dateText } from './words.ts';

export interface LiveLine {
  /** A line that stays. */
  print(line: string): void;
  /** The current progress: overwritten on a terminal, or a periodic line in a pipe. */
  update(text: string): void;
  /** Erases the changing line. */
  clear(): void;
}

const PIPE_EVERY_MS = 15_000;
const TERMINAL_EVERY_MS = 100;

export function liveLine(stream: NodeJS.WriteStream, now: () => number): LiveLine {
  let shownAtMs = now();
  let visible = false;
  const screen = isScreen(stream);
  const clear = () => {
    if (visible) stream.write('\r\x1b[2K');
    visible = false;
  };
  return {
    clear,
    print: line => {
      clear();
      stream.write(`${line}\n`);
    },
    update: text => {
      if (now() - shownAtMs < (screen ? TERMINAL_EVERY_MS : PIPE_EVERY_MS)) return;
      shownAtMs = now();
      if (!screen) return void stream.write(`${text}\n`);
      // A line that wraps could not be erased.
      stream.write(`\r\x1b[2K${text.slice(0, columnsOf(stream) - 1)}`);
      visible = true;
    },
  };
}

/** The core's journal, between the lines of a run. Its fields contain only ids, counts and reasons. */
export function journalOn(screen: LiveLine, name: string): Journal {
  const write = (message: string, { reason, ...fields }: Readonly<Record<string, unknown>> = {}) => {
    const details = Object.entries(fields).map(([key, value]) => `${key} ${value}`);
    const shown = details.length > 0 ? ` (${details.join(', ')})` : '';
    const why = isReason(reason) ? `: ${reason.message}` : '';
    screen.print(`${dateText(Date.now())} ${name}: ${message}${shown}${why}`);
  };
  return { info: write, warn: write, error: write };
}

function isReason(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && 'message' in value;
}
