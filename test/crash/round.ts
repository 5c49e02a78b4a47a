/** One round: logs come, a process is killed, time passes, the pipeline recovers, and the promise is judged. */

import type { Invocation, LambdaHost } from '../../simulator/aws/lambda-host.ts';
import type { Dice } from '../../simulator/dice.ts';
import { type CrashStage, KILLED, reportOf } from './stage.ts';
import type { Step } from './steps.ts';

export interface Round {
  /** Processes that died in it: 0 when one had done its work before it could be killed. */
  readonly kills: number;
  readonly missing: readonly string[];
  readonly violations: readonly string[];
  /** Rows at Azure that were there before, of this round. */
  readonly duplicates: number;
  /** The most that the design allows: the batches that the killed process had in flight. */
  readonly duplicatesAllowed: number;
  /** From the last death until caught up and the retry queue empty, without the rest of the lease (≤ 2 min). */
  readonly recoveryMs: number;
  /** Ticks in it. */
  readonly recoveryTicks: number;
}

/** Four batches or so: more than a run has in flight. */
export const LOGS_PER_ROUND = 300;
const LOGS_OF_ONE_BATCH = 60;
/** In the first batch, and not its first record. */
const CULPRIT = 20;
const LATE_LOGS = 3;
const MOST_TICKS = 10;

/** Kills a process at the `nth` time that it comes to the step. Nothing of it gets through from that moment on. */
export function roundAtStep(stage: CrashStage, step: Step, nth = 1): Promise<Round> {
  return round(stage, step.of, async () => {
    const culprits = step.azure === 'rejects' ? [CULPRIT] : [];
    if (step.isLate) await comeLate(stage);
    else if (step.of === 'ship') stage.addLogs(LOGS_PER_ROUND, culprits);
    else await fillRetryQueue(stage, culprits);
    if (step.azure === 'throttles') stage.throttle(1);
    // The whole is too large, the first half is taken, the second one is throttled.
    if (step.azure === 'takes half') stage.refuseAsTooLarge();
    let posts = 0;
    const victim = stage[step.of];
    let isNear = step.after === undefined;
    let times = 0;
    let isDead = false;
    stage.watch((call, moment) => {
      if (isDead) return 'cut';
      if (step.azure === 'takes half' && call.name === 'post' && moment === 'arrived' && ++posts === 3) {
        stage.throttle(1);
      }
      // A call that comes near is not yet the one.
      const isOther = call.name === step.after && moment === 'answered' && !isNear;
      if (isOther) isNear = true;
      if (isOther || !isNear || call.name !== step.call || moment !== step.moment || ++times < nth)
        return undefined;
      isDead = true;
      victim.kill('SIGKILL');
      return 'cut';
    });
    const ended = step.of === 'ship' ? await stage.ship.invoke({}) : await stage.poll();
    // With its result under way, it may still be dying.
    if (isDead) await victim.stop();
    return killsIn(ended);
  });
}

/** Kills a process at moments of chance, up to three times in a row, the other function at work beside it. */
export function roundAtRandom(
  stage: CrashStage,
  victim: Step['of'],
  dice: Dice,
  withinMs: number,
): Promise<Round> {
  return round(stage, victim, async () => {
    const replays = victim === 'replay' || dice.chance(0.5);
    if (replays) await fillRetryQueue(stage, dice.chance(0.3) ? [CULPRIT] : []);
    stage.addLogs(LOGS_PER_ROUND, dice.chance(0.3) ? [dice.whole(0, LOGS_PER_ROUND - 1)] : []);
    let kills = 0;
    for (let left = dice.whole(1, 3); left > 0; left--) {
      if (dice.chance(0.3)) stage.throttle(1);
      kills += await killAtRandom(stage, victim, replays, dice.random() * withinMs);
      await stage.expireLease();
    }
    return kills;
  });
}

