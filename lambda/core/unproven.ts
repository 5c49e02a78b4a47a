/**
 * What was accepted and is not proven stored yet, as the state of a pipeline remembers it: spans of ids, each with the
 * number and the digest of the rows that it must have. A span begins as ten minutes of ids, the bin of `countsKql`.
 */
import type { QueueName } from './model.ts';
import { logIdTimeMs } from './record/log-id.ts';
import { type Digest, digestOf, type IdKey, idKey, sketchOf } from './sketch.ts';
import { BIN_MS } from './stored-kql.ts';

/** Ids after `afterLogId`, up to `lastLogId`. */
export interface UnprovenSpan extends Digest {
  readonly afterLogId: string;
  readonly lastLogId: string;
  /** The time of its first id that must have a row, milliseconds since 1970. */
  readonly fromMs: number;
  /** Ids in the digest: accepted, or queued. */
  readonly logs: number;
  /** The digest has all ids that its bins can have: without this, equal digests are not expected. */
  readonly isExact: boolean;
  /** Those of its ids that were queued; `many` are not named. Absent if none was. */
  readonly queued?: Partial<Readonly<Record<QueueName, Queued>>>;
  /** When the last of them was accepted. */
  readonly acceptedAtMs: number;
  /** When it is compared next. */
  readonly dueAtMs: number;
  /** Comparisons that did not prove it. */
  readonly tries: number;
  /** Rows that the last comparison of ids did not find, and that were not shipped again after it. */
  readonly missing: number;
  /** Shipped again after the last comparison. Absent if none ever was. */
  readonly again?: number;
  /** How often all that was missing was shipped again. Absent if it never was. */
  readonly repairs?: number;
  /** The counts differ: ids must be compared. */
  readonly isDifferent: boolean;
}

export type Queued = readonly IdKey[] | 'many';

export interface Unproven {
  readonly spans: readonly UnprovenSpan[];
  /** When the workspace is asked for counts next. */
  readonly askAtMs: number;
  /** What was accepted at this time or before is proven stored, as far as it was compared. */
  readonly storedAtMs: number;
  /** When the workspace last showed a row. */
  readonly visibleAtMs: number;
  /** When missing logs were last shipped to find out whether Azure stores anything. */
  readonly trialAtMs: number;
}

export const NOTHING_UNPROVEN: Unproven = {
  spans: [],
  askAtMs: 0,
  storedAtMs: 0,
  visibleAtMs: 0,
  trialAtMs: 0,
};

/**
 * So long after acceptance a row must be visible. Azure states seconds to minutes, and 30 for a new table:
 * https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time
 */
export const PROOF_AFTER_MS = 3_600_000;

/** The state item holds no more, at about 350 bytes each: longer spans instead of more of them. */
const MAX_SPANS = 32;
/** Of the newest spans: logs are still added to them, and an hour of them is normal. */
const NEVER_JOINED = 12;

/** More than that are a failed batch, which leaves its queue as a whole. */
const MAX_QUEUED = 40;

/** Logs that were settled together. */
export interface SettledLogs {
  /** The log before the first of them. */
  readonly afterLogId: string;
  /** Accepted or queued, in order: they must have a row. */
  readonly logIds: readonly string[];
  readonly queued: ReadonlyMap<string, QueueName>;
  /** Late or shipped again: logs behind the checkpoint. */
  readonly isBehind: boolean;
}

/** With these logs too. Ids of an unknown form have no time, and are not proven. */
export function withSettled(unproven: Unproven, settled: SettledLogs, nowMs: number): Unproven {
  const { logIds, queued, isBehind } = settled;
  let { afterLogId } = settled;
  let { spans } = unproven;
  for (const bin of byBin(logIds)) {
    const isExact = !isBehind && binOfId(afterLogId) < binOfId(bin[0]!);
    const added = { ...spanOf(bin, afterLogId, queued, nowMs), isExact };
    const at = isBehind ? -1 : spans.findIndex(span => beginsIn(span, added));
    spans = at < 0 ? [...spans, added] : spans.with(at, extended(spans[at]!, added));
    afterLogId = bin.at(-1)!;
  }
  return { ...unproven, spans: within(spans) };
}

