/** Starts other programs, and makes sure that they end. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Child {
  /** Everything printed so far, both streams as they came. */
  output(): string;
  /** Of that, what went to one of them. */
  printed(stream: 'stdout' | 'stderr'): string;
  /** The exit code, or the signal's name; `ENOENT` and the like when it could not be started. */
  readonly ended: Promise<number | string>;
  /** Asks it and what it has started to end, by its process group, and kills them when they have not after a while. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  /** The whole environment: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

const GRACE_MS = 8_000;

/** Starts a program in a process group of its own, which Ctrl-C in a terminal does not reach: it is ended from here. */
export function start(command: string, args: readonly string[], { env, cwd }: ChildOptions): Child {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child = spawn(command, args, { env, detached: true, stdio, ...(cwd && { cwd }) });
  let output = '';
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output += text;
      printed[stream] += text;
    });
  }
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Nobody is left in it.
    }
  };
  const kill = () => signalGroup('SIGKILL');
  // The last resort, for an unexpected end of this process.
  process.once('exit', kill);
  const ended = new Promise<number | string>(resolve => {
    child.once('error', error => resolve('code' in error ? String(error.code) : error.name));
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  }).finally(() => process.off('exit', kill));
  return {
    output: () => output,
    printed: stream => printed[stream],
    ended,
    stop: async () => {
      signalGroup('SIGTERM');
      const grace = new AbortController();
      const killed = sleep(GRACE_MS, undefined, grace).then(kill, () => undefined);
      await Promise.race([ended, killed]);
      grace.abort();
    },
  };
}

/** A program that has ended without a signal of ours. */
export interface Ended {
  /** See Child. */
  readonly end: number | string;
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunOptions = ChildOptions & { readonly signal: AbortSignal };

/** Runs a program to its end, whatever the exit code is. Throws when `signal` comes first. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  { signal, ...options }: RunOptions,
): Promise<Ended> {
  signal.throwIfAborted();
  const child = start(command, args, options);
  const stop = () => void child.stop();
  signal.addEventListener('abort', stop, { once: true });
  const end = await child.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return { end, output: child.output(), stdout: child.printed('stdout'), stderr: child.printed('stderr') };
}

/** Runs a program to its end and returns what it printed. Throws with the end of that when the exit code is not 0. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { end, output } = await runToEnd(command, args, options);
  if (end === 0) return output;
  const last = output.trimEnd().split('\n').slice(-40).join('\n');
  throw new Error(`${command} ${args.join(' ')} ended with ${end}:\n${last}`);
}
