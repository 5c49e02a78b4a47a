import { describe, expect, test } from 'vitest';
import { rateLimitFinding, retentionFinding } from '../../../cli/checks/auth0-plan.ts';
import { postFinding } from '../../../cli/checks/azure-answer.ts';
import { clockFinding, type Skew } from '../../../cli/doctor/clock.ts';
import { configurationFindings } from '../../../cli/doctor/configuration.ts';
import { parsePipeline } from '../../../lambda/config/config.ts';
import type { PostAnswer } from '../../../lambda/core/model.ts';
import { specOf } from '../../../lambda/destinations/all.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { AUTH0, PIPELINE } from '../../config/samples.ts';
import { SAMPLES } from '../../destinations/samples.ts';

const NOW = Date.parse('2030-05-15T12:00:00Z');
const HOUR_MS = 3_600_000;

describe('the rate limit', () => {
  const limit = (all: number, remaining: number) =>
    rateLimitFinding({ limit: all, remaining, resetAtMs: NOW }, 0.1);

  test.each([
    [2, 1, 'the Free plan: about 12,000 logs per minute'],
    [
      10,
      9,
      'Essentials, Professional or an Enterprise test tenant: about 10,000 logs per minute; 1 call reserved',
    ],
    [50, 40, 'an Enterprise production tenant: about 96,000 logs per minute; 5 calls reserved'],
    [7, 7, 'of an unknown plan'],
  ])('of %i calls tells the plan', (all, remaining, words) => {
    expect(limit(all, remaining)).toMatchObject({ level: 'ok', text: expect.stringContaining(words) });
  });

  test('is a warning when only what is kept for others is left', () => {
    expect(limit(50, 6).level).toBe('ok');
    expect(limit(50, 5)).toMatchObject({
      level: 'warning',
      remedy: expect.stringContaining('rateLimitHeadroom'),
    });
  });

  test('is not checked when Auth0 does not tell it', () => {
    expect(rateLimitFinding(undefined, 0.1).level).toBe('not checked');
  });
});

describe('the retention', () => {
  const oldest = (hours: number, days: number) => retentionFinding(NOW - hours * HOUR_MS, days, NOW);

  test.each([
    [29 * 24, 30],
    [10 * 24 + 20, 10],
    [6 * 24, 10],
    [3, 1],
    [47, 1],
  ])('a log of %i hours is what a plan of %i days keeps', (hours, days) => {
    expect(oldest(hours, days).level).toBe('ok');
  });

  test('a log older than the setting allows: it is set too low, and to what', () => {
    expect(oldest(9 * 24, 1)).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('the oldest log is 9 d old, auth0.logRetentionDays is 1: too low'),
      remedy: expect.stringMatching(/which looks like 10$/),
    });
  });

  test('an oldest log much younger than the setting: the plan may keep less, and then logs are lost', () => {
    expect(oldest(26, 30)).toMatchObject({
      level: 'warning',
      remedy: expect.stringContaining('Free 1, Essentials 5'),
    });
  });

  test('is not checked without a log', () => {
    expect(retentionFinding(undefined, 1, NOW).level).toBe('not checked');
  });
});

describe('the clock', () => {
  const skew = (aheadMs: number, uncertaintyMs = 600): Skew => ({ vendor: 'Azure', aheadMs, uncertaintyMs });

  test('is right within what an answer can tell', () => {
    expect(clockFinding([skew(400), { ...skew(-900), vendor: 'Auth0' }], 'local')).toMatchObject({
      level: 'ok',
      text: 'accurate to 1 s, compared with Auth0 and Azure',
    });
    // An answer that took a minute says little.
    expect(clockFinding([skew(31_000, 30_500)], 'local').level).toBe('ok');
    expect(clockFinding([], 'local').level).toBe('not checked');
  });

  test.each([
    [31_000, 'local', 'warning'],
    [-899_000, 'local', 'warning'],
    [-901_000, 'local', 'error'],
    // The functions do not run by this machine's clock.
    [86_400_000, 'stack', 'warning'],
  ] as const)('%i ms off, of a %s, is an %s; the worst one counts', (aheadMs, kind, level) => {
    expect(clockFinding([skew(0), skew(aheadMs), skew(100)], kind).level).toBe(level);
  });
});

describe.each(KINDS)('the answer of %s to an empty post', kind => {
  const { azure } = parsePipeline({ ...PIPELINE, azure: SAMPLES[kind].azure });
  const answered = (status: number): PostAnswer => ({ kind: 'answered', status });

  test.each([
    [answered(SAMPLES[kind].status), 'ok', undefined],
    [answered(302), 'error', 'whether a proxy answers'],
    [answered(403), 'error', ''],
    [answered(413), 'warning', 'check in “last run”'],
    [answered(429), 'warning', 'batches wait on the retry queue'],
    [answered(503), 'error', 'check Azure’s status page'],
    [{ kind: 'unanswered', code: 'ENOTFOUND', message: 'no such host' }, 'error', 'DNS'],
    [{ kind: 'unanswered', code: 'NOT_AZURE', message: 'a proxy answered' }, 'error', 'proxy'],
  ] as const)('%j: %s', (answer, level, remedy) => {
    const finding = postFinding(answer, azure);
    expect(finding.level).toBe(level);
    expect(finding.remedy ?? '').toContain(remedy ?? '');
    expect(finding.remedy === undefined).toBe(level === 'ok');
  });

  test.each([...specOf(azure).emptyRefused])('400 %s, for its emptiness alone, is ok', code => {
    expect(postFinding({ ...answered(400), code } as PostAnswer, azure).level).toBe('ok');
  });
});

describe('the configuration', () => {
  const found = (more: object, kind: 'local' | 'stack' = 'local', env = {}) =>
    configurationFindings(parsePipeline({ ...PIPELINE, ...more }), kind, env);

  test('is well, and says where it is led astray', () => {
    expect(found({}, 'local', { AUTH0_BASE_URL: 'http://127.0.0.1:1' })).toEqual([
      {
        check: 'configuration',
        level: 'ok',
        text: 'valid; schedule rate(1 minute); redirected by AUTH0_BASE_URL',
      },
    ]);
    expect(found({ alarms: { email: ['you@example.com'] } }, 'stack')).toMatchObject([{ level: 'ok' }]);
  });

  test.each([
    ['alarms that call nobody', {}, 'stack', 'set alarms.email'],
    [
      'a custom domain for the tenant’s own',
      { auth0: { ...AUTH0, domain: 'login.acme.com' } },
      'local',
      'auth0.customDomain',
    ],
    ['late logs that nobody looks for', { settleSeconds: 0, sweepMinutes: 0 }, 'local', '15 and 15'],
  ] as const)('is a warning with %s', (_, more, kind, remedy) => {
    expect(found(more, kind)).toMatchObject([{ level: 'warning', remedy: expect.stringContaining(remedy) }]);
  });
});
