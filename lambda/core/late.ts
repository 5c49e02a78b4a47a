/**
 * What is remembered to find late logs: logs that Auth0 serves only after logs with greater ids, so that the
 * checkpoint has passed them. Two generations of a sketch (sketch.ts) hold the ids passed since `fromLogId`; a sweep that
 * is under way has a window of its own, which those generations follow.
 */
import { emptySketch, type IdKey, readSketch, type Sketch, unite, writeSketch } from './sketch.ts';

export interface Late {
  /** Where the window begins: ids after it are in `older` or `current`. */
  readonly fromLogId: string;
  /** Where `current` begins. */
  readonly currentFromLogId: string;
  readonly older: Sketch;
  readonly current: Sketch;
  /** Ids in `current`. */
  readonly count: number;
  /** When a window was last looked through to its end. */
  readonly sweptAtMs: number;
  readonly sweep?: Sweep;
}

/** A look back that is under way: the ids after `fromLogId`, up to `toLogId`. */
export interface Sweep {
  readonly fromLogId: string;
  /** The next sweep looks at ids after it again. */
  readonly recentFromLogId: string;
  readonly toLogId: string;
  /** The ids that were passed. */
  readonly known: Sketch;
  /** The ids that Auth0 serves now, up to the cursor, and those of them after `recentFromLogId`. */
  readonly seen: Sketch;
  readonly recent: Sketch;
  /** Up to here the window is done, in this pass. */
  readonly cursorLogId: string;
  /** Still to be shipped in the second pass; `all` where they are too many to be named. Absent in the first pass. */
  readonly missing?: readonly IdKey[] | 'all';
  readonly startedAtMs: number;
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

function rotate(late: Late, lastLogId: string): Late {
  const from = { fromLogId: late.currentFromLogId, currentFromLogId: lastLogId };
  return { ...late, ...from, older: late.current, current: emptySketch(), count: 0 };
}

/** A sweep of both generations, up to `lastLogId`; what is passed from now on is remembered beside it. */
export function startSweep(late: Late, lastLogId: string, nowMs: number): Late & { readonly sweep: Sweep } {
  const sweep: Sweep = {
    fromLogId: late.fromLogId,
    recentFromLogId: late.currentFromLogId,
    toLogId: lastLogId,
    known: unite(late.older, late.current),
    seen: emptySketch(),
    recent: emptySketch(),
    cursorLogId: late.fromLogId,
    startedAtMs: nowMs,
  };
  return { ...startLate(lastLogId, late.sweptAtMs), sweep };
}

/** The sweep is done: every id that it saw is passed now, and the window moves on by a generation. */
export function endSweep({ sweep, ...late }: Late & { readonly sweep: Sweep }, nowMs: number): Late {
  const isRotated = late.fromLogId !== sweep.toLogId || late.currentFromLogId !== sweep.toLogId;
  if (isRotated) return { ...late, sweptAtMs: nowMs };
  return { ...late, fromLogId: sweep.recentFromLogId, older: sweep.recent, sweptAtMs: nowMs };
}

/** Every id that was passed and is still looked at, and after which log those begin. */
export function known({ sweep, ...late }: Late): { readonly fromLogId: string; readonly ids: Sketch } {
  const ids = unite(late.older, late.current);
  return sweep
    ? { fromLogId: sweep.fromLogId, ids: unite(sweep.known, ids) }
    : { fromLogId: late.fromLogId, ids };
}

type Written<T> = { readonly [K in keyof T]: T[K] extends Sketch ? string : T[K] };

export function writeLate({ sweep, ...late }: Late): string {
  const written: Written<Omit<Late, 'sweep'>> = {
    ...late,
    older: writeSketch(late.older),
    current: writeSketch(late.current),
  };
  if (!sweep) return JSON.stringify(written);
  const { known, seen, recent } = sweep;
  const sketches = { known: writeSketch(known), seen: writeSketch(seen), recent: writeSketch(recent) };
  return JSON.stringify({ ...written, sweep: { ...sweep, ...sketches } });
}

/** Undefined when there is none, or when another version wrote it: then a new one starts. */
export function readLate(text: string | undefined): Late | undefined {
  try {
    const { fromLogId, currentFromLogId, older, current, count, sweptAtMs, sweep } =
      JSON.parse(text ?? 'null') ?? {};
    const sketches = { older: readSketch(older), current: readSketch(current) };
    if (!isText(fromLogId, currentFromLogId) || !isNumber(count, sweptAtMs)) return undefined;
    if (!sketches.older || !sketches.current) return undefined;
    const late = { fromLogId, currentFromLogId, count, sweptAtMs };
    const underWay = sweep && readSweep(sweep);
    // A sweep that cannot be read would leave its window out: then all starts anew.
    if (sweep && !underWay) return undefined;
    return {
      ...late,
      older: sketches.older,
      current: sketches.current,
      ...(underWay && { sweep: underWay }),
    };
  } catch {
    return undefined;
  }
}

function readSweep({ known, seen, recent, ...sweep }: Written<Sweep>): Sweep | undefined {
  const sketches = { known: readSketch(known), seen: readSketch(seen), recent: readSketch(recent) };
  if (!isText(sweep.fromLogId, sweep.recentFromLogId, sweep.toLogId, sweep.cursorLogId)) return undefined;
  if (!isNumber(sweep.startedAtMs) || !(sweep.missing === undefined || isMissing(sweep.missing))) {
    return undefined;
  }
  if (!sketches.known || !sketches.seen || !sketches.recent) return undefined;
  return { ...sweep, known: sketches.known, seen: sketches.seen, recent: sketches.recent };
}

const isText = (...values: readonly unknown[]) => values.every(value => typeof value === 'string');
const isNumber = (...values: readonly unknown[]) => values.every(value => Number.isFinite(value));
const isMissing = (value: unknown) => value === 'all' || (Array.isArray(value) && isText(...value));
