/** The report of the last run, as it is kept beside the checkpoint for whoever asks how it went. */
import { isObject } from './log.ts';
import type { RunReport } from './report.ts';

export type LastRun = Omit<RunReport, 'pipeline' | 'checkpoint'> & { readonly endedAtMs: number };

/** JSON. Name and checkpoint are left out, since they stand beside it. */
export function writeLastRun({ pipeline, checkpoint, ...report }: RunReport, endedAtMs: number): string {
  const run: LastRun = { endedAtMs, ...report };
  return JSON.stringify(run);
}

/** Undefined when there is none, or when it is none of this version's making. */
export function readLastRun(text: string | undefined): LastRun | undefined {
  try {
    const run: unknown = JSON.parse(text ?? 'null');
    const isRun = isObject(run) && typeof run['endedAtMs'] === 'number' && typeof run['outcome'] === 'string';
    return isRun ? (run as unknown as LastRun) : undefined;
  } catch {
    return undefined;
  }
}