/** Kills the victim `delayMs` after it was called, a ship after it came for the lease. Returns how many died. */
async function killAtRandom(
  stage: CrashStage,
  victim: Step['of'],
  replays: boolean,
  delayMs: number,
): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  let isHit = false;
  const begin = () => {
    timer ??= setTimeout(() => {
      isHit = true;
      stage[victim].kill('SIGKILL');
    }, delayMs);
  };
  if (victim === 'replay') begin();
  stage.watch(call => {
    if (call.name === 'acquire') begin();
    return undefined;
  });
  const ship = stage.ship.invoke({});
  const replay = replays ? stage.poll() : undefined;
  const ended = { ship: await ship, replay: await replay };
  clearTimeout(timer);
  // Hit just after its last answer, it may still be dying.
  if (isHit) await stage[victim].stop();
  return killsIn(ended[victim]);
}

/** How long a warm process works on a round's logs. */
export async function usualTickMs(stage: CrashStage): Promise<number> {
  await tick(stage.ship);
  stage.addLogs(LOGS_PER_ROUND);
  const startedAtMs = performance.now();
  await tick(stage.ship);
  return performance.now() - startedAtMs;
}

/** Judges what `crash` left behind, once the pipeline has recovered from it. */
async function round(stage: CrashStage, victim: Step['of'], crash: () => Promise<number>): Promise<Round> {
  const { judge, azure } = stage;
  const before = { violations: judge.violations.length, duplicates: azure.received.duplicates };
  const kills = await crash();
  const recovered = await recover(stage);
  return {
    kills,
    ...recovered,
    missing: await judge.missing(),
    violations: judge.violations.slice(before.violations),
    duplicates: azure.received.duplicates - before.duplicates,
    duplicatesAllowed: kills * (victim === 'ship' ? stage.maxInFlight : 1) * stage.largestBatch(),
  };
}

/** Azure is available, the schedule ticks and the queue is polled until nothing is left to do. */
async function recover(stage: CrashStage): Promise<{ recoveryMs: number; recoveryTicks: number }> {
  const diedAtMs = performance.now();
  stage.calm();
  stage.watch(undefined);
  for (let recoveryTicks = 1; recoveryTicks <= MOST_TICKS; recoveryTicks++) {
    const { outcome } = await tick(stage.ship);
    // The lease of the dead holds: by one of the next ticks it has expired.
    if (outcome === 'skipped') await stage.expireLease();
    await drainRetryQueue(stage);
    if (outcome === 'caught-up') return { recoveryMs: performance.now() - diedAtMs, recoveryTicks };
  }
  throw new Error(`not caught up after ${MOST_TICKS} ticks`);
}

async function drainRetryQueue(stage: CrashStage): Promise<void> {
  for (let polls = 0; (await stage.aws.queueDepths()).retry > 0; polls++) {
    const { error } = await stage.poll();
    if (error !== undefined) throw new Error(`a replay did not end well: ${error}`);
    if (polls > 2 * MOST_TICKS) throw new Error('the retry queue does not become empty');
  }
}

/** Logs are shipped; then Auth0 shows a few that lie among them, and the look back is due. */
async function comeLate(stage: CrashStage): Promise<void> {
  await stage.forgetLookBack();
  stage.addLogs(LOGS_PER_ROUND);
  await tick(stage.ship);
  stage.addLate(LATE_LOGS);
  await stage.makeLookBackDue();
}

/** The tenant writes a batch of logs, and it goes to the retry queue. */
async function fillRetryQueue(stage: CrashStage, culprits: readonly number[]): Promise<void> {
  stage.addLogs(LOGS_OF_ONE_BATCH, culprits);
  stage.throttle(1);
  await tick(stage.ship);
  const { retry } = await stage.aws.queueDepths();
  if (retry !== 1) throw new Error(`${retry} batches are on the retry queue, and not the one throttled`);
}

async function tick(host: LambdaHost) {
  return reportOf(await host.invoke({}));
}

/** 1 when the process did not live to answer. */
function killsIn(ended: { readonly error?: string } | Invocation | undefined): number {
  return Number(ended !== undefined && 'error' in ended && ended.error === KILLED);
}
