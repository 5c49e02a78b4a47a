/** What the demo shows: a moving bar on a terminal, plain lines in a pipe, nothing when only the result is wanted. */
import { MultiBar } from 'cli-progress';
import pc from 'picocolors';

export interface DemoScreen {
  readonly colors: ReturnType<typeof pc.createColors>;
  /** A line of its own. */
  line(text: string): void;
  chapter(title: string): void;
  /** A sentence on what happened in this chapter. */
  say(sentence: string): void;
  /** Starts the bar, as long as `total` logs; `arrived` is asked for how far it is. */
  startBar(total: number, arrived: () => number): void;
  /** Ends the bar and gives the cursor back. May be called more than once. */
  stopBar(): void;
}

const COLUMNS = 80;
const INDENT = '   ';
const BAR_CHARACTERS = 20;
const REFRESH_MS = 100;

/** @param quiet shows nothing at all */
export function demoScreen(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, quiet: boolean): DemoScreen {
  const terminal = stream.isTTY && env['TERM'] !== 'dumb';
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
    say: sentence => line(wrapped(sentence)),
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
      timer = setInterval(() => {
        const room = Math.max(
          0,
          stream.columns - 1 - BAR_CHARACTERS - ' of  in Azure | '.length - 2 * digits(total) - 1,
        );
        bar.update(arrived(), { phase: shortened(phase, room) });
      }, REFRESH_MS);
    },
    stopBar: () => {
      clearInterval(timer);
      bars?.stop();
      bars = undefined;
    },
  };
}

/** The sentence, indented, in lines that a terminal of 80 columns shows whole. */
function wrapped(sentence: string): string {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length < COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(`${INDENT}${lines.length > 0 ? '  ' : ''}${word}`);
  }
  return lines.join('\n');
}

const digits = (count: number) => String(count).length;

function shortened(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
}
