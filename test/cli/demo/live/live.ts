/** The live demo without real time: a turn is what a few seconds of it are. */

import { DEFAULT_KIND } from '../../../../cli/demo/default-kind.ts';
import { type LiveDemo, type LiveOptions, startLiveDemo } from '../../../../cli/demo/live/engine.ts';
import type { ButtonState, LiveState, Phase } from '../../../../cli/demo/page/model.ts';

const TURN_MS = 2_500;
const MOST_TURNS = 150;

export interface Played extends LiveDemo {
  /** The tenant writes, the schedule ticks, the queue is polled. */
  turn(): Promise<LiveState>;
  /** Turns until a state is like this. Throws with the journal when there is none. */
  turnUntil(isSo: (state: LiveState) => boolean): Promise<LiveState>;
  button(name: string): ButtonState;
  /** Presses a button, and turns until it is in this phase. */
  pressUntil(name: string, phase: Phase): Promise<LiveState>;
  /** The most logs that were missing after any turn so far. */
  readonly worst: number;
}

export async function openLive(options: Partial<LiveOptions> = {}): Promise<Played> {
  const live = await startLiveDemo({ kind: DEFAULT_KIND, logs: 300, seed: 1, ...options });
  let worst = 0;
  live.subscribe(state => {
    worst = Math.max(worst, state.books.missing);
  });
  const turn = async () => {
    await live.steps.write();
    await live.passTime(TURN_MS);
    await Promise.all([live.steps.ship(), live.steps.replay()]);
    return live.state();
  };
  const turnUntil: Played['turnUntil'] = async isSo => {
    for (let turns = 0; !isSo(live.state()); turns++) {
      if (turns === MOST_TURNS || worst > 0) {
        const { ship, journal, buttons } = live.state();
        const phases = buttons.map(({ name, phase }) => `${name}: ${phase}`);
        throw new Error(
          `no such state, ${worst} missing: ${JSON.stringify({ ship, journal, phases }, undefined, 1)}`,
        );
      }
      await turn();
    }
    return live.state();
  };
  const button = (name: string) => live.state().buttons.find(one => one.name === name)!;
  return {
    ...live,
    turn,
    turnUntil,
    button,
    pressUntil: async (name, phase) => {
      const why = live.press(name);
      if (why !== undefined) throw new Error(why);
      await turn();
      return turnUntil(() => button(name).phase === phase);
    },
    get worst() {
      return worst;
    },
  };
}

/** Every log of the tenant is in Azure, and no queue has any; what is not ripe yet may be ahead. */
export const isWhole = ({ books, retry, dead, azure }: LiveState): boolean =>
  books.missing + books.late + books.queued + retry.messages + dead.messages + azure.notStored === 0;
