/** The position of the pipeline, and the logs that wait after it. */
import { isFutureLogId, logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import { type Auth0Findings, waitingText } from '../checks/auth0.ts';
import { type Finding, about as findingOf } from '../checks/finding.ts';
import type { StoredState } from '../pipelines/operated.ts';
import { command } from '../pipelines/remedy.ts';
import { dateText, duration } from '../terminal/words.ts';
import { type Asked, type Pulse, unasked } from './state.ts';

const DAY_MS = 86_400_000;

/** The second parameter: what Auth0 shows about the logs after the checkpoint and the tenant's newest log. */
export function checkpointFinding(
  asked: Asked<StoredState>,
  { waiting, standing }: Pick<Auth0Findings, 'waiting' | 'standing'>,
  pulse: Pulse,
): Finding {
  const { config, limits, nowMs } = pulse;
  const say = findingOf('checkpoint');
  if ('problem' in asked) return unasked('checkpoint', asked);
  const { checkpoint, caughtUpAtMs = 0, lastRun } = asked.value;
  if (!checkpoint) {
    const begins = `the first run begins at auth0.startFrom "${config.auth0.startFrom}"`;
    if (!lastRun) return say.unchecked(`none yet: ${begins}`);
    const text = `none, although a run has ended: ${begins}`;
    return say.warning(text, 'see “last run” for the cause');
  }
  const { logId, logDateMs } = checkpoint;
  const idMs = logDateMs ?? logIdTimeMs(logId);
  const at = idMs === undefined ? `at ${logId}` : `at ${dateText(idMs)}`;
  const retention = config.auth0.logRetentionDays * DAY_MS;
  if (standing === 'beyond' || isFutureLogId(logId, nowMs)) {
    const where = standing === 'beyond' ? 'after the tenant’s newest log' : 'in the future';
    const text = `${at}, which is ${where}: no log will ever be shipped`;
    return say.error(
      text,
      `set the checkpoint again; this skips no log:\n  ${settingAnew(asked.value, pulse)}`,
    );
  }
  if (standing === 'behind' && waiting?.logs === 0) {
    return say.error(
      `${at}; Auth0 has newer logs, but returns none after the checkpoint`,
      `the next run searches for them; if it ends “astray”, set the checkpoint again; this skips no log:\n  ${settingAnew(asked.value, pulse)}`,
    );
  }
  // A position from which nothing was shipped yet has no date, and says nothing of a gap.
  const unreadMs = logDateMs === undefined ? 0 : nowMs - Math.max(logDateMs, caughtUpAtMs);
  if (unreadMs > retention) {
    return say.error(
      `${at}; nothing was read for ${duration(unreadMs)}, but Auth0 keeps logs for only ${duration(retention)}: suspected gap`,
      'start a run now, and see docs/runbook.md: gap-suspected',
    );
  }
  if (waiting?.logs === 0) return say.ok(`${at}; no logs waiting`);
  const behindMs = waiting?.sinceMs === undefined ? unreadMs : nowMs - waiting.sinceMs;
  const seen = `${at}${waiting ? `; ${waitingText(waiting)}` : ''}`;
  if (behindMs > retention / 2) {
    return say.error(
      `${seen}, for ${duration(behindMs)}: Auth0 deletes logs after ${duration(retention)}`,
      'fix the cause today: docs/runbook.md, retention-at-risk',
    );
  }
  if (behindMs > limits.lagMs) {
    return say.warning(
      `${seen}, for ${duration(behindMs)}`,
      'see “last run” for the cause, and docs/runbook.md: lag',
    );
  }
  return say.ok(seen);
}

/** Ids follow dates by some seconds. */
const MARGIN_MS = 60_000;

/** Back to where the witness last agreed, if Auth0 still has that: all logs before it were passed. */
function settingAnew({ witnessedAtMs = 0 }: StoredState, { config, nowMs, about }: Pulse): string {
  const sinceMs = witnessedAtMs - config.settleSeconds * 1000 - MARGIN_MS;
  const isKept = witnessedAtMs <= nowMs && nowMs - sinceMs < config.auth0.logRetentionDays * DAY_MS;
  return command(['checkpoint', 'set', isKept ? dateText(sinceMs) : 'oldest'], about);
}
