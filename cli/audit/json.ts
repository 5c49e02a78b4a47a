/** What an audit has found, for machines. */
import { logIdTimeMs } from '../../lambda/core/record/log-id.ts';
import type { Depth } from '../pipelines/operated.ts';
import { backfillCommand } from '../window/backfill-command.ts';
import { missingAtLeast, unsureLogs } from './compare.ts';
import { hasDeadLetters, hasNeverRun, isWell } from './read.ts';
import type { AuditTold } from './show.ts';
import { storedJson } from './stored-show.ts';

/** What `--json` prints. */
export function auditJson(told: AuditTold) {
  const { findings, entered, depths, window, state, ledgerAfterLogId, options, spans } = told;
  const { settled, settledLate, notYet, notSwept, notKnown, missing, unsure } = findings;
  return {
    pipeline: told.config.name,
    place: told.place,
    fromAt: iso(window.fromMs),
    toAt: iso(window.toMs),
    checkpoint: placed(state.checkpoint?.logId),
    // Else it is only known to reach back beyond the window.
    ledgerBegins: findings.notKnown > 0 ? placed(ledgerAfterLogId) : undefined,
    isWell: isWell(told),
    hasRun: !hasNeverRun(told),
    hasDeadLetters: hasDeadLetters(told),
    unverifiedBefore: told.expiredToMs === undefined ? null : iso(told.expiredToMs),
    logs: {
      atAuth0: told.atAuth0,
      settled,
      settledLate,
      notYet,
      overdue: told.overdue,
      notSwept,
      notKnown,
      withoutId: told.withoutId,
      unserved: told.unserved,
      unsure: unsureLogs(findings),
      missing,
      missingAtLeast: missingAtLeast(findings),
    },
    missingLogIds: told.logIds,
    unsure: unsure.map(({ afterLogId, lastLogId, ...counts }) => ({
      ...counts,
      after: placed(afterLogId),
      last: placed(lastLogId),
    })),
    ...(told.workspace && { stored: storedJson(told.workspace) }),
    entered,
    queues: { retry: queue(depths.retry), deadLetter: queue(depths['dead-letter']) },
    remedy: spans.map(span => ({
      fromAt: iso(span.fromMs),
      toAt: iso(span.toMs),
      command: backfillCommand(span, options).join(' '),
    })),
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

function placed(logId: string | undefined) {
  if (logId === undefined) return undefined;
  const ms = logIdTimeMs(logId);
  return { logId, ...(ms === undefined ? {} : { loggedAt: iso(ms) }) };
}

function queue({ messages, oldestAgeMs }: Depth) {
  return { messages, ...(oldestAgeMs === undefined ? {} : { oldestAgeMs }) };
}
