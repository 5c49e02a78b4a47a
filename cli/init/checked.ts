/** Answers are asked for, checked, and asked for again while the check finds an error and somebody is there to ask. */
import type { Finding } from '../checks/finding.ts';
import { findingLines } from '../checks/lines.ts';
import type { Session } from './options.ts';

export interface Checked<T> {
  readonly answers: T;
  readonly findings: readonly Finding[];
}

/**
 * Returns also answers with errors, if nobody can correct them.
 * @param work asks and checks; it is handed the answers before, if they were wrong
 */
export async function checked<T>(
  { ask, say }: Session,
  work: (last: T | undefined) => Promise<Checked<T>>,
): Promise<Checked<T>> {
  let last: T | undefined;
  for (;;) {
    const result = await work(last);
    for (const line of findingLines(result.findings)) say(line);
    if (!hasError(result.findings) || !ask) return result;
    if (!(await ask.yes('Answer again?', true))) return result;
    last = result.answers;
  }
}

export const hasError = (findings: readonly Finding[]): boolean =>
  findings.some(({ level }) => level === 'error');
