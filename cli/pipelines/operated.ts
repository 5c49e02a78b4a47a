/**
 * What the operator's commands work on: the pipelines of a deployed stack, or those of a state directory of this
 * machine, behind the same few questions. stack/target.ts and local/target.ts answer them.
 */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import type { LastRun } from '../../lambda/core/last-run.ts';
import type { ReadEntry } from '../../lambda/core/ledger.ts';
import type {
  FailedBatchQueue,
  PipelineState,
  QueueName,
  SecretSource,
  StateStore,
} from '../../lambda/core/model.ts';
import type { Environment } from '../../lambda/environment.ts';

export interface Target {
  /** Where it is, in words: `stack Auth0LogsToAzure in eu-west-1`, `state directory /srv/state`. */
  readonly place: string;
  readonly kind: 'stack' | 'local';
  readonly pipelines: readonly Operated[];
}

/** One pipeline, as an operator sees it. Every question rejects with UsageError when it cannot be answered. */
export interface Operated {
  /** As the pipeline itself has it: of a stack it is read off its function. */
  readonly config: PipelineConfig;
  readonly secrets: SecretSource;
  /** Addresses instead of the vendors' own, for tests: see ENV in contract.ts. */
  readonly env: Environment;
  /** Lease and checkpoint, to be written under their law. */
  readonly store: StateStore;
  readonly queues: OperatorQueues;
  /** Where they are; undefined for a state directory. */
  readonly queueUrls?: Readonly<Record<QueueName, string>>;
  /** How its stack is deployed again; undefined for a state directory. */
  readonly deployCommand?: string;
  /** Pipelines whose failed batches are taken for its own, besides its `previousNames`: `replay --accept`. */
  readonly accepts?: readonly string[];
  /** A look at the item, which changes nothing. */
  state(): Promise<StoredState>;
  /** Alarms in state ALARM; none for a state directory. */
  alarms(): Promise<readonly Alarm[]>;
  /** What this pipeline's alarms are set to. */
  limits(): Promise<Limits>;
  /** What was settled since `fromMs` (milliseconds since 1970), oldest first. */
  ledger(fromMs: number): AsyncIterable<ReadEntry>;
  /** Settings that differ from what a deployment made, a sentence each with its remedy; none for a state directory. */
  problems(): Promise<readonly string[]>;
  /** What keeps runs or replays from starting: of a stack its schedule and trigger, of a state directory its disk. */
  stopped(): Promise<readonly Stopped[]>;
}

export interface Stopped {
  /** In a few words. */
  readonly what: string;
  /** What was seen, in a sentence. */
  readonly text: string;
  /** What to do. After a line break, each line is a command, to be copied as it is. */
  readonly remedy: string;
  /** Section of docs/runbook.md. */
  readonly runbook: string;
}

export interface StoredState extends PipelineState {
  readonly lease?: { readonly owner: string; readonly expiresAtMs: number };
  readonly lastRun?: LastRun;
  /** Who set the checkpoint by hand, and when. */
  readonly checkpointSet?: string;
  readonly updatedAtMs?: number;
}

/** Beyond these a pipeline is not healthy. */
export interface Limits {
  readonly lagMs: number;
  /** The longest time without a run. */
  readonly silenceMs: number;
}

export interface Alarm {
  readonly name: string;
  /** The alarm's own sentence: what it means and where to look. */
  readonly description: string;
  readonly sinceMs?: number;
}

export interface Depth {
  readonly messages: number;
  /** Undefined when the queue is empty, or when the age is unknown. */
  readonly oldestAgeMs?: number;
}

/** A message of the dead-letter queue. */
export interface DeadLetter {
  /** Stays the same from look to look. */
  readonly id: string;
  /** A message of encodeFailedBatch, or any other message on the queue. */
  readonly message: string;
  readonly sentAtMs: number;
}

export interface OperatorQueues extends FailedBatchQueue {
  depths(): Promise<Readonly<Record<QueueName, Depth>>>;
  /**
   * Each dead letter once, oldest first as far as the queue knows, and none of them gone: a letter that is looked at is
   * hidden from others for a short while at most.
   */
  deadLetters(): AsyncIterable<DeadLetter>;
  /** Back to the retry queue. Law: taken off only after the retry queue has confirmed that it holds it. */
  redrive(letter: DeadLetter): Promise<void>;
  /** Takes a letter off for good. Law: called only once every log in it is accepted or queued elsewhere. */
  remove(letter: DeadLetter): Promise<void>;
}

/** The options by which every command of the operator finds its pipelines. */
export interface TargetOptions {
  /** The stack's name; Auth0LogsToAzure when neither it nor `config` is given. */
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  /** A configuration file: then it is about the state directory of this machine, as `run` keeps it. */
  readonly config?: string;
  readonly state: string;
  readonly secrets?: string;
  readonly pipeline?: string;
}
