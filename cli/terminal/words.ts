/** What happened, in words for a human. */
import type { ReplayReport, RunReport } from '../../lambda/core/report.ts';

const NUMBER = new Intl.NumberFormat('en');

/** `1 log`, `1,234 logs`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? singular : plural}`;
}

/** Roughly how long: `45 s`, `12 min`, `3 h 20 min`, `2 d 5 h`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

/** A date to the second, UTC, as the runbook and Azure show it. */
export function dateText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The time of a day to the minute: `14:05 UTC`. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(11, 16)} UTC`;

/** The result of a run, in one sentence. `faultOf` says what ended it early. */
export function runSentence(report: RunReport, stopped: boolean): string {
  const { logsRead, logsAccepted, logsExcluded, logsRaw, logsLate } = report;
  const { logsRetried, logsDeadLettered, logsReshipped, logsBridged, isLateEstimate, lagMs } = report;
  const done = [
    `${counted(logsAccepted, 'log')} shipped`,
    logsExcluded > 0 && `${NUMBER.format(logsExcluded)} excluded by the configuration`,
    logsRaw > 0 && `${NUMBER.format(logsRaw)} of them raw, because they could not be shaped`,
    logsLate > 0 &&
      `${isLateEstimate ? 'at least ' : ''}${NUMBER.format(logsLate)} of them late: Auth0 served them after newer logs`,
    logsReshipped > 0 &&
      `${NUMBER.format(logsReshipped)} of them shipped again, because the late logs could not be identified`,
    logsBridged > 0 &&
      `${NUMBER.format(logsBridged)} of them found by search, because the checkpoint did not lead to them`,
    logsRetried > 0 && `${NUMBER.format(logsRetried)} put on the retry queue`,
    logsDeadLettered > 0 && `${NUMBER.format(logsDeadLettered)} put on the dead-letter queue`,
    lagMs && `lag ${duration(lagMs)}`,
  ].filter(Boolean);
  const nothing = logsRead + logsAccepted === 0 && report.outcome === 'caught-up';
  return `${nothing ? 'nothing new' : done.join(', ')}; ${stopped ? 'stopped by the operator' : endOf(report)}`;
}

function endOf({ outcome, message }: RunReport): string {
  if (outcome === 'caught-up') return 'caught up';
  if (outcome === 'out-of-time') return 'more logs to ship';
  if (outcome === 'astray') return 'ended early: the checkpoint does not lead to newer logs';
  return outcome === 'skipped' ? `skipped: ${message}` : 'ended early';
}

/** `rejected the credentials`, `rejected the request`: what a refusal with this status is called. */
export function rejectedText(status: number | undefined): string {
  return status === 401 || status === 403 ? 'rejected the credentials' : 'rejected the request';
}

/** What ended a run early and what to do, in one sentence; undefined when nothing did. */
export function faultOf({ outcome, party, message = 'unknown reason' }: RunReport): string | undefined {
  if (['caught-up', 'out-of-time', 'skipped'].includes(outcome)) return undefined;
  if (party === 'state' || party === 'queue') return diskFault(message) ?? message;
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) {
    return `${message}; the host is unknown: check the configuration (auth0.domain, azure.…) and this machine’s DNS`;
  }
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|no connection/.test(message)) {
    return `${message}; the host cannot be reached: check this machine’s network, proxy and firewall`;
  }
  return message;
}

/** The faults of a state directory; undefined when it is none of these. */
function diskFault(message: string): string | undefined {
  if (/ENOSPC|EDQUOT|SQLITE_FULL/.test(message)) {
    return `${message}; the disk of the state directory is full: free space on it`;
  }
  if (/EROFS|SQLITE_READONLY/.test(message)) {
    return `${message}; the state directory is read-only: mount it writable, or correct its owner and permissions`;
  }
  if (/EACCES|EPERM|SQLITE_CANTOPEN|SQLITE_PERM/.test(message)) {
    return `${message}; the state directory is not accessible to this user: correct its owner and permissions`;
  }
  return undefined;
}

/** Further warnings for the operator, one sentence each. */
export function runWarnings(report: RunReport, retentionMs: number): string[] {
  const kept = duration(retentionMs);
  const remedy =
    report.logsRetried > 0
      ? 'batches are put on the retry queue instead of waiting at Auth0'
      : 'fix the cause of the delay';
  return [
    report.gapSuspected &&
      `suspected gap: no log was read for longer than Auth0 keeps logs (${kept}), so logs may be missing`,
    report.retentionAtRisk &&
      `the oldest unshipped log is older than half the time that Auth0 keeps logs (${kept}): ${remedy}`,
    report.checkpointAstray &&
      report.outcome !== 'astray' &&
      `the checkpoint did not lead to Auth0’s newer logs (${counted(report.logsBridged, 'log')} found by search instead); ` +
        'if this continues, set the checkpoint again: checkpoint set',
    report.rowsNotStored > 0 &&
      `${counted(report.rowsNotStored, 'log')} accepted by Azure, but not stored there: audit --stored shows which logs and why`,
    report.verifyOverdue &&
      `accepted logs have not been compared with the workspace for three hours${report.verifyFault === undefined ? '' : `: ${report.verifyFault}`}`,
    report.sweepOverdue &&
      'the sweep for late logs does not complete, so late logs may be missed: fix the cause of the delay, or raise sweepMinutes',
  ].filter(warning => warning !== false);
}

/** How the replay of one failed batch went. */
export function replaySentence(report: ReplayReport): string {
  const { logsAccepted, logsDeadLettered, logsRequeued, reason, done } = report;
  const batch = `failed batch ${report.batchId.slice(0, 8)}`;
  const parts = [
    logsDeadLettered > 0 && `${NUMBER.format(logsDeadLettered)} put on the dead-letter queue`,
    logsRequeued > 0 && `${NUMBER.format(logsRequeued)} put back on the retry queue`,
  ].filter(Boolean);
  const shipped = `${counted(logsAccepted, 'log')} shipped`;
  const why = reason?.message ?? 'unknown reason';
  if (!done) {
    const some = logsAccepted > 0 || parts.length > 0 ? ` (${[shipped, ...parts].join(', ')})` : '';
    return `${batch} stays on the retry queue${some}: ${why}`;
  }
  const told = [shipped, ...parts].join(', ');
  return reason ? `${batch} split: ${told}: ${why}` : `${batch} delivered: ${told}`;
}
