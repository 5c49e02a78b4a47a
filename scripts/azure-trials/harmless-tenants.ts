/**
 * A day of tenants of several kinds without an attack, the busiest hour from 11:00 on. The same seed gives the same logs.
 * What they hold is as Auth0 documents it: https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes
 */
import type { Log } from '../../simulator/auth0/tenant.ts';
import { type Dice, dice } from '../../simulator/dice.ts';
import { type Deployment, deployed } from './harmless-deployment.ts';
import { address, call, type Fields, log, user } from './scene.ts';

/** Minutes before NOW_MS, noon, at which the busiest hour begins. */
const BUSY = 60;
const OFFICE = '198.51.100.1';
const ADMIN = 'admin@example.com';
const BROWSER: Fields = { security_context: { ja3: 'b', ja4: 't13d1517h2_8daaf6152771_b0da82dd1658' } };

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const at = (d: Dice) => d.whole(2, BUSY);
const person = (index: number): Fields => ({ ...user(`person${index}`), ip: address(index), ...BROWSER });
const colleague = (index: number): Fields => ({ ...user(`colleague${index}`), ip: OFFICE, ...BROWSER });

/** Logins all day, so that failures have a background. */
const logins = (d: Dice, count: number, who = person): Log[] =>
  times(count, index => log('s', d.whole(2, 1200), who(index)));

/** Everybody fails for an hour and tries again, some of them often; then it works. */
function outage(d: Dice, type: string, description: string, who: (index: number) => Fields): Log[] {
  const failures = times(150, index => log(type, d.whole(20, BUSY), { ...who(index % 80), description }));
  const impatient = times(12, () => log(type, d.whole(20, BUSY), { ...who(1), description }));
  const again = times(80, index => log('s', d.whole(2, 18), who(index)));
  return [...logins(d, 100, who), ...failures, ...impatient, ...again];
}

