/** Post until the verdict is final: retry, split what is too large, find the records that are at fault themselves. */
import { remedied } from './cause.ts';
import { type Evidence, type Mark, evidence as newEvidence } from './evidence.ts';
import type { Fault, QueueName, Random, Reason, SerializedRecord } from './model.ts';
import { type DeliverDependencies, type Posted, poster } from './post.ts';

/** A record that is itself at fault, and the queue that it belongs on: what cannot be accepted as it is, or not now. */
export interface Culprit {
  readonly record: SerializedRecord;
  readonly reason: Reason;
  readonly queue: QueueName;
}

type Find = () => Promise<SerializedRecord | undefined>;

export interface DeliverOptions {
  /** Posts of the same records before giving up on a fault. */
  readonly maxAttempts?: number;
  /** What else is accepted in this run. */
  readonly evidence?: Evidence;
  /** A record from elsewhere, posted only when nothing else shows whether the configuration is at fault. */
  readonly another?: Find;
  /** Faults that are not refusals (408, 429, 5xx, no answer) are looked into too, as if they were. */
  readonly isolatesFaults?: boolean;
  /**
   * Puts culprits on their queues before anything else is posted. Gives why they could not be put there, if so: then the
   * delivery ends with the fault QUEUE_UNREACHABLE.
   */
  readonly putAside?: (culprits: readonly Culprit[]) => Promise<string | undefined>;
}

/** What became of a batch: every record is accepted, a culprit, or pending. */
export interface Delivery {
  readonly accepted: number;
  /** Put aside already. */
  readonly culprits: readonly Culprit[];
  /** Records that are neither, and why. Empty exactly when there is no fault. */
  readonly pending: readonly SerializedRecord[];
  readonly fault?: Fault;
  /** The fault concerns these records only: others are accepted now. */
  readonly isLocal: boolean;
  /** How many records from the first on are accepted or put aside. */
  readonly head: number;
  readonly posts: number;
}

/** Single records, spread over the batch, that are tried before the configuration is blamed. */
const SAMPLE = 8;
/** How many refused single records wait for evidence before it is looked for anew. */
const MOST_SUSPECTS = 8;

/**
 * Delivers the records before `deadlineMs`, in order. Never throws for what Azure does.
 *
 * A refused batch is halved until the culprits stand alone, but a refused record is a culprit only when something else is
 * accepted after it: another batch of the run, one of a sample of single records of this batch, a record posted again
 * that was accepted before, or one from elsewhere. Without such evidence the configuration is at fault: the verdict is `denied`, and nothing
 * that was not confirmed is a culprit. See docs/decisions/008-when-everything-is-rejected.md.
 */
export async function deliver(
  d: DeliverDependencies,
  records: readonly SerializedRecord[],
  deadlineMs: number,
  options: DeliverOptions = {},
): Promise<Delivery> {
  const evidence = options.evidence ?? newEvidence();
  const leave = evidence.enter();
  try {
    return await delivery(d, records, deadlineMs, evidence, options);
  } finally {
    leave();
  }
}

