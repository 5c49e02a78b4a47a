/** What the simulated Azure took, and what it did to it: the other side of "none is lost". */

/** A JSON object as it came in, after the service's own changes to it. */
export type StoredRecord = Record<string, unknown>;

type Counts = Record<string, number>;

/** Everything that the ingestion APIs of one simulator received. Sizes are in bytes. */
export interface Received {
  /** Posts to any API, whatever the answer: also those that met a fault. */
  readonly posts: number;
  /** Posts that were answered 2xx, or would have been but for a fault in the answering. */
  readonly acceptedPosts: number;
  /** Bodies as they came over the wire, gzip or not, of all posts. */
  readonly bytes: number;
  readonly largestPostBytes: number;
  /** The largest body after decompression among those within the limits. */
  readonly largestRawBytes: number;
  /** Rows: accepted records, duplicates included. */
  readonly records: number;
  /** Different `LogId`s among them. */
  readonly unique: number;
  /** Rows whose `LogId` was there before. */
  readonly duplicates: number;
  /** Rows without a `LogId` in text. */
  readonly withoutLogId: number;
  /** Refused posts by error code; answers forced by a fault script are not among them. */
  readonly refusals: Readonly<Counts>;
  /** Data Collector: posts whose x-ms-date and signature an earlier post had. Not refused. */
  readonly reusedSignatures: number;
  /** Field values cut to the service's limit. */
  readonly truncatedFields: number;
  /** Rows whose time was too old or too far ahead, and became the time of receipt. */
  readonly replacedTimes: number;
  /** Rows without a readable time, which have the time of receipt. */
  readonly missingTimes: number;
  /** Logs Ingestion: posts of an object instead of an array: answered 204, and no row. */
  readonly bareObjects: number;
  /** Logs Ingestion: values dropped by the name of their undeclared column. */
  readonly droppedColumns: Readonly<Counts>;
  /** Data Collector: the columns of each table, types as suffixes, such as `{"Auth0_CL": ["LogId_s"]}`. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /**
   * The accepted records in order of arrival, when the option `keepRecords` is set; else empty. Under their own names,
   * and with those that were dropped afterwards: stored rows are in `workspace.tables()`.
   */
  readonly kept: readonly Readonly<StoredRecord>[];
  has(logId: string): boolean;
  /** How many rows have this `LogId`. */
  count(logId: string): number;
  logIds(): Iterable<string>;
}

/** The simulator's own, writable side of `Received`. */
export type Ledger = ReturnType<typeof startLedger>;

export function startLedger(keepRecords: boolean) {
  const rows = new Map<string, number>();
  const kept: StoredRecord[] = [];
  const ledger = {
    posts: 0,
    acceptedPosts: 0,
    bytes: 0,
    largestPostBytes: 0,
    largestRawBytes: 0,
    records: 0,
    withoutLogId: 0,
    refusals: emptyCounts(),
    reusedSignatures: 0,
    truncatedFields: 0,
    replacedTimes: 0,
    missingTimes: 0,
    bareObjects: 0,
    droppedColumns: emptyCounts(),
    tables: Object.create(null) as Record<string, readonly string[]>,
    kept,
    get unique() {
      return rows.size;
    },
    get duplicates() {
      return ledger.records - ledger.withoutLogId - rows.size;
    },
    has: (logId: string) => rows.has(logId),
    count: (logId: string) => rows.get(logId) ?? 0,
    logIds: (): Iterable<string> => rows.keys(),
    noteBody: (wireBytes: number) => {
      ledger.bytes += wireBytes;
      ledger.largestPostBytes = Math.max(ledger.largestPostBytes, wireBytes);
    },
    noteRaw: (rawBytes: number) => {
      ledger.largestRawBytes = Math.max(ledger.largestRawBytes, rawBytes);
    },
    refuse: (code: string) => addTo(ledger.refusals, code),
    drop: (column: string) => addTo(ledger.droppedColumns, column),
    accept: (records: readonly StoredRecord[]) => {
      ledger.acceptedPosts++;
      ledger.records += records.length;
      for (const record of records) {
        const logId = record['LogId'];
        if (typeof logId === 'string') rows.set(logId, (rows.get(logId) ?? 0) + 1);
        else ledger.withoutLogId++;
        if (keepRecords) kept.push(record);
      }
    },
  };
  return ledger;
}

/** Without a prototype: a column may be called `constructor`. */
function emptyCounts(): Counts {
  return Object.create(null) as Counts;
}

function addTo(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