/** Their runs of one bin. */
function byBin(logIds: readonly string[]): string[][] {
  const bins: string[][] = [];
  let last: number | undefined;
  for (const logId of logIds) {
    const bin = binOfId(logId);
    if (Number.isNaN(bin)) continue;
    if (bin === last) bins.at(-1)!.push(logId);
    else bins.push([logId]);
    last = bin;
  }
  return bins;
}

const binMs = (ms: number) => Math.floor(ms / BIN_MS) * BIN_MS;
const binOfId = (logId: string) => binMs(logIdTimeMs(logId) ?? Number.NaN);

/** A new span of these ids. */
function spanOf(
  logIds: readonly string[],
  afterLogId: string,
  queued: ReadonlyMap<string, QueueName>,
  nowMs: number,
): Omit<UnprovenSpan, 'isExact'> {
  return {
    afterLogId,
    lastLogId: logIds.at(-1)!,
    fromMs: logIdTimeMs(logIds[0]!) ?? 0,
    logs: logIds.length,
    ...digestOf(sketchOf(logIds)),
    ...withQueued(queuesOf(logIds, queued)),
    acceptedAtMs: nowMs,
    dueAtMs: nowMs + PROOF_AFTER_MS,
    tries: 0,
    missing: 0,
    isDifferent: false,
  };
}

/** The span has ids before and in the same bin as those of `added`. */
const beginsIn = (span: UnprovenSpan, added: UnprovenSpan) =>
  binOfId(span.lastLogId) === binMs(added.fromMs) && span.lastLogId <= added.afterLogId;

/** The begin of the bin of its first id, and the end of the bin of its last. */
export const binsOf = ({ fromMs, lastLogId }: UnprovenSpan) => ({
  fromMs: binMs(fromMs),
  toMs: binOfId(lastLogId) + BIN_MS,
});

/** Both as one, `other` being the one that ends last. The digests of disjoint sets add up. */
function extended(one: UnprovenSpan, other: UnprovenSpan): UnprovenSpan {
  const both = [one, other];
  return {
    afterLogId: one.afterLogId < other.afterLogId ? one.afterLogId : other.afterLogId,
    lastLogId: other.lastLogId,
    fromMs: Math.min(one.fromMs, other.fromMs),
    logs: one.logs + other.logs,
    high: (one.high ^ other.high) >>> 0,
    low: (one.low ^ other.low) >>> 0,
    isExact: one.isExact,
    ...withQueued({ retry: queuedOf(both, 'retry'), 'dead-letter': queuedOf(both, 'dead-letter') }),
    acceptedAtMs: Math.max(one.acceptedAtMs, other.acceptedAtMs),
    dueAtMs: Math.max(one.dueAtMs, other.dueAtMs),
    tries: Math.max(one.tries, other.tries),
    missing: one.missing + other.missing,
    ...most('again', both),
    ...most('repairs', both),
    isDifferent: one.isDifferent || other.isDifferent,
  };
}

const most = (name: 'again' | 'repairs', spans: readonly UnprovenSpan[]) => {
  const values = spans.flatMap(span => span[name] ?? []);
  return values.length > 0 ? { [name]: Math.max(...values) } : {};
};

/** The span, of which some logs were accepted or queued again. */
export function shippedAgain(
  span: UnprovenSpan,
  { logIds, queued }: Pick<SettledLogs, 'logIds' | 'queued'>,
  nowMs: number,
): UnprovenSpan {
  const both = [span, withQueued(queuesOf(logIds, queued))];
  return {
    ...span,
    again: logIds.length,
    ...withQueued({ retry: queuedOf(both, 'retry'), 'dead-letter': queuedOf(both, 'dead-letter') }),
    acceptedAtMs: nowMs,
  };
}

function queuesOf(logIds: readonly string[], queued: SettledLogs['queued']): Record<QueueName, Queued> {
  const on = (queue: QueueName) => named(logIds.filter(logId => queued.get(logId) === queue).map(idKey));
  return { retry: on('retry'), 'dead-letter': on('dead-letter') };
}

const named = (keys: readonly IdKey[]): Queued => (keys.length > MAX_QUEUED ? 'many' : keys);

function withQueued(by: Readonly<Record<QueueName, Queued>>): Pick<UnprovenSpan, 'queued'> {
  const queued = Object.fromEntries(Object.entries(by).filter(([, keys]) => keys.length > 0));
  return Object.keys(queued).length > 0 ? { queued } : {};
}

