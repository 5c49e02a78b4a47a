/** Running something in a process of its own, to measure the whole of it. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { MEMORY_ENVIRONMENT } from '../lambda/core/contract.ts';
import type { RunReport } from '../lambda/core/report.ts';
import type { Taken, Task } from './client-process.ts';
import { ask } from './open-world.ts';

export type Client = { readonly pid: number; call<T>(task: Task): Promise<Taken<T>>; end(): Promise<void> };

/** How a process is started. */
export interface Start {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How AWS starts Node in a function of 256 MB, as far as memory goes, with what our stack adds. */
export const LAMBDA_256_MB: Start = {
  flags: ['--max-semi-space-size=12', '--max-old-space-size=230'],
  env: MEMORY_ENVIRONMENT,
};
/** As anybody starts it. */
export const PLAIN: Start = { flags: [], env: {} };

/**
 * A fresh process with nothing in its environment but `env`; what it prints is dropped, but not its errors. It runs
 * the bundled client-process.ts in `folder`: to strip types would cost memory and time that no function spends.
 */
export function startClient(
  folder: string,
  env: Readonly<Record<string, string>>,
  start: Start = LAMBDA_256_MB,
): Client {
  const child = fork(bundled(folder, 'client'), {
    execArgv: [...start.flags],
    env: { PATH: process.env['PATH'], ...start.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    pid: child.pid ?? 0,
    call: task => ask(child, task),
    end: () =>
      new Promise(resolve => {
        if (!child.connected) return resolve();
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

/** One task in a process that ends with it. */
export async function once<T>(
  folder: string,
  env: Readonly<Record<string, string>>,
  task: Task,
  start?: Start,
): Promise<Taken<T>> {
  const client = startClient(folder, env, start);
  try {
    return await client.call<T>(task);
  } finally {
    await client.end();
  }
}

/** Where main.ts puts what it bundles. */
export const bundled = (folder: string, name: string) => join(folder, name, 'index.mjs');

/** One tick of the function `ship`. */
export function shipTask(folder: string, timeoutMs: number): Task {
  return { module: bundled(folder, 'ship'), call: 'handler', arguments: [{}, { timeoutMs }] };
}

/** Throws when a run did not end as a benchmark must: figures of a run that failed are worth nothing. */
export function mustBeCaughtUp(report: RunReport, logs: number): RunReport {
  if (report.outcome === 'caught-up' && report.logsAccepted === logs) return report;
  const { outcome, message, logsAccepted } = report;
  throw new Error(`the run ended ${outcome} with ${logsAccepted} of ${logs} logs: ${message ?? ''}`);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
