/** What is not well with a pipeline: the judgement behind the exit code. */
import type { LastRun } from '../../lambda/core/last-run.ts';
import { counted, duration, faultOf } from '../terminal/words.ts';
import type { Facts } from './ask.ts';

export interface Finding {
  /** In a few words, for the line that is read first. */
  readonly what: string;
  /** Section of docs/runbook.md. */
  readonly runbook: string;
}

const WEEK_MS = 7 * 86_400_000;
/** As the alarm retry-queue-old has it. */
const RETRY_OLD_MS = 3_600_000;
export const PARTIES = {
  auth0: 'Auth0',
  azure: 'Azure',
  state: 'the checkpoint’s table',
  queue: 'a queue',
} as const;

/** Causes before what they bring about, lag last. An alarm that only says the same is left out. */
export function findingsOf(facts: Facts): Finding[] {
  const stopped = (facts.stopped ?? []).map(({ what, runbook }) => ({ what, runbook }));
  const causes = [...stopped, ...silenceFindings(facts), ...runFindings(facts)];
  const effects = [...queueFindings(facts), ...lagFindings(facts)];
  const told = new Set([...causes, ...effects].map(one => one.runbook));
  const alarms = (facts.alarms ?? [])
    .filter(({ name }) => !told.has(name))
    .map(({ name }) => ({ what: `alarm ${name} rings`, runbook: name }));
  const isLag = (one: Finding) => one.runbook === 'lag';
  return [...causes, ...alarms.filter(one => !isLag(one)), ...effects, ...alarms.filter(isLag)];
}

/** A run holds the lease and its time is not up. */
export function isRunning({ state, askedAtMs }: Facts): boolean {
  return state?.lease !== undefined && state.lease.expiresAtMs > askedAtMs;
}

/** Since when nothing is certain: no log before it is missing. Undefined when nothing is known yet. */
function settledAtMs({ state }: Facts): number | undefined {
  const known = [state?.checkpoint?.logDateMs, state?.caughtUpAtMs].filter(ms => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

export function lagMs(facts: Facts): number | undefined {
  const since = settledAtMs(facts);
  return since === undefined ? undefined : Math.max(0, facts.askedAtMs - since);
}

/** The fault that stopped the last run; undefined when none did. */
export function faultText({ kind, pipeline }: Facts, run: LastRun): string | undefined {
  const fault = faultOf({ ...run, pipeline });
  // What to do about a host that is not found is to be done on this machine only if the run was here.
  return fault === undefined || kind === 'local' ? fault : (run.message ?? fault);
}

function runFindings(facts: Facts): Finding[] {
  const { lastRun: run } = facts.state ?? {};
  if (!run) return [];
  const findings: Finding[] = [];
  if (faultText(facts, run) !== undefined) findings.push(faultFinding(run));
  if (run.gapSuspected) findings.push({ what: 'logs may be missing', runbook: 'gap-suspected' });
  if (run.retentionAtRisk) {
    findings.push({ what: 'Auth0 will soon delete unshipped logs', runbook: 'retention-at-risk' });
  }
  if (run.checkpointAstray && run.outcome !== 'astray') {
    findings.push({ what: 'the checkpoint did not lead to newer logs', runbook: 'checkpoint-astray' });
  }
  if (run.sweepOverdue) findings.push({ what: 'late logs may be missed', runbook: 'sweep-overdue' });
  return findings;
}

function faultFinding({ outcome, party }: LastRun): Finding {
  const who = party ? PARTIES[party] : 'somebody';
  if (outcome === 'denied') {
    const runbook =
      party === 'auth0' ? 'denied-by-auth0' : party === 'azure' ? 'denied-by-azure' : 'run-errors';
    return { what: `${who} denies`, runbook };
  }
  if (outcome === 'intercepted') {
    return { what: 'something answers in Azure’s place', runbook: 'intercepted' };
  }
  if (outcome === 'astray') return { what: 'the checkpoint leads nowhere', runbook: 'checkpoint-astray' };
  if (outcome === 'throttled') return { what: `${who} throttles`, runbook: 'lag' };
  if (outcome === 'unavailable' && (party === 'auth0' || party === 'azure')) {
    return { what: `${who} is unavailable`, runbook: 'lag' };
  }
  if (outcome === 'lease-lost') return { what: 'the last run lost its lease', runbook: 'lag' };
  const where = party ? ` at ${who}` : '';
  return { what: `the last run failed${where}`, runbook: 'run-errors' };
}

function silenceFindings(facts: Facts): Finding[] {
  const { state, limits, askedAtMs } = facts;
  if (!state || !limits || isRunning(facts)) return [];
  const ranAtMs = state.lastRun?.endedAtMs ?? state.updatedAtMs;
  if (ranAtMs === undefined) return [{ what: 'no run has ended yet', runbook: 'silent' }];
  const silentMs = askedAtMs - ranAtMs;
  return silentMs > limits.silenceMs ? [{ what: `no run for ${duration(silentMs)}`, runbook: 'silent' }] : [];
}

/** After a run that caught up, lag is the time until the next one, however seldom that is. */
function lagFindings(facts: Facts): Finding[] {
  const { state, limits } = facts;
  const lag = lagMs(facts);
  if (!limits || lag === undefined || state?.lastRun?.outcome === 'caught-up') return [];
  return lag > limits.lagMs ? [{ what: `${duration(lag)} behind`, runbook: 'lag' }] : [];
}

function queueFindings({ queues }: Facts): Finding[] {
  const findings: Finding[] = [];
  const { retry, 'dead-letter': dead } = queues ?? {};
  if (dead && dead.messages > 0) {
    const runbook = (dead.oldestAgeMs ?? 0) > WEEK_MS ? 'dead-letters-old' : 'dead-letters';
    findings.push({ what: counted(dead.messages, 'dead letter'), runbook });
  }
  if (retry && (retry.oldestAgeMs ?? 0) > RETRY_OLD_MS) {
    findings.push({ what: 'the retry queue does not empty', runbook: 'retry-queue-old' });
  }
  return findings;
}
