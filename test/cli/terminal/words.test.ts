import { describe, expect, test } from 'vitest';
import { faultOf, replaySentence, runSentence, runWarnings } from '../../../cli/terminal/words.ts';
import type { ReplayReport, RunReport } from '../../../lambda/core/report.ts';
import { lastRunAt } from '../last-run.ts';

const { endedAtMs: _, ...RUN } = lastRunAt(0);
const run = (more: Partial<RunReport> = {}): RunReport => ({ ...RUN, pipeline: 'prod', ...more });
const DAY_MS = 86_400_000;

describe('a run', () => {
  test.each<[Partial<RunReport>, string]>([
    [{}, '5 logs shipped; caught up'],
    [
      { logsLate: 60, isLateEstimate: true, logsReshipped: 1060, logsAccepted: 1060 },
      '1,060 logs shipped, at least 60 of them late: Auth0 served them after newer logs, 1,060 of them shipped again, because the late logs could not be identified; caught up',
    ],
    [
      { checkpointAstray: true, logsBridged: 20, logsAccepted: 20 },
      '20 logs shipped, 20 of them found by search, because the checkpoint did not lead to them; caught up',
    ],
    [
      { outcome: 'astray', logsAccepted: 0 },
      '0 logs shipped; ended early: the checkpoint does not lead to newer logs',
    ],
    [{ outcome: 'intercepted', logsAccepted: 0 }, '0 logs shipped; ended early'],
  ])('%o', (more, sentence) => {
    expect(runSentence(run(more), false)).toBe(sentence);
  });

  test.each(['intercepted', 'astray', 'denied', 'throttled', 'unavailable', 'lease-lost', 'failed'] as const)(
    '%s is a fault',
    outcome => {
      expect(faultOf(run({ outcome, message: 'why; do this' }))).toBe('why; do this');
    },
  );

  test('warns of what nobody sees otherwise, and not of what ended it', () => {
    const warnings = (more: Partial<RunReport>) => runWarnings(run(more), DAY_MS);
    expect(warnings({})).toEqual([]);
    expect(warnings({ checkpointAstray: true, logsBridged: 1 })).toEqual([
      expect.stringContaining('1 log found by search instead'),
    ]);
    expect(warnings({ outcome: 'astray', checkpointAstray: true })).toEqual([]);
    expect(warnings({ sweepOverdue: true })).toEqual([expect.stringContaining('sweep')]);
    expect(warnings({ rowsNotStored: 3, verifyOverdue: true, verifyFault: 'it may not read' })).toEqual([
      expect.stringContaining('3 logs accepted by Azure, but not stored there'),
      expect.stringContaining('three hours: it may not read'),
    ]);
  });
});

describe('a replay', () => {
  const report: ReplayReport = {
    batchId: '12345678-1234',
    done: true,
    logsAccepted: 20,
    logsDeadLettered: 0,
    logsRequeued: 0,
    posts: 1,
  };
  const reason = { verdict: 'unavailable', message: 'Azure answered 500' } as const;

  test.each<[Partial<ReplayReport>, string]>([
    [{}, 'delivered: 20 logs shipped'],
    [{ logsDeadLettered: 1 }, 'delivered: 20 logs shipped, 1 put on the dead-letter queue'],
    [{ logsRequeued: 3 }, 'delivered: 20 logs shipped, 3 put back on the retry queue'],
    [
      { logsRequeued: 1, reason },
      'split: 20 logs shipped, 1 put back on the retry queue: Azure answered 500',
    ],
    [{ done: false, logsAccepted: 0, reason }, 'stays on the retry queue: Azure answered 500'],
    [
      { done: false, party: 'queue', reason: { ...reason, message: 'no queue' } },
      'stays on the retry queue (20 logs shipped): no queue',
    ],
    [{ done: false, logsAccepted: 0 }, 'stays on the retry queue: unknown reason'],
  ])('%o', (more, sentence) => {
    expect(replaySentence({ ...report, ...more })).toBe(`failed batch 12345678 ${sentence}`);
  });
});
