/** Ctrl-C and SIGTERM, for commands that end at the next safe point. */
import { EXIT } from './errors.ts';

/** The first signal aborts it and prints `notice`, the second ends the process at once. */
export function stopOnSignals(notice: string): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
    // In place of a line that changes, if there is one.
    console.error(`${process.stderr.isTTY ? '\r\x1b[2K' : ''}${notice}`);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop.signal;
}