/** What was put on this queue of several spans; empty if nothing was. */
export function queuedOf(spans: readonly Pick<UnprovenSpan, 'queued'>[], queue: QueueName): Queued {
  const keys = new Set<IdKey>();
  for (const { queued } of spans) {
    const one = queued?.[queue] ?? [];
    if (one === 'many') return 'many';
    for (const key of one) keys.add(key);
  }
  return named([...keys]);
}

/** No more spans than the state can hold: the smallest neighbors become one. */
export function within(spans: readonly UnprovenSpan[]): readonly UnprovenSpan[] {
  if (spans.length <= MAX_SPANS) return spans;
  const ordered = [...spans].sort((one, other) => (one.lastLogId < other.lastLogId ? -1 : 1));
  while (ordered.length > MAX_SPANS) {
    let at = 0;
    for (let i = 1; i < ordered.length - NEVER_JOINED - 1; i++) {
      if (sizeOf(ordered, i) < sizeOf(ordered, at)) at = i;
    }
    const [one, other] = [ordered[at]!, ordered[at + 1]!];
    ordered.splice(at, 2, joined(one, other));
  }
  return ordered;
}

function joined(one: UnprovenSpan, other: UnprovenSpan): UnprovenSpan {
  const isExact = one.isExact && other.isExact && binsOf(one).toMs <= binsOf(other).fromMs;
  const both = { ...extended(one, other), isExact };
  // Logs that were shipped twice may be in both.
  return other.afterLogId < one.lastLogId ? { ...both, logs: Math.max(one.logs, other.logs) } : both;
}

/** What is about to be compared joins the others last: it would be put off, and what was compared of it done again. */
function sizeOf(spans: readonly UnprovenSpan[], at: number): number {
  const [one, other] = [spans[at]!, spans[at + 1]!];
  const isKept = one.isDifferent !== other.isDifferent;
  return one.logs + other.logs + (isKept ? Number.MAX_SAFE_INTEGER / 2 : 0);
}

/** Rows that are known to be missing. Logs that are late, or were shipped twice, may be in two spans, and count once. */
export function rowsMissing({ spans }: Unproven): number {
  const wider = [...spans].sort((one, other) => missingOf(other) - missingOf(one));
  const counted: UnprovenSpan[] = [];
  for (const span of wider) if (!counted.some(one => covers(one, span))) counted.push(span);
  return counted.reduce((sum, span) => sum + missingOf(span), 0);
}

/** What was shipped again is not missing, unless Azure has dropped it again. */
const missingOf = ({ missing, again = 0, repairs = 0 }: UnprovenSpan) => missing + (repairs > 1 ? again : 0);

const covers = (one: UnprovenSpan, span: UnprovenSpan) =>
  one.afterLogId <= span.afterLogId && span.lastLogId <= one.lastLogId;

export const writeUnproven = (unproven: Unproven): string => JSON.stringify(unproven);

/** Undefined for a text that no version of ours wrote, or that a later one did. */
export function readUnproven(text: string): Unproven | undefined {
  try {
    const read = JSON.parse(text) as Unproven | null;
    return read && isUnproven(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isUnproven({ spans, askAtMs, storedAtMs, visibleAtMs, trialAtMs }: Unproven): boolean {
  return (
    areNumbers(askAtMs, storedAtMs, visibleAtMs, trialAtMs) && Array.isArray(spans) && spans.every(isSpan)
  );
}

function isSpan(span: UnprovenSpan): boolean {
  const { afterLogId, lastLogId, queued, isExact, isDifferent } = span;
  const { fromMs, logs, high, low, acceptedAtMs, dueAtMs, tries, missing, again = 0, repairs = 0 } = span;
  return (
    typeof afterLogId === 'string' &&
    typeof lastLogId === 'string' &&
    areNumbers(fromMs, logs, high, low, acceptedAtMs, dueAtMs, tries, missing, again, repairs) &&
    typeof isExact === 'boolean' &&
    typeof isDifferent === 'boolean' &&
    (queued === undefined || Object.values(queued).every(keys => keys === 'many' || Array.isArray(keys)))
  );
}

const areNumbers = (...values: readonly unknown[]) => values.every(value => Number.isFinite(value));
