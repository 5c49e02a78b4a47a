/** The parts of a run: its dependencies, its options and its state. */
import type { Evidence } from './evidence.ts';
import type { Late } from './late.ts';
import type { Ledger } from './ledger.ts';
import type {
  Clock,
  Closing,
  Destination,
  FailedBatchQueue,
  Fault,
  Journal,
  Lease,
  LogSource,
  Random,
  ShapedRecord,
  StartFrom,
  StateStore,
} from './model.ts';
import type { Party, RunOutcome, RunReport } from './report.ts';
import type { Tally } from './tally.ts';
import type { Unproven } from './unproven.ts';
import type { Verifying } from './workspace.ts';

export interface ShipDependencies {
  readonly source: LogSource;
  readonly destination: Destination;
  readonly state: StateStore;
  readonly queue: FailedBatchQueue;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  /** Log → record. Never throws. */
  readonly shape: (log: unknown) => ShapedRecord & { readonly raw: boolean };
  /** Lets requests that are about to leave, and answers that have come, go before the work at hand. */
  readonly ioFirst: () => Promise<void>;
  /** Whether a log ships at all, by the configuration. */
  readonly includes: (log: unknown) => boolean;
  /** For the report: what the rules of `redact` did since this was last asked. */
  readonly redactionUnmatched?: () => Pick<RunReport, 'redactionUnmatched'>;
  /** See redactionTag: written into failed batches. */
  readonly redactionTag?: string | undefined;
  /** Undefined when `verify` is off. */
  readonly stored?: Verifying | undefined;
}

export interface ShipOptions {
  readonly pipeline: string;
  readonly startFrom: StartFrom;
  readonly retentionMs: number;
  readonly ripeMs: number;
  /** How often late logs are looked for; 0 never. */
  readonly sweepMs: number;
  /** How often an empty page needs the witness beside it; 0 never, for a window that has an end of its own. */
  readonly witnessMs: number;
  readonly rateLimitHeadroom: number;
  /** Names this run in the lease. */
  readonly owner: string;
  /** When reading and posting must be over. */
  readonly deadlineMs: number;
  /** When the run is over for certain: the lease lasts until then. */
  readonly leaseExpiresAtMs: number;
}

/** Why a run ends before it is caught up. */
export interface Stop {
  readonly outcome: RunOutcome;
  readonly party?: Party;
  /** HTTP status, where it is not in `fault`. */
  readonly status?: number;
  readonly message?: string;
  /** What to do, where it is not in `fault`. */
  readonly remedy?: string;
  /** The vendor's fault behind it, for what must be remembered of that. */
  readonly fault?: Fault;
}

export interface Run {
  readonly d: ShipDependencies;
  readonly options: ShipOptions;
  readonly tally: Tally;
  lease: Lease;
  /** What is remembered to find late logs; undefined when they are not looked for. */
  late: Late | undefined;
  /** What is to be proven stored; undefined when `verify` is off. */
  unproven: Unproven | undefined;
  /** What the next save writes anyway, or else the release. */
  unsaved: Closing;
  /** What was accepted in this run. */
  readonly evidence: Evidence;
  /** Once a batch was put aside because Auth0 may delete its logs, each further post gets one attempt. */
  spilling: boolean;
}
