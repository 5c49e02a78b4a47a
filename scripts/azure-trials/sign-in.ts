import type { Log } from '../../simulator/auth0/tenant.ts';
import { address, type Fields, log, logs, scene, type Trials, user } from './scene.ts';

const someone = (index: number) => user(`user${index}`);
const from = (place: Fields): Fields => ({ location_info: place });
const MUNICH = from({
  country_code: 'DE',
  country_name: 'Germany',
  city_name: 'München',
  latitude: 48.1374,
  longitude: 11.5755,
});
const NEAR_MUNICH = from({
  country_code: 'DE',
  country_name: 'Germany',
  city_name: 'Augsburg',
  latitude: 48.3705,
  longitude: 10.8978,
});
// Latitude and longitude as text: Auth0 writes both.
const TOKYO = from({
  country_code: 'JP',
  country_name: 'Japan',
  city_name: 'Tokyo',
  latitude: '35.6895',
  longitude: '139.6917',
});

const botnet = (users: number, addresses: number, successes: number): Log[] => [
  ...logs(users, 'fu', index => ({ ...someone(index), ip: address(index % addresses) })),
  ...logs(successes, 's', index => ({ ...someone(1000 + index), ip: address(1000 + index) })),
];

/** `users` users with `triesEach` wrong passwords each, spread over a day. */
const spray = (users: number, triesEach: number, type = 'fp'): Log[] =>
  Array.from({ length: users }, (_, index) =>
    Array.from({ length: triesEach }, (_, tried) =>
      log(type, 20 + index * 60 + tried * 7, { ...someone(index), ip: '198.51.100.7' }),
    ),
  ).flat();

