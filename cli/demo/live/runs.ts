/** The two functions at work: their schedule and their queue, one run each at a time, and a clock that moves between runs only. */
import type { RunReport } from '../../../lambda/core/report.ts';
import type { LastRun, LiveState } from '../page/model.ts';
import type { DemoWorld } from '../world.ts';

export interface FunctionRuns {
  /** A tick of the schedule, unless it is stopped. */
  shipOnce(): Promise<void>;
  /** A poll of the event source mapping. */
  replayOnce(): Promise<void>;
  schedule(isOn: boolean): void;
  /** Kills the ship function in the middle of its next post. */
  killInPost(): Promise<void>;
  /** Calls `act` between two runs. */
  between<T>(act: () => T): Promise<T>;
  passTime(ms: number): Promise<void>;
  ship(): Omit<LiveState['ship'], 'lagMs'>;
  replay(): LiveState['replay'];
}

/** Of the host: see simulator/aws/lambda-host.ts. */
const KILLED = 'Runtime exited: SIGKILL';

/** `changed` is called when a run begins. */
export function functionRuns(world: DemoWorld, changed: () => void): FunctionRuns {
  const { clock, aws, posts } = world;
  const active = new Set<Promise<void>>();
  let gate: Promise<unknown> = Promise.resolve();
  let ship: Omit<LiveState['ship'], 'lagMs'> = { isScheduled: true, isRunning: false, runs: 0 };
  let replay: LiveState['replay'] = { isRunning: false, polls: 0, delivered: 0 };
  /** A post of the replay function would meet what is meant for the other one. */
  let isReplayHeld = false;

  const during = async (work: () => Promise<void>): Promise<void> => {
    await gate;
    const run = work();
    active.add(run);
    await run.finally(() => active.delete(run));
  };
  const between = async <T>(act: () => T): Promise<T> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = gate;
    gate = promise;
    try {
      await before;
      await Promise.allSettled(active);
      return act();
    } finally {
      resolve();
    }
  };
  return {
    between,
    passTime: ms =>
      between(() => {
        clock.moveTo(clock.now() + ms);
        for (const queue of ['retry', 'dead-letter'] as const) aws.passTime(queue, ms);
      }),
    schedule: isOn => {
      ship = { ...ship, isScheduled: isOn };
    },
    killInPost: () =>
      between(() => {
        isReplayHeld = true;
        posts.add({ kind: 'accept-then-hold', done: world.killShip });
      }),
    shipOnce: () =>
      during(async () => {
        if (!ship.isScheduled) return;
        ship = { ...ship, isRunning: true };
        changed();
        const startedMs = clock.now();
        const invocation = await world.invokeShip();
        const endedMs = clock.now();
        const isKilled = !invocation.ok && invocation.error === KILLED;
        if (isKilled) isReplayHeld = false;
        const ended = { endedMs, durationMs: endedMs - startedMs };
        const last = invocation.ok
          ? lastRun(invocation.result as RunReport, ended, ship.last)
          : { ...lostRun(ship.last), ...ended, ...endOf(invocation.error, isKilled) };
        ship = { ...ship, isRunning: false, runs: ship.runs + 1, last };
      }),
    replayOnce: () =>
      during(async () => {
        if (isReplayHeld) return;
        replay = { ...replay, isRunning: (await aws.queueDepths()).retry > 0 };
        if (replay.isRunning) changed();
        const { deleted } = await world.pollRetryQueue();
        const { polls, delivered } = replay;
        replay = { isRunning: false, polls: polls + 1, delivered: delivered + deleted };
      }),
    ship: () => ship,
    replay: () => replay,
  };
}

type Ended = Pick<LastRun, 'endedMs' | 'durationMs'>;
type Totals = Pick<LastRun, 'totalLate' | 'totalRepaired' | 'rowsNotStored'>;

const totalsOf = (former: LastRun | undefined): Totals => ({
  totalLate: former?.totalLate ?? 0,
  totalRepaired: former?.totalRepaired ?? 0,
  rowsNotStored: former?.rowsNotStored ?? 0,
});

function lastRun(report: RunReport, ended: Ended, former: LastRun | undefined): LastRun {
  const { totalLate, totalRepaired } = totalsOf(former);
  const { outcome, message, logsAccepted, rowsNotStored, verifyFault } = report;
  return {
    outcome,
    ...(message === undefined ? {} : { message }),
    ...(verifyFault === undefined ? {} : { verifyFault }),
    ...ended,
    logsAccepted,
    totalLate: totalLate + report.logsLate,
    totalRepaired: totalRepaired + report.logsRepaired,
    rowsNotStored,
  };
}

const lostRun = (former: LastRun | undefined) => ({ ...totalsOf(former), logsAccepted: 0 });
const endOf = (error: string, isKilled: boolean): Pick<LastRun, 'outcome' | 'message'> => ({
  outcome: isKilled ? 'killed' : 'failed',
  message: error,
});
