/** The report of the last run, as it is kept beside the checkpoint for whoever asks how it went. */
import { isObject } from './log.ts';
import type { RunReport } from './report.ts';

export type LastRun = Omit<RunReport, 'pipeline' | 'checkpoint'> & { readonly endedAtMs: number };

/** JSON. Name and checkpoint are left out, since they stand beside it. */
export function writeLastRun({ pipeline, checkpoint, ...report }: RunReport, endedAtMs: number): string {
  const run: LastRun = { endedAtMs, ...report };
  return JSON.stringify(run);
}

/** What a report of an earlier version may lack: it counted nothing of it. */
const NOTHING: Omit<LastRun, 'endedAtMs' | 'outcome'> = {
  pages: 0,
  sweptPages: 0,
  posts: 0,
  logsRead: 0,
  logsAccepted: 0,
  logsExcluded: 0,
  logsRetried: 0,
  logsDeadLettered: 0,
  logsRaw: 0,
  logsLate: 0,
  isLateEstimate: false,
  logsReshipped: 0,
  logsBridged: 0,
  batches: { accepted: 0, rejected: 0, throttled: 0, unavailable: 0, denied: 0, intercepted: 0 },
  gapSuspected: false,
  retentionAtRisk: false,
  checkpointAstray: false,
  sweepOverdue: false,
  durationMs: 0,
};

/** A whole report, whichever version wrote it. Undefined when there is none, or when it says neither how nor when it ended. */
export function readLastRun(text: string | undefined): LastRun | undefined {
  try {
    const run: unknown = JSON.parse(text ?? 'null');
    const isRun = isObject(run) && typeof run['endedAtMs'] === 'number' && typeof run['outcome'] === 'string';
    if (!isRun) return undefined;
    const batches = { ...NOTHING.batches, ...(isObject(run['batches']) ? run['batches'] : {}) };
    return { ...NOTHING, ...(run as unknown as LastRun), batches };
  } catch {
    return undefined;
  }
}
