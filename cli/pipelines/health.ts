/**
 * The one judgment of a pipeline's health, with its reasons: `status`, `doctor` and `run` say it, and the exit codes of
 * `status` and `doctor` follow from it. Pure: it judges what facts.ts has asked.
 */
import type { LastRun } from '../../lambda/core/last-run.ts';
import { counted, duration, faultOf, rejectedText } from '../terminal/words.ts';
import type { Facts as Asked } from './facts.ts';

/** Degraded: it ships, or is not late yet, but needs attention. Unknown: part of the state could not be read. */
export type Health = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

export interface Reason {
  readonly health: Exclude<Health, 'healthy'>;
  /** In a few words, for the line that is read first. */
  readonly what: string;
  /** Section of docs/runbook.md; undefined for what could not be asked. */
  readonly runbook?: string;
}

export interface Judgement {
  readonly health: Health;
  /** Causes before what they bring about. Empty when it is healthy. */
  readonly reasons: readonly Reason[];
  /** In a word or two, for a healthy one. */
  readonly progress: string;
}

/** What is judged: not how to type a command about it. */
export type Facts = Omit<Asked, 'about' | 'isFederated'>;

/** What is known to be wrong weighs more than what is not known. */
const WORST_FIRST: readonly Health[] = ['unhealthy', 'degraded', 'unknown', 'healthy'];
const WEEK_MS = 7 * 86_400_000;
/** As the alarm retry-queue-old has it. */
const RETRY_OLD_MS = 3_600_000;

export function healthOf(facts: Facts): Judgement {
  const unknown = facts.unanswered.map((what): Reason => ({ health: 'unknown', what }));
  const reasons = [...findingsOf(facts), ...unknown];
  return { health: worstOf(reasons), reasons, progress: progressOf(facts) };
}

/** The worst of several; healthy when there is none. */
export function worstOf(all: readonly { readonly health: Health }[]): Health {
  return WORST_FIRST.find(health => all.some(one => one.health === health)) ?? 'healthy';
}

/** Causes before what they bring about, lag last. An alarm that only says the same is left out. */
function findingsOf(facts: Facts): Reason[] {
  const stopped = (facts.stopped ?? []).map(({ what, runbook }) => unhealthy(what, runbook));
  const causes = [...stopped, ...silenceReasons(facts), ...runReasons(facts)];
  const effects = [...queueReasons(facts), ...lagReasons(facts)];
  const told = new Set([...causes, ...effects].map(one => one.runbook));
  const alarms = (facts.alarms ?? [])
    .filter(({ name }) => !told.has(name))
    .map(({ name }) => unhealthy(`alarm ${name} is in ALARM state`, name));
  const isLag = (one: Reason) => one.runbook === 'lag';
  return [...causes, ...alarms.filter(one => !isLag(one)), ...effects, ...alarms.filter(isLag)];
}

const unhealthy = (what: string, runbook: string): Reason => ({ health: 'unhealthy', what, runbook });
const degraded = (what: string, runbook: string): Reason => ({ health: 'degraded', what, runbook });

/** A run holds the lease and its time is not up. */
export function isRunning({ state, askedAtMs }: Pick<Facts, 'state' | 'askedAtMs'>): boolean {
  return state?.lease !== undefined && state.lease.expiresAtMs > askedAtMs;
}

