/** The report of the last run, kept beside the checkpoint for the command line. */
import { isObject } from './record/log.ts';
import type { RunReport } from './report.ts';
import { NOTHING_COUNTED } from './tally.ts';

export type LastRun = Omit<RunReport, 'pipeline' | 'checkpoint'> & { readonly endedAtMs: number };

/** JSON. Name and checkpoint are left out, since they stand beside it. */
export function writeLastRun({ pipeline, checkpoint, ...report }: RunReport, endedAtMs: number): string {
  const run: LastRun = { endedAtMs, ...report };
  return JSON.stringify(run);
}

/** A whole report, whichever version wrote it. Undefined when there is none, or when it says neither how nor when it ended. */
export function readLastRun(text: string | undefined): LastRun | undefined {
  try {
    const run: unknown = JSON.parse(text ?? 'null');
    const isRun = isObject(run) && typeof run['endedAtMs'] === 'number' && typeof run['outcome'] === 'string';
    if (!isRun) return undefined;
    // A report of an earlier version lacks what that did not count.
    const batches = { ...NOTHING_COUNTED.batches, ...(isObject(run['batches']) ? run['batches'] : {}) };
    return { ...NOTHING_COUNTED, ...(run as unknown as LastRun), batches };
  } catch {
    return undefined;
  }
}