export const SIGN_IN_TRIALS: Trials = {
  'credential-stuffing': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(logs(20, 'fu', someone)),
    also: {
      'wrong codes': scene(
        logs(20, 'f', index => ({
          ...someone(index),
          description: 'Wrong phone number or verification code.',
        })),
      ),
    },
    quiet: {
      'an Action fails for everybody': scene(
        logs(20, 'f', index => ({
          ...someone(index),
          description: 'Something went wrong executing the Action',
        })),
      ),
      '19 user names': scene(logs(19, 'fu', someone)),
      '60 failures of one user': scene(logs(60, 'fp', () => someone(1))),
      '20 users get in': scene(logs(20, 's', someone)),
      '20 users from 20 addresses': scene(
        logs(20, 'fu', index => ({ ...someone(index), ip: address(index) })),
      ),
      'one user name, written in upper and lower case': scene(
        logs(20, 'fu', index => ({
          ...someone(1),
          user_name: index % 2 ? 'A@EXAMPLE.COM' : 'a@example.com',
        })),
      ),
      'more than an hour ago': scene(
        Array.from({ length: 20 }, (_, index) => log('fu', 61 + index, someone(index))),
      ),
    },
  },
  'distributed-credential-stuffing': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(botnet(50, 50, 5)),
    quiet: {
      '49 users': scene(botnet(49, 49, 0), log('fu', 2, { ...someone(0), ip: address(77) })),
      '50 users from 49 addresses': scene(botnet(50, 49, 0)),
      'many people fail, but more get in': scene(botnet(50, 50, 60)),
    },
  },
  'password-spraying': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(spray(15, 1)),
    also: { '15 users, three times each': scene(spray(15, 3)) },
    quiet: {
      '14 users': scene(spray(14, 1)),
      '15 users, one of them four times': scene(
        spray(15, 1),
        Array.from({ length: 3 }, (_, index) => log('fp', 10 + index, { ...someone(0), ip: '198.51.100.7' })),
      ),
      'an office: everybody mistypes once and then gets in': scene(spray(20, 1), spray(20, 1, 's')),
    },
  },
  'brute-force': {
    source: 'https://auth0.com/docs/secure/attack-protection/brute-force-protection',
    fires: scene(logs(20, 'fp', index => ({ ...someone(1), ip: address(index) }))),
    also: {
      'over three quarters of an hour': scene(
        Array.from({ length: 20 }, (_, index) => log('fp', 2 + index * 2.2, someone(1))),
      ),
    },
    quiet: {
      '19 wrong passwords': scene(logs(19, 'fp', () => someone(1))),
      '20 users with one each': scene(logs(20, 'fp', someone)),
      'users that do not exist': scene(logs(20, 'fu', () => someone(1))),
    },
  },
  'brute-force-succeeded': {
    source: 'https://auth0.com/docs/secure/attack-protection/brute-force-protection',
    fires: scene(
      logs(10, 'fp', () => someone(1)),
      log('s', 0.5, someone(1)),
    ),
    quiet: {
      'nothing but failures': scene(logs(20, 'fp', () => someone(1))),
      'nothing but successes': scene(logs(20, 's', () => someone(1))),
      '9 failures': scene(
        logs(9, 'fp', () => someone(1)),
        log('s', 0.5, someone(1)),
      ),
      'success before the failures': scene(
        log('s', 30, someone(1)),
        logs(10, 'fp', () => someone(1)),
      ),
      'success from another address': scene(
        logs(10, 'fp', () => someone(1)),
        log('s', 0.5, { ...someone(1), ip: '203.0.113.5' }),
      ),
      'success of another user': scene(
        logs(10, 'fp', () => someone(1)),
        log('s', 0.5, someone(2)),
      ),
    },
  },
  'accounts-blocked': {
    source: 'https://auth0.com/docs/secure/attack-protection/brute-force-protection',
    fires: scene(logs(5, 'limit_wc', index => ({ user_name: `user${index}@example.com`, user_id: '' }))),
    also: { 'for attempts from one address': scene(logs(5, 'limit_sui', someone)) },
    quiet: {
      '4 users': scene(logs(4, 'limit_wc', someone)),
      'one user, five times': scene(logs(5, 'limit_wc', () => someone(1))),
      'blocks that were lifted': scene(logs(5, 'ublkdu', someone)),
    },
  },
  'address-blocked': {
    source: 'https://auth0.com/docs/secure/attack-protection/suspicious-ip-throttling',
    fires: scene(log('limit_mu', 5, { description: 'An IP address is blocked' })),
    quiet: { 'a blocked account': scene(log('limit_wc', 5, someone(1))) },
  },
  'breached-password': {
    source: 'https://auth0.com/docs/secure/attack-protection/breached-password-detection',
    fires: scene(log('signup_pwd_leak', 5, someone(1))),
    quiet: { 'an ordinary wrong password': scene(log('fp', 5, someone(1))) },
  },
  'breached-password-succeeded': {
    source: 'https://auth0.com/docs/secure/attack-protection/breached-password-detection',
    fires: scene(log('pwd_leak', 30, { ...someone(1), user_id: '' }), log('s', 10, someone(1))),
    quiet: {
      'an ordinary wrong password': scene(log('fp', 30, someone(1)), log('s', 10, someone(1))),
      'no success': scene(log('pwd_leak', 30, someone(1)), log('fp', 10, someone(1))),
      'success before': scene(log('s', 40, someone(1)), log('pwd_leak', 30, someone(1))),
      'success from elsewhere': scene(
        log('pwd_leak', 30, someone(1)),
        log('s', 10, { ...someone(1), ip: '203.0.113.5' }),
      ),
      'password changed first': scene(
        log('pwd_leak', 30, someone(1)),
        log('scp', 20, someone(1)),
        log('s', 10, someone(1)),
      ),
    },
  },
  'impossible-travel': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(log('s', 70, { ...someone(1), ...MUNICH }), log('s', 5, { ...someone(1), ...TOKYO })),
    quiet: {
      'two users': scene(
        log('s', 70, { ...someone(1), ...MUNICH }),
        log('s', 5, { ...someone(2), ...TOKYO }),
      ),
      'the next town': scene(
        log('s', 6, { ...someone(1), ...MUNICH }),
        log('s', 5, { ...someone(1), ...NEAR_MUNICH }),
      ),
      'the second one fails': scene(
        log('s', 70, { ...someone(1), ...MUNICH }),
        log('fp', 5, { ...someone(1), ...TOKYO }),
      ),
      'no place known': scene(log('s', 70, someone(1)), log('s', 5, { ...someone(1), ip: '203.0.113.5' })),
    },
  },
  'password-reset-flood': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(logs(10, 'scpr', someone)),
    quiet: {
      '10 users sign in': scene(logs(10, 's', someone)),
      '9 users': scene(logs(9, 'scpr', someone)),
      'one user, ten times': scene(logs(10, 'scpr', () => someone(1))),
    },
  },
  'signup-burst': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(logs(20, 'ss', someone)),
    quiet: {
      '19 signups': scene(logs(19, 'ss', someone)),
      '20 refused signups': scene(logs(20, 'fs', someone)),
      'from 20 addresses': scene(logs(20, 'ss', index => ({ ...someone(index), ip: address(index) }))),
    },
  },
  'account-taken-over': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(log('sce', 40, someone(1)), log('scp', 10, someone(1))),
    quiet: {
      'another change': scene(log('scu', 40, someone(1)), log('scp', 10, someone(1))),
      'password first': scene(log('scp', 40, someone(1)), log('sce', 10, someone(1))),
      'two users': scene(log('sce', 40, someone(1)), log('scp', 10, someone(2))),
      'an hour apart': scene(log('sce', 75, someone(1)), log('scp', 10, someone(1))),
    },
  },
};
