import { describe, expect, test } from 'vitest';
import type { Target } from '../../../cli/pipelines/operated.ts';
import type { Facts } from '../../../cli/status/ask.ts';
import { findingsOf, lagMs } from '../../../cli/status/findings.ts';
import { statusLines } from '../../../cli/status/show.ts';
import type { LastRun } from '../../../lambda/core/last-run.ts';
import { lastRunAt } from '../last-run.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RUN = lastRunAt(NOW - MINUTE);
const EMPTY = { retry: { messages: 0 }, 'dead-letter': { messages: 0 } };

function facts(state: Facts['state'], others: Partial<Omit<Facts, 'state'>> = {}): Facts {
  return {
    pipeline: 'prod',
    kind: 'stack',
    about: {},
    isFederated: false,
    askedAtMs: NOW,
    queues: EMPTY,
    alarms: [],
    limits: { lagMs: 15 * MINUTE, silenceMs: 5 * MINUTE },
    stopped: [],
    unanswered: [],
    ...others,
    state,
  };
}
const ran = (run: Partial<LastRun> = {}, state: Facts['state'] = {}): Facts['state'] => ({
  checkpoint: { logId: '900', logDateMs: NOW - 3 * HOUR },
  caughtUpAtMs: NOW - 2 * MINUTE,
  lastRun: { ...RUN, ...run },
  ...state,
});
const told = (one: Facts) => findingsOf(one).map(({ what, runbook }) => `${what} #${runbook}`);

describe('what is not well', () => {
  test('nothing, of a quiet tenant that was caught up with a moment ago', () => {
    expect(told(facts(ran()))).toEqual([]);
    expect(lagMs(facts(ran()))).toBe(2 * MINUTE);
  });

  test('nothing between the runs of a slow schedule, though the last one is longer ago than lag may be', () => {
    const state = ran({ endedAtMs: NOW - 40 * MINUTE }, { caughtUpAtMs: NOW - 40 * MINUTE });
    expect(told(facts(state, { limits: { lagMs: 15 * MINUTE, silenceMs: 3 * HOUR } }))).toEqual([]);
  });

  const late = { checkpoint: { logId: '900', logDateMs: NOW - 3 * HOUR }, caughtUpAtMs: NOW - 4 * HOUR };
  test.each<[string, Facts, string[]]>([
    ['a pipeline that never ran', facts({}), ['no run has ended yet #silent']],
    [
      'silence for longer than three ticks',
      facts(ran({ endedAtMs: NOW - 6 * MINUTE })),
      ['no run for 6 min #silent'],
    ],
    [
      'a denial, before the lag that comes of it',
      facts(ran({ outcome: 'denied', party: 'azure', message: '403' }, late)),
      ['Azure denies #denied-by-azure', '3 h behind #lag'],
    ],
    [
      'a denial by Auth0',
      facts(ran({ outcome: 'denied', party: 'auth0' })),
      ['Auth0 denies #denied-by-auth0'],
    ],
    [
      'a table that is not reached',
      facts(ran({ outcome: 'unavailable', party: 'state' })),
      ['the last run failed at the checkpoint’s table #run-errors'],
    ],
    [
      'a trigger that is off, before what it brings about',
      facts(
        { ...ran({}) },
        { stopped: [{ what: 'the schedule is disabled', text: 't', remedy: 'r', runbook: 'silent' }] },
      ),
      ['the schedule is disabled #silent'],
    ],
    [
      'an answer that is not Azure’s',
      facts(ran({ outcome: 'intercepted', party: 'azure', message: 'no' })),
      ['something answers in Azure’s place #intercepted'],
    ],
    [
      'a checkpoint that leads nowhere',
      facts(ran({ outcome: 'astray', party: 'auth0', checkpointAstray: true })),
      ['the checkpoint leads nowhere #checkpoint-astray'],
    ],
    [
      'a checkpoint whose logs only a search has found, and a look back that does not come round',
      facts(ran({ checkpointAstray: true, sweepOverdue: true })),
      [
        'the checkpoint did not lead to newer logs #checkpoint-astray',
        'late logs may be missed #sweep-overdue',
      ],
    ],
    ['an outage', facts(ran({ outcome: 'unavailable', party: 'azure' })), ['Azure is unavailable #lag']],
    ['a backlog', facts(ran({ outcome: 'out-of-time' }, late)), ['3 h behind #lag']],
    [
      'a gap and a retention at risk',
      facts(ran({ gapSuspected: true, retentionAtRisk: true })),
      ['logs may be missing #gap-suspected', 'Auth0 will soon delete unshipped logs #retention-at-risk'],
    ],
    [
      'dead letters, old ones with a place of their own',
      facts(ran(), { queues: { ...EMPTY, 'dead-letter': { messages: 2, oldestAgeMs: 8 * 24 * HOUR } } }),
      ['2 dead letters #dead-letters-old'],
    ],
    [
      'a retry queue that does not empty',
      facts(ran(), { queues: { ...EMPTY, retry: { messages: 1, oldestAgeMs: 2 * HOUR } } }),
      ['the retry queue does not empty #retry-queue-old'],
    ],
    [
      'alarms that say more than that, the lag last',
      facts(ran(), {
        queues: { ...EMPTY, 'dead-letter': { messages: 2 } },
        alarms: ['lag', 'dead-letters', 'ship-errors'].map(name => ({ name, description: '' })),
      }),
      ['alarm ship-errors rings #ship-errors', '2 dead letters #dead-letters', 'alarm lag rings #lag'],
    ],
  ])('%s', (_, given, findings) => {
    expect(told(given)).toEqual(findings);
  });

  test('silence is none while a run is under way, but is when its lease has run out', () => {
    const state = ran({ endedAtMs: NOW - HOUR });
    const lease = { owner: 'run', expiresAtMs: NOW + MINUTE };
    expect(told(facts({ ...state, lease }))).toEqual([]);
    expect(told(facts({ ...state, lease: { ...lease, expiresAtMs: NOW - MINUTE } }))).toEqual([
      'no run for 1 h #silent',
    ]);
  });
});

