/** What the demo shows: a moving bar on a terminal, plain lines in a pipe, nothing when only the result is wanted. */
import { MultiBar } from 'cli-progress';
import pc from 'picocolors';

export interface DemoScreen {
  readonly colors: ReturnType<typeof pc.createColors>;
  /** A line of its own, as it is. */
  line(text: string): void;
  /** Text that is broken into lines. */
  paragraph(text: string): void;
  chapter(title: string): void;
  /** A sentence on what happened in this chapter. */
  say(sentence: string): void;
  /** Starts the bar, as long as `total` logs; `arrived` is asked for how far it is. */
  startBar(total: number, arrived: () => number): void;
  /** Ends the bar and gives the cursor back. May be called more than once. */
  stopBar(): void;
}

const COLUMNS = 80;
const BAR_CHARACTERS = 20;
const REFRESH_MS = 100;

/** @param quiet shows nothing at all */
export function demoScreen(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, quiet: boolean): DemoScreen {
  const terminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  const colors = pc.createColors(terminal && !env['NO_COLOR']);
  let bars: MultiBar | undefined;
  let timer: NodeJS.Timeout | undefined;
  let phase = '';
  let chapters = 0;

  const line = (text: string) => {
    if (quiet) return;
    if (bars) bars.log(`${text}\n`);
    else stream.write(`${text}\n`);
  };
  return {
    colors,
    line,
    chapter: title => {
      phase = title;
      line(colors.bold(`${++chapters}. ${title}`));
    },
    paragraph: text => line(wrapped(text, '', '')),
    say: sentence => line(wrapped(sentence, '   ', '     ')),
    startBar: (total, arrived) => {
      if (quiet || !terminal) return;
      bars = new MultiBar({
        stream,
        format: '{bar} {value} of {total} in Azure | {phase}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: BAR_CHARACTERS,
        hideCursor: true,
        clearOnComplete: true,
        // Ctrl-C is the command's own business, which stops the bar too.
        gracefulExit: false,
      });
      const bar = bars.create(total, 0, { phase });
      const used = `${' '.repeat(BAR_CHARACTERS)} ${total} of ${total} in Azure | `.length;
      timer = setInterval(() => {
        // A bar that wraps could not be taken away again.
        const room = (stream.columns || COLUMNS) - 1 - used;
        bar.update(arrived(), { phase: shortened(phase, room) });
      }, REFRESH_MS);
    },
    stopBar: () => {
      clearInterval(timer);
      // What is still to be printed would be dropped.
      bars?.update();
      bars?.stop();
      bars = undefined;
    },
  };
}

/** The text in lines that a terminal of 80 columns shows whole, the first one indented by `first`. */
function wrapped(text: string, first: string, others: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length < COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(`${lines.length > 0 ? others : first}${word}`);
  }
  return lines.join('\n');
}

function shortened(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
}
