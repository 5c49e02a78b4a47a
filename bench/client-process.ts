/**
 * The process that is measured: imports a module, calls one of its functions for each message, and answers with what
 * that took. What it took before the first call is in the first answer's CPU and memory too.
 */
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
  /** The most that it ever held in memory. */
  readonly peakBytes: number;
}

process.on('disconnect', () => process.exit());
process.on('message', async (task: Task) => {
  const module = (await import(pathToFileURL(task.module).href)) as Record<
    string,
    (...a: unknown[]) => unknown
  >;
  const startedAtMs = performance.now();
  const result = await module[task.call]!(...task.arguments.map(lambdaContext));
  const wallMs = performance.now() - startedAtMs;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const taken: Taken<unknown> = {
    result: result ?? null,
    wallMs,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakBytes: maxRSS * 1024,
  };
  process.send?.(taken);
});

/** `{"timeoutMs"}` stands for the context of a Lambda that has so long. */
function lambdaContext(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null || !('timeoutMs' in argument)) return argument;
  const endsAtMs = Date.now() + Number(argument.timeoutMs);
  return { awsRequestId: `run-${endsAtMs}`, getRemainingTimeInMillis: () => endsAtMs - Date.now() };
}
