/** The port to the Log Analytics workspace, which proves that accepted logs are stored. */
import type { Fault, QueueName } from './model.ts';
import { isObject } from './record/log.ts';

/** Milliseconds since 1970; `toMs` itself is excluded. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A row of an answer, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

export type QueryAnswer =
  /** All rows of the result, never a part of them. */
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  /** More rows, bytes or time than one answer may have. A narrower query may succeed. */
  | { readonly kind: 'too-much'; readonly message: string }
  /** The query names a table or a column that the workspace does not have, or that is not visible to this caller. */
  | { readonly kind: 'unknown-name'; readonly name: string }
  | { readonly kind: 'fault'; readonly fault: Fault };

/**
 * A workspace that can be queried.
 * Law: one attempt per call. Never throws for anything that Azure, Entra, a secret store or a network does. An incomplete
 * answer is never `rows`.
 */
export interface WorkspaceReader {
  /** `span`: the range of TimeGenerated. Ends within `timeoutMs`, body included. */
  query(kql: string, span: Span, timeoutMs: number): Promise<QueryAnswer>;
}

/** Where the records of a pipeline are stored. */
export interface StoredPlace {
  readonly table: string;
  /** The column of Auth0's log id. */
  readonly logIdColumn: string;
  /** The stream of the data collection rule that feeds the table, if there is one. */
  readonly stream?: string;
  /** Types of logs whose records are stored elsewhere. */
  readonly otherTypes?: readonly string[] | undefined;
}

/** Whether the row of a log is in another table than that of the place. */
export const isElsewhere = ({ otherTypes = [] }: StoredPlace, log: unknown): boolean =>
  isObject(log) && otherTypes.some(type => type === log['type']);

/** What a run needs to prove that logs are stored. */
export interface Verifying {
  readonly reader: WorkspaceReader;
  readonly place: StoredPlace;
  /** Ships missing logs again. Otherwise they are only counted. */
  readonly isRepairing: boolean;
  /** Whether this queue contains messages, or may. */
  holds(queue: QueueName): Promise<boolean>;
}
