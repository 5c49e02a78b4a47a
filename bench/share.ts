/** How near a backlog comes to the limit of a chain in a function that has only its share of a processor. */
import { readdirSync, readFileSync } from 'node:fs';
import { MEMORY_ENVIRONMENT } from '../lambda/core/contract.ts';
import type { RunReport } from '../lambda/core/report.ts';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';
import { mustBeCaughtUp, PLAIN, type Start, shipTask, startClient } from './client.ts';
import { openWorld } from './open-world.ts';
import type { Bench, Row } from './report.ts';

const LOGS = 20_000;
const AUTH0_MS = 50;
const AZURE_MS = 100;
/** The memory size that comes with a whole processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const WHOLE_MB = 1769;
const MEMORIES_MB = [256, 512, WHOLE_MB];
/** As the kernel's quotas have it, only coarser. */
const PERIOD_MS = 20;
const LOOK_MS = 2;

export const share: Bench = async ({ folder, note }) => {
  const rows: Row[] = [];
  for (const memoryMb of MEMORIES_MB) {
    rows.push(await one(folder, memoryMb));
    note(rows.at(-1)!);
  }
  const whole = Number(rows.at(-1)!['wall ms']);
  return {
    title: 'In the function’s share of a processor',
    rows: rows.map(row => ({ ...row, '÷ a whole one': Number(row['wall ms']) / whole })),
    remarks: [
      `The process is stopped (SIGSTOP) when it has used its share of each ${PERIOD_MS} ms, and goes on (SIGCONT) with the next: memory ÷ ${WHOLE_MB.toLocaleString('en-US')} MB of one processor. ${LOGS_INGESTION.title}, Auth0 answers in ${AUTH0_MS} ms, Azure in ${AZURE_MS} ms.`,
    ],
  };
};

async function one(folder: string, memoryMb: number): Promise<Row> {
  const world = await openWorld({
    kind: LOGS_INGESTION.kind,
    logs: LOGS,
    auth0LatencyMs: AUTH0_MS,
    azureLatencyMs: AZURE_MS,
  });
  const of = Math.min(1, memoryMb / WHOLE_MB);
  const client = startClient(folder, world.env, startOf(memoryMb));
  const release = of < 1 ? hold(client.pid, of) : () => undefined;
  try {
    const { result, cpuMs, wallMs } = await client.call<RunReport>(shipTask(folder, 600_000));
    mustBeCaughtUp(result, LOGS);
    return { 'memory MB': memoryMb, share: of, pages: result.pages, 'CPU ms': cpuMs, 'wall ms': wallMs };
  } finally {
    release();
    client.end();
    await world.close();
  }
}

/** The heap that AWS leaves to Node, roughly: the memory less what Node itself takes. */
function startOf(memoryMb: number): Start {
  if (memoryMb >= WHOLE_MB) return PLAIN;
  return { flags: [`--max-old-space-size=${Math.round(memoryMb * 0.9)}`], env: MEMORY_ENVIRONMENT };
}

/** Returns a function that releases it. Linux only: elsewhere no file shows what a process has used. */
function hold(pid: number, of: number): () => void {
  let periodEndsAtMs = performance.now() + PERIOD_MS;
  let usedBefore = usedMs(pid);
  let isStopped = false;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs >= periodEndsAtMs) {
      // What was used beyond the share is paid for in the next period.
      const periods = Math.ceil((nowMs - periodEndsAtMs + 1) / PERIOD_MS);
      usedBefore = Math.min(usedMs(pid), usedBefore + periods * PERIOD_MS * of);
      periodEndsAtMs += periods * PERIOD_MS;
    }
    const isSpent = usedMs(pid) - usedBefore >= PERIOD_MS * of;
    if (isSpent !== isStopped) process.kill(pid, isSpent ? 'SIGSTOP' : 'SIGCONT');
    isStopped = isSpent;
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    process.kill(pid, 'SIGCONT');
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
