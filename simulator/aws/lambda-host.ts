/** AWS Lambda on one machine: a bundle in a process of its own, warm between events, killed when out of time. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FromChild, Invoke } from './lambda-host-child.ts';

export type Invocation =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };

export interface LambdaHost {
  /** Runs the handler once. Never rejects: an error thrown, a time-out and a death are values. One at a time. */
  invoke(event: unknown): Promise<Invocation>;
  /** Ends the function's process as a crash would; the next event starts a fresh one. */
  kill(signal?: NodeJS.Signals): void;
  /** The last lines that the function printed, standard output and standard error. */
  readonly logs: readonly string[];
  stop(): Promise<void>;
}

export interface LambdaHostOptions {
  /** The built file that exports `handler`. */
  readonly bundle: string;
  /** The function's whole environment: nothing of this process's but PATH is added. */
  readonly env: Readonly<Record<string, string>>;
  /** For one event; loading the bundle is not counted, as Lambda does not. */
  readonly timeoutMs: number;
  readonly functionName?: string;
  /** The function's clock, milliseconds since 1970; the machine's when absent. Timers run as always. */
  readonly now?: () => number;
}

/** One process of the function, from its start to its death. */
interface Instance {
  /** Settles when the bundle is loaded, with the problem if it could not be. */
  readonly loaded: Promise<string | undefined>;
  answer(invoke: Invoke): Promise<Invocation>;
  /** `why` is what `dead` then settles with. */
  kill(signal: NodeJS.Signals, why?: string): void;
  /** Settles, with why, when the process is dead and all that it printed has been read. */
  readonly dead: Promise<string>;
}

/** Beside this file, in the same language. */
const CHILD = fileURLToPath(new URL(`lambda-host-child${extname(import.meta.url)}`, import.meta.url));
const LOADING_TIMEOUT_MS = 30_000;
const LOG_LINES_KEPT = 10_000;

/** A local Lambda for one function. Nothing is started before the first event. */
export function lambdaHost(options: LambdaHostOptions): LambdaHost {
  const logs: string[] = [];
  let instance: Instance | undefined;
  let busy = false;

  const warm = (): Instance => {
    if (instance) return instance;
    const fresh = start(options, logs);
    instance = fresh;
    fresh.dead.then(() => {
      if (instance === fresh) instance = undefined;
    });
    return fresh;
  };
  return {
    logs,
    invoke: async event => {
      if (busy) return { ok: false, error: 'TooManyRequestsException: one event at a time' };
      busy = true;
      return run(warm(), event, options).finally(() => {
        busy = false;
      });
    },
    kill: (signal = 'SIGKILL') => instance?.kill(signal),
    stop: async () => {
      instance?.kill('SIGKILL');
      await instance?.dead;
    },
  };
}

async function run(instance: Instance, event: unknown, options: LambdaHostOptions): Promise<Invocation> {
  const { timeoutMs, functionName = 'local', now = Date.now } = options;
  const problem = await withinMs(
    LOADING_TIMEOUT_MS,
    instance,
    Promise.race([instance.loaded, instance.dead]),
  );
  if (problem !== undefined) {
    instance.kill('SIGKILL');
    await instance.dead;
    return { ok: false, error: problem };
  }
  const aheadMs = now() - Date.now();
  const answered = instance.answer({ requestId: randomUUID(), event, functionName, timeoutMs, aheadMs });
  const died = instance.dead.then((why): Invocation => ({ ok: false, error: why }));
  return withinMs(timeoutMs, instance, Promise.race([answered, died]));
}

/** Kills the process when `work` takes longer, in Lambda's own words. `work` must settle when the process dies. */
function withinMs<T>(ms: number, instance: Instance, work: Promise<T>): Promise<T> {
  const why = `Task timed out after ${(ms / 1000).toFixed(2)} seconds`;
  const timer = setTimeout(() => instance.kill('SIGKILL', why), ms);
  return work.finally(() => clearTimeout(timer));
}

function start({ bundle, env }: LambdaHostOptions, logs: string[]): Instance {
  const child = fork(CHILD, [bundle], {
    execArgv: [],
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const keep = (line: string) => {
    logs.push(line);
    if (logs.length > LOG_LINES_KEPT) logs.shift();
  };
  const printed = [lineReader(child.stdout, keep), lineReader(child.stderr, keep)];
  // One at a time: the first message says whether it is loaded, each later one answers the last event.
  const message = () => new Promise<FromChild>(resolve => child.once('message', resolve));
  let killedFor: string | undefined;
  return {
    loaded: message().then(one => (one.kind === 'error' ? one.error : undefined)),
    answer: async invoke => {
      const allPrinted = Promise.all(printed.map(until => until(`END ${invoke.requestId}`)));
      const answer = message();
      // Sending fails only for a dead process, which `dead` reports.
      child.send(invoke, () => undefined);
      const one = await answer;
      await allPrinted;
      return one.kind === 'error'
        ? { ok: false, error: one.error }
        : { ok: true, result: 'result' in one ? one.result : null };
    },
    kill: (signal, why) => {
      killedFor = why;
      child.kill(signal);
    },
    dead: new Promise(resolve => {
      child.once('error', error => resolve(error.message));
      child.once('close', (code, signal) =>
        resolve(killedFor ?? `Runtime exited: ${signal ?? `exit status ${code}`}`),
      );
    }),
  };
}

/** Hands every line to `keep`. Returns how to wait for a line that ends with a mark, which is not handed on. */
function lineReader(stream: Readable | null, keep: (line: string) => void) {
  let mark: string | undefined;
  let reached = () => {};
  if (stream) {
    createInterface({ input: stream }).on('line', line => {
      const marked = mark !== undefined && line.endsWith(mark);
      const rest = marked ? line.slice(0, -(mark?.length ?? 0)) : line;
      if (rest !== '' || !marked) keep(rest);
      if (marked) reached();
    });
  }
  return (nextMark: string) =>
    new Promise<void>(resolve => {
      mark = nextMark;
      reached = resolve;
    });
}
