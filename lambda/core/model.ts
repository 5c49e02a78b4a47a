/**
 * The types of the core, and its ports to the outside.
 * Each port states its law: what every implementation guarantees, whatever fails outside.
 */

import type { Refused } from './cause.ts';
import type { Secret } from './secret.ts';

/** Time, handed in so that no test sleeps. `now` is milliseconds since 1970, UTC. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** A number in [0, 1), handed in so that no test flakes. */
export type Random = () => number;

/** The last settled log: everything up to and including it is accepted by Azure or on one of our queues. */
export interface Checkpoint {
  /** Auth0's `log_id`, opaque. May be a synthetic position before the first log was seen. */
  readonly logId: string;
  /** The log's own date in milliseconds since 1970; undefined when it could not be read. */
  readonly logDateMs?: number;
}

/** The right to run. Every write of it is conditional on `version`. */
export interface Lease {
  readonly pipeline: string;
  readonly owner: string;
  readonly version: number;
}

/** What is remembered of a pipeline between runs. */
export interface PipelineState {
  readonly checkpoint?: Checkpoint;
  /** When Auth0 last had nothing newer for us (milliseconds since 1970): no gap can lie before it. */
  readonly caughtUpAtMs?: number;
  /** What is remembered to find late logs, written by late.ts and opaque to a store. */
  readonly late?: string;
  /** When the witness last agreed with the checkpoint; absent or 0 when that was not asked since it was set. */
  readonly witnessedAtMs?: number;
  /** See Closing.lastRun. */
  readonly lastRunText?: string;
  /** What vendors asked for, see waits.ts. */
  readonly waits?: string;
  /** What was accepted and is not proven stored, see unproven.ts; opaque to a store. */
  readonly unproven?: string;
}

/** Why something was not accepted, in words an operator can act on. Never holds a secret or a log's body. */
export interface Reason {
  readonly verdict: 'rejected' | 'throttled' | 'unavailable' | 'denied' | 'intercepted';
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** The vendor's error code, or the network error's code. */
  readonly code?: string;
  readonly message: string;
  /** What to do; the message ends with its words. After a line break, each line is a command. */
  readonly remedy?: string;
  /** The vendor's wish to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** A token endpoint gave no token: each further asking may be counted and logged by the vendor. */
  readonly isTokenRefused?: boolean;
}

/** A reason that is not the logs' own fault. */
export type Fault = Reason & { readonly verdict: 'throttled' | 'unavailable' | 'denied' | 'intercepted' };

/** Auth0's `x-ratelimit-*` headers. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** When the next call is added to the allowance, milliseconds since 1970. */
  readonly resetAtMs: number;
}

export type PageAnswer =
  | {
      readonly kind: 'page';
      /** In Auth0's order; elements are whatever JSON held. */
      readonly logs: readonly unknown[];
      /** The log id named by the `Link` header's `rel="next"`, if any. */
      readonly nextLogId?: string;
      readonly rateLimit?: RateLimit;
    }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly rateLimit?: RateLimit };

/** Where a pipeline begins when it has no checkpoint: see `auth0.startFrom` in config.ts. */
export type StartFrom =
  | { readonly kind: 'oldest' }
  | { readonly kind: 'now' }
  | { readonly kind: 'date'; readonly dateMs: number }
  | { readonly kind: 'log'; readonly logId: string };

/**
 * Auth0's logs.
 * Law: one attempt per call; never throws for anything that Auth0, Entra, a secret store or a network does;
 * an empty page is returned only when Auth0 answered 200 with an empty JSON array.
 */
export interface LogSource {
  /** Has the token ready for the first page, which asks for it in any case. Law: never throws. */
  prepare?(timeoutMs: number): void;
  /**
   * The logs after `logId` (exclusive), at most `take` (default and most: 100). Ends within `timeoutMs`, body included.
   * A page that would not fit the memory is a fault with the code ANSWER_TOO_LARGE: fewer logs may fit.
   */
  page(logId: string, timeoutMs: number, take?: number): Promise<PageAnswer>;
  /** A log id to begin after. Law: no log that `from` includes lies at or before it. */
  start(
    from: StartFrom,
    nowMs: number,
    timeoutMs: number,
  ): Promise<
    | { readonly kind: 'start'; readonly checkpoint: Checkpoint }
    | { readonly kind: 'fault'; readonly fault: Fault }
  >;
  /**
   * The witness: the tenant's newest log dated before `beforeMs`, by search and not by checkpoint, so that it sees what
   * a checkpoint that leads nowhere would hide. No `log`: the tenant shows none.
   */
  newest(
    beforeMs: number,
    timeoutMs: number,
  ): Promise<
    | { readonly kind: 'newest'; readonly log?: unknown; readonly rateLimit?: RateLimit }
    | { readonly kind: 'fault'; readonly fault: Fault; readonly rateLimit?: RateLimit }
  >;
  /** Logs dated from `fromMs` to before `beforeMs`, oldest first, by search: 100 a page, pages 0 to 9, as Auth0 finds no more. */
  search(fromMs: number, beforeMs: number, page: number, timeoutMs: number): Promise<PageAnswer>;
}

/** One log, shaped and written as JSON. */
export interface ShapedRecord {
  readonly logId: string;
  readonly json: string;
}

/** A record in UTF-8, as it is posted and put aside. */
export interface SerializedRecord {
  readonly logId: string;
  readonly json: Buffer;
}

/** How records are written for a destination. */
export interface RecordForm {
  /** `typed`: with TimeGenerated, free-form columns as they are. `text`: without it, free-form columns as the text of their JSON. */
  readonly layout: 'typed' | 'text';
  /** Bytes of UTF-8 that a value of a column may have: the destination would silently cut a longer one. */
  readonly fieldMaxBytes: number;
}

