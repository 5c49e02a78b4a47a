/**
 * A month without any incident: users mistype, forget, sign up and leave, and machines are throttled, one at a time.
 * Over an hour or a day it is below every number of the detections. Over the whole month it is above most of them, as a
 * rule may see it at a first start.
 */
import type { Log } from '../../simulator/auth0/tenant.ts';
import { address, call, type Fields, log, user } from './scene.ts';

const DAYS = 30;
const DAY_MINUTES = 1440;
/** The last hours have no logs: the month is over. */
const OFFICE = '198.51.100.1';
const HOTEL = '203.0.113.9';
const ADMIN = 'admin@example.com';
const STAFF = 40;
const POLLER = { client_id: 'poller', client_name: 'Poller' };

/** The browser of the company, through its own domain. */
const BROWSER: Fields = {
  hostname: 'login.example.com',
  security_context: { ja3: '0123456789abcdef', ja4: 't13d1516h2_8daaf6152771_e5627efa2ab1' },
};
const staff = (index: number): Fields => ({ ...user(`staff${index % STAFF}`), ip: OFFICE, ...BROWSER });
const guest = (day: number, nth: number): Fields => ({
  ...user(`guest${day}x${nth}`),
  ip: address(day * 10 + nth),
});

/** The logs of one day, so many days ago. */
function dayOf(day: number): Log[] {
  const at = (hour: number, minute = 0) => day * DAY_MINUTES - hour * 60 - minute;
  const mistyping = [staff(1), staff(day * 2), staff(day * 2 + 1)];
  return [
    ...Array.from({ length: STAFF }, (_, index) => log('s', at(8, 30 + index / 4), staff(index))),
    // One user mistypes every day, others sometimes; all of them sign in.
    ...mistyping.map((fields, index) => log('fp', at(8, 20 + index), fields)),
    // Another user fails at the hotel every evening, and signs in at home.
    log('fp', at(20), { ...user(`traveller${day}`), ip: HOTEL }),
    // An application that is being retired: every sign-in to it fails.
    ...[0, 1].map(nth =>
      log('fu', at(11, nth), { ...guest(day, nth), client_id: 'old', client_name: 'Old' }),
    ),
    log('limit_wc', at(12), { ...guest(day, 3), user_id: '' }),
    log('feccft', at(1), { client_id: 'nightly', client_name: 'Nightly', ip: OFFICE }),
    call('get', `clients/c${day}`, {
      type: 'mgmt_api_read',
      minutesAgo: at(10),
      admin: ADMIN,
      accessedSecrets: ['client_secret'],
    }),
    call('get', 'users', { type: 'fapi', minutesAgo: at(10, 30), statusCode: 403, admin: ADMIN }),
    call('delete', `users/auth0%7Cleaver${day}`, { minutesAgo: at(15), statusCode: 204, admin: ADMIN }),
    log('gd_send_pn', at(8, 40), { user_id: 'auth0|staff2' }),
    ...(day % 5 === 0 ? [log('gd_auth_rejected', at(8, 41), { user_id: 'auth0|staff2' })] : []),
    log('gd_auth_succeed', at(8, 42), { user_id: 'auth0|staff2' }),
    log('gd_auth_failed', at(8, 43), { user_id: 'auth0|staff3' }),
    ...[0, 30].map(minute => log('gd_send_sms', at(8, minute), { ...staff(4 + minute) })),
    log('scpr', at(9), staff(day)),
    // Sessions that are renewed at work and at home.
    ...Array.from({ length: 10 }, (_, index) =>
      [10, 19].map(hour =>
        log('sertft', at(hour, index), {
          ...staff(index),
          ip: hour === 10 ? OFFICE : address(index),
          details: { familyId: `family${index}` },
        }),
      ),
    ).flat(),
    // A risky sign-in at the office, and one that is not.
    ...[true, false].map((requiresVerification, nth) =>
      log('pla', at(8, 50 + nth), { ip: OFFICE, details: { requiresVerification } }),
    ),
    log('s', at(8, 10), staff(day)),
    // A new phone, and the same phone again.
    ...[0, 30].map(minute =>
      log('gd_enrollment_complete', at(14, minute), {
        ...staff(day),
        details: { authenticator: { phone_number: `+120255501${String(day).padStart(2, '0')}` } },
      }),
    ),
    // An application with a wrong setting repeats one request.
    ...Array.from({ length: 12 }, (_, nth) =>
      log('f', at(16, nth * 3), {
        ip: HOTEL,
        ...BROWSER,
        description:
          'Callback URL mismatch. https://app.example.com/old is not in the list of allowed callback URLs',
      }),
    ),
    // An application with the scopes that it needs.
    call('get', 'users', { minutesAgo: at(6), scopes: ['read:users', 'read:connections', 'update:users'] }),
    log('ss', at(13), { ...user(`newcomer${day}`), ip: OFFICE }),
    // A limit that is exceeded for a moment, and again one minute later.
    log('api_limit', at(3, 1), { client_id: 'nightly', client_name: 'Nightly', ip: OFFICE }),
    // A token quota that is used up: one log per refusal, with the right secret.
    ...Array.from({ length: 12 }, (_, nth) =>
      log('feccft', at(4, nth * 3), { ...POLLER, ip: OFFICE, description: 'Client quota exceeded' }),
    ),
    // A script with an old password: a failed password grant is two logs.
    ...Array.from({ length: 12 }, (_, nth) => [
      log('fp', at(5, nth * 3), { ...user('script'), ip: HOTEL }),
      log('fepft', at(5, nth * 3), { ...user('script'), ip: HOTEL }),
    ]).flat(),
    // A machine with two addresses, every two hours.
    ...Array.from({ length: 12 }, (_, nth) =>
      log('seccft', at(nth * 2, 7), { ...POLLER, ip: address(nth % 2) }),
    ),
    // Settings that are saved without a change.
    call('patch', 'attack-protection/brute-force-protection', {
      minutesAgo: at(10, 45),
      admin: ADMIN,
      body: { enabled: true, allowlist: [], max_attempts: 10 },
      response: { enabled: true, allowlist: [], max_attempts: 10 },
    }),
    log('api_limit', at(3), { client_id: 'nightly', client_name: 'Nightly', ip: OFFICE }),
    log('seccft', at(2), { client_id: 'nightly', client_name: 'Nightly', ip: OFFICE }),
  ];
}

/** Events that happen once or twice in the month. */
const rare = [20, 10].map(day =>
  call('delete', `tenants/members/auth0%7Cadmin${day}`, {
    minutesAgo: day * DAY_MINUTES,
    statusCode: 204,
    admin: ADMIN,
  }),
);
const moved = [
  log('sce', 25 * DAY_MINUTES, staff(7)),
  log('scp', 5 * DAY_MINUTES, staff(7)),
  ...(
    [
      ['Germany', 48, 11, 22],
      ['Japan', 36, 140, 14],
    ] as const
  ).map(([country_name, latitude, longitude, day]) =>
    log('s', day * DAY_MINUTES, { ...staff(9), location_info: { country_name, latitude, longitude } }),
  ),
];

export const HARMLESS_MONTH: readonly Log[] = [
  ...Array.from({ length: DAYS }, (_, index) => dayOf(index + 1)).flat(),
  ...rare,
  ...moved,
].toSorted((a, b) => a.date.localeCompare(b.date));
