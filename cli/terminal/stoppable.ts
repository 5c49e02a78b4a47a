/** Work that an operator can stop at the next safe point: a "denied" fault ends a run at once, without a retry, and moves nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Destination, Fault, LogSource } from '../../lambda/core/model.ts';
import type { QueryAnswer, WorkspaceReader } from '../../lambda/core/workspace.ts';
import { EXIT } from './errors.ts';
import { isScreen, printError } from './text.ts';

const STOPPED: Fault = { verdict: 'denied', code: 'STOPPED', message: 'stopped by the operator' };

/** For Ctrl-C and SIGTERM: the first signal aborts it and prints `notice`, the second ends the process at once. */
export function stopOnSignals(notice: string): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
    // In place of a line that changes, if there is one.
    if (isScreen(process.stderr)) process.stderr.write('\r\x1b[2K');
    printError(notice);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop.signal;
}

/** The machine's clock. A stop ends every sleep. */
export function stoppableClock(stop: AbortSignal): Clock {
  return {
    now: Date.now,
    sleep: ms => sleep(ms, undefined, { signal: stop }).catch(() => undefined),
  };
}

/** Sends no further request to Auth0 after a stop. */
export function stoppableSource(source: LogSource, stop: AbortSignal): LogSource {
  const stopped = { kind: 'fault', fault: STOPPED } as const;
  return {
    start: async (...start) => (stop.aborted ? stopped : source.start(...start)),
    page: async (...page) => (stop.aborted ? stopped : source.page(...page)),
    newest: async (...newest) => (stop.aborted ? stopped : source.newest(...newest)),
    search: async (...search) => (stop.aborted ? stopped : source.search(...search)),
  };
}

/** After a stop, starts no further query, and does not wait for the current one: it may take minutes. */
export function stoppableReader(reader: WorkspaceReader, stop: AbortSignal): WorkspaceReader {
  const stopped = { kind: 'fault', fault: STOPPED } as const;
  const aborted = new Promise<QueryAnswer>(resolve => {
    stop.addEventListener('abort', () => resolve(stopped), { once: true });
  });
  return {
    query: async (...query) => (stop.aborted ? stopped : Promise.race([reader.query(...query), aborted])),
  };
}

/** Starts no further post after a stop, and waits for the current one. */
export function stoppableDestination(destination: Destination, stop: AbortSignal): Destination {
  return {
    ...destination,
    post: async (...post) =>
      stop.aborted ? { kind: 'unauthorised', fault: STOPPED } : destination.post(...post),
  };
}
