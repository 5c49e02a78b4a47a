/** One line for every check: what must hold, and the evidence that it does. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Checks {
  /** Plain progress, with the time since the start. */
  say(line: string): void;
  /** Passes with the evidence that `prove` returns, fails with what it throws. Returns whether it passed. */
  check(claim: string, prove: () => Promise<string>): Promise<boolean>;
  /** What is in progress, for the report of an interrupted run. */
  readonly current: string;
  readonly passed: number;
  readonly failed: number;
}

/** Whatever fails after `stop` failed because of it, and is not counted. */
export function startChecks(print: (line: string) => void, stop: AbortSignal): Checks {
  const startedAtMs = Date.now();
  const say = (line: string) => {
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6);
    print(`[${seconds} s] ${line}`);
  };
  const checks = {
    say,
    current: 'the start',
    passed: 0,
    failed: 0,
    check: async (claim: string, prove: () => Promise<string>) => {
      checks.current = claim;
      try {
        const evidence = await prove();
        checks.passed++;
        say(`ok      ${claim}: ${evidence}`);
        return true;
      } catch (error) {
        if (stop.aborted) return false;
        checks.failed++;
        say(`FAILED  ${claim}: ${error instanceof Error ? error.message : error}`);
        return false;
      }
    },
  };
  return checks;
}

/** Throws `problem` when the condition is false. */
export function mustBe(isSo: boolean, problem: string): asserts isSo {
  if (!isSo) throw new Error(problem);
}

const POLL_MS = 500;

/** Looks again and again until `look` returns something; throws after `seconds`, with what `lastSeen` says. */
export async function until<T>(
  seconds: number,
  look: () => Promise<T | undefined | false>,
  lastSeen: () => Promise<string>,
): Promise<T> {
  for (const endMs = Date.now() + seconds * 1000; ; await sleep(POLL_MS)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > endMs) throw new Error(`not within ${seconds} s; last seen: ${await lastSeen()}`);
  }
}
