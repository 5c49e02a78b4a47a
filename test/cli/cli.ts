/** The command line as an operator starts it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** Every command that does something, by the words that call it; `completion` prints a script and has no examples. */
export const COMMANDS: readonly string[] = [
  'demo',
  'status',
  'dry-run',
  'doctor',
  'audit',
  'replay',
  'checkpoint get',
  'checkpoint set',
  'backfill',
  'init',
  'deploy',
  'validate',
  'run',
  'azure outputs',
  'azure trust',
  'acceptance',
];

export const ROOT = resolve(import.meta.dirname, '../..');

/** No width is asked for: 80 columns, as in every pipe. */
export const EIGHTY = { COLUMNS: '' };

/** Lines that a terminal of 80 columns would break. A command or a path cannot be broken. */
export const tooLong = (text: string): string[] =>
  text
    .split('\n')
    .filter(line => [...line].length > 80)
    .filter(line => !/^ +(\$ |npx |az )/.test(line) && !line.split(' ').some(word => word.length > 40));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cli {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** All that a command gets of the test's own environment; with the second, it need not be compiled again (vitest.config.ts). */
export const OWN_ENV = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};

/** Starts cli/main.ts with this environment and OWN_ENV; sentences are whole, unless COLUMNS is given. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = ROOT,
): Cli {
  const child = spawn(process.execPath, [resolve(ROOT, 'cli/main.ts'), ...args], {
    cwd,
    env: { ...OWN_ENV, COLUMNS: '10000', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<Pick<Ended, 'code' | 'signal'>>(done =>
    child.once('close', (code, signal) => done({ code, signal })),
  );
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(([how, stdout, stderr]) => ({
    ...how,
    stdout,
    stderr,
  }));
  return { child, ended };
}

/** Runs it to its end. */
export const cli = (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<Ended> => startCli(args, env, cwd).ended;
