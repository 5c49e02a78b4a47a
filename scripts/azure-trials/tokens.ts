import type { Log } from '../../simulator/auth0/tenant.ts';
import { address, call, log, logs, scene, type Trials } from './scene.ts';

const SYNC = {
  client_id: 'ExampleClientM2M000000000000000B',
  client_name: 'Nightly Sync (M2M)',
  user_id: '',
};
const API = { ...SYNC, audience: 'https://api.example.com/', scope: 'read:things' };

/** Tokens of the day before, from this many addresses in turn. */
const usual = (tokens: number, addresses = 1): Log[] =>
  Array.from({ length: tokens }, (_, index) =>
    log('seccft', 120 + index * 60, { ...API, ip: address(index % addresses) }),
  );
const stranger = log('seccft', 10, { ...API, ip: '203.0.113.66' });

export const TOKEN_TRIALS: Trials = {
  'refresh-token-reuse': {
    fires: scene(
      log('ferrt', 5, { description: 'Unsuccessful Refresh Token exchange, reused refresh token detected' }),
    ),
    quiet: { 'an expired refresh token': scene(logs(5, 'fertft')) },
  },
  'client-secret-guessing': {
    fires: scene(logs(10, 'feccft', () => ({ ...SYNC, description: 'Unauthorized' }))),
    quiet: {
      '9 refusals': scene(logs(9, 'feccft', () => SYNC)),
      'ten applications, one each': scene(logs(10, 'feccft', index => ({ client_id: `client${index}` }))),
      'ten tokens': scene(logs(10, 'seccft', () => SYNC)),
    },
  },
  'client-new-address': {
    fires: scene(usual(10, 3), stranger),
    quiet: {
      'an address that is known': scene(usual(10, 3), log('seccft', 10, { ...API, ip: address(1) })),
      'too few tokens to know': scene(usual(9), stranger),
      'an application that roams': scene(usual(20, 4), stranger),
      'a new application': scene(stranger),
    },
  },
  'rate-limit-exhausted': {
    fires: scene(logs(10, 'api_limit', () => SYNC)),
    quiet: {
      '9 refusals': scene(logs(9, 'api_limit', () => SYNC)),
      'warnings alone': scene(logs(10, 'api_limit_warning', () => SYNC)),
    },
  },
  'api-probing': {
    fires: scene(
      Array.from({ length: 10 }, (_, index) =>
        call('get', `thing${index}`, { type: 'fapi', statusCode: 403, description: 'Insufficient scope' }),
      ),
    ),
    quiet: {
      '9 refused calls': scene(
        Array.from({ length: 9 }, () => call('get', 'users', { type: 'fapi', statusCode: 403 })),
      ),
      'ten allowed calls': scene(Array.from({ length: 10 }, () => call('patch', 'users/x'))),
    },
  },
};
