/**
 * What is remembered to find late logs: logs that Auth0 serves only after logs with greater ids, so that the
 * checkpoint has passed them. Two generations of a sketch (sketch.ts) hold the ids passed since `fromLogId`.
 */
import { emptySketch, readSketch, type Sketch, sketchOf, unite, writeSketch } from './sketch.ts';

export interface Late {
  /** Where the window begins: ids after it are in `older` or `current`. */
  readonly fromLogId: string;
  /** Where `current` begins. */
  readonly currentFromLogId: string;
  readonly older: Sketch;
  readonly current: Sketch;
  /** Ids in `current`. */
  readonly count: number;
  readonly sweptAtMs: number;
}

/** A generation ends here even without a sweep, so that a sweep never re-reads more than 200 pages. */
const MAX_IDS = 10_000;

/** Nothing passed yet since `fromLogId`. */
export function startLate(fromLogId: string, nowMs: number): Late {
  const empty = emptySketch();
  const from = { fromLogId, currentFromLogId: fromLogId };
  return { ...from, older: empty, current: empty, count: 0, sweptAtMs: nowMs };
}

/** With the `count` logs of `ids` passed too; `lastLogId` is the last one before them. */
export function passed(late: Late, ids: Sketch, count: number, lastLogId: string): Late {
  const base = late.count >= MAX_IDS ? rotate(late, lastLogId) : late;
  return { ...base, current: unite(base.current, ids), count: base.count + count };
}

/** What a sweep shipped: logs that had not been passed, or the whole window where they could not be told apart. */
export interface Found {
  readonly logIds: readonly string[];
  readonly whole: boolean;
}

/** After a sweep up to `lastLogId`: what it found is passed now as well, and the window moves on by a generation. */
export function swept(late: Late, found: Found, lastLogId: string, nowMs: number): Late {
  const kept = sketchOf(found.logIds.filter(logId => logId > late.currentFromLogId));
  // A window that was shipped whole holds every id of it: in a sketch that knows one already it would cancel out.
  const current = found.whole ? kept : unite(late.current, kept);
  return { ...rotate({ ...late, current }, lastLogId), sweptAtMs: nowMs };
}

/** Every id of the window that was passed. */
export const known = (late: Late): Sketch => unite(late.older, late.current);

function rotate(late: Late, lastLogId: string): Late {
  const from = { fromLogId: late.currentFromLogId, currentFromLogId: lastLogId };
  return { ...late, ...from, older: late.current, current: emptySketch(), count: 0 };
}

export function writeLate(late: Late): string {
  return JSON.stringify({ ...late, older: writeSketch(late.older), current: writeSketch(late.current) });
}

/** Undefined when there is none, or when it is not of this version's making: then one starts anew. */
export function readLate(text: string | undefined): Late | undefined {
  try {
    const { fromLogId, currentFromLogId, older, current, count, sweptAtMs } =
      JSON.parse(text ?? 'null') ?? {};
    const sketches = { older: readSketch(older), current: readSketch(current) };
    if (typeof fromLogId !== 'string' || typeof currentFromLogId !== 'string') return undefined;
    if (!Number.isFinite(count) || !Number.isFinite(sweptAtMs)) return undefined;
    if (!sketches.older || !sketches.current) return undefined;
    return {
      fromLogId,
      currentFromLogId,
      older: sketches.older,
      current: sketches.current,
      count,
      sweptAtMs,
    };
  } catch {
    return undefined;
  }
}
