/** What a run and a replay did: the source of metrics, and of what the operator reads. */
import type { Checkpoint, RateLimit, Reason } from './model.ts';

/** How a run ended. */
export type RunOutcome =
  | 'caught-up'
  | 'out-of-time'
  | 'skipped'
  | 'throttled'
  | 'unavailable'
  | 'denied'
  /** Something between us and Azure answered in its place. */
  | 'intercepted'
  /** Auth0 has logs that the checkpoint does not lead to. */
  | 'astray'
  | 'lease-lost'
  | 'failed';

/** Who caused a run to stop early. */
export type Party = 'auth0' | 'azure' | 'state' | 'queue';

/** What a run did: the source of its metrics and of what the operator reads. */
export interface RunReport {
  readonly pipeline: string;
  readonly outcome: RunOutcome;
  readonly party?: Party;
  /** HTTP status of the answer that ended the run. */
  readonly status?: number;
  readonly message?: string;
  /** What to do; see Reason. */
  readonly remedy?: string;
  readonly pages: number;
  /** Of those: pages of the look back. */
  readonly sweptPages: number;
  readonly posts: number;
  readonly logsRead: number;
  readonly logsAccepted: number;
  readonly logsExcluded: number;
  /** Put on the retry queue. */
  readonly logsRetried: number;
  readonly logsDeadLettered: number;
  /** Shipped raw because they would not shape. */
  readonly logsRaw: number;
  /** Found by the sweep: Auth0 served them only after logs with greater ids. */
  readonly logsLate: number;
  /** More logs were late than can be named: `logsLate` is a lower bound. */
  readonly isLateEstimate: boolean;
  /** Shipped again, since the late logs among them could not be identified. */
  readonly logsReshipped: number;
  /** Found by search, since the checkpoint did not lead to them. */
  readonly logsBridged: number;
  readonly batches: Readonly<Record<'accepted' | Reason['verdict'], number>>;
  readonly checkpoint?: Checkpoint;
  /** Now minus the date of the last settled log; 0 when caught up; undefined when nothing is known yet. */
  readonly lagMs?: number;
  /** The checkpoint is older than the retention: Auth0 may have deleted logs that were never read. */
  readonly gapSuspected: boolean;
  /** The oldest log of a held batch is older than half the retention: batches are put aside instead of held. */
  readonly retentionAtRisk: boolean;
  /** Auth0 has logs that the checkpoint does not lead to, or had: see `logsBridged`. */
  readonly checkpointAstray: boolean;
  /** The look back has been unfinished for so long that late logs may be missed. */
  readonly sweepOverdue: boolean;
  /** Accepted, but the last comparison did not find their rows. */
  readonly rowsNotStored: number;
  /** Accepted or queued again, since they were not stored. */
  readonly logsRepaired: number;
  /** A comparison with the workspace is so late that missing rows may go unnoticed. */
  readonly verifyOverdue: boolean;
  /** Why the workspace did not answer. */
  readonly verifyFault?: string;
  readonly rateLimit?: RateLimit;
  /** Rules of `redact` that matched no log of this run. For a rare field that is normal; for every run it is a wrong path. */
  readonly redactionUnmatched?: readonly string[];
  readonly durationMs: number;
}

/** What a replay of one failed batch brought. */
export interface ReplayReport {
  readonly batchId: string;
  /** Its message may be deleted: every log of it is accepted, or on a queue anew. */
  readonly done: boolean;
  readonly logsAccepted: number;
  readonly logsDeadLettered: number;
  /** On the retry queue anew, in smaller messages: only when it is done. */
  readonly logsRequeued: number;
  readonly posts: number;
  /** A queue of ours could not be reached. */
  readonly party?: 'queue';
  readonly reason?: Reason;
}