describe('the text', () => {
  const target = { place: 'stack S in eu-west-1', kind: 'stack', pipelines: [] } satisfies Target;
  const plain = (all: readonly Facts[]) => statusLines(target, all, NOW);

  test('begins with a verdict and the place in the runbook, and fits 80 columns', () => {
    const lines = plain([
      facts(ran({ outcome: 'denied', party: 'azure', message: `403 ${'because of this '.repeat(12)}` }), {
        alarms: [{ name: 'lag', description: 'Logs are late. '.repeat(9), sinceMs: NOW - HOUR }],
        queues: { ...EMPTY, 'dead-letter': { messages: 1 } },
      }),
    ]);
    expect(lines[2]).toBe('prod: NOT WELL: Azure denies; 1 dead letter; alarm lag rings; see');
    expect(lines[3]).toBe('docs/runbook.md#denied-by-azure');
    expect(lines.filter(line => line.length > 80)).toEqual([]);
    expect(lines.join('\n')).toContain('denied by Azure: 403 because');
    expect(lines.join('\n')).toContain('1 message, age not known');
  });

  test('lets no vendor’s message move the cursor', () => {
    const lines = plain([facts(ran({ outcome: 'denied', message: 'no\x1b[2J\r\nway' }))]);
    expect(lines.filter(line => /\p{Cc}/u.test(line))).toEqual([]);
    expect(lines.join('\n')).toContain('denied: no\\u001b[2J  way');
  });

  test('tells of many pipelines only those in full that are not well', () => {
    const many = Array.from({ length: 6 }, (_, i) =>
      facts(ran({ gapSuspected: i === 4 }), { pipeline: `p${i}` }),
    );
    const text = plain(many).join('\n');
    expect(text).toContain('p4: NOT WELL');
    expect(text).not.toContain('p1:');
    expect(text).toContain('5 pipelines more, well');
  });
});
