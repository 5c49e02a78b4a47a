/** What `status --web` sends to its page and what that asks for, as JSON: the interface of both. */

export interface StatusState {
  /** Where the pipelines are, in words. */
  readonly place: string;
  readonly kind: 'stack' | 'local';
  readonly askedAtMs: number;
  readonly pipelines: readonly PipelineView[];
  readonly letters: LettersView;
  readonly replay?: ReplayView;
  /** Why the last look failed; what is shown is the one before. */
  readonly problem?: string;
}

export interface PipelineView {
  readonly name: string;
  readonly health: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  /** As `status` prints it first. */
  readonly sentence: string;
  readonly reasons: readonly { readonly what: string; readonly runbook?: string }[];
  readonly figures: readonly FigureView[];
  readonly history: HistoryView;
  /** As `status` prints them below. */
  readonly details: readonly DetailView[];
  readonly proofs: readonly DetailView[];
}

export interface FigureView {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly tone: 'good' | 'warn' | 'bad' | '';
}

/** Five-minute steps; each list has a value for each of `times`. */
export interface HistoryView {
  readonly times: readonly number[];
  readonly stepMs: number;
  readonly accepted: readonly number[];
  readonly putAside: readonly number[];
  /** Null where nothing was settled. */
  readonly lagMs: readonly (number | null)[];
  /** Why the ledger could not be read. */
  readonly problem?: string;
}

export interface DetailView {
  readonly label: string;
  readonly text: string;
  readonly isCommand: boolean;
}

export interface LettersView {
  readonly isReading: boolean;
  /** UTC; absent until they were read. */
  readonly readAt?: string;
  readonly list: readonly LetterView[];
  /** More than are listed. */
  readonly hidden: number;
  readonly problem?: string;
}

export interface LetterRef {
  readonly pipeline: string;
  readonly id: string;
}

export interface LetterView extends LetterRef {
  readonly shortId: string;
  /** Verdict, HTTP status, code. */
  readonly reasons: readonly string[];
  readonly message: string;
  readonly logs: number;
  readonly failedAt: string;
  readonly age: string;
  /** It cannot be delivered. */
  readonly problem?: string;
}

/** `moved`: through the retry queue; `delivered`: from this machine. */
export type How = 'moved' | 'delivered';

export interface ReplayView {
  readonly how: How;
  readonly total: number;
  readonly done: number;
  readonly isRunning: boolean;
  /** The result. */
  readonly sentences: readonly string[];
  /** What happens then, and the command for it. */
  readonly next?: readonly string[];
  readonly fault?: string;
}

/** Of `openLetter`. */
export interface LetterContent {
  readonly facts: readonly (readonly [label: string, text: string])[];
  /** Of each log: columns and values. Values are types and lengths unless they were to be revealed. */
  readonly rows: readonly (readonly (readonly [name: string, value: string])[])[];
  /** Logs that are not shown. */
  readonly left: number;
  /** Of a message that is not a failed batch, if it was to be revealed. */
  readonly raw?: string;
}

/** Of `planReplay`: what is asked before. */
export interface Plan {
  readonly question: string;
  readonly lines: readonly string[];
  readonly warning?: string;
}
