/**
 * The process that is measured: imports a module, calls one of its functions for each message, and answers with what
 * that took. What it took before the first call is in the first answer's CPU and memory too.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

export interface Task {
  readonly module: string;
  readonly call: string;
  readonly arguments: readonly unknown[];
}

export interface Taken<T> {
  readonly result: T;
  readonly wallMs: number;
  /** User and system time of the whole process, since it began. */
  readonly cpuMs: number;
  /** Of it, what was used before this call: by Node's start and the import. */
  readonly cpuBeforeMs: number;
  /** The most that it ever held in memory. */
  readonly peakBytes: number;
}

process.on('disconnect', () => process.exit());
process.on('message', async (task: Task) => {
  const module = (await import(pathToFileURL(task.module).href)) as Record<
    string,
    (...a: unknown[]) => unknown
  >;
  const cpuBeforeMs = cpuMs();
  const startedAtMs = performance.now();
  const result = await module[task.call]!(...task.arguments.map(lambdaContext));
  const wallMs = performance.now() - startedAtMs;
  const taken: Taken<unknown> = {
    result: result ?? null,
    wallMs,
    cpuMs: cpuMs(),
    cpuBeforeMs,
    peakBytes: peakBytes(),
  };
  process.send?.(taken);
});

function cpuMs(): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1000;
}

/** By Linux's VmHWM: `maxRSS` also counts what the process was that this one was forked from. */
function peakBytes(): number {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // Another system.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** `{"timeoutMs"}` stands for the context of a Lambda that has so long. */
function lambdaContext(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null || !('timeoutMs' in argument)) return argument;
  const endsAtMs = Date.now() + Number(argument.timeoutMs);
  return { awsRequestId: `run-${endsAtMs}`, getRemainingTimeInMillis: () => endsAtMs - Date.now() };
}
