/** Post until the verdict is final: retry, split what is too large, bisect what is rejected. */
import { backoffMs } from './backoff.ts';
import { bodyOf } from './body.ts';
import { withoutRecords } from './echo.ts';
import type { Clock, Destination, Fault, PostAnswer, Random, Reason, SerializedRecord } from './model.ts';
import { isAboutCredentials, judge, type Verdict } from './verdict.ts';

export interface DeliverDependencies {
  readonly destination: Destination;
  readonly clock: Clock;
  readonly random: Random;
}

/** What became of a batch: every record is accepted, a culprit, or pending. */
export interface Delivery {
  readonly accepted: number;
  /** Records that are themselves at fault, each with its reason. */
  readonly culprits: readonly { readonly record: SerializedRecord; readonly reason: Reason }[];
  /** Records that Azure may take another time, and why it did not now. Empty exactly when there is no fault. */
  readonly pending: readonly SerializedRecord[];
  readonly fault?: Fault;
  readonly posts: number;
}

/** A post gets this long at most: Azure answers in well under a second when it is well. */
const POST_TIMEOUT_MS = 30_000;
/** Less than this and a post is not begun. */
const POST_LEAST_MS = 1_000;
const MAX_ATTEMPTS = 5;
const BACKOFF = { baseMs: 500, capMs: 15_000 };
/** So many rejected single records, and nothing else of the batch accepted, are a configuration fault and no poison. */
const ALL_REJECTED_AFTER = 8;

/**
 * Delivers the records before `deadlineMs`, in order unless many are rejected. Never throws for what Azure does.
 * On a `denied` fault of a batch in which everything was rejected, nothing is a culprit and all is pending.
 * @param maxAttempts posts of the same records before giving up on a fault
 */
export async function deliver(
  d: DeliverDependencies,
  records: readonly SerializedRecord[],
  deadlineMs: number,
  maxAttempts: number = MAX_ATTEMPTS,
): Promise<Delivery> {
  const culprits: { record: SerializedRecord; reason: Reason }[] = [];
  const todo: (readonly SerializedRecord[])[] = records.length > 0 ? [records] : [];
  const attempts = { posts: 0, refreshed: false };
  let accepted = 0;
  /** Parts to try before the configuration is blamed; undefined while there is no such suspicion. */
  let untried: number | undefined;
  for (let part = todo.pop(); part; part = untried === undefined ? todo.pop() : todo.shift()) {
    const verdict = await postUntilFinal(d, part, deadlineMs, maxAttempts, attempts);
    if (verdict.kind === 'accepted') {
      accepted += part.length;
    } else if (verdict.kind === 'fault') {
      const left = new Set([part, ...todo].flat());
      const pending = records.filter(record => left.has(record));
      return { accepted, culprits, pending, fault: verdict.fault, posts: attempts.posts };
    } else if (part.length > 1) {
      const middle = part.length >> 1;
      todo.push(part.slice(middle), part.slice(0, middle));
    } else {
      culprits.push({ record: part[0]!, reason: verdict.reason });
    }
    if (accepted > 0) untried = undefined;
    else if (culprits.length >= ALL_REJECTED_AFTER) {
      // Poison may come in a row: each part that is left is tried once, whole, and the largest first.
      untried = untried === undefined ? todo.length : untried - 1;
      if (untried === 0) {
        const fault = allRejected(culprits.at(-1)!.reason);
        return { accepted, culprits: [], pending: records, fault, posts: attempts.posts };
      }
    }
  }
  return { accepted, culprits, pending: [], posts: attempts.posts };
}

async function postUntilFinal(
  { destination, clock, random }: DeliverDependencies,
  records: readonly SerializedRecord[],
  deadlineMs: number,
  maxAttempts: number,
  attempts: { posts: number; refreshed: boolean },
): Promise<Verdict> {
  const body = bodyOf(records);
  for (let attempt = 0; ; attempt++) {
    const leftMs = deadlineMs - clock.now();
    if (leftMs < POST_LEAST_MS) return { kind: 'fault', fault: outOfTime() };
    attempts.posts++;
    const given = await destination.post(body, Math.min(POST_TIMEOUT_MS, leftMs));
    const answer: PostAnswer = withoutRecords(given, body);
    const verdict = judge(destination.kind, answer, { bytes: body.length, records: records.length });
    if (verdict.kind !== 'fault') return verdict;
    if (isAboutCredentials(answer)) {
      if (attempts.refreshed) return verdict;
      attempts.refreshed = true;
      destination.refresh();
      continue;
    }
    if (verdict.fault.verdict === 'denied' || attempt + 1 >= maxAttempts) return verdict;
    const waitMs = backoffMs(attempt, random, { ...BACKOFF, retryAfterMs: verdict.fault.retryAfterMs ?? 0 });
    if (clock.now() + waitMs + POST_LEAST_MS > deadlineMs) return verdict;
    await clock.sleep(waitMs);
  }
}

function allRejected(last: Reason): Fault {
  const message = `Azure rejected ${ALL_REJECTED_AFTER} records one by one and every other part of the batch, so the configuration is wrong and not the records; check the table, the log type or the DCR's stream. Last answer: ${last.message}`;
  return { ...last, verdict: 'denied', message };
}

function outOfTime(): Fault {
  return { verdict: 'unavailable', code: 'OUT_OF_TIME', message: 'the run ended before Azure had answered' };
}
