import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../cli/pipelines/facts.ts';
import { type Health, healthOf, lagMs, worstOf } from '../../../cli/pipelines/health.ts';
import { EMPTY_QUEUES, facts, HOUR, MINUTE, NOW, ran } from '../facts.ts';

const told = (one: Facts) => healthOf(one).reasons.map(({ what, runbook }) => `${what} #${runbook}`);
const judged = (one: Facts) => healthOf(one).health;

describe('the reasons', () => {
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
      facts(ran({ outcome: 'denied', party: 'azure', status: 403, message: 'no' }, late)),
      ['Azure rejected the credentials (403) #denied-by-azure', 'lag 3 h #lag'],
    ],
    [
      'a denial by Auth0',
      facts(ran({ outcome: 'denied', party: 'auth0' })),
      ['Auth0 rejected the request #denied-by-auth0'],
    ],
    [
      'a request that Azure refuses',
      facts(ran({ outcome: 'denied', party: 'azure', status: 404 })),
      ['Azure rejected the request (404) #denied-by-azure'],
    ],
    [
      'a secret that is not filled in, for which Azure was not asked',
      facts(ran({ outcome: 'denied', party: 'azure', message: 'the secret "a" has no "sharedKey"' })),
      ['the secret for Azure cannot be used #denied-by-azure'],
    ],
    [
      'a rate limit',
      facts(ran({ outcome: 'throttled', party: 'auth0', status: 429 })),
      ['Auth0 is rate limiting (429) #lag'],
    ],
    [
      'a table that is not reached',
      facts(ran({ outcome: 'unavailable', party: 'state' })),
      ['the last run failed at the checkpoint table #run-errors'],
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
      ['something else answers instead of Azure #intercepted'],
    ],
    [
      'a checkpoint that leads nowhere',
      facts(ran({ outcome: 'astray', party: 'auth0', checkpointAstray: true })),
      ['the checkpoint does not lead to newer logs #checkpoint-astray'],
    ],
    [
      'a checkpoint whose logs only a search has found, and a look back that does not come round',
      facts(ran({ checkpointAstray: true, sweepOverdue: true })),
      ['newer logs were found only by search #checkpoint-astray', 'late logs may be missed #sweep-overdue'],
    ],
    [
      'rows that Azure does not have, and a workspace that does not answer',
      facts(ran({ rowsNotStored: 2, verifyOverdue: true })),
      [
        '2 accepted logs not stored in Azure #rows-not-stored',
        'accepted logs are not compared with the workspace #verify-overdue',
      ],
    ],
    ['an outage', facts(ran({ outcome: 'unavailable', party: 'azure' })), ['Azure is unavailable #lag']],
    ['a backlog', facts(ran({ outcome: 'out-of-time' }, late)), ['lag 3 h #lag']],
    [
      'a gap and a retention at risk',
      facts(ran({ gapSuspected: true, retentionAtRisk: true })),
      [
        'suspected gap: logs may be missing #gap-suspected',
        'Auth0 will soon delete unshipped logs #retention-at-risk',
      ],
    ],
    [
      'dead letters, old ones with a place of their own',
      facts(ran(), {
        queues: { ...EMPTY_QUEUES, 'dead-letter': { messages: 2, oldestAgeMs: 8 * 24 * HOUR } },
      }),
      ['2 dead letters #dead-letters-old'],
    ],
    [
      'a retry queue that does not empty',
      facts(ran(), { queues: { ...EMPTY_QUEUES, retry: { messages: 1, oldestAgeMs: 2 * HOUR } } }),
      ['the retry queue is not draining #retry-queue-old'],
    ],
    [
      'alarms that say more than that, the lag last',
      facts(ran(), {
        queues: { ...EMPTY_QUEUES, 'dead-letter': { messages: 2 } },
        alarms: ['lag', 'dead-letters', 'ship-errors'].map(name => ({ name, description: '' })),
      }),
      [
        'alarm ship-errors is in ALARM state #ship-errors',
        '2 dead letters #dead-letters',
        'alarm lag is in ALARM state #lag',
      ],
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

describe('the judgement', () => {
  const letters = (days: number) => ({
    queues: { ...EMPTY_QUEUES, 'dead-letter': { messages: 1, oldestAgeMs: days * 24 * HOUR } },
  });
  const unanswered = ['AWS does not allow it'];
  const full = {
    what: 'the disk of the state directory is full',
    text: 't',
    remedy: 'r',
    runbook: 'run-errors',
  };
  const silent = ran({ endedAtMs: NOW - 72 * HOUR }, { caughtUpAtMs: NOW - 72 * HOUR });

  test.each<[Health, string, Facts]>([
    ['healthy', 'a run that caught up a minute ago', facts(ran())],
    ['healthy', 'more to come, without lag', facts(ran({ outcome: 'out-of-time' }))],
    ['degraded', 'a first run that is to come', facts({})],
    ['degraded', 'a dead letter', facts(ran(), letters(1))],
    ['unhealthy', 'a dead letter of last week', facts(ran(), letters(8))],
    [
      'degraded',
      'a dead letter, and something that could not be asked',
      facts(ran(), { ...letters(1), unanswered }),
    ],
    [
      'unknown',
      'nothing known to be wrong, and something that could not be asked',
      facts(ran(), { unanswered }),
    ],
    ['unhealthy', 'a denial, whatever could not be asked', facts(ran({ outcome: 'denied' }), { unanswered })],
    [
      'unhealthy',
      'a full disk, although the last run was well',
      facts(ran(), { kind: 'local', stopped: [full] }),
    ],
    ['unhealthy', 'a deployed pipeline without a run', facts(silent)],
    [
      'degraded',
      'this machine without a run: nobody says that it runs all the time',
      facts(silent, { kind: 'local' }),
    ],
    ['unhealthy', 'an alarm', facts(ran(), { alarms: [{ name: 'ship-errors', description: '' }] })],
    ['unhealthy', 'a retention at risk', facts(ran({ retentionAtRisk: true }))],
  ])('%s: %s', (health, _, given) => {
    expect(judged(given)).toBe(health);
  });

  test('of several is the worst', () => {
    const worst = (...all: Health[]) => worstOf(all.map(health => ({ health })));
    expect(worst()).toBe('healthy');
    expect(worst('healthy', 'unknown')).toBe('unknown');
    expect(worst('unknown', 'degraded', 'healthy')).toBe('degraded');
    expect(worst('degraded', 'unhealthy', 'unknown')).toBe('unhealthy');
  });

  test('calls the state by its place', () => {
    const state = ran({ outcome: 'failed', party: 'state' });
    expect(told(facts(state, { kind: 'local' }))).toEqual([
      'the last run failed at the state directory #run-errors',
    ]);
  });
});
