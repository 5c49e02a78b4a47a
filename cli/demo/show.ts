/** What the demo shows: a moving bar on a terminal, plain lines in a pipe, nothing when only the result is wanted. */
import { MultiBar } from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';
import { APIS } from '../../simulator/azure/apis.ts';
import { columnsOf, hasColors, isScreen, shortened, wrapped } from '../terminal/text.ts';
import { counted } from '../terminal/words.ts';
import type { DemoResult } from './json.ts';

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

const BAR_CHARACTERS = 20;
const REFRESH_MS = 100;

/** @param quiet shows nothing at all */
export function demoScreen(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, quiet: boolean): DemoScreen {
  const terminal = isScreen(stream, env);
  const colors = pc.createColors(hasColors(stream, env));
  const columns = columnsOf(stream, env);
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
    paragraph: text => line(wrapped(text, columns - 1)),
    say: sentence => line(wrapped(`   ${sentence}`, columns - 1, '     ')),
    startBar: (total, arrived) => {
      if (quiet || !terminal) return;
      bars = new MultiBar({
        stream,
        format: '{bar} {value} of {total} accepted | {phase}',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: BAR_CHARACTERS,
        hideCursor: true,
        clearOnComplete: true,
        // The command handles Ctrl-C, and stops the bar too.
        gracefulExit: false,
      });
      const bar = bars.create(total, 0, { phase });
      const used = `${' '.repeat(BAR_CHARACTERS)} ${total} of ${total} accepted | `.length;
      timer = setInterval(() => {
        // A bar that wraps could not be erased.
        const room = columns - 1 - used;
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

/** What is about to happen. */
export function introduce(
  { logs, seed, destination }: Pick<DemoResult, 'seed' | 'destination'> & { readonly logs: number },
  { line, paragraph }: DemoScreen,
): void {
  paragraph(
    `This demo ships ${counted(logs, 'log')} of a simulated Auth0 tenant (seed ${seed}) to a simulated workspace, ` +
      `through the ${APIS[destination].title}. It runs the real Lambda bundles and needs no account. ` +
      'A tick is one run of the ship function; in AWS, a schedule starts one every minute.',
  );
  line('');
  line('Starting the simulators on 127.0.0.1');
}

/** The table, the verdict and where to read on. */
export function showResult(result: DemoResult, { line, colors }: DemoScreen): void {
  const number = new Intl.NumberFormat('en').format;
  const table = new Table({
    colAligns: ['left', 'right', 'left'],
    // No colors of its own, and no lines between the rows.
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(
    ['generated', number(result.generated), 'logs written by the simulated tenant'],
    ['accepted', number(result.accepted), 'logs that Azure accepted, repeated ones too'],
    ['  dropped', number(result.dropped), `by the daily cap; ${number(result.repaired)} repaired`],
    ['stored', number(result.stored), 'rows in the simulated workspace'],
    ['  unique', number(result.unique), 'distinct logs'],
    ['  duplicates', number(result.duplicates), 'repeated LogIds'],
    [
      'dead-lettered',
      number(result.deadLettered.now),
      `on the dead-letter queue now; ${number(result.deadLettered.replayed)} replayed`,
    ],
    ['retry queue', number(result.retryQueue), 'messages on the retry queue now'],
    ['missing', number(result.missing), 'neither accepted nor on a queue'],
    ['not stored', number(result.notStored), 'accepted, but without a row'],
  );
  line('');
  line(table.toString());
  line(verdictOf(result, colors));
  line('');
  line(
    'Next: README.md and docs/how-it-works.md.\nTo ship a real tenant from this machine: npx auth0-logs-to-azure run --help',
  );
}

/** Logs are missing, which must never be. */
export const lostText = (missing: number): string =>
  `LOST: ${counted(missing, 'log')} missing. This is a bug; please report it.`;

function verdictOf(result: DemoResult, colors: DemoScreen['colors']): string {
  const { ok, missing, notStored, duplicates, unique, retryQueue, deadLettered, seconds, ticks } = result;
  if (missing > 0) return colors.red(colors.bold(lostText(missing)));
  if (notStored > 0)
    return colors.red(
      colors.bold(
        `NOT STORED: ${counted(notStored, 'accepted log')} without a row. This is a bug; please report it.`,
      ),
    );
  if (!ok) {
    const left = retryQueue + deadLettered.now;
    return colors.yellow(`Nothing is lost, but ${counted(left, 'message')} are still on a queue.`);
  }
  const time = `${counted(ticks, 'tick')}, ${seconds.toFixed(1)} s`;
  const repeated =
    duplicates > 0
      ? `\n${counted(duplicates, 'duplicate')} from the lost response; remove duplicates at query time by LogId.`
      : '';
  return `${colors.green(colors.bold(`Nothing is lost: ${counted(unique, 'log')} in Azure`))} (${time}).${repeated}`;
}