const TENANTS: Readonly<Record<string, (d: Dice) => Log[]>> = {
  'an Action fails': d => outage(d, 'f', 'Something went wrong executing the Action', person),
  'an Action fails, at an office': d =>
    outage(d, 'f', 'Something went wrong executing the Action', colleague),
  'an enterprise connection is out of order': d => outage(d, 'fc', 'Connector unreachable', colleague),
  'a cross-origin page is not configured': d =>
    outage(d, 'fcoa', 'Unable to configure verification page.', person),
  'machines alone': d => [
    ...times(20, client =>
      times(24, hour => log('seccft', hour * 60 + d.whole(1, 50), machine(client, client % 2))),
    ).flat(),
    // A secret that was rotated: one machine has the old one for a while.
    ...times(9, () => log('feccft', at(d), { ...machine(3), description: 'Unauthorized' })),
    ...times(60, () => log('feccft', at(d), { ...machine(4), description: 'Client quota exceeded' })),
    log('api_limit', 30, machine(5)),
    log('api_limit', 29, machine(5)),
    ...times(10, () => log('api_limit_warning', at(d), machine(5))),
    ...times(9, () => call('get', 'stats/daily', { type: 'fapi', statusCode: 403, minutesAgo: at(d) })),
    ...times(30, index =>
      call('patch', `users/auth0%7C${index}`, { minutesAgo: at(d), scopes: ['update:users'] }),
    ),
    log('limit_delegation', 20, machine(6)),
    log('limit_ui', 20, machine(6)),
  ],
  'social logins alone': d => [
    ...logins(d, 300, social),
    ...times(60, index =>
      log('f', at(d), {
        ...social(index),
        user_name: '',
        user_id: '',
        description: 'access_denied: The user denied',
      }),
    ),
    ...times(30, index => log('ss', at(d), social(400 + index))),
    ...times(20, index => log('sens', at(d), social(index))),
    ...times(5, index => log('fens', at(d), social(index))),
  ],
  'a large shop': d => [
    ...logins(d, 1500),
    ...times(700, index => log('s', at(d), person(2000 + index))),
    // Of many users, some forget their passwords at any time.
    ...times(6, index => log('limit_wc', at(d), { ...person(index * 11), user_id: '' })),
    ...times(40, index => log('fp', at(d), person(index * 7))),
    ...times(30, index => log('fu', at(d), person(900 + index))),
    log('limit_sul', 20, person(3)),
    log('limit_sui', 25, person(4)),
    ...times(140, index => log('ss', at(d), person(5000 + index))),
    ...times(120, index => log('sv', 3, person(5000 + index))),
    // A few of them protect their privacy.
    ...times(5, index => log('ss', at(d), { ...person(5200 + index), user_name: `u${index}@discard.email` })),
    ...times(60, index => log('pla', at(d), { ...person(index), details: { requiresVerification: false } })),
    ...times(30, index => log('scpr', at(d), person(index * 9))),
    log('sce', 50, person(7)),
    log('scp', 40, person(8)),
    ...times(9, () => log('gd_auth_failed', at(d), { user_id: 'auth0|person9', ip: address(9) })),
    ...times(9, () => log('gd_recovery_failed', at(d), { user_id: `auth0|person${d.whole(20, 99)}` })),
    ...times(29, index => log('cls', at(d), { ...person(index), ip: OFFICE })),
    ...times(9, () => log('cs', at(d), person(12))),
    ...times(9, () => log('gd_send_voice', at(d), { user_id: 'auth0|person13', ip: address(13) })),
    ...times(3, () => log('gd_send_pn', at(d), { user_id: 'auth0|person14', ip: address(14) })),
    log('scoa', 10, person(15)),
    ...times(9, index => log('fcpr', at(d), { ...person(20 + index), ip: address(7000) })),
    ...times(30, index => log('seacft', at(d), person(index))),
    ...times(9, index => log('fs', at(d), person(60 + index))),
    ...times(20, () => log('w', at(d), person(80))),
    ...times(30, () => log('sepft', at(d), person(16))),
    ...times(9, () => log('fepft', at(d), person(16))),
    log('sdel', 10, person(17)),
  ],
  'an office resets its passwords after a notice': d => [
    ...logins(d, 60, colleague),
    ...times(60, index => {
      const asked = d.whole(8, BUSY);
      return [
        log('scpr', asked, colleague(index)),
        // Some of them do not go on.
        ...(index % 5 === 0
          ? []
          : [log('scp', asked - d.whole(1, 5), colleague(index)), log('s', asked - 6, colleague(index))]),
      ];
    }).flat(),
  ],
  organizations: d => [
    ...times(200, index =>
      log('s', d.whole(2, 600), { ...colleague(index), organization_id: `org_${index % 7}` }),
    ),
    ...times(15, index => log('fp', BUSY - index, colleague(index))),
    ...times(15, index => log('s', BUSY - index - 1, colleague(index))),
    ...times(8, () =>
      call('delete', 'organizations/org_1/members', { admin: ADMIN, minutesAgo: at(d), statusCode: 204 }),
    ),
    ...times(8, () => call('post', 'organizations/org_1/invitations', { admin: ADMIN, minutesAgo: at(d) })),
  ],
  'a mobile application': d => [
    ...times(40, phone =>
      times(24, hour =>
        log('sertft', hour * 60 + d.whole(1, 50), {
          ...person(phone),
          ip: address(phone * 10 + (hour % 6)),
          user_agent: hour > 12 ? 'App/41 (iPhone)' : 'App/42 (iPhone)',
          location_info: { country_name: hour % 9 ? 'Germany' : 'Austria' },
          details: { familyId: `family${phone}` },
        }),
      ),
    ).flat(),
    ...times(60, phone =>
      log('fertft', at(d), { ...person(phone), description: 'Unknown or invalid refresh token.' }),
    ),
    ...times(40, phone =>
      log('gd_enrollment_complete', d.whole(2, 600), {
        user_id: `auth0|person${phone}`,
        details: { enrollment: { identifier: `device${phone}` } },
      }),
    ),
    ...times(40, phone => log('gd_auth_succeed', at(d), { user_id: `auth0|person${phone}` })),
    log('gd_auth_rejected', 30, { user_id: 'auth0|person3' }),
  ],
  'an application that is still on the default domain': d => [
    ...times(30, index => log('s', at(d), { ...person(index), hostname: 'login.example.com' })),
    ...times(20, index => log('s', at(d), { ...person(index), hostname: 'example.eu.auth0.com' })),
  ],
  'an administrator’s first day': d => [
    ...times(40, index =>
      call('get', `clients/c${index % 4}`, {
        type: 'mgmt_api_read',
        admin: ADMIN,
        minutesAgo: at(d),
        accessedSecrets: ['client_secret'],
      }),
    ),
    ...times(9, index =>
      call('delete', `users/auth0%7Ctest${index}`, { admin: ADMIN, minutesAgo: at(d), statusCode: 204 }),
    ),
    ...times(9, () =>
      call('patch', 'users/x', { type: 'fapi', admin: ADMIN, minutesAgo: at(d), statusCode: 400 }),
    ),
    ...times(20, index =>
      call('patch', `clients/c${index}`, {
        admin: ADMIN,
        minutesAgo: at(d),
        body: {
          name: 'New',
          callbacks: ['https://app.example.com/cb', 'http://localhost:3000'],
          grant_types: ['authorization_code'],
        },
        response: { client_id: `c${index}` },
      }),
    ),
    ...times(9, index =>
      call('post', '../../oidc/register', {
        description: 'Dynamic client registration',
        minutesAgo: at(d),
        response: { client_id: `d${index}` },
      }),
    ),
    call('delete', 'tenants/members/1', {
      admin: ADMIN,
      minutesAgo: 20,
      description: 'Delete tenant member',
      statusCode: 204,
    }),
    call('patch', 'tenants/invitations/inv_1', { admin: ADMIN, minutesAgo: 30, body: { state: 'declined' } }),
    call('get', 'log-streams', { type: 'mgmt_api_read', admin: ADMIN, minutesAgo: 25 }),
    call('post', 'users/auth0%7C1/identities', {
      admin: ADMIN,
      minutesAgo: 22,
      scopes: ['update:users'],
      response: [{ connection: 'a' }, { connection: 'b' }],
    }),
    call('post', 'network-acls', { admin: ADMIN, minutesAgo: 21, statusCode: 201 }),
    call('post', 'users/auth0%7C1/authentication-methods', { admin: ADMIN, minutesAgo: 19, statusCode: 201 }),
    call('post', 'clients/c1/secrets', { type: 'fapi', admin: ADMIN, minutesAgo: 18 }),
    call('post', 'jobs/users-imports', { admin: ADMIN, minutesAgo: 17, statusCode: 202 }),
  ],
  'a deployment repeats all settings': d => {
    // It was deployed like this for weeks: only the last run is new.
    const settings: Deployment = { minutesAgo: at(d) };
    return [1, 2, 3, 4].flatMap(run => deployed({ minutesAgo: settings.minutesAgo + (run - 1) * 300 }));
  },
};

function machine(client: number, place = 0): Fields {
  return {
    client_id: `machine${client}`,
    client_name: `Machine ${client}`,
    ip: address(client * 10 + place),
    user_id: '',
  };
}

function social(index: number): Fields {
  return {
    ...user(`friend${index}`),
    user_id: `google-oauth2|${index}`,
    ip: address(index),
    connection: 'google-oauth2',
    ...BROWSER,
  };
}

/** By name: the logs of each kind of tenant. */
export const harmlessTenants = (seed: number): ReadonlyMap<string, readonly Log[]> =>
  new Map(Object.entries(TENANTS).map(([name, make], index) => [name, make(dice(seed * 100 + index))]));
