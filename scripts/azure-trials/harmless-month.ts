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

const staff = (index: number): Fields => ({ ...user(`staff${index % STAFF}`), ip: OFFICE });
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
    log('ss', at(13), { ...user(`newcomer${day}`), ip: OFFICE }),
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
