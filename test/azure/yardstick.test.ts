/** Logs that Auth0's own detections select: the first detection that we name for each fires on them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { YARDSTICK } from '../../azure/yardstick.ts';
import { arrivalsOf, arrive } from '../../scripts/azure-trials/arrivals.ts';
import {
  address,
  call,
  DOMAIN,
  type Fields,
  log,
  logs,
  NOW_MS,
  scene,
  user,
} from '../../scripts/azure-trials/scene.ts';
import type { Log } from '../../simulator/auth0/tenant.ts';
import { type LogAnalytics, openLogAnalytics, type Row } from '../../simulator/azure/log-analytics/engine.ts';
import { fires, RULES } from './alert-rules.ts';

const admin = 'admin@example.com';
const sapi = (method: string, path: string, description: string, body: unknown, more: object = {}) =>
  call(method, path, { admin, description, body, response: body, ...more });
const shields = (name: string, body: object) =>
  sapi('patch', `attack-protection/${name}`, 'Update settings', { enabled: true, ...body });
const someone = (index: number) => user(`user${index}`);
const many = (howMany: number, make: (index: number) => Log | Log[]) =>
  Array.from({ length: howMany }, (_, index) => make(index)).flat();
const enrolled = (details: Fields) =>
  ['a', 'b'].map(name => log('gd_enrollment_complete', 5, { user_id: `auth0|${name}`, details }));
const exchanges = (fields: (index: number) => Fields) =>
  many(25, index =>
    log('sertft', 5 + index, { ...user('a'), details: { familyId: 'family' }, ...fields(index) }),
  );
const TOOL = { security_context: { ja4: 't13d_tool' } };

/** By the name of Auth0's file: what its query selects, over its threshold. */
const ATTACKS: Readonly<Record<keyof typeof YARDSTICK, readonly Log[]>> = {
  attack_protection_features_turned_off: [
    sapi('patch', 'attack-protection/brute-force-protection', 'Update Brute-force settings', {
      enabled: false,
    }),
  ],
  bot_detection_turned_off: [
    sapi('put', 'anomaly/captcha', 'Create or update the anomaly detection captcha', {
      policy: 'always',
      password_reset_policy: 'off',
    }),
  ],
  breached_password_detection_settings_manipulated: [
    shields('breached-password-detection', {
      shields: ['admin_notification'],
      stage: { 'pre-user-registration': { shields: [] } },
    }),
  ],
  brute_force_critical_settings_manipulated: [
    shields('brute-force-protection', {
      shields: ['user_notification'],
      mode: 'count_per_identifier_and_ip',
    }),
  ],
  client_with_overpermissive_granted_scopes: [
    call('patch', 'users/a', { scopes: Array.from({ length: 30 }, (_, index) => `read:thing${index}`) }),
  ],
  credential_stuffing_signals: logs(40, 'fu', someone),
  cross_origin_authentication_enabled: [
    sapi('patch', 'clients/c', 'Update a client', { cross_origin_authentication: true }),
  ],
  grant_mgn_api_scopes: [
    call('patch', 'client-grants/g', {
      admin,
      description: 'Update client grant',
      body: { scope: ['delete:users'] },
      response: { audience: 'https://example.eu.auth0.com/api/v2/', client_id: 'c' },
    }),
  ],
  insecure_grants_enabled_for_applications: [
    sapi('patch', 'clients/c', 'Update a client', { grant_types: ['implicit'] }),
  ],
  liquidjs_xss_vulnerability: [
    sapi('patch', 'tenants/settings', 'Update tenant settings', {
      error_page: { html: '{{ error_description }}' },
    }),
  ],
  logins_from_suspicious_tls_fingerprints: [
    ...logs(40, 'fp', index => ({ ...someone(index), ...TOOL })),
    log('s', 0.6, { ...user('a'), ...TOOL, ip: address(1) }),
  ],
  logins_or_signups_from_suspicious_ips: [log('pwd_leak', 20, user('a')), log('s', 5, user('b'))],
  many_failed_authorization_requests: logs(20, 'f', index => ({
    description: `Service not found: https://api${index}.example`,
  })),
  many_unverified_accounts_created: many(40, index => log('ss', 245 + index / 4, someone(index))),
  mfa_donwgrade_risk_assessment_disabled: [
    sapi('put', 'risk-assessment/config', 'Updates risk assessment configs', { AfterAuthentication: false }),
  ],
  mfa_downgrade_detect_disable_factors: [
    sapi('put', 'guardian/factors/webauthn-roaming', 'Update multi-factor authentication type', {
      enabled: false,
    }),
  ],
  mfa_downgrade_disable_mfa_policies: [
    sapi('put', 'guardian/policies', 'Update multi-factor authentication policies', []),
  ],
  multiple_phone_numbers_are_registered_as_mfa: enrolled({ authenticator: { phone_number: '+12025550123' } }),
  rapid_creation_of_clients_with_dynamic_registration: many(20, index =>
    call('post', 'clients', {
      description: 'Dynamic client registration',
      response: { client_id: `c${index}` },
    }),
  ),
  refresh_token_from_multiple_user_agent: exchanges(index => ({ user_agent: `curl/8.${index}` })),
  refresh_token_from_too_many_locations: exchanges(index => ({ ip: address(index) })),
  refresh_token_reuse: [log('ferrt', 5, user('a'))],
  risk_for_mfa_push_fatigue: logs(10, 'gd_send_pn', () => ({ user_id: 'auth0|a' })),
  risk_of_copying_client_credentials: many(10, index =>
    call('get', `clients/c${index}`, {
      type: 'mgmt_api_read',
      admin,
      description: 'Get client by ID',
      accessedSecrets: ['client_secret'],
      response: { client_id: `c${index}` },
    }),
  ),
  risk_of_copying_the_most_powerful_token: [log('seccft', 5, { client_name: 'API Explorer Application' })],
  risk_of_signup_fraud_by_disposable_domains: logs(10, 'ss', index => ({
    user_name: `u${index}@yopmail.com`,
  })),
  risk_of_signup_fraud_by_volume: logs(40, 'ss', someone),
  risk_of_tenant_takeover: [
    sapi('post', 'tenants/invitations', 'Create tenant invitations for a given client', {
      roles: ['owner'],
      owners: ['stranger@example.com'],
    }),
  ],
  same_guardian_app_is_registered_for_mfa_in_multiple_users: enrolled({
    enrollment: { identifier: 'device' },
  }),
  sms_bombarding: logs(11, 'gd_send_sms', index => ({ user_id: 'auth0|a', ip: address(index) })),
  suspicious_ip_throttling_critical_settings_manipulated: [
    shields('suspicious-ip-throttling', { shields: ['block'] }),
  ],
  unrecognized_ip_in_allowlist: [
    shields('brute-force-protection', { shields: ['block'], allowlist: ['203.0.113.66'] }),
  ],
  use_of_auth0_tenant_name_url: [
    ...logs(30, 's', index => ({ ...someone(index), hostname: 'login.example.com' })),
    log('fp', 0.6, { ...user('a'), hostname: DOMAIN }),
  ],
};

let analytics: LogAnalytics;
const idsOf = new Map<string, readonly string[]>();
beforeAll(async () => {
  const rows: Record<string, Row[]> = {};
  for (const [name, attack] of Object.entries(ATTACKS)) {
    const arrived = arrive('logs-ingestion', DOMAIN, arrivalsOf(scene(attack)));
    idsOf.set(name, arrived.logIds);
    for (const [table, some] of Object.entries(arrived.rows)) rows[table] = [...(rows[table] ?? []), ...some];
  }
  analytics = await openLogAnalytics('own', rows);
});
afterAll(() => analytics.close());

test('all 33 are covered', () => {
  expect(Object.keys(YARDSTICK)).toHaveLength(33);
  expect(Object.keys(ATTACKS)).toEqual(Object.keys(YARDSTICK));
});

test.each(Object.entries(YARDSTICK))('%s', async (name, ids) => {
  const rules = ids.map(id => RULES.find(one => one.id === id)!);
  expect(rules).not.toContain(undefined);
  expect(await fires(analytics, rules[0]!, NOW_MS, idsOf.get(name)!)).toBe(true);
});