/** The time up to which every log is settled. Undefined when it is not known yet. */
function settledAtMs({ state }: Facts): number | undefined {
  const known = [state?.checkpoint?.logDateMs, state?.caughtUpAtMs].filter(ms => ms !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

export function lagMs(facts: Facts): number | undefined {
  const since = settledAtMs(facts);
  return since === undefined ? undefined : Math.max(0, facts.askedAtMs - since);
}

/** What `party` is called, where the pipeline runs. */
export function partyName(party: NonNullable<LastRun['party']>, kind: Facts['kind']): string {
  const ofStack = { auth0: 'Auth0', azure: 'Azure', state: 'the checkpoint table', queue: 'a queue' };
  return kind === 'local' && (party === 'state' || party === 'queue')
    ? 'the state directory'
    : ofStack[party];
}

/** The fault that stopped the last run; undefined when none did. */
export function faultText(
  { kind, pipeline }: Pick<Facts, 'kind' | 'pipeline'>,
  run: LastRun,
): string | undefined {
  const fault = faultOf({ ...run, pipeline });
  // What to do about a host that is not found is to be done on this machine only if the run was here.
  return fault === undefined || kind === 'local' ? fault : (run.message ?? fault);
}

/** How the last run went. */
export function runReasons(facts: Pick<Facts, 'state' | 'kind' | 'pipeline'>): Reason[] {
  const { lastRun: run } = facts.state ?? {};
  if (!run) return [];
  const reasons: Reason[] = [];
  if (faultText(facts, run) !== undefined) reasons.push(faultReason(run, facts.kind));
  if (run.gapSuspected) reasons.push(degraded('suspected gap: logs may be missing', 'gap-suspected'));
  if (run.retentionAtRisk) {
    reasons.push(unhealthy('Auth0 will soon delete unshipped logs', 'retention-at-risk'));
  }
  if (run.checkpointAstray && run.outcome !== 'astray') {
    reasons.push(degraded('newer logs were found only by search', 'checkpoint-astray'));
  }
  if (run.sweepOverdue) reasons.push(degraded('late logs may be missed', 'sweep-overdue'));
  if (run.rowsNotStored > 0) {
    const logs = counted(run.rowsNotStored, 'accepted log');
    reasons.push(unhealthy(`${logs} not stored in Azure`, 'rows-not-stored'));
  }
  if (run.verifyOverdue) {
    reasons.push(degraded('accepted logs are not compared with the workspace', 'verify-overdue'));
  }
  return reasons;
}

function faultReason({ outcome, party, status, message = '' }: LastRun, kind: Facts['kind']): Reason {
  const who = party ? partyName(party, kind) : 'a service';
  const code = status === undefined ? '' : ` (${status})`;
  if (outcome === 'denied') {
    const runbook =
      party === 'auth0' ? 'denied-by-auth0' : party === 'azure' ? 'denied-by-azure' : 'run-errors';
    // Nothing was asked of the vendor then.
    const isSecret = status === undefined && message.startsWith('the secret "');
    const what = isSecret ? `the secret for ${who} cannot be used` : `${who} ${rejectedText(status)}${code}`;
    return unhealthy(what, runbook);
  }
  if (outcome === 'intercepted') return unhealthy('something else answers instead of Azure', 'intercepted');
  if (outcome === 'astray')
    return unhealthy('the checkpoint does not lead to newer logs', 'checkpoint-astray');
  if (outcome === 'throttled') return unhealthy(`${who} is rate limiting${code}`, 'lag');
  if (outcome === 'unavailable' && (party === 'auth0' || party === 'azure')) {
    return unhealthy(`${who} is unavailable`, 'lag');
  }
  if (outcome === 'lease-lost') return unhealthy('the last run lost its lease', 'lag');
  return unhealthy(`the last run failed${party ? ` at ${who}` : ''}`, 'run-errors');
}

/** No run for too long. A pipeline of this machine need not run all the time. */
export function silenceReasons(facts: Pick<Facts, 'state' | 'limits' | 'askedAtMs' | 'kind'>): Reason[] {
  const { state, limits, askedAtMs, kind } = facts;
  if (!state || !limits || isRunning(facts)) return [];
  const ranAtMs = state.lastRun?.endedAtMs ?? state.updatedAtMs;
  if (ranAtMs === undefined) return [degraded('no run has ended yet', 'silent')];
  const silentMs = askedAtMs - ranAtMs;
  if (silentMs <= limits.silenceMs) return [];
  return [(kind === 'stack' ? unhealthy : degraded)(`no run for ${duration(silentMs)}`, 'silent')];
}

/** After a run that caught up, lag is the time until the next one, however seldom that is. */
function lagReasons(facts: Facts): Reason[] {
  const { state, limits } = facts;
  const lag = lagMs(facts);
  if (!limits || lag === undefined || state?.lastRun?.outcome === 'caught-up') return [];
  return lag > limits.lagMs ? [degraded(`lag ${duration(lag)}`, 'lag')] : [];
}

/** What waits on the queues, and for too long. */
export function queueReasons({ queues }: Pick<Facts, 'queues'>): Reason[] {
  const reasons: Reason[] = [];
  const { retry, 'dead-letter': dead } = queues ?? {};
  if (dead && dead.messages > 0) {
    const letters = counted(dead.messages, 'dead letter');
    const isOld = (dead.oldestAgeMs ?? 0) > WEEK_MS;
    reasons.push(isOld ? unhealthy(letters, 'dead-letters-old') : degraded(letters, 'dead-letters'));
  }
  if (retry && (retry.oldestAgeMs ?? 0) > RETRY_OLD_MS) {
    reasons.push(degraded('the retry queue is not draining', 'retry-queue-old'));
  }
  return reasons;
}

/** `unhealthy: Azure rejected the credentials (403); 1 dead letter; see docs/runbook.md#denied-by-azure`. */
export function healthSentence({ health, reasons, progress }: Judgement): string {
  if (health === 'healthy') return `healthy: ${progress}`;
  const found = reasons.filter(one => one.health !== 'unknown');
  if (found.length === 0) return 'unknown: some of the state could not be read';
  const place = found.find(({ runbook }) => runbook !== undefined)?.runbook;
  return `${health}: ${found.map(({ what }) => what).join('; ')}${place ? `; see docs/runbook.md#${place}` : ''}`;
}

function progressOf(facts: Facts): string {
  if (isRunning(facts)) return 'a run is in progress';
  return facts.state?.lastRun?.outcome === 'caught-up' ? 'caught up' : 'shipping';
}
