import { describe, expect, test } from 'vitest';
import { checkpointFinding } from '../../../cli/doctor/checkpoint.ts';
import {
  lastRunFinding,
  queueFindings,
  resourceFindings,
  triggerFindings,
} from '../../../cli/doctor/state.ts';
import type { StoredState } from '../../../cli/pipelines/operated.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import { syntheticLogId } from '../../../lambda/core/record/log-id.ts';
import type { Standing } from '../../../lambda/core/witness.ts';
import { PIPELINE } from '../../config/samples.ts';
import { lastRunAt } from '../last-run.ts';

const NOW = Date.parse('2030-05-15T12:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const config = parsePipeline(PIPELINE);
const limits = { lagMs: 15 * MINUTE_MS, silenceMs: 5 * MINUTE_MS };
const pulse = { kind: 'stack', config, limits, nowMs: NOW, about: { stack: 'S' } } as const;
const RUN = lastRunAt(NOW - MINUTE_MS);
const unanswered = { problem: 'table T does not exist; was it deleted?', isForbidden: false };

describe('the last run', () => {
  const found = (state: StoredState) => lastRunFinding({ value: state }, pulse);

  test('is well when it is recent and ended well', () => {
    expect(found({ lastRun: RUN })).toMatchObject({
      level: 'ok',
      text: '1 min ago: caught-up, 5 logs accepted by Azure',
    });
    expect(found({ lastRun: { ...RUN, posts: 0 } }).text).toBe('1 min ago: caught-up, nothing to post');
  });

  test.each([
    ['none yet', {}, 'warning', 'docs/runbook.md, silent'],
    ['a checkpoint of a version before', { checkpoint: { logId: 'a' } }, 'not checked', 'after the next run'],
    [
      'a denial, with what it says to do',
      {
        lastRun: {
          ...RUN,
          outcome: 'denied',
          party: 'azure',
          message: 'no role; DCR mismatch (403); give it the role',
          remedy: 'give it the role',
        },
      },
      'error',
      'give it the role',
    ],
    [
      'no silence longer than the alarm allows',
      { lastRun: { ...RUN, endedAtMs: NOW - HOUR_MS } },
      'error',
      'silent',
    ],
    ['a gap', { lastRun: { ...RUN, gapSuspected: true } }, 'warning', 'gap-suspected'],
    [
      'logs that only a search has found',
      { lastRun: { ...RUN, checkpointAstray: true, logsBridged: 3 } },
      'warning',
      'checkpoint-astray',
    ],
    ['rows that are not stored', { lastRun: { ...RUN, rowsNotStored: 3 } }, 'error', 'rows-not-stored'],
    ['late logs not looked for', { lastRun: { ...RUN, sweepOverdue: true } }, 'warning', 'sweep-overdue'],
    [
      'a checkpoint that leads nowhere',
      { lastRun: { ...RUN, outcome: 'astray', party: 'auth0', message: 'it leads nowhere; set it' } },
      'error',
      'see “checkpoint”',
    ],
    [
      'an answer that is not Azure’s',
      {
        lastRun: {
          ...RUN,
          outcome: 'intercepted',
          party: 'azure',
          message: 'not Azure; find the proxy',
          remedy: 'find the proxy',
        },
      },
      'error',
      'find the proxy',
    ],
  ] as const)('%s', (_, state, level, remedy) => {
    expect(found(state)).toMatchObject({ level, remedy: expect.stringContaining(remedy) });
  });

  test('that a vendor asked to wait says until when, and what to do', () => {
    const wait = '; next attempt at 2030-05-15T13:00:00.000Z';
    const denied = { ...RUN, outcome: 'denied', party: 'auth0', remedy: 'grant it' } as const;
    expect(found({ lastRun: { ...denied, message: `no scope (403); grant it${wait}` } })).toMatchObject({
      text: '1 min ago: denied; no scope (403); the next attempt is at 2030-05-15T13:00:00.000Z: if the findings above are ✓ by now, wait for it',
      remedy: 'grant it',
    });
    const { remedy: _, ...unknown } = denied;
    expect(found({ lastRun: { ...unknown, message: `quota${wait}` } }).remedy).toContain('runbook');
  });

  test('of a vendor whose words have a "; " is told whole, and half of it is no remedy', () => {
    const message = 'The stream does not match the DCR; columns are missing';
    const run = { ...RUN, outcome: 'denied', party: 'azure', message } as const;
    expect(found({ lastRun: run })).toMatchObject({
      text: `1 min ago: denied; ${message}`,
      remedy: 'see the other findings here, and docs/runbook.md',
    });
  });

  test('of this machine may be long ago: nobody says that it runs all the time', () => {
    const long = { value: { lastRun: { ...RUN, endedAtMs: NOW - HOUR_MS } } };
    expect(lastRunFinding(long, { ...pulse, kind: 'local' }).level).toBe('warning');
  });

  test('cannot be found: an error with what to do; may not be asked for: not checked', () => {
    const error = { check: 'last run', text: 'table T does not exist', remedy: 'was it deleted?' };
    expect(lastRunFinding(unanswered, pulse)).toEqual({ ...error, level: 'error' });
    const forbidden = { ...unanswered, isForbidden: true };
    expect(lastRunFinding(forbidden, pulse)).toEqual({ ...error, level: 'not checked' });
  });
});

describe('the checkpoint', () => {
  const at = (hoursAgo: number, more: StoredState = {}): StoredState => ({
    checkpoint: {
      logId: syntheticLogId('900', NOW - hoursAgo * HOUR_MS),
      logDateMs: NOW - hoursAgo * HOUR_MS,
    },
    ...more,
  });
  type Waiting = { readonly logs: number; readonly sinceMs?: number };
  const found = (state: StoredState, waiting?: Waiting, standing?: Standing) =>
    checkpointFinding(
      { value: state },
      { ...(waiting && { waiting }), ...(standing && { standing }) },
      pulse,
    );

  test.each([
    ['nothing waits behind it', at(20), { logs: 0 }, 'ok'],
    ['a few logs of the last minutes wait', at(20), { logs: 3, sinceMs: NOW - MINUTE_MS }, 'ok'],
    ['Auth0 could not be read, and it is recent', at(0.1), undefined, 'ok'],
    [
      'it is old, but Auth0 had nothing newer a minute ago',
      at(60, { caughtUpAtMs: NOW - MINUTE_MS }),
      undefined,
      'ok',
    ],
    [
      'the logs behind it wait longer than the alarm allows',
      at(2),
      { logs: 100, sinceMs: NOW - HOUR_MS },
      'warning',
    ],
    [
      'they wait for half of the time that Auth0 keeps them',
      at(14),
      { logs: 100, sinceMs: NOW - 13 * HOUR_MS },
      'error',
    ],
    ['nothing was read for longer than Auth0 keeps logs', at(25), { logs: 0 }, 'error'],
    [
      'it is a place from which nothing was shipped yet',
      { checkpoint: { logId: syntheticLogId('900', NOW - 48 * HOUR_MS) } },
      { logs: 1, sinceMs: NOW - MINUTE_MS },
      'ok',
    ],
    ['there is none yet', {}, undefined, 'not checked'],
    ['there is none although there was a run', { lastRun: RUN }, undefined, 'warning'],
  ] as const)('%s', (_, state, waiting, level) => {
    expect(found(state, waiting).level).toBe(level);
  });

  test.each<[string, StoredState, Waiting | undefined, Standing | undefined, string]>([
    ['in the future, though Auth0 could not be read', at(-1), undefined, undefined, 'in the future'],
    [
      'in the future, with nothing behind it',
      at(-24 * 365),
      { logs: 0 },
      'beyond',
      'after the tenant’s newest',
    ],
    ['beyond the newest log', at(1), { logs: 0 }, 'beyond', 'after the tenant’s newest log'],
    [
      'one that leads to none of the newer logs',
      at(1),
      { logs: 0 },
      'behind',
      'returns none after the checkpoint',
    ],
  ])('%s is an error, with the command that mends it', (_, state, waiting, standing, text) => {
    const one = found(state, waiting, standing);
    expect(one).toMatchObject({ level: 'error', text: expect.stringContaining(text) });
    expect(one.remedy).toMatch(/\n {2}npx auth0-logs-to-azure checkpoint set oldest --stack S$/);
    const witnessed = found({ ...state, witnessedAtMs: NOW - HOUR_MS }, waiting, standing);
    expect(witnessed.remedy).toMatch(
      /\n {2}npx auth0-logs-to-azure checkpoint set 2030-05-15T10:58:45Z --stack S$/,
    );
    const longAgo = found({ ...state, witnessedAtMs: NOW - 48 * HOUR_MS }, waiting, standing);
    expect(longAgo.remedy).toContain('checkpoint set oldest');
  });

  test('says where, how much and for how long', () => {
    expect(found(at(2), { logs: 100, sinceMs: NOW - HOUR_MS }).text).toBe(
      'at 2030-05-15T10:00:00Z; at least 100 logs waiting, for 1 h',
    );
    expect(found(at(25)).text).toContain('nothing was read for 1 d 1 h, but Auth0 keeps logs for only 1 d');
  });
});

describe('the queues', () => {
  const found = (retry: object, dead: object) => {
    const value = { retry: { messages: 0, ...retry }, 'dead-letter': { messages: 0, ...dead } };
    return queueFindings({ value }, pulse).map(({ level }) => level);
  };

  test.each([
    ['empty', {}, {}, ['ok', 'ok']],
    ['a failed batch of some minutes', { messages: 1, oldestAgeMs: MINUTE_MS }, {}, ['ok', 'ok']],
    ['a failed batch of hours', { messages: 1, oldestAgeMs: 2 * HOUR_MS }, {}, ['warning', 'ok']],
    ['a dead letter', {}, { messages: 1 }, ['ok', 'warning']],
    [
      'a dead letter that half its time has passed of',
      {},
      { messages: 1, oldestAgeMs: 8 * 24 * HOUR_MS },
      ['ok', 'error'],
    ],
  ] as const)('%s', (_, retry, dead, expected) => {
    expect(found(retry, dead)).toEqual(expected);
  });

  test('dead letters come with the commands to look at them and to deliver them', () => {
    const value = { retry: { messages: 0 }, 'dead-letter': { messages: 2, oldestAgeMs: HOUR_MS } };
    const [, dead] = queueFindings({ value }, pulse);
    expect(dead?.text).toBe('2 dead letters waiting, the oldest for 1 h');
    expect(dead?.remedy).toMatch(
      /\n {2}npx auth0-logs-to-azure replay --list --stack S\n {2}npx auth0-logs-to-azure replay --stack S$/,
    );
  });

  test('that cannot be asked are an error', () => {
    expect(queueFindings(unanswered, pulse)).toMatchObject([{ level: 'error' }, { level: 'error' }]);
  });
});

test('table and queues: a finding for each setting that was changed, with the command that puts it back', () => {
  expect(resourceFindings({ value: [] }, undefined)).toMatchObject([{ level: 'ok' }]);
  const value = ['table T has no deletion protection; do: aws dynamodb update-table', 'queue Q is strange'];
  expect(resourceFindings({ value }, 'npx cdk deploy -c config=c.json --region eu-west-1')).toEqual([
    {
      check: 'table and queues',
      level: 'error',
      text: 'table T has no deletion protection',
      remedy: 'restore it:\n  aws dynamodb update-table',
    },
    {
      check: 'table and queues',
      level: 'error',
      text: 'queue Q is strange',
      remedy: 'restore it:\n  npx cdk deploy -c config=c.json --region eu-west-1 --revert-drift',
    },
  ]);
  expect(resourceFindings(unanswered, undefined)).toMatchObject([
    { level: 'error', remedy: 'was it deleted?' },
  ]);
});

test('schedule and trigger: well, stopped with what to do, or not allowed to be looked at', () => {
  const stopped = { what: 'off', text: 'the schedule S is DISABLED', remedy: 'enable it', runbook: 'silent' };
  expect(triggerFindings({ value: [] })).toMatchObject([{ level: 'ok', text: 'both are enabled' }]);
  expect(triggerFindings({ value: [stopped] })).toMatchObject([
    { check: 'schedule, trigger', level: 'error', text: 'the schedule S is DISABLED', remedy: 'enable it' },
  ]);
  expect(triggerFindings({ ...unanswered, isForbidden: true })).toMatchObject([{ level: 'not checked' }]);
});
