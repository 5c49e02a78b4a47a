/** What is kept of the missing logs as they are found: a file of their ids, and the windows to be shipped. */
import { closeSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { UsageError } from '../terminal/errors.ts';
import type { Window } from '../window/window.ts';
import type { Unsure } from './compare.ts';

/** The file of `--ids`: every missing log id, one a line. */
export interface IdsFile {
  add(logId: string): void;
  /** Keeps the complete file. */
  keep(): void;
  discard(): void;
}

/**
 * Has its own name only when it is complete. Throws UsageError when it cannot be written, or when its name belongs to
 * something other than a file: a link may lead to a file that must not be overwritten.
 */
export function idsFile(path: string): IdsFile {
  const part = `${path}.part`;
  const trying = <T>(write: () => T): T => {
    try {
      return write();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      throw new UsageError(
        `--ids is "${path}", which cannot be written (${code}); choose another file`,
        error,
      );
    }
  };
  for (const name of [path, part]) {
    const present = trying(() => lstatSync(name, { throwIfNoEntry: false }));
    if (present === undefined || present.isFile()) continue;
    const what = present.isSymbolicLink() ? 'a symbolic link' : 'not a regular file';
    throw new UsageError(`--ids is "${path}", but ${name} is ${what}; choose another file`);
  }
  const file = trying(() => {
    // Removes the rest of an earlier run. A file that appears now makes the open fail.
    rmSync(part, { force: true });
    return openSync(part, 'wx', 0o600);
  });
  return {
    add: (logId: string) => void trying(() => writeSync(file, `${logId}\n`)),
    keep: () => {
      closeSync(file);
      trying(() => renameSync(part, path));
    },
    discard: () => {
      closeSync(file);
      rmSync(part, { force: true });
    },
  };
}

/** Logs further apart get separate commands, so that logs between them are not shipped again. */
const APART_MS = 600_000;
/** The share of lost logs from which one command ships all of them. */
const NEARLY_ALL = 0.9;
const SECOND_MS = 1000;

export interface Spans {
  add(logId: string): void;
  /** Whole seconds, in order, with the ranges of what is unsure. */
  all(unsure: readonly Unsure[], window: Window): readonly Window[];
}

/** Collects the windows to ship from the missing logs, which are added in ascending order. */
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

/** One window for all, if nearly all logs are lost: few others are shipped again. */
export function joined(spans: readonly Window[], lost: number, others: number): readonly Window[] {
  const [first, last] = [spans.at(0), spans.at(-1)];
  if (!first || !last || lost < NEARLY_ALL * (lost + others)) return spans;
  return [{ fromMs: first.fromMs, toMs: last.toMs }];
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
