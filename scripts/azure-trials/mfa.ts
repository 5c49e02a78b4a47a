import { address, call, log, logs, scene, type Trials } from './scene.ts';

/** Logs about second factors have only the user's id. */
const who = (name = 'sample') => ({ user_id: `auth0|${name}` });

export const MFA_TRIALS: Trials = {
  'mfa-fatigue': {
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
    fires: scene(logs(10, 'gd_auth_failed', () => who())),
    also: { 'the limit, once': scene(log('gd_otp_rate_limit_exceed', 5, who())) },
    quiet: {
      '9 wrong codes': scene(logs(9, 'gd_auth_failed', () => who())),
      'ten users, one each': scene(logs(10, 'gd_auth_failed', index => who(`user${index}`))),
      'ten right codes': scene(logs(10, 'gd_auth_succeed', () => who())),
    },
  },
  'message-pumping': {
    fires: scene(logs(30, 'gd_send_sms', index => who(`user${index}`))),
    also: { 'the limit, once': scene(log('limit_phone', 5)) },
    quiet: {
      '29 messages': scene(logs(29, 'gd_send_sms', () => who())),
      'from 30 addresses': scene(logs(30, 'gd_send_sms', index => ({ ...who(), ip: address(index) }))),
      'push notifications cost nothing': scene(logs(30, 'gd_send_pn', index => who(`user${index}`))),
    },
  },
  'mfa-removed': {
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
