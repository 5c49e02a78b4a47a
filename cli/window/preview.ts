/** What shipping would do: real logs read, shaped and batched as a run does it, and nothing posted. */
import { gzipSync } from 'node:zlib';
import { batcher, type LogBatch } from '../../lambda/core/batch.ts';
import { bodyOf } from '../../lambda/core/body.ts';
import type { Destination, Fault, RecordForm, ShapedRecord } from '../../lambda/core/model.ts';
import { logReader, type ReadDependencies, type ReadOptions, type RipeLog } from '../../lambda/core/read.ts';
import { isObject } from '../../lambda/core/record/log.ts';
import type { ShipDependencies } from '../../lambda/core/run.ts';

export interface PreviewDependencies
  extends ReadDependencies,
    Pick<ShipDependencies, 'source' | 'shape' | 'includes' | 'ioFirst' | 'redactionUnmatched'> {
  readonly source: ShipDependencies['source'];
  readonly destination: Pick<Destination, 'form' | 'isCompressed' | 'maxBatchBytes'>;
}

export interface PreviewOptions extends ReadOptions {
  readonly maxLogs: number;
  /** Called after every page with its number of logs and the date of its last log. */
  readonly onPage?: (logs: number, dateMs: number | undefined) => void;
}

/** `excluded` of the `logs` of a type stay behind by include, exclude and minimumLevel. */
export interface TypeCount {
  readonly logs: number;
  readonly excluded: number;
}

export interface Preview {
  readonly logsRead: number;
  readonly logsExcluded: number;
  /** They would not shape and go as text. */
  readonly logsRaw: number;
  /** Values of them are larger than Azure takes. */
  readonly logsCut: number;
  readonly batches: number;
  readonly bodyBytes: number;
  readonly form: RecordForm;
  /** Only where batches are compressed. */
  readonly gzipBytes?: number;
  readonly firstDateMs?: number;
  readonly lastDateMs?: number;
  /** By Auth0's type code; '' where a log has none. */
  readonly types: ReadonlyMap<string, TypeCount>;
  /** Records in which the column is filled. */
  readonly columns: ReadonlyMap<string, number>;
  /** Rules of `redact` that matched none of the logs that would go. */
  readonly redactionUnmatched: readonly string[];
  /** Three records, of different types if there are such. */
  readonly samples: readonly ShapedRecord[];
  /** Why it ended: nothing newer, enough logs, or a fault. */
  readonly end: 'caught-up' | 'enough' | 'out-of-time' | Fault;
}

type Counting = Omit<{ -readonly [K in keyof Preview]: Preview[K] }, 'types' | 'columns'> & {
  readonly types: Map<string, TypeCount>;
  readonly columns: Map<string, number>;
};

const SAMPLES = 3;
/** As in the edge. */
const GZIP = { level: 1 };
const LOGS_A_TURN = 10;

/** Reads the logs after `afterLogId`. Throws only for bugs. */
export async function preview(
  d: PreviewDependencies,
  afterLogId: string,
  options: PreviewOptions,
): Promise<Preview> {
  const result: Counting = {
    logsRead: 0,
    logsExcluded: 0,
    logsRaw: 0,
    logsCut: 0,
    batches: 0,
    bodyBytes: 0,
    form: d.destination.form,
    ...(d.destination.isCompressed ? { gzipBytes: 0 } : {}),
    types: new Map(),
    columns: new Map(),
    redactionUnmatched: [],
    samples: [],
    end: 'enough',
  };
  const samples = sampler();
  const batches = batcher(d.destination.maxBatchBytes);
  const reader = logReader(d, afterLogId, options);
  while (result.logsRead < options.maxLogs) {
    const step = await reader.next();
    if (step.kind !== 'page') {
      result.end = step.kind === 'fault' ? step.fault : step.kind;
      break;
    }
    const logs = step.logs.slice(0, options.maxLogs - result.logsRead);
    for (const [index, log] of logs.entries()) {
      if (index % LOGS_A_TURN === 0) await d.ioFirst();
      const record = recordOf(d, result, log);
      if (record) samples.add(typeOf(log.log), record);
      countBatch(result, batches.add(log, record));
    }
    options.onPage?.(logs.length, logs.at(-1)?.dateMs);
  }
  countBatch(result, batches.flush());
  result.samples = samples.taken();
  result.redactionUnmatched = d.redactionUnmatched?.().redactionUnmatched ?? [];
  return result;
}

/** The log's record, counted; undefined when the configuration excludes it. */
function recordOf(
  d: PreviewDependencies,
  result: Counting,
  { log, dateMs }: RipeLog,
): ShapedRecord | undefined {
  result.logsRead++;
  if (dateMs !== undefined) {
    result.firstDateMs = Math.min(result.firstDateMs ?? dateMs, dateMs);
    result.lastDateMs = Math.max(result.lastDateMs ?? dateMs, dateMs);
  }
  const type = typeOf(log);
  const isExcluded = !d.includes(log);
  const { logs, excluded } = result.types.get(type) ?? { logs: 0, excluded: 0 };
  result.types.set(type, { logs: logs + 1, excluded: excluded + Number(isExcluded) });
  if (isExcluded) {
    result.logsExcluded++;
    return undefined;
  }
  const record = d.shape(log);
  const columns: Record<string, unknown> = JSON.parse(record.json);
  if (record.raw) result.logsRaw++;
  if (columns['CutColumns'] !== undefined) result.logsCut++;
  for (const name of Object.keys(columns)) result.columns.set(name, (result.columns.get(name) ?? 0) + 1);
  return record;
}

function countBatch(result: Counting, batch: LogBatch | undefined): void {
  if (!batch || batch.records.length === 0) return;
  const body = bodyOf(batch.records);
  result.batches++;
  result.bodyBytes += body.length;
  if (result.gzipBytes !== undefined) result.gzipBytes += gzipSync(body, GZIP).length;
}

function typeOf(log: unknown): string {
  const type = isObject(log) ? log['type'] : undefined;
  return typeof type === 'string' ? type : '';
}

function sampler() {
  const first: ShapedRecord[] = [];
  const ofType = new Map<string, ShapedRecord>();
  return {
    add: (type: string, record: ShapedRecord) => {
      if (first.length < SAMPLES) first.push(record);
      if (ofType.size < SAMPLES && !ofType.has(type)) ofType.set(type, record);
    },
    taken: () => [...new Set([...ofType.values(), ...first])].slice(0, SAMPLES),
  };
}
