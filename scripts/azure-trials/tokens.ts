import type { Log } from '../../simulator/auth0/tenant.ts';
import { address, call, log, logs, scene, type Trials, user } from './scene.ts';

const SYNC = {
  client_id: 'ExampleClientM2M000000000000000B',
  client_name: 'Nightly Sync (M2M)',
  user_id: '',
};
const API = { ...SYNC, audience: 'https://api.example.com/', scope: 'read:things' };

/** Tokens of over one day before, from this many addresses in turn. */
const usual = (tokens: number, addresses = 1): Log[] =>
  Array.from({ length: tokens }, (_, index) =>
    log('seccft', 120 + index * Math.floor(1560 / (tokens - 1)), { ...API, ip: address(index % addresses) }),
  );
/** The logs of a limit that is exceeded for this many minutes. */
const limited = (minutes: number, type = 'api_limit'): Log[] =>
  Array.from({ length: minutes }, (_, index) => log(type, 1 + index, SYNC));

const stranger = log('seccft', 10, { ...API, ip: '203.0.113.66' });

/** Exchanges of one refresh token family, an hour apart. */
const exchanges = (howMany: number, fields: (index: number) => object, familyId = 'family1'): Log[] =>
  Array.from({ length: howMany }, (_, index) =>
    log('sertft', 5 + index * 30, { ...user('sample'), details: { familyId }, ...fields(index) }),
  );
const COUNTRIES = ['Germany', 'Japan', 'Brazil'];

export const TOKEN_TRIALS: Trials = {
  'refresh-token-reuse': {
    source: 'https://auth0.com/docs/secure/tokens/refresh-tokens/refresh-token-rotation',
    fires: scene(
      log('ferrt', 5, {
        ...user('sample'),
        description: 'Unsuccessful Refresh Token exchange, reused refresh token detected',
      }),
    ),
    quiet: { 'an expired refresh token': scene(logs(5, 'fertft')) },
  },
  'refresh-token-spread': {
    source:
      'https://github.com/auth0/auth0-customer-detections/blob/main/detections/refresh_token_from_multiple_user_agent.yml',
    fires: scene(exchanges(4, index => ({ user_agent: `curl/8.${index}` }))),
    also: {
      '20 addresses': scene(exchanges(20, index => ({ ip: address(index) }))),
      'three countries': scene(
        exchanges(3, index => ({ location_info: { country_name: COUNTRIES[index] } })),
      ),
    },
    quiet: {
      'three user agents, as after an update': scene(
        exchanges(3, index => ({ user_agent: `curl/8.${index}` })),
      ),
      'four browsers of one user, with a token each': scene(
        [1, 2, 3, 4].flatMap(nth => exchanges(1, () => ({ user_agent: `curl/8.${nth}` }), `family${nth}`)),
      ),
      '19 addresses of a phone': scene(exchanges(19, index => ({ ip: address(index) }))),
      'without a family': scene(exchanges(9, index => ({ user_agent: `curl/8.${index}`, details: {} }))),
    },
  },
  'api-explorer-token': {
    source:
      'https://github.com/auth0/auth0-customer-detections/blob/main/detections/risk_of_copying_the_most_powerful_token.yml',
    fires: scene(log('seccft', 5, { ...API, client_name: 'API Explorer Application' })),
    quiet: {
      'another application': scene(log('seccft', 5, API)),
      'a refusal': scene(log('feccft', 5, { ...API, client_name: 'API Explorer Application' })),
    },
  },
  'client-secret-guessing': {
    source: 'https://auth0.com/docs/fine-grained-m2m-token-quotas',
    // As in published logs of a wrong secret.
    fires: scene(logs(10, 'feccft', () => ({ ...SYNC, description: 'Unauthorized' }))),
    quiet: {
      '9 refusals': scene(logs(9, 'feccft', () => ({ ...SYNC, description: 'Unauthorized' }))),
      // One log per refusal, with the right secret.
      'a token quota that is used up': scene(
        logs(60, 'feccft', () => ({ ...SYNC, description: 'Client quota exceeded' })),
      ),
      'ten applications, one each': scene(logs(10, 'feccft', index => ({ client_id: `client${index}` }))),
      'ten tokens': scene(logs(10, 'seccft', () => SYNC)),
    },
  },
  'client-new-address': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(usual(12, 3), stranger),
    quiet: {
      'an address that is known': scene(usual(12, 3), log('seccft', 10, { ...API, ip: address(1) })),
      'an application that is used for half a day': scene(
        Array.from({ length: 12 }, (_, index) => log('seccft', 120 + index * 60, { ...API, ip: address(0) })),
        stranger,
      ),
      'too few tokens to know': scene(usual(9), stranger),
      'an application that roams': scene(usual(20, 4), stranger),
      'a new application': scene(stranger),
    },
  },
  'rate-limit-exhausted': {
    source:
      'https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy/rate-limit-use-cases',
    // "Immediately after a rate limit is exceeded", and again after one minute while it still is, for any number of refusals.
    fires: scene(limited(9)),
    also: { 'three minutes': scene(limited(3)), 'of /userinfo': scene(limited(3, 'limit_ui')) },
    quiet: {
      'two minutes': scene(limited(2)),
      'many refusals within one minute': scene(logs(9, 'limit_ui', () => SYNC)),
      'once in each quarter of an hour': scene(
        [5, 20, 35, 50].map(minutes => log('api_limit', minutes, SYNC)),
      ),
      'warnings alone': scene(logs(10, 'api_limit_warning', () => SYNC)),
    },
  },
  'api-probing': {
    source: 'https://github.com/auth0/auth0-customer-detections',
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
