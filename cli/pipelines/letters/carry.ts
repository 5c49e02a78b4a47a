/** One dead letter after the other, each completely or not at all, until all are done, one is refused, or a stop. */
import type { Operated, Target } from '../operated.ts';
import { type About, command } from '../remedy.ts';
import { type Letter, type Looked, lookAt } from './letters.ts';

/** What is done with each letter. */
export interface Carry {
  /** In words: `moved`. */
  readonly done: 'moved' | 'delivered';
  /** Where to, for the question. */
  readonly question: string;
  /** What happens then, or what to do. After the line break, a command. */
  readonly next?: string;
  /** Law: a letter is taken off only once every log in it is accepted or queued elsewhere. Rejects with why it is still there. */
  one(pipeline: Operated, looked: Looked): Promise<CarriedLetter>;
}

export interface CarriedLetter {
  readonly logs: number;
  /** In new dead letters: rejected again, or at the maximum number of attempts. */
  readonly logsDeadLettered: number;
  /** Back on the retry queue. */
  readonly logsRequeued: number;
  /** Why not all of it could be delivered, even after a split: the replay does not continue. */
  readonly fault?: string;
}

export interface Carried {
  readonly letters: number;
  readonly logs: number;
  /** See CarriedLetter. */
  readonly logsDeadLettered: number;
  readonly logsRequeued: number;
  /** Chosen, but not on the queue any more, or hidden. */
  readonly notFound: number;
  /** What ended it early. */
  readonly fault?: string;
}

/** Only what was chosen, and so confirmed: what has become a dead letter since then is not touched. */
export async function carryAll(
  target: Target,
  chosen: readonly Letter[],
  { one }: Carry,
  stop: AbortSignal,
  onProgress: (letters: number) => void,
): Promise<Carried> {
  const done = { letters: 0, logs: 0, logsDeadLettered: 0, logsRequeued: 0 };
  let notFound = 0;
  for (const pipeline of target.pipelines) {
    const { name } = pipeline.config;
    const open = new Set(chosen.filter(letter => letter.pipeline === name).map(({ id }) => id));
    if (open.size === 0) continue;
    try {
      for await (const looked of lookAt(pipeline)) {
        if (stop.aborted) return { ...done, notFound };
        if (!open.delete(looked.raw.id)) continue;
        const carried = await one(pipeline, looked);
        done.letters++;
        done.logs += carried.logs;
        done.logsDeadLettered += carried.logsDeadLettered;
        done.logsRequeued += carried.logsRequeued;
        onProgress(done.letters);
        if (carried.fault !== undefined) throw new Error(carried.fault);
        if (open.size === 0) break;
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ...done, notFound, ...(!stop.aborted && { fault: `pipeline "${name}": ${why}` }) };
    }
    notFound += open.size;
  }
  return { ...done, notFound };
}

/** Each back to the retry queue, from where the pipeline delivers it. */
export const moving = (kind: Target['kind'], about: About): Carry => ({
  done: 'moved',
  question: 'back to the retry queue',
  next:
    kind === 'stack'
      ? `The replay function delivers them now. To check:\n  ${command(['status'], about)}`
      : `The next run delivers them:\n  ${command(['run', '--once'], about)}`,
  one: async ({ queues }, { raw, letter }) => {
    await queues.redrive(raw);
    return { logs: letter.batch?.count ?? 0, logsDeadLettered: 0, logsRequeued: 0 };
  },
});
