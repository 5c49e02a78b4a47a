/** One part of a batch, posted until its verdict is final. */
import { backoffMs } from './backoff.ts';
import { bodyOf } from './body.ts';
import { withoutRecords } from './echo.ts';
import type { Clock, Destination, Fault, QueueName, Random, Reason, SerializedRecord } from './model.ts';
import { isAboutCredentials, judge, type Verdict } from './verdict.ts';

export interface DeliverDependencies {
  readonly destination: Destination;
  readonly clock: Clock;
  readonly random: Random;
}

export type Posted =
  | { readonly kind: 'accepted' }
  /** By the records' own fault, or by one that others may not have; `queue`: where a record belongs that is refused alone. */
  | {
      readonly kind: 'refused';
      readonly reason: Reason;
      readonly queue: QueueName;
      readonly isTooLarge: boolean;
    }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** A post gets this long at most: a healthy Azure answers in less than a second. */
const POST_TIMEOUT_MS = 30_000;
/** Less than this and a post is not begun. */
const POST_LEAST_MS = 1_000;
const MAX_ATTEMPTS = 5;
const BACKOFF = { baseMs: 500, capMs: 15_000 };

export interface Poster {
  /** @param isolatesFaults whether a lasting fault counts as a refusal of just these records */
  post(records: readonly SerializedRecord[], isolatesFaults: boolean): Promise<Posted>;
  /** Posts so far. */
  posts(): number;
}

/** Posts for one delivery: within its deadline, and with one refresh of its credentials in all. */
export function poster(
  { destination, clock, random }: DeliverDependencies,
  deadlineMs: number,
  maxAttempts: number = MAX_ATTEMPTS,
): Poster {
  let posts = 0;
  let isRefreshed = false;

  const post: Poster['post'] = async (records, isolatesFaults) => {
    const body = bodyOf(records);
    for (let attempt = 0; ; attempt++) {
      const leftMs = deadlineMs - clock.now();
      if (leftMs < POST_LEAST_MS) return { kind: 'fault', fault: OUT_OF_TIME };
      posts++;
      const given = await destination.post(body, Math.min(POST_TIMEOUT_MS, leftMs));
      const answer = withoutRecords(given, body);
      const verdict = judge(destination.meaning, answer, { bytes: body.length, records: records.length });
      const final = () => postedOf(verdict, answer.kind !== 'unauthorised', isolatesFaults);
      if (verdict.kind !== 'fault') return final();
      if (isAboutCredentials(answer)) {
        if (isRefreshed) return final();
        isRefreshed = true;
        destination.refresh();
        continue;
      }
      if (!mayPass(verdict.fault) || attempt + 1 >= maxAttempts) return final();
      const retryAfterMs = verdict.fault.retryAfterMs ?? 0;
      const waitMs = backoffMs(attempt, random, { ...BACKOFF, retryAfterMs });
      if (clock.now() + waitMs + POST_LEAST_MS > deadlineMs) return final();
      await clock.sleep(waitMs);
    }
  };
  return { post, posts: () => posts };
}

/** Whether the same post may be accepted in a moment. */
const mayPass = ({ verdict }: Fault) => verdict === 'throttled' || verdict === 'unavailable';

/** @param wasPosted nothing was when there were no credentials to post with: then no record is at fault */
function postedOf(verdict: Verdict, wasPosted: boolean, isolatesFaults: boolean): Posted {
  if (verdict.kind === 'accepted') return verdict;
  if (verdict.kind !== 'fault') {
    const isTooLarge = verdict.kind === 'too-large';
    return { kind: 'refused', reason: verdict.reason, queue: 'dead-letter', isTooLarge };
  }
  const { fault, isConfiguration = false } = verdict;
  if (wasPosted && !isConfiguration && (fault.verdict === 'denied' || isolatesFaults)) {
    return { kind: 'refused', reason: fault, queue: 'retry', isTooLarge: false };
  }
  return verdict;
}

const OUT_OF_TIME: Fault = {
  verdict: 'unavailable',
  code: 'OUT_OF_TIME',
  message: 'the run ended before Azure answered',
};
