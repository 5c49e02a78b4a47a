import { describe, expect, test } from 'vitest';
import { QUESTIONS } from '../../../cli/acceptance/questions.ts';
import { KINDS } from '../../../simulator/azure/apis.ts';
import { askIn, tenantLogs } from './asked-world.ts';
import { BOTH_WAYS } from './both-ways.ts';

const named = (id: string) => QUESTIONS.filter(one => one.id === id);

test('each question that is not about a stack has an account that confirms it, and one that refutes it', () => {
  const ids = QUESTIONS.filter(({ vendor }) => vendor !== 'AWS').map(({ id }) => id);
  expect(Object.keys(BOTH_WAYS).sort()).toEqual(ids.sort());
  for (const { refuted } of Object.values(BOTH_WAYS)) expect(refuted.length).toBeGreaterThan(0);
});

describe.each(Object.entries(BOTH_WAYS))('%s', (id, { confirmed, refuted }) => {
  test('is confirmed by an account that is as assumed', async () => {
    expect(await askIn(confirmed, named(id))).toMatchObject([{ outcome: 'confirmed' }]);
  });

  test.each(refuted.map((setup, n) => [n, setup] as const))(
    'is refuted by another account, %s',
    async (_n, setup) => {
      expect(await askIn(setup, named(id))).toMatchObject([{ outcome: 'refuted' }]);
    },
  );
});

test('a tenant without logs refutes nothing', async () => {
  const about = QUESTIONS.filter(({ vendor, writes }) => vendor === 'Auth0' && writes === undefined);
  const answers = await askIn({ auth0: { logs: [] } }, about);
  const outcomes = Object.fromEntries(answers.map(({ question, outcome }) => [question.id, outcome]));
  expect(outcomes).toMatchObject({
    'from-expired': 'unclear',
    'late-ids': 'unclear',
    'id-after-date': 'unclear',
  });
  expect(Object.values(outcomes)).not.toContain('refuted');
});

test('an account that answers nothing refutes nothing, and is not quoted', async () => {
  const fault = { kind: 'status', status: 500, body: 'the secret words of a server' } as const;
  const answers = await askIn(
    {
      auth0: { logs: tenantLogs(5), latencyMs: 0 },
      during: undefined,
      azure: { acceptedAnswer: { status: fault.status, body: fault.body } },
    },
    named('accepted-answer'),
  );
  expect(answers).toMatchObject([{ outcome: 'unclear' }]);
  expect(answers[0]?.observed).not.toContain('secret words');
});

test.each(KINDS)('every question about posts can be asked of %s', async kind => {
  const about = QUESTIONS.filter(({ id }) =>
    ['empty-array', 'raw-limit', 'accepted-answer', 'role-flaps'].includes(id),
  );
  const answers = await askIn({ kind, roleMs: 30_000 }, about);
  for (const { outcome } of answers) expect(['confirmed', 'unclear', 'not-asked']).toContain(outcome);
  expect(answers.find(({ question }) => question.id === 'accepted-answer')).toMatchObject({
    outcome: 'confirmed',
  });
});
