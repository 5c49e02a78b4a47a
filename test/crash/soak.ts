/** Kills of real processes by the hundred: every step and moments of chance, both destinations, fresh tenants. */

import { KINDS } from '../../simulator/azure/apis.ts';
import { type Dice, dice } from '../../simulator/dice.ts';
import { LOGS_PER_ROUND, type Round, roundAtRandom, roundAtStep, usualTickMs } from './round.ts';
import { type Bundles, buildFunctions, type Kind, openStage } from './stage.ts';
import { FIRST_RUN_STEPS, LOOK_BACK_STEPS, REPLAY_STEPS, SHIP_STEPS, type Step } from './steps.ts';

export interface CrashFigures {
  /** Processes that died by kill -9 in the middle of their work. */
  kills: number;
  /** Kills at each step, by its name. */
  byStep: Record<string, number>;
  logs: number;
  missing: number;
  duplicates: number;
  /** The batches that the killed processes may have had in flight: what the design allows to arrive twice. */
  duplicatesAllowed: number;
  /** From a death until caught up, without the rest of the dead run's lease: at most two minutes more. */
  longestRecoveryMs: number;
  longestRecoveryTicks: number;
  seconds: number;
}

export interface CrashSoak {
  /** At least so many are made. */
  readonly kills: number;
  /** The same seed draws the same tenants and the same order of steps; when a process dies is up to the machine. */
  readonly seed: number;
  readonly onProgress?: (kills: number) => void;
}

interface Planned {
  readonly name: string;
  play(): Promise<Round>;
}

/** Rounds of chance on each stage, beside its steps. */
const RANDOM_ROUNDS = 24;
/** Of the calls that a run makes more than once, any of the first so many. */
const OFTEN = { calls: ['page', 'post', 'save'], most: 3 };

/** Throws at the first broken promise, with what happened and where. */
export async function crashSoak({ kills, seed, onProgress }: CrashSoak): Promise<CrashFigures> {
  const startedAtMs = performance.now();
  const figures: CrashFigures = {
    kills: 0,
    byStep: {},
    logs: 0,
    missing: 0,
    duplicates: 0,
    duplicatesAllowed: 0,
    longestRecoveryMs: 0,
    longestRecoveryTicks: 0,
    seconds: 0,
  };
  const bundles = await buildFunctions();
  try {
    for (let act = 0; figures.kills < kills; act++) {
      await playAct(bundles, KINDS[act % KINDS.length]!, seed + act, figures, {
        isEnough: () => figures.kills >= kills,
        onProgress,
      });
    }
  } finally {
    await bundles.remove();
  }
  figures.seconds = Math.round((performance.now() - startedAtMs) / 1000);
  return figures;
}

/** Every step once and some kills of chance, in an order of chance, on a stage of its own. */
async function playAct(
  bundles: Bundles,
  kind: Kind,
  seed: number,
  figures: CrashFigures,
  { isEnough, onProgress }: { isEnough: () => boolean; onProgress: CrashSoak['onProgress'] },
): Promise<void> {
  const chance = dice(seed);
  const stage = await openStage(kind, bundles, { seed, capacity: 120 * LOGS_PER_ROUND });
  try {
    const play = async ({ name, play }: Planned) => {
      if (isEnough()) return;
      try {
        note(figures, name, await play());
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`after ${figures.kills} kills (${kind}, seed ${seed}), ${name}: ${message}`, {
          cause: error,
        });
      }
      onProgress?.(figures.kills);
    };
    for (const step of FIRST_RUN_STEPS) {
      await play({ name: nameOf(step), play: () => roundAtStep(stage, step) });
    }
    const withinMs = await usualTickMs(stage);
    const steps = [...SHIP_STEPS, ...LOOK_BACK_STEPS, ...REPLAY_STEPS].map(step => ({
      name: nameOf(step),
      play: () =>
        roundAtStep(
          stage,
          step,
          OFTEN.calls.includes(step.call) && !step.isLate && step.of === 'ship'
            ? chance.whole(1, OFTEN.most)
            : 1,
        ),
    }));
    const moments = Array.from({ length: RANDOM_ROUNDS }, (_, n) => {
      const victim = n % 4 === 3 ? 'replay' : 'ship';
      const name = `${victim}: at a moment of chance`;
      return { name, play: () => roundAtRandom(stage, victim, chance, withinMs) };
    });
    for (const planned of shuffled([...steps, ...moments], chance)) await play(planned);
    figures.logs += stage.auth0.tenant.ids().size;
  } finally {
    await stage.close();
  }
}

/** Adds a round to the figures. Throws when it broke the promise. */
function note(figures: CrashFigures, name: string, round: Round): void {
  const wrong = [...round.violations, ...round.missing.map(id => `missing: ${id}`)];
  if (round.duplicates > round.duplicatesAllowed) {
    wrong.push(`${round.duplicates} duplicates, ${round.duplicatesAllowed} allowed`);
  }
  if (wrong.length > 0) throw new Error(`the promise is broken:\n${wrong.slice(0, 5).join('\n')}`);
  figures.missing += round.missing.length;
  figures.duplicates += round.duplicates;
  figures.duplicatesAllowed += round.duplicatesAllowed;
  figures.longestRecoveryMs = Math.max(figures.longestRecoveryMs, Math.round(round.recoveryMs));
  figures.longestRecoveryTicks = Math.max(figures.longestRecoveryTicks, round.recoveryTicks);
  figures.kills += round.kills;
  if (round.kills > 0) figures.byStep[name] = (figures.byStep[name] ?? 0) + round.kills;
}

function nameOf({ of, title }: Step): string {
  return `${of}: ${title}`;
}

function shuffled<T>(all: readonly T[], chance: Dice): T[] {
  return all
    .map(one => ({ one, at: chance.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
