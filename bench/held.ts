/** A process with only a share of one processor, as AWS gives it to a function by its memory. Linux only. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** The memory size that comes with a whole processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const WHOLE_MB = 1769;
const PERIOD_MS = 20;
const LOOK_MS = 2;

export interface Held {
  /** Where the share is enforced: `cgroup` by the kernel, `signals` by stopping and continuing the process. */
  readonly by: 'cgroup' | 'signals';
  /** To be called before the process ends. */
  release(): void;
}

/** By the kernel where this process may ask for it, else by signals. */
export function hold(pid: number, share: number): Held {
  try {
    return holdByCgroup(pid, share);
  } catch {
    return holdBySignals(pid, share);
  }
}

/** Both versions: https://docs.kernel.org/scheduler/sched-bwc.html, https://docs.kernel.org/admin-guide/cgroup-v2.html */
function holdByCgroup(pid: number, share: number): Held {
  const [periodUs, quotaUs] = [PERIOD_MS * 1000, Math.round(PERIOD_MS * 1000 * share)];
  const isV1 = readdirSync('/sys/fs/cgroup').includes('cpu');
  const root = isV1 ? '/sys/fs/cgroup/cpu' : '/sys/fs/cgroup';
  const own = `${root}/auth0-logs-bench-${pid}`;
  mkdirSync(own);
  const release = () => {
    try {
      writeFileSync(`${root}/cgroup.procs`, String(pid));
    } finally {
      rmdirSync(own);
    }
  };
  try {
    if (isV1) {
      writeFileSync(`${own}/cpu.cfs_period_us`, String(periodUs));
      writeFileSync(`${own}/cpu.cfs_quota_us`, String(quotaUs));
    } else writeFileSync(`${own}/cpu.max`, `${quotaUs} ${periodUs}`);
    writeFileSync(`${own}/cgroup.procs`, String(pid));
  } catch (error) {
    rmdirSync(own);
    throw error;
  }
  return { by: 'cgroup', release };
}

/** SIGSTOP when it has used its share of a period, SIGCONT with the next. */
function holdBySignals(pid: number, share: number): Held {
  let periodEndsAtMs = performance.now() + PERIOD_MS;
  let usedBefore = usedMs(pid);
  let isStopped = false;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs >= periodEndsAtMs) {
      // What was used beyond the share is paid for in the next period.
      const periods = Math.ceil((nowMs - periodEndsAtMs + 1) / PERIOD_MS);
      usedBefore = Math.min(usedMs(pid), usedBefore + periods * PERIOD_MS * share);
      periodEndsAtMs += periods * PERIOD_MS;
    }
    const isSpent = usedMs(pid) - usedBefore >= PERIOD_MS * share;
    if (isSpent !== isStopped) process.kill(pid, isSpent ? 'SIGSTOP' : 'SIGCONT');
    isStopped = isSpent;
  }, LOOK_MS);
  return {
    by: 'signals',
    release: () => {
      clearInterval(timer);
      process.kill(pid, 'SIGCONT');
    },
  };
}

/** Time on a processor of all its threads: https://docs.kernel.org/scheduler/sched-stats.html */
function usedMs(pid: number): number {
  const threads = `/proc/${pid}/task`;
  return readdirSync(threads).reduce(
    (sum, id) => sum + Number(schedstat(`${threads}/${id}`).split(' ')[0]) / 1e6,
    0,
  );
}

function schedstat(thread: string): string {
  try {
    return readFileSync(`${thread}/schedstat`, 'utf8');
  } catch {
    // It has just ended.
    return '0';
  }
}
