/** What happened, in words for a human. */
import type { ReplayReport, RunReport } from '../lambda/core/model.ts';

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

/** How a run went, in one sentence. `stopped`: it was ended by the operator, so the fault that it tells of is none. */
export function runSentence(report: RunReport, stopped: boolean): string {
  const what = [
    `${counted(report.logsAccepted, 'log')} shipped`,
    report.logsExcluded > 0 && `${NUMBER.format(report.logsExcluded)} left out by include and exclude`,
    report.logsRaw > 0 && `${NUMBER.format(report.logsRaw)} of them raw, since they would not shape`,
    report.logsRetried > 0 && `${NUMBER.format(report.logsRetried)} put on the retry queue`,
    report.logsDeadLettered > 0 && `${NUMBER.format(report.logsDeadLettered)} put on the dead-letter queue`,
  ];
  const nothing = report.logsRead === 0 && report.outcome === 'caught-up';
  const done = nothing ? 'nothing new' : what.filter(Boolean).join(', ');
  const lag = report.lagMs ? `, ${duration(report.lagMs)} behind` : '';
  return `${done}; ${stopped ? 'stopped as asked' : endOf(report)}${lag}`;
}

function endOf({ outcome, message = 'no reason is known' }: RunReport): string {
  if (outcome === 'caught-up') return 'caught up';
  if (outcome === 'out-of-time') return 'more to come';
  return outcome === 'skipped' ? `skipped: ${message}` : `ended early: ${message}`;
}

/** What the operator should know besides, a sentence each. */
export function runWarnings(report: RunReport, retentionMs: number): string[] {
  const kept = duration(retentionMs);
  return [
    report.gapSuspected &&
      `logs may be missing: none was read for longer than Auth0 keeps them (${kept}); what Auth0 has deleted cannot be had any more`,
    report.retentionAtRisk &&
      `the oldest unshipped log is older than half the time that Auth0 keeps logs (${kept}): ${
        report.logsRetried > 0
          ? 'batches are put on the retry queue instead of waiting at Auth0'
          : 'see to what holds it up'
      }`,
    /ENOTFOUND|EAI_AGAIN/.test(report.message ?? '') &&
      'a host name is unknown: check the configuration (auth0.domain, azure.…) and this machine’s network and DNS',
    /ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|CERT|SSL/.test(report.message ?? '') &&
      'a host cannot be reached: check this machine’s network, proxy and firewall, and the *_BASE_URL variables if set',
  ].filter(warning => warning !== false);
}

/** How the replay of one failed batch went. */
export function replaySentence(report: ReplayReport): string {
  const batch = `failed batch ${report.batchId.slice(0, 8)}`;
  if (!report.done)
    return `${batch} stays on the retry queue: ${report.reason?.message ?? 'no reason is known'}`;
  const dead = report.logsDeadLettered;
  return `${batch} delivered: ${counted(report.logsAccepted, 'log')} shipped${
    dead > 0 ? `, ${NUMBER.format(dead)} put on the dead-letter queue` : ''
  }`;
}