async function delivery(
  d: DeliverDependencies,
  records: readonly SerializedRecord[],
  deadlineMs: number,
  evidence: Evidence,
  {
    maxAttempts,
    isolatesFaults = false,
    another = async () => undefined,
    putAside = async () => undefined,
  }: DeliverOptions,
): Promise<Delivery> {
  const { post, posts } = poster(d, deadlineMs, maxAttempts);
  /** Indices of records that nothing is known of yet, those that were refused alone, and those that are settled. */
  const open = new Set(records.keys());
  const suspects = new Map<number, Culprit>();
  const culprits: Culprit[] = [];
  let accepted = 0;
  /** Since when evidence counts: the first refusal, and anew after so many suspects. */
  let asked: Mark | undefined;

  const end = (fault?: Fault, isLocal = false): Delivery => {
    const unsettled = new Set([...open, ...suspects.keys()]);
    const pending = records.filter((_, index) => unsettled.has(index));
    const head = records.findIndex((_, index) => unsettled.has(index));
    return {
      accepted,
      culprits,
      pending,
      ...(fault && { fault }),
      isLocal,
      head: head < 0 ? records.length : head,
      posts: posts(),
    };
  };
  /** Posts records; what is accepted is settled, what is refused alone is a suspect. */
  const attempt = async (part: readonly number[]): Promise<Posted> => {
    const begun = evidence.mark();
    const posted = await post(
      part.map(index => records[index]!),
      isolatesFaults,
    );
    if (posted.kind === 'accepted') {
      accepted += part.length;
      for (const index of part) open.delete(index);
      evidence.accepted(records[part[0]!]!);
    } else {
      asked ??= begun;
      if (posted.kind === 'refused' && part.length === 1) {
        open.delete(part[0]!);
        suspects.set(part[0]!, { record: records[part[0]!]!, reason: posted.reason, queue: posted.queue });
      }
    }
    return posted;
  };
  const known: Find = async () => evidence.known();
  const isEvident = () => asked !== undefined && evidence.isSince(asked);
  /** Whether anything else is accepted now: of another delivery, a record that was accepted before, or one from elsewhere. */
  const areOthersAccepted = async (finds: readonly Find[]): Promise<boolean> => {
    if (isEvident() || (asked !== undefined && (await evidence.since(asked)))) return true;
    for (const find of finds) {
      const record = await find();
      if (!record || (await post([record], false)).kind !== 'accepted') continue;
      evidence.accepted(record);
      return true;
    }
    return false;
  };
  const isOneAccepted = async (part: readonly number[]): Promise<boolean> =>
    (await attempt(spread(part, 1, d.random))).kind === 'accepted';
  /** Looks for evidence of now; a fault on the way ends the delivery. */
  const isConfirmed = async (): Promise<boolean | Fault> => {
    if (isEvident()) return true;
    for (const index of spread([...open], SAMPLE, d.random)) {
      const posted = await attempt([index]);
      if (isEvident()) return true;
      if (posted.kind === 'fault') return posted.fault;
    }
    return areOthersAccepted([known, another]);
  };
  /** Undefined when the suspects are culprits, and put aside; else how the delivery ends. */
  const confirm = async (last: Reason): Promise<Delivery | undefined> => {
    const confirmed = await isConfirmed();
    if (confirmed === false) return end(blamed(last));
    if (confirmed !== true) return end(confirmed);
    if (suspects.size === 0) return undefined;
    if (suspects.size >= MOST_SUSPECTS) asked = undefined;
    const found = [...suspects.values()];
    const problem = await putAside(found);
    if (problem !== undefined) return end({ ...QUEUE_FAULT, message: problem });
    culprits.push(...found);
    suspects.clear();
    return undefined;
  };

  const todo: (readonly number[])[] = [[...open]];
  let last: Reason | undefined;
  for (let part = todo.pop(); part; part = todo.pop()) {
    const left = part.filter(index => open.has(index));
    if (left.length === 0) continue;
    const posted = await attempt(left);
    if (posted.kind === 'fault') {
      // Of its own records, one by chance: the newest log may be excluded, or forbidden itself.
      const isLocal =
        posted.fault.verdict === 'intercepted' &&
        ((await areOthersAccepted([known, another])) || (left.length > 1 && (await isOneAccepted(left))));
      return end(posted.fault, isLocal);
    }
    if (posted.kind === 'refused') {
      last = posted.reason;
      const middle = left.length >> 1;
      if (middle > 0) todo.push(left.slice(middle), left.slice(0, middle));
      const isPlain = middle > 0 ? posted.isTooLarge || isEvident() : suspects.size < MOST_SUSPECTS;
      if (isPlain) continue;
    }
    const ended = last && (await confirm(last));
    if (ended) return ended;
  }
  return (suspects.size > 0 && last && (await confirm(last))) || end();
}

/** Why nothing of a batch is accepted when nothing else is either. */
function blamed(last: Reason): Fault {
  if (last.verdict !== 'rejected') return { ...last, verdict: last.verdict };
  const what = `Azure rejects these records and all others, so the configuration is wrong and not the records. Last answer: ${last.message}`;
  const remedy = last.remedy ?? 'check the table and the settings that name it';
  return { ...last, verdict: 'denied', ...remedied(what, remedy) };
}

/** The code of a fault that is not Azure's: culprits could not be put on their queues. */
export const QUEUE_UNREACHABLE = 'QUEUE_UNREACHABLE';
const QUEUE_FAULT = { verdict: 'unavailable', code: QUEUE_UNREACHABLE } as const;

/** At most `count` of the indices, one from each of as many stretches of equal length, by chance. */
function spread(indices: readonly number[], count: number, random: Random): number[] {
  const stretches = Math.min(count, indices.length);
  return Array.from({ length: stretches }, (_, i) => {
    const at = Math.floor(((i + Math.min(random(), 0.999)) * indices.length) / stretches);
    return indices[at]!;
  });
}
