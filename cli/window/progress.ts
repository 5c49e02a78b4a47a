/** How far through a window of time something is: one line for a terminal or a pipe. */
import { counted, dateText, duration } from '../terminal/words.ts';
import type { Window } from './window.ts';

export interface WindowProgress {
  logs(count: number): void;
  /** The date that is reached; earlier ones than before are none. */
  reached(ms: number | undefined): void;
  readonly reachedMs: number;
  line(nowMs: number): string;
}

const number = new Intl.NumberFormat('en').format;
const BAR_CHARACTERS = 14;
/** Before that, the time left is a guess at random. */
const LEAST_SHARE = 0.005;

/** @param reachedMs where it begins, of a window that was begun before */
export function windowProgress(window: Window, startedMs: number, reachedMs = window.fromMs): WindowProgress {
  const shareAt = (ms: number) =>
    Math.min(1, Math.max(0, (ms - window.fromMs) / (window.toMs - window.fromMs)));
  const startShare = shareAt(reachedMs);
  let total = 0;
  let latestMs = Math.max(reachedMs, window.fromMs);
  return {
    logs: count => {
      total += count;
    },
    reached: ms => {
      latestMs = Math.min(window.toMs, Math.max(latestMs, ms ?? 0));
    },
    get reachedMs() {
      return latestMs;
    },
    line: nowMs => {
      const share = shareAt(latestMs);
      const elapsedMs = Math.max(1, nowMs - startedMs);
      const done = share - startShare;
      const leftMs = done > LEAST_SHARE ? (elapsedMs * (1 - share)) / done : undefined;
      const filled = Math.floor(share * BAR_CHARACTERS);
      return [
        `${'█'.repeat(filled)}${'░'.repeat(BAR_CHARACTERS - filled)} ${Math.floor(share * 100)} %`,
        counted(total, 'log'),
        `${number(Math.round((total / elapsedMs) * 1000))}/s`,
        `at ${dateText(latestMs).slice(5, 16).replace('T', ' ')}Z`,
        ...(leftMs === undefined ? [] : [`${duration(leftMs)} left`]),
      ].join('  ');
    },
  };
}

const REFRESH_MS = 200;

/** Keeps the line fresh until the function that it returns is called. */
export function showProgress(progress: WindowProgress, screen: { update(text: string): void }): () => void {
  const timer = setInterval(() => screen.update(progress.line(Date.now())), REFRESH_MS);
  return () => clearInterval(timer);
}
