/** This parser beside Microsoft's own of the same table. */
import { afterAll, describe, expect, test } from 'vitest';
import { EXCLUDE_LINES } from '../../../azure/asim/attach.ts';
import { generateLogs } from '../../../simulator/auth0/tenant.ts';
import { builtInLogon, isExcluded } from '../../../simulator/azure/asim/built-in.ts';
import type { Asim } from '../../../simulator/azure/log-analytics/asim.ts';
import { page } from '../../docs/pages.ts';
import { log, parserOf, SCOPE, TODAY, workspaceWith } from './asim-world.ts';

const opened: Asim[] = [];
afterAll(() => {
  for (const one of opened) one.close();
});

type Logs = readonly { readonly type: string }[];
const builtIn = (logs: Logs, result: string) => logs.filter(one => builtInLogon(one.type) === result).length;
const ours = async (logs: Logs, result: string) => {
  const asim = await workspaceWith(logs);
  opened.push(asim);
  const rows = await asim.run(parserOf('Authentication'), SCOPE, {
    eventtype_in: ['Logon'],
    eventresult: result,
  });
  return rows.length;
};
const some = (...types: readonly string[]): Logs =>
  types.map(type => log(type, { description: 'Wrong email or password.' })) as never;

describe('events by Microsoft’s parser and by this one:', () => {
  test.each([
    [
      'a sign-in with a second factor to a web application',
      'Success',
      some('gd_auth_succeed', 's', 'seacft'),
      3,
      1,
    ],
    ['a page that renews its token 5 times', 'Success', some('ssa', 'ssa', 'ssa', 'sertft', 'sertft'), 5, 0],
    ['10 page views without a session', 'Failure', some(...Array<string>(10).fill('fsa')), 10, 0],
    ['a wrong password at the token endpoint', 'Failure', some('fp', 'fepft'), 2, 1],
    [
      'a blocked account, a blocked address and a leaked password',
      'Failure',
      some('limit_wc', 'limit_mu', 'pwd_leak'),
      0,
      3,
    ],
  ] as const)('%s', async (_, result, logs, theirs, own) => {
    expect([builtIn(logs, result), await ours(logs, result)]).toEqual([theirs, own]);
  });

  test('a tenant’s half day, as docs/sentinel.md counts it', async () => {
    const fromMs = Date.parse(`${TODAY}T00:00:00Z`);
    const logs = [...generateLogs({ seed: 11, count: 1_500, fromMs, toMs: fromMs + 43_200_000 })].filter(
      one => typeof one === 'object',
    );
    const signIns = logs.filter(one => one.type === 's').length;
    const counted = [builtIn(logs, 'Success'), await ours(logs, 'Success'), signIns];
    expect(page('sentinel.md')).toContain(
      `${counted[0]} successful sign-ins by Microsoft’s parser and ${counted[1]} by this one; ${signIns} users signed in with \`s\``,
    );
  });
});

test('the printed items exclude Microsoft’s parser of this table, and nothing else', () => {
  expect(isExcluded(EXCLUDE_LINES, '_Im_Authentication', '_Im_Authentication_OktaAuth0')).toBe(true);
  expect(isExcluded(EXCLUDE_LINES, '_ASim_Authentication', '_ASim_Authentication_OktaAuth0')).toBe(true);
  expect(isExcluded(EXCLUDE_LINES, '_Im_Authentication', '_Im_Authentication_OktaSSO')).toBe(false);
  expect(isExcluded(EXCLUDE_LINES, '_Im_AuditEvent', '_Im_Authentication_OktaAuth0')).toBe(false);
});
