import { call, scene, type Trials } from './scene.ts';

const admin = 'admin@example.com';

/** All settings of an attack protection: the dashboard posts them together, and the API answers with all of them. */
const protection = (settings: object, options: { minutesAgo?: number; type?: string } = {}) => {
  const all = { enabled: true, shields: ['block', 'user_notification'], allowlist: [], ...settings };
  const path = 'attack-protection/suspicious-ip-throttling';
  return call('patch', path, { admin, body: all, response: all, ...options });
};
const OFF = { enabled: false };
const exempt = (...allowlist: string[]) => ({ allowlist });

const MONITORING = { shields: ['user_notification'] };
const breached = (shields: string[], signup: string[], minutesAgo = 5) => {
  const all = { enabled: true, shields, stage: { 'pre-user-registration': { shields: signup } } };
  const path = 'attack-protection/breached-password-detection';
  return call('patch', path, { admin, body: all, response: all, minutesAgo });
};
const assessment = (fields: object) =>
  call('patch', 'risk-assessments/settings', {
    admin,
    description: 'Updates risk assessment configs',
    ...fields,
  });

/** As the dashboard names the flows. */
const bots = (body: object, minutesAgo = 5, more: object = {}) =>
  call('post', 'anomaly/captchas', { admin, minutesAgo, body, response: { ...body, ...more } });

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
      'another protection is already off': scene(
        call('patch', 'attack-protection/brute-force-protection', { admin, body: OFF, minutesAgo: 60 }),
        protection(OFF),
      ),
    },
    quiet: {
      'it is already off, and something else changes': scene(
        protection(OFF, { minutesAgo: 60 }),
        protection({ ...OFF, shields: [] }),
      ),
      'only the response has it off': scene(
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
  'attack-protection-weakened': {
    source:
      'https://github.com/auth0/auth0-customer-detections/blob/main/detections/brute_force_critical_settings_manipulated.yml',
    fires: scene(
      call('patch', 'attack-protection/brute-force-protection', {
        admin,
        body: { enabled: true, ...MONITORING, mode: 'count_per_identifier_and_ip' },
      }),
    ),
    also: {
      'it blocked before': scene(
        protection({ shields: ['block', 'admin_notification'] }, { minutesAgo: 60 }),
        protection({ shields: ['admin_notification'] }),
      ),
      'administrators are not notified any more': scene(
        protection({ shields: ['block', 'admin_notification'] }, { minutesAgo: 60 }),
        protection({ shields: ['block'] }),
      ),
      'breached passwords, at login': scene(breached(['block'], ['block'], 60), breached([], ['block'])),
      'breached passwords, at signup': scene(breached(['block'], ['block'], 60), breached(['block'], [])),
    },
    quiet: {
      'it did not block before either': scene(
        breached([], ['block'], 60),
        breached(['user_notification'], ['block']),
      ),
      'it blocks and notifies': scene(protection({ shields: ['block', 'admin_notification'] })),
      // The account is locked by another setting.
      'accounts are locked regardless of the address': scene(
        call('patch', 'attack-protection/brute-force-protection', {
          admin,
          body: { enabled: true, ...MONITORING, mode: 'count_per_identifier' },
        }),
      ),
      'another setting, and only the response has the shields': scene(
        call('patch', 'attack-protection/brute-force-protection', {
          admin,
          body: { max_attempts: 5 },
          response: { enabled: true, ...MONITORING, mode: 'count_per_identifier_and_ip' },
        }),
      ),
      'it was refused': scene(protection(MONITORING, { type: 'fapi' })),
    },
  },
  'risk-assessment-off': {
    source:
      'https://github.com/auth0/auth0-customer-detections/blob/main/detections/mfa_donwgrade_risk_assessment_disabled.yml',
    fires: scene(
      assessment({ body: { AfterAuthentication: false }, response: { AfterAuthentication: false } }),
    ),
    also: {
      'by the documented API': scene(assessment({ description: '', body: { is_enabled: false } })),
      'off, on and off again': scene(
        assessment({ body: { AfterAuthentication: false }, minutesAgo: 90 }),
        assessment({ body: { AfterAuthentication: true }, minutesAgo: 60 }),
        assessment({ body: { AfterAuthentication: false } }),
      ),
    },
    quiet: {
      'switched on': scene(assessment({ body: { AfterAuthentication: true } })),
      'it was refused': scene(assessment({ type: 'fapi', body: { AfterAuthentication: false } })),
      'something else': scene(call('patch', 'branding', { admin, body: { is_enabled: false } })),
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
      'the address is already exempt, and something else changes': scene(
        protection(exempt('203.0.113.66', '203.0.113.67'), { minutesAgo: 60 }),
        protection({ ...exempt('203.0.113.66'), shields: [] }),
      ),
      'something else changes, and no address is exempt': scene(protection({ shields: [] })),
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
    also: {
      'one more flow': scene(
        bots({ policy: 'off', passwordless_policy: 'always' }, 60),
        bots({ policy: 'off', passwordless_policy: 'off' }),
      ),
      'it was on before': scene(bots({ policy: 'always' }, 60), bots({ policy: 'off' })),
    },
    quiet: {
      'the flow was off before, and something else changes': scene(
        bots({ policy: 'off', selected: 'auth_challenge' }, 60),
        bots({ policy: 'off', selected: 'hcaptcha' }),
      ),
      'only the answer has it off': scene(bots({ selected: 'hcaptcha' }, 5, { policy: 'off' })),
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
