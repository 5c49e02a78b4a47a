/** The envelope of a failed batch: records put aside, with the reason, in SQS messages that always fit. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { FAILED_BATCH_MAX_BYTES } from './contract.ts';
import type { Reason, SerializedRecord } from './model.ts';

const schema = v.object({
  version: v.literal(1),
  pipeline: v.string(),
  batchId: v.string(),
  firstLogId: v.string(),
  lastLogId: v.string(),
  count: v.number(),
  reason: v.object({
    verdict: v.picklist(['rejected', 'throttled', 'unavailable', 'denied', 'intercepted']),
    status: v.optional(v.number()),
    code: v.optional(v.string()),
    message: v.string(),
  }),
  failedAt: v.string(),
  attempts: v.number(),
  /** How often the batches that this one was a part of were received: SQS counts anew for each message. */
  receives: v.optional(v.number()),
  /** The rules that its records were redacted by: see redactionTag. Absent without rules, and before there were tags. */
  redaction: v.optional(v.string()),
  encoding: v.literal('gzip+base64'),
  /** One record per line. Records and not signatures: a replay signs anew. */
  records: v.string(),
});

const NEW_LINE = Buffer.from('\n');

export type FailedBatch = v.InferOutput<typeof schema>;

export interface PutAside {
  readonly pipeline: string;
  readonly records: readonly SerializedRecord[];
  readonly reason: Reason;
  readonly failedAtMs: number;
  /** Posts tried so far. */
  readonly attempts: number;
  readonly receives?: number;
  /** See redactionTag. */
  readonly redaction?: string | undefined;
}

/**
 * The messages that hold a failed batch, each under FAILED_BATCH_MAX_BYTES: halved until they fit, which a
 * single record always does, since none exceeds RECORD_MAX_BYTES.
 */
export function encodeFailedBatch(aside: PutAside): string[] {
  const { pipeline, records, reason, failedAtMs, attempts, receives, redaction } = aside;
  if (records.length === 0) return [];
  const lines = Buffer.concat(records.flatMap(({ json }, i) => (i === 0 ? [json] : [NEW_LINE, json])));
  const firstLogId = records[0]!.logId;
  const lastLogId = records.at(-1)!.logId;
  const failed: FailedBatch = {
    version: 1,
    pipeline,
    batchId: createHash('sha256').update(pipeline).update(lines).digest('hex').slice(0, 32),
    firstLogId,
    lastLogId,
    count: records.length,
    reason: {
      verdict: reason.verdict,
      ...(reason.status === undefined ? {} : { status: reason.status }),
      ...(reason.code === undefined ? {} : { code: reason.code.slice(0, 200) }),
      message: reason.message.slice(0, 1000),
    },
    failedAt: new Date(failedAtMs).toISOString(),
    attempts,
    ...(receives === undefined ? {} : { receives }),
    ...(redaction === undefined ? {} : { redaction }),
    encoding: 'gzip+base64',
    records: gzipSync(lines).toString('base64'),
  };
  const message = asciiJson(failed);
  if (Buffer.byteLength(message) <= FAILED_BATCH_MAX_BYTES || records.length === 1) return [message];
  const middle = records.length >> 1;
  return [
    ...encodeFailedBatch({ ...aside, records: records.slice(0, middle) }),
    ...encodeFailedBatch({ ...aside, records: records.slice(middle) }),
  ];
}

/** JSON in ASCII: SQS refuses some characters, such as U+FFFE, and a message that it refuses would stop the line. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The messages of records that are each at fault themselves: one failed batch per record, with its own reason. */
export function encodeCulprits(
  common: Omit<PutAside, 'records' | 'reason'>,
  culprits: readonly { readonly record: SerializedRecord; readonly reason: Reason }[],
): string[] {
  return culprits.flatMap(({ record, reason }) =>
    encodeFailedBatch({ ...common, records: [record], reason }),
  );
}

export type Decoded =
  | {
      readonly kind: 'failed-batch';
      readonly batch: FailedBatch;
      readonly records: readonly SerializedRecord[];
    }
  | { readonly kind: 'undecodable'; readonly problem: string };

/** Reads a message back. Never throws: what is not a failed batch is `undecodable`, with the problem. */
export function decodeFailedBatch(message: string): Decoded {
  try {
    const batch = v.parse(schema, JSON.parse(message));
    const lines = gunzipSync(Buffer.from(batch.records, 'base64'), { maxOutputLength: 64_000_000 })
      .toString('utf8')
      .split('\n');
    if (lines.length !== batch.count) {
      return {
        kind: 'undecodable',
        problem: `it holds ${lines.length} records, but its count is ${batch.count}`,
      };
    }
    return { kind: 'failed-batch', batch, records: lines.map(toRecord) };
  } catch (error) {
    return { kind: 'undecodable', problem: error instanceof Error ? error.name : 'unknown' };
  }
}

function toRecord(json: string): SerializedRecord {
  const { LogId } = JSON.parse(json) as { LogId?: unknown };
  return { logId: String(LogId ?? ''), json: Buffer.from(json) };
}
