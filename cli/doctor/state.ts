/** The pipeline's own state: checkpoint item, queues and last run. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { withoutRemedy } from '../../lambda/core/cause.ts';
import { DEAD_LETTER_RETENTION_DAYS } from '../../lambda/core/contract.ts';
import type { QueueName } from '../../lambda/core/model.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { type Finding, about as findingOf, sentenceParts } from '../checks/finding.ts';
import { queueReasons, runReasons, silenceReasons, worstOf } from '../pipelines/health.ts';
import type { Depth, Limits, Stopped, StoredState, Target } from '../pipelines/operated.ts';
import { type About, command, firstRun, revertDrift } from '../pipelines/remedy.ts';
import { counted, duration, faultOf, runWarnings } from '../terminal/words.ts';

const DAY_MS = 86_400_000;
/** Health, as the level of a finding. */
const LEVEL = { healthy: 'warning', unknown: 'warning', degraded: 'warning', unhealthy: 'error' } as const;

/** The answer to a question, or the reason why there is none, in a sentence. */
export type Asked<T> = { readonly value: T } | Unanswered;

export interface Unanswered {
  readonly problem: string;
  /** The operator lacks the permission. This shows nothing about the pipeline. */
  readonly isForbidden: boolean;
}

export interface Pulse {
  readonly kind: Target['kind'];
  readonly config: PipelineConfig;
  readonly limits: Limits;
  readonly nowMs: number;
  /** The options by which this pipeline is found. */
  readonly about: About;
}

/** A finding for each setting that is not as it was deployed. */
export function resourceFindings(
  asked: Asked<readonly string[]>,
  deployCommand: string | undefined,
): Finding[] {
  const say = findingOf('table and queues');
  if ('problem' in asked) return [unasked('table and queues', asked)];
  if (asked.value.length === 0) return [say.ok('present, with the deployed settings')];
  return asked.value.map(problem => {
    const [text = problem, fix] = problem.split('; do: ');
    if (fix !== undefined) return say.error(text, `restore it:\n  ${fix}`);
    return say.error(
      text,
      deployCommand === undefined ? 'deploy the stack again' : revertDrift(deployCommand),
    );
  });
}

/** What keeps runs and replays from starting. */
export function triggerFindings(asked: Asked<readonly Stopped[]>, kind: Target['kind'] = 'stack'): Finding[] {
  const check = kind === 'stack' ? 'schedule, trigger' : 'state directory';
  const say = findingOf(check);
  if ('problem' in asked) return [unasked(check, asked)];
  if (asked.value.length === 0) return kind === 'stack' ? [say.ok('both are enabled')] : [];
  return asked.value.map(({ text, remedy }) => say.error(text, remedy));
}

/** See stopByWait. */
const WAITING = /^(.*); next attempt at (\S+)$/s;

export function lastRunFinding(asked: Asked<StoredState>, pulse: Pulse): Finding {
  const say = findingOf('last run');
  if ('problem' in asked) return unasked('last run', asked);
  const { lastRun, checkpoint } = asked.value;
  if (!lastRun) {
    if (checkpoint) return say.unchecked('no report yet', 'run this again after the next run');
    return say.warning('no run has ended yet', beginning(pulse));
  }
  const { kind, limits, nowMs: askedAtMs } = pulse;
  const facts = { state: asked.value, pipeline: pulse.config.name, kind, limits, askedAtMs };
  const ageMs = Math.max(0, pulse.nowMs - lastRun.endedAtMs);
  const ended = `${duration(ageMs)} ago: ${lastRun.outcome}`;
  const fault = faultOf({ ...lastRun, pipeline: pulse.config.name });
  if (fault !== undefined) {
    const [, why = fault, againAt] = WAITING.exec(fault) ?? [];
    const text = withoutRemedy(why, lastRun.remedy);
    const remedy = lastRun.remedy ?? 'see the other findings here, and docs/runbook.md';
    const wait =
      againAt === undefined
        ? ''
        : `; the next attempt is at ${againAt}: if the findings above are ✓ by now, wait for it`;
    return say.error(`${ended}; ${text}${wait}`, lastRun.outcome === 'astray' ? 'see “checkpoint”' : remedy);
  }
  const [warning] = runWarnings({ ...lastRun, pipeline: pulse.config.name }, retentionMs(pulse));
  if (warning !== undefined) {
    return say[LEVEL[worstOf(runReasons(facts))]](
      `${ended}; ${warning}`,
      'see docs/runbook.md: retention-at-risk, gap-suspected, checkpoint-astray, sweep-overdue, rows-not-stored, verify-overdue',
    );
  }
  const silence = worstOf(silenceReasons(facts));
  if (silence !== 'healthy') return say[LEVEL[silence]](`${ended}, and no run since`, beginning(pulse));
  const shipped =
    lastRun.posts === 0 ? 'nothing to post' : `${counted(lastRun.logsAccepted, 'log')} accepted by Azure`;
  return say.ok(`${ended}, ${shipped}`);
}

export function queueFindings(asked: Asked<Readonly<Record<QueueName, Depth>>>, { about }: Pulse): Finding[] {
  if ('problem' in asked) return ['retry queue', 'dead letters'].map(check => unasked(check, asked));
  return [retryFinding(asked.value.retry), deadLetterFinding(asked.value['dead-letter'], about)];
}

/** Failed batches are retried automatically; only old ones need attention. */
function retryFinding(depth: Depth): Finding {
  const say = findingOf('retry queue');
  if (depth.messages === 0) return say.ok('empty');
  const text = waits(depth, 'failed batch', 'failed batches');
  const health = worstOf(queueReasons({ queues: { retry: depth, 'dead-letter': { messages: 0 } } }));
  if (health === 'healthy') return say.ok(`${text}; retried automatically`);
  const remedy =
    'see “azure” and “last run”; failed batches are retried automatically, and become dead letters after about half a day';
  return say[LEVEL[health]](text, remedy);
}

/** Dead letters always need an operator. */
function deadLetterFinding(depth: Depth, about: About): Finding {
  const say = findingOf('dead letters');
  if (depth.messages === 0) return say.ok('none');
  const health = worstOf(queueReasons({ queues: { retry: { messages: 0 }, 'dead-letter': depth } }));
  return say[LEVEL[health]](
    waits(depth, 'dead letter'),
    `list them, fix the cause, and replay them (SQS deletes those of a stack after ${DEAD_LETTER_RETENTION_DAYS} days):\n` +
      `  ${command(['replay', '--list'], about)}\n  ${command(['replay'], about)}`,
  );
}

function waits({ messages, oldestAgeMs }: Depth, one: string, many?: string): string {
  const age = oldestAgeMs === undefined ? '' : `, the oldest for ${duration(oldestAgeMs)}`;
  return `${counted(messages, one, many)} waiting${age}`;
}

function beginning({ kind, config, about }: Pulse): string {
  return kind === 'local'
    ? firstRun(about, specOf(config.azure).isFederated(config.azure))
    : 'check the schedule, which starts a run from one minute after the deployment: docs/runbook.md, silent';
}

const retentionMs = ({ config }: Pulse): number => config.auth0.logRetentionDays * DAY_MS;

/** The question itself failed. */
export function unasked(check: string, { problem, isForbidden }: Unanswered): Finding {
  const { text, remedy = 'run the command again' } = sentenceParts(problem);
  return findingOf(check)[isForbidden ? 'unchecked' : 'error'](text, remedy);
}
