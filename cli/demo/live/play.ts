/** The buttons of the live demo: which story is being played, and what came of it. */

import type { ButtonState, Entry, Phase } from '../page/model.ts';
import type { Button, Stage } from './stage.ts';

export interface Player {
  /** Begins the story of a button, or ends what it began. Returns why not, if so. */
  press(name: string): string | undefined;
  states(): readonly ButtonState[];
  journal(): readonly Entry[];
}

interface Part {
  readonly button: Button;
  phase: Phase;
  did: readonly string[];
  end(): void;
}

export interface PlayerOptions {
  readonly buttons: readonly Button[];
  /** What the stories act with, besides what belongs to one of them. */
  readonly stage: Omit<Stage, 'say' | 'ended'>;
  /** Rejects for a story that was ended with the demo. */
  readonly stop: AbortSignal;
  onChange(): void;
}

const ENTRIES_KEPT = 100;

export function player({ buttons, stage, stop, onChange }: PlayerOptions): Player {
  const parts = new Map(
    buttons.map(button => [button.name, { button, phase: 'ready', did: [], end: () => undefined } as Part]),
  );
  let journal: readonly Entry[] = [];

  const say = (part: Part, text: string) => {
    part.did = [...part.did, text];
    const entry = { atMs: stage.now().nowMs, button: part.button.title, text };
    journal = [...journal.slice(1 - ENTRIES_KEPT), entry];
    onChange();
  };
  const enter = (part: Part, phase: Phase) => {
    part.phase = phase;
    onChange();
  };
  const begin = async (part: Part) => {
    part.did = [];
    enter(part, 'at work');
    const ended = new Promise<void>((resolve, reject) => {
      part.end = resolve;
      stop.addEventListener('abort', () => reject(stop.reason), { once: true });
    });
    ended.catch(() => undefined);
    const own = {
      ...stage,
      say: (sentence: string) => say(part, sentence),
      ended: async () => {
        enter(part, 'to be ended');
        await ended;
        enter(part, 'ending');
      },
    };
    await part.button.play(own).catch((error: unknown) => {
      if (!stop.aborted) say(part, `It failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    enter(part, 'ready');
  };
  return {
    press: name => {
      const part = parts.get(name);
      if (!part) return `there is no button "${name}"; allowed: ${[...parts.keys()].join(', ')}`;
      if (part.phase === 'ready') void begin(part);
      else if (part.phase === 'to be ended') part.end();
      else return `"${part.button.title}" is at work; wait for its end`;
      return undefined;
    },
    states: () =>
      [...parts.values()].map(({ button, phase, did }) => {
        const { name, title, says, end } = button;
        return {
          name,
          title,
          says,
          ...(end === undefined ? {} : { end }),
          phase,
          did,
        };
      }),
    journal: () => journal,
  };
}
