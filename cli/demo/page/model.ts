/** What the live demo sends to its page as JSON, counted anew after every change. Times are milliseconds since 1970, by the demo's clock. */

export interface LiveState {
  /** The API of Azure. */
  readonly destination: string;
  readonly seed: number;
  readonly nowMs: number;
  /** How far the clock was moved since the demo began. */
  readonly movedMs: number;
  readonly auth0: { readonly logs: number; readonly newestMs?: number };
  readonly ship: ShipState;
  readonly checkpoint?: { readonly logId: string; readonly dateMs?: number };
  readonly retry: QueueState;
  /** Polls of its queue, and messages that it took from it. */
  readonly replay: { readonly isRunning: boolean; readonly polls: number; readonly delivered: number };
  readonly dead: QueueState;
  readonly azure: AzureState;
  readonly books: Books;
  /** The most logs that were ever missing at once. */
  readonly worstMissing: number;
  readonly buttons: readonly ButtonState[];
  /** The newest last. */
  readonly journal: readonly Entry[];
  readonly tiles: Tiles;
}

export interface ShipState {
  readonly isScheduled: boolean;
  readonly isRunning: boolean;
  readonly runs: number;
  readonly last?: LastRun;
  /** Now minus the date of the last settled log; 0 when every log is settled. */
  readonly lagMs: number;
}

/** From the run's own report (lambda/core/report.ts); the outcome `killed` is the host's. */
export interface LastRun {
  readonly outcome: string;
  readonly message?: string;
  readonly durationMs: number;
  readonly endedMs: number;
  readonly logsAccepted: number;
  /** Logs that the runs so far found late, and shipped again since they were not stored. */
  readonly totalLate: number;
  readonly totalRepaired: number;
  readonly rowsNotStored: number;
  readonly verifyFault?: string;
}

export interface QueueState {
  readonly messages: number;
  readonly logs: number;
  /** When the oldest of them was put aside. */
  readonly oldestMs?: number;
  /** Why they are there, and how many messages each. */
  readonly reasons: readonly { readonly text: string; readonly messages: number }[];
}

export interface AzureState {
  /** Accepted records: `records` is `unique` and `duplicates`. */
  readonly records: number;
  readonly unique: number;
  readonly duplicates: number;
  /** Rows of the workspace. */
  readonly rows: number;
  /** Logs that were accepted and have no row. */
  readonly notStored: number;
}

/** Where each log of the tenant is, once each: their sum is `atAuth0`. Counted in the simulators, not by the pipeline. */
export interface Books {
  readonly atAuth0: number;
  readonly accepted: number;
  /** On a queue, and not accepted. */
  readonly queued: number;
  /** After the checkpoint: not read yet, or being posted. */
  readonly ahead: number;
  /** Auth0 wrote them behind the checkpoint, so late that it has passed them: the look back is to find them. */
  readonly late: number;
  /** Behind the checkpoint, neither accepted nor on a queue: the promise is that this is 0. */
  readonly missing: number;
  /** Accepted or on a queue. */
  readonly settled: number;
  readonly stored: number;
}

export type Phase = 'ready' | 'at work' | 'to be ended' | 'ending';

export interface ButtonState {
  readonly name: string;
  readonly title: string;
  /** What the system will do. */
  readonly says: string;
  /** The name of what ends it, where somebody must. */
  readonly end?: string;
  readonly phase: Phase;
  /** What the system did, so far or the last time. */
  readonly did: readonly string[];
}

export interface Entry {
  readonly atMs: number;
  /** The button whose story it is. */
  readonly button: string;
  readonly text: string;
}

/** Tiles of the workbook (azure/workbook.ts). */
export interface Tiles {
  /** `at-a-glance`, the most first. */
  readonly glance: readonly { readonly name: string; readonly count: number }[];
  /** `logins-over-time`, by the hour, the oldest first. */
  readonly logins: readonly { readonly atMs: number; readonly success: number; readonly failure: number }[];
  /** `logs-over-time`, by the hour, the oldest first. */
  readonly levels: readonly { readonly atMs: number; readonly logs: Readonly<Record<string, number>> }[];
  /** The first rows of `failed-logins-by-user`. */
  readonly failing: readonly FailingUser[];
}

export interface FailingUser {
  readonly user: string;
  readonly failures: number;
  readonly successes: number;
  readonly addresses: number;
}
