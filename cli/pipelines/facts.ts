/** The state of one pipeline, read without changes. One failed question does not hide the other answers. */
import { specOf } from '../../lambda/destinations/all.ts';
import { UsageError } from '../terminal/errors.ts';
import type { Alarm, Limits, Operated, OperatorQueues, Stopped, StoredState, Target } from './operated.ts';
import type { About } from './remedy.ts';

export type Depths = Awaited<ReturnType<OperatorQueues['depths']>>;

/** Undefined where the question failed; `unanswered` says why. */
export interface Facts {
  readonly pipeline: string;
  readonly kind: Target['kind'];
  /** The options by which this pipeline is found. */
  readonly about: About;
  /** Only its function can run it. */
  readonly isFederated: boolean;
  readonly askedAtMs: number;
  readonly state: StoredState | undefined;
  readonly queues: Depths | undefined;
  readonly alarms: readonly Alarm[] | undefined;
  readonly limits: Limits | undefined;
  readonly stopped: readonly Stopped[] | undefined;
  readonly unanswered: readonly string[];
}

export async function askPipeline(kind: Target['kind'], pipeline: Operated, about: About): Promise<Facts> {
  const { name, azure } = pipeline.config;
  const unanswered = new Set<string>();
  const answer = async <T>(question: Promise<T>): Promise<T | undefined> => {
    try {
      return await question;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      unanswered.add(error.message);
      return undefined;
    }
  };
  const [state, queues, alarms, limits, stopped] = await Promise.all([
    answer(pipeline.state()),
    answer(pipeline.queues.depths()),
    answer(pipeline.alarms()),
    answer(pipeline.limits()),
    answer(pipeline.stopped()),
  ]);
  return {
    pipeline: name,
    kind,
    about,
    isFederated: specOf(azure).isFederated(azure),
    // After the answers: nothing of them lies in the future.
    askedAtMs: Date.now(),
    state,
    queues,
    alarms,
    limits,
    stopped,
    unanswered: [...unanswered],
  };
}
