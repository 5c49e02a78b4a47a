import { call, scene, type Trials } from './scene.ts';

const admin = 'admin@example.com';

/** The settings of an attack protection, whole: the dashboard posts them so, and so the API answers. */
const protection = (settings: object, options: { minutesAgo?: number; type?: string } = {}) => {
  const all = { enabled: true, shields: ['block', 'user_notification'], allowlist: [], ...settings };
  const path = 'attack-protection/suspicious-ip-throttling';
  return call('patch', path, { admin, body: all, response: all, ...options });
};
const OFF = { enabled: false };
const exempt = (...allowlist: string[]) => ({ allowlist });

export const PROTECTION_TRIALS: Trials = {
  'attack-protection-off': {
    source: 'https://auth0.com/docs/api/management/v2/attack-protection/patch-brute-force-protection',
    fires: scene(protection(OFF)),
    also: {
      'by one setting': scene(
        call('patch', 'attack-protection/brute-force-protection', { admin, body: { enabled: false } }),
      ),
      'it was on before': scene(protection({}, { minutesAgo: 60 }), protection(OFF)),
      'off, on and off again': scene(
        protection(OFF, { minutesAgo: 90 }),
        protection({}, { minutesAgo: 60 }),
        protection(OFF),
      ),
      'another one is off already': scene(
        call('patch', 'attack-protection/brute-force-protection', { admin, body: OFF, minutesAgo: 60 }),
        protection(OFF),
      ),
    },
    quiet: {
      'it is off already, and something else is changed': scene(
        protection(OFF, { minutesAgo: 60 }),
        protection({ ...OFF, shields: [] }),
      ),
      'the answer alone says that it is off': scene(
        call('patch', 'attack-protection/brute-force-protection', {
          admin,
          body: { max_attempts: 5 },
          response: { enabled: false, max_attempts: 5 },
        }),
      ),
      'switched on': scene(
        call('patch', 'attack-protection/brute-force-protection', {
          admin,
          body: { enabled: true },
          response: { enabled: true, shields: ['block'] },
        }),
      ),
      'it was refused': scene(
        call('patch', 'attack-protection/brute-force-protection', {
          admin,
          type: 'fapi',
          body: { enabled: false },
        }),
      ),
      'something else was switched off': scene(
        call('patch', 'branding', { admin, body: { enabled: false } }),
      ),
    },
  },
  'attack-protection-allowlist': {
    source: 'https://auth0.com/docs/api/management/v2/attack-protection/patch-suspicious-ip-throttling',
    fires: scene(protection(exempt('203.0.113.66'))),
    also: {
      'by one setting': scene(
        call('patch', 'attack-protection/suspicious-ip-throttling', {
          admin,
          body: exempt('203.0.113.66'),
        }),
      ),
      'one more': scene(
        protection(exempt('203.0.113.66'), { minutesAgo: 60 }),
        protection(exempt('203.0.113.66', '203.0.113.67')),
      ),
      'taken off and put on again': scene(
        protection(exempt('203.0.113.66'), { minutesAgo: 90 }),
        protection(exempt(), { minutesAgo: 60 }),
        protection(exempt('203.0.113.66')),
      ),
    },
    quiet: {
      'it is there already, and something else is changed': scene(
        protection(exempt('203.0.113.66', '203.0.113.67'), { minutesAgo: 60 }),
        protection({ ...exempt('203.0.113.66'), shields: [] }),
      ),
      'something else is changed, and nobody is exempt': scene(protection({ shields: [] })),
      'a list of something else': scene(
        call('patch', 'tenants/settings', { admin, body: { allowlist: ['203.0.113.66'] } }),
      ),
      'the list was emptied': scene(
        call('patch', 'attack-protection/suspicious-ip-throttling', { admin, body: { allowlist: [] } }),
      ),
    },
  },
  'bot-detection-off': {
    source: 'https://auth0.com/docs/api/management/v2/attack-protection/patch-bot-detection',
    fires: scene(
      call('patch', 'attack-protection/bot-detection', {
        admin,
        body: { challenge_password_policy: 'never' },
      }),
    ),
    quiet: {
      'it was refused': scene(
        call('patch', 'attack-protection/bot-detection', {
          admin,
          type: 'fapi',
          body: { challenge_password_policy: 'never' },
        }),
      ),
      'another policy': scene(call('patch', 'branding', { admin, body: { logo_policy: 'never' } })),
      'set to "when risky"': scene(
        call('patch', 'attack-protection/bot-detection', {
          admin,
          body: { challenge_password_policy: 'when_risky' },
        }),
      ),
    },
  },
};
