/** The port to the Log Analytics workspace: what was accepted is proven stored by asking for it. */
import type { Fault } from './model.ts';

/** Milliseconds since 1970; `toMs` itself is excluded. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A row of an answer, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

export type QueryAnswer =
  /** Every row that the query has: never a part of them. */
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  /** More rows, bytes or time than one answer may have: a narrower question may be answered. */
  | { readonly kind: 'too-much'; readonly message: string }
  /** The query names a table or a column that the workspace does not have, or does not show to this caller. */
  | { readonly kind: 'unknown-name'; readonly name: string }
  | { readonly kind: 'fault'; readonly fault: Fault };

/**
 * A workspace that can be asked.
 * Law: one attempt a call; never throws for anything that Azure, Entra, a secret store or a network does; an answer of
 * which a part is missing is never `rows`.
 */
export interface WorkspaceReader {
  /** `span`: the range of TimeGenerated that is looked at. Ends within `timeoutMs`, body included. */
  query(kql: string, span: Span, timeoutMs: number): Promise<QueryAnswer>;
}

/** Where the records of a pipeline become rows. */
export interface StoredPlace {
  readonly table: string;
  /** The column of Auth0's log id, as the table has it. */
  readonly logIdColumn: string;
  /** The stream of the data collection rule that feeds it, where there is one. */
  readonly stream?: string;
}