/** The parts of a destination's answers that are its own: what verdict.ts asks. */
export interface AnswerMeaning {
  /** The statuses that say that every record of the post was taken. */
  readonly accepted: ReadonlySet<number>;
  /** Whether the code of a refusal names a setting, so that no record can be at fault. */
  isConfiguration(code: string): boolean;
  /** Whether a smaller post may be accepted, beside status 413, which says so everywhere. */
  isTooLarge(
    answer: Extract<PostAnswer, { readonly kind: 'answered' | 'unanswered' }>,
    size: { readonly bytes: number; readonly records: number },
  ): boolean;
  /** What to do about a refusal; undefined when nobody knows. */
  remedyOf?(refused: Refused): string | undefined;
}

/** The meaning of nothing yet: what one attempt to post brought back. verdict.ts turns it into a verdict. */
export type PostAnswer =
  /** Azure answered. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      readonly retryAfterMs?: number;
      /** Of a refusal: its body is a page. */
      readonly isPage?: boolean;
      /** Of a refusal: see Refused. */
      readonly clockAheadMs?: number;
    }
  /** No answer, or not a whole one: it is unknown whether Azure took the records. */
  | { readonly kind: 'unanswered'; readonly code: string; readonly message: string }
  /** Nothing was posted: the secret or the token could not be had. */
  | { readonly kind: 'unauthorised'; readonly fault: Fault };

/**
 * Where records go.
 * Law: one attempt per call, signed or authorized anew with the time of the attempt; never throws for anything
 * that Azure, Entra, a secret store or a network does; `answered` carries the status that Azure itself gave.
 */
export interface Destination {
  readonly form: RecordForm;
  readonly meaning: AnswerMeaning;
  /** Whether posts are compressed. */
  readonly isCompressed: boolean;
  /** The most that one post may carry, brackets and commas included. */
  readonly maxBatchBytes: number;
  /** Batches between "post begun" and "checkpoint saved" at a time: also the bound of duplicates after a crash. */
  readonly maxInFlight: number;
  /** Has the secret or the token ready for the first post, which asks for it in any case. Law: never throws. */
  prepare?(timeoutMs: number): void;
  /** `body` is a JSON array in UTF-8. Ends within `timeoutMs`, body included. */
  post(body: Buffer, timeoutMs: number): Promise<PostAnswer>;
  /** Law: after it, the next post reads the secret and gets the token anew. Never throws. */
  refresh(): void;
}

/**
 * Lease and checkpoint of one pipeline, in one item.
 * Law: every write is conditional; a lease that another run has taken over can never move the checkpoint.
 * Throws when the store cannot be reached: then nothing may be assumed to have been written.
 */
export interface StateStore {
  /** One conditional write that takes the lease and reads the state. */
  acquire(
    pipeline: string,
    owner: string,
    nowMs: number,
    expiresAtMs: number,
  ): Promise<
    | { readonly kind: 'acquired'; readonly lease: Lease; readonly state: PipelineState }
    | { readonly kind: 'held'; readonly owner: string; readonly expiresAtMs: number }
  >;
  /**
   * Moves the checkpoint and, in the same write, keeps what else is given; what is undefined stays as it was.
   * `lost`: the lease is another run's now, nothing was written.
   */
  save(
    lease: Lease,
    checkpoint: Checkpoint,
    nowMs: number,
    kept?: Pick<Closing, 'late' | 'unproven'>,
  ): Promise<{ readonly kind: 'saved'; readonly lease: Lease } | { readonly kind: 'lost' }>;
  /** Gives the lease back and, in the same write, keeps what the run leaves behind. A lost lease is left alone. */
  release(lease: Lease, nowMs: number, closing: Closing): Promise<void>;
}

/** What a run leaves behind with its lease; what is undefined stays as it was. */
export interface Closing {
  readonly caughtUpAtMs?: number;
  /** Where a first run began, when it settled nothing after that. */
  readonly checkpoint?: Checkpoint;
  /** See PipelineState. */
  readonly late?: string;
  readonly witnessedAtMs?: number;
  readonly waits?: string;
  readonly unproven?: string;
  /** The run's report, as `writeLastRun` made it. */
  readonly lastRun?: string;
  /** Who set the checkpoint by hand, when and from where to where. */
  readonly checkpointSet?: string;
}

export type QueueName = 'retry' | 'dead-letter';

/**
 * Where failed batches wait.
 * `delaySeconds`: for so long, 900 at most, nobody receives them.
 * Law: resolves only after the queue has confirmed that it holds every message; rejects otherwise, and then
 * the caller must treat none of them as queued.
 */
export interface FailedBatchQueue {
  put(queue: QueueName, messages: readonly string[], delaySeconds?: number): Promise<void>;
}

/** Structured log lines. Law: ids, counts and reasons only; never a log's body, a token or a key. */
export interface Journal {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** The fields of a secret: JSON text with string fields, such as `{"clientId","clientSecret"}`. */
export type SecretFields = Readonly<Record<string, Secret>>;

/**
 * Where secrets are kept.
 * Law: never throws; reads at most once until `forget`; a secret that is missing, malformed or still the
 * stack's placeholder is a `denied` fault that names the secret and says how to fill it in.
 */
export interface SecretSource {
  read(
    name: string,
  ): Promise<
    | { readonly kind: 'secret'; readonly fields: SecretFields }
    | { readonly kind: 'fault'; readonly fault: Fault }
  >;
  forget(name: string): void;
}
