/** Records into batches under the destination's byte limit. */
import { bodyWriter } from './body.ts';
import type { Checkpoint, SerializedRecord, ShapedRecord } from './model.ts';
import type { RipeLog } from './read.ts';

/** A log in a batch, without its content. */
export interface BatchedLog extends Omit<RipeLog, 'log'> {
  /** The configuration excludes it: it has no record. */
  readonly isExcluded: boolean;
  /** Its row is in another table than the others, which nobody asks. */
  readonly isElsewhere?: true;
}

/** Logs that settle together: the checkpoint moves past all of them, past the first few, or past none. */
export interface LogBatch {
  readonly records: readonly SerializedRecord[];
  /** In Auth0's order; those that are not excluded are the records, one by one. */
  readonly logs: readonly BatchedLog[];
}

/** Where the checkpoint goes when the batch is settled; undefined when no log of it had an id. */
export const endOf = ({ logs }: LogBatch): Checkpoint | undefined =>
  logs.findLast(log => log.checkpoint)?.checkpoint;

/** The ids of those that have one. */
export const idsOf = ({ logs }: LogBatch): string[] => logs.flatMap(({ logId }) => logId ?? []);

/** The ids of its records that must have a row in the table. */
export const provableIds = ({ records, logs }: LogBatch): string[] => {
  const shipped = logs.filter(log => !log.isExcluded);
  return records.flatMap(({ logId }, index) => (shipped[index]?.isElsewhere ? [] : logId));
};

/**
 * When the batch's oldest log happened; undefined when that is not known. Ids are in order and come first. Without them
 * the second oldest date counts, so that a single wrong date decides nothing.
 */
export function oldestMs({ logs }: LogBatch): number | undefined {
  const idTimes = logs.flatMap(({ idTimeMs }) => idTimeMs ?? []);
  if (idTimes.length > 0) return Math.min(...idTimes);
  return logs.flatMap(({ dateMs }) => dateMs ?? []).sort((one, other) => one - other)[1];
}

/** The batch up to before its record number `records`: what is settled of it when the rest is not. */
export function headOf(batch: LogBatch, records: number): LogBatch {
  let seen = 0;
  const end = batch.logs.findIndex(({ isExcluded }) => !isExcluded && seen++ === records);
  return { records: batch.records.slice(0, records), logs: end < 0 ? batch.logs : batch.logs.slice(0, end) };
}

export interface Batcher {
  /** Adds a log; `record` is undefined for an excluded one. Returns the batch that was full before it, if any. */
  add(log: RipeLog, record: ShapedRecord | undefined, isElsewhere?: boolean): LogBatch | undefined;
  /** The batch begun, if any. */
  flush(): LogBatch | undefined;
}

/** A batch also ends here, so that a backlog of excluded logs moves the checkpoint now and then. */
const MAX_LOGS = 10_000;

/** Fills batches up to `maxBytes`, brackets and commas included, and never past it. */
export function batcher(maxBytes: number): Batcher {
  const body = bodyWriter(maxBytes);
  let logs: BatchedLog[] = [];

  const flush = (): LogBatch | undefined => {
    if (logs.length === 0) return undefined;
    const batch = { records: body.take(), logs };
    logs = [];
    return batch;
  };

  const add = (log: RipeLog, record: ShapedRecord | undefined, isElsewhere = false) => {
    let full = logs.length >= MAX_LOGS ? flush() : undefined;
    if (record && !body.add(record)) {
      full = flush();
      body.add(record);
    }
    logs.push(withoutContent(log, record === undefined, isElsewhere));
    return full;
  };

  return { add, flush };
}

/** Without the log's content: only its record is needed. */
function withoutContent(log: RipeLog, isExcluded: boolean, isElsewhere: boolean): BatchedLog {
  const batched: { -readonly [K in keyof BatchedLog]: BatchedLog[K] } = { isExcluded };
  if (log.logId !== undefined) batched.logId = log.logId;
  if (log.checkpoint !== undefined) batched.checkpoint = log.checkpoint;
  if (log.dateMs !== undefined) batched.dateMs = log.dateMs;
  if (log.idTimeMs !== undefined) batched.idTimeMs = log.idTimeMs;
  if (isElsewhere) batched.isElsewhere = true;
  return batched;
}
