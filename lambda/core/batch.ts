/** Records into batches under the destination's byte limit. */
import { bodyWriter } from './body.ts';
import type { Checkpoint, SerializedRecord, ShapedRecord } from './model.ts';
import type { SettledLog } from './read.ts';

/** Logs that settle together: the checkpoint moves past all of them or past none. */
export interface LogBatch {
  readonly records: readonly SerializedRecord[];
  /** Logs in it, excluded ones counted too. */
  readonly logs: number;
  /** The ids of those that have one. */
  readonly logIds: readonly string[];
  /** Where the checkpoint goes when the batch is settled; undefined when no log of it had an id. */
  readonly checkpoint?: Checkpoint;
  /** The date of its oldest log; undefined when none could be read. */
  readonly oldestDateMs?: number;
}

export interface Batcher {
  /** Adds a log; `record` is undefined for an excluded one. Returns the batch that was full before it, if any. */
  add(log: SettledLog, record: ShapedRecord | undefined): LogBatch | undefined;
  /** The batch begun, if any. */
  flush(): LogBatch | undefined;
}

/** A batch also ends here, so that a backlog of excluded logs moves the checkpoint now and then. */
const MAX_LOGS = 10_000;

/** Fills batches up to `maxBytes`, brackets and commas included, and never past it. */
export function batcher(maxBytes: number): Batcher {
  const body = bodyWriter(maxBytes);
  let logs = 0;
  let logIds: string[] = [];
  let checkpoint: Checkpoint | undefined;
  let oldestDateMs: number | undefined;

  const flush = (): LogBatch | undefined => {
    if (logs === 0) return undefined;
    const batch: LogBatch = {
      records: body.take(),
      logs,
      logIds,
      ...(checkpoint ? { checkpoint } : {}),
      ...(oldestDateMs === undefined ? {} : { oldestDateMs }),
    };
    logs = 0;
    logIds = [];
    checkpoint = undefined;
    oldestDateMs = undefined;
    return batch;
  };

  const add = (log: SettledLog, record: ShapedRecord | undefined): LogBatch | undefined => {
    let full = logs >= MAX_LOGS ? flush() : undefined;
    if (record && !body.add(record)) {
      full = flush();
      body.add(record);
    }
    logs++;
    if (log.logId !== undefined) logIds.push(log.logId);
    checkpoint = log.checkpoint ?? checkpoint;
    if (log.dateMs !== undefined) oldestDateMs = Math.min(oldestDateMs ?? log.dateMs, log.dateMs);
    return full;
  };

  return { add, flush };
}
