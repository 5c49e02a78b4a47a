/** The windows to be shipped, when an audit finds logs missing. */
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { Window } from '../window/window.ts';
import type { Unsure } from './compare.ts';

/** Logs further apart are shipped by a command of their own: what lies between them would go again. */
const APART_MS = 600_000;
const SECOND_MS = 1000;

export interface Spans {
  add(logId: string): void;
  /** Whole seconds, in order, with the ranges of what is unsure. */
  all(unsure: readonly Unsure[], window: Window): readonly Window[];
}

/** Where the missing logs lie, told one by one in ascending order. */
export function missingSpans(): Spans {
  const spans: Window[] = [];
  return {
    add: logId => {
      const ms = logIdTimeMs(logId);
      if (ms !== undefined) append(spans, spanOf(ms, ms));
    },
    all: (unsure, { fromMs, toMs }) => {
      const ranges = unsure.map(({ afterLogId, lastLogId }) =>
        spanOf(
          Math.max(fromMs, logIdTimeMs(afterLogId) ?? fromMs),
          Math.min(toMs - 1, logIdTimeMs(lastLogId) ?? toMs),
        ),
      );
      const merged: Window[] = [];
      for (const span of [...spans, ...ranges].sort((a, b) => a.fromMs - b.fromMs)) append(merged, span);
      return merged;
    },
  };
}

function append(spans: Window[], { fromMs, toMs }: Window): void {
  const last = spans.at(-1);
  if (!last || fromMs - last.toMs > APART_MS) spans.push({ fromMs, toMs });
  else spans[spans.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) };
}

const spanOf = (firstMs: number, lastMs: number): Window => ({
  fromMs: Math.floor(firstMs / SECOND_MS) * SECOND_MS,
  toMs: (Math.floor(lastMs / SECOND_MS) + 1) * SECOND_MS,
});
