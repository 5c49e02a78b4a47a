/** Progress: a bar on a terminal, or a periodic line in a pipe. */
import { SingleBar } from 'cli-progress';
import { liveLine } from './live-line.ts';
import { isScreen } from './text.ts';

export interface ProgressBar {
  /** The number that is done. */
  update(done: number): void;
  /** Erases the bar. May be called more than once. */
  end(): void;
}

/** @param what what is counted: `logs`, `dead letters` */
export function progressBar(stream: NodeJS.WriteStream, total: number, what: string): ProgressBar {
  const number = new Intl.NumberFormat('en').format;
  if (!isScreen(stream)) {
    const line = liveLine(stream, Date.now);
    return {
      update: done => line.update(`${number(done)} of ${number(total)} ${what}`),
      end: () => undefined,
    };
  }
  const bar = new SingleBar({
    stream,
    format: `{bar} {value} of {total} ${what}`,
    formatValue: (value, _options, type) => (type === 'percentage' ? String(value) : number(value)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // The command handles Ctrl-C.
    gracefulExit: false,
  });
  bar.start(total, 0);
  return { update: done => bar.update(done), end: () => bar.stop() };
}
