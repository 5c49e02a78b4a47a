import { address, call, log, logs, scene, type Trials } from './scene.ts';

/** Logs about second factors have only the user's id. */
const who = (name = 'sample') => ({ user_id: `auth0|${name}` });

/** As in published logs: the phone of a text message, or the device of the Guardian app. */
const enrolled = (name: string, details: object, minutesAgo = 5) =>
  log('gd_enrollment_complete', minutesAgo, { ...who(name), details });
const phone = (phone_number: string) => ({ authenticator: { phone_number } });
const device = (identifier: string) => ({ enrollment: { identifier } });

export const MFA_TRIALS: Trials = {
  'mfa-fatigue': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(logs(5, 'gd_send_pn', () => who())),
    also: { '3 rejections': scene(logs(3, 'gd_auth_rejected', () => who())) },
    quiet: {
      '4 notifications': scene(logs(4, 'gd_send_pn', () => who())),
      'five users, one each': scene(logs(5, 'gd_send_pn', index => who(`user${index}`))),
      '2 rejections': scene(logs(2, 'gd_auth_rejected', () => who())),
      'text messages': scene(logs(5, 'gd_send_sms', () => who())),
    },
  },
  'mfa-fatigue-succeeded': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(
      logs(2, 'gd_auth_rejected', () => who()),
      log('gd_auth_succeed', 0.5, who()),
    ),
    quiet: {
      'three times accepted': scene(logs(3, 'gd_auth_succeed', () => who())),
      'one rejection': scene(log('gd_auth_rejected', 5, who()), log('gd_auth_succeed', 0.5, who())),
      'success first': scene(
        log('gd_auth_succeed', 20, who()),
        logs(2, 'gd_auth_rejected', () => who()),
      ),
      'success of another user': scene(
        logs(2, 'gd_auth_rejected', () => who()),
        log('gd_auth_succeed', 0.5, who('other')),
      ),
    },
  },
  'mfa-guessing': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(logs(10, 'gd_auth_failed', () => who())),
    also: { 'the limit, once': scene(log('gd_otp_rate_limit_exceed', 5, who())) },
    quiet: {
      '9 wrong codes': scene(logs(9, 'gd_auth_failed', () => who())),
      'ten users, one each': scene(logs(10, 'gd_auth_failed', index => who(`user${index}`))),
      'ten right codes': scene(logs(10, 'gd_auth_succeed', () => who())),
    },
  },
  'message-pumping': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(logs(30, 'gd_send_sms', index => who(`user${index}`))),
    also: { 'the limit, once': scene(log('limit_phone', 5)) },
    quiet: {
      '29 messages': scene(logs(29, 'gd_send_sms', () => who())),
      'from 30 addresses': scene(logs(30, 'gd_send_sms', index => ({ ...who(), ip: address(index) }))),
      'push notifications cost nothing': scene(logs(30, 'gd_send_pn', index => who(`user${index}`))),
    },
  },
  'message-bombing': {
    source: 'https://github.com/auth0/auth0-customer-detections/blob/main/detections/sms_bombarding.yml',
    fires: scene(logs(10, 'gd_send_sms', index => ({ ...who(), ip: address(index) }))),
    quiet: {
      '9 messages': scene(logs(9, 'gd_send_sms', () => who())),
      'ten users, one each': scene(logs(10, 'gd_send_sms', index => who(`user${index}`))),
      'push notifications': scene(logs(10, 'gd_send_pn', () => who())),
    },
  },
  'factor-shared': {
    source:
      'https://github.com/auth0/auth0-customer-detections/blob/main/detections/multiple_phone_numbers_are_registered_as_mfa.yml',
    fires: scene(enrolled('sample', phone('+12025550123'), 60), enrolled('victim', phone('+12025550123'))),
    also: {
      'a device': scene(enrolled('sample', device('device1')), enrolled('victim', device('device1'))),
    },
    quiet: {
      'one user, twice': scene(enrolled('sample', phone('+1')), enrolled('sample', phone('+1'))),
      'two phones': scene(enrolled('sample', phone('+1')), enrolled('victim', phone('+2'))),
      'numbers with hidden digits': scene(
        enrolled('sample', phone('XXXXXXX23')),
        enrolled('victim', phone('XXXXXXX23')),
      ),
      'one-time passwords, which name no device': scene(
        enrolled('sample', { authenticator: { type: 'totp' } }),
        enrolled('victim', { authenticator: { type: 'totp' } }),
      ),
      'a day and a half apart': scene(enrolled('sample', phone('+1'), 2160), enrolled('victim', phone('+1'))),
    },
  },
  'mfa-removed': {
    source: 'https://auth0.com/docs/api/management/v2/users/delete-authenticators',
    fires: scene(
      call('delete', 'users/auth0%7Csample/authenticators', { admin: 'admin@example.com', statusCode: 204 }),
    ),
    quiet: {
      'the user was deleted': scene(call('delete', 'users/auth0%7Csample', { statusCode: 204 })),
      'it was refused': scene(
        call('delete', 'users/auth0%7Csample/authenticators', { type: 'fapi', statusCode: 403 }),
      ),
      'one was added': scene(
        call('post', 'users/auth0%7Csample/authentication-methods', { statusCode: 201 }),
      ),
    },
  },
};
