import { expect, test } from 'vitest';
import { LOG_TYPES, levelOf, logType } from '../../../lambda/core/record/log-types.ts';
import { ELSEWHERE } from '../../../lambda/core/record/log-types-elsewhere.ts';

test('211 types are known, and no two share a code or a name', () => {
  expect(LOG_TYPES).toHaveLength(211);
  expect(new Set(LOG_TYPES.map(type => type.code)).size).toBe(211);
  expect(new Set(LOG_TYPES.map(type => type.name)).size).toBe(211);
});

/** Codes that Auth0 documents or has published, but not on the page of all codes in English. */
const DOCUMENTED_ELSEWHERE =
  'appliance_configuration_api_read appliance_configuration_api_status appliance_configuration_api_write custom_domains_verification_failed elevated_rate_limit fetx fslo gd_email_settings_update gd_phone_settings_update gd_send_email_failure gd_set_enrollment_public_key limit_dc limit_sui passkey_register_failed passkey_register_started refresh_token_exchange_for_session_token_failed refresh_token_exchange_for_session_token_successful refresh_tokens_revoked_by_session session_revoked setx sns_error_endpoint_authorization_error srtr sslo token_quota_consumption_warning worker_command_executed worker_command_processing'.split(
    ' ',
  );

test('a code that Auth0 documents only elsewhere is known too, and has its page', () => {
  expect(DOCUMENTED_ELSEWHERE.filter(code => !logType(code).known)).toEqual([]);
  const listed = ELSEWHERE.flatMap(({ types }) => types.map(([code]) => code));
  expect(listed.toSorted()).toEqual(DOCUMENTED_ELSEWHERE);
  for (const { source } of ELSEWHERE) expect(source).toMatch(/^https:\/\/(auth0|github)\.com\/\S+$/);
});

test('every type has a level from 0 to 4, its name, and a category in words and dashes', () => {
  for (const type of LOG_TYPES) {
    expect([0, 1, 2, 3, 4], type.code).toContain(type.level);
    expect(['debug', 'info', 'warning', 'error', 'critical'][type.level], type.code).toBe(type.levelName);
    expect(levelOf(type.levelName)).toBe(type.level);
    expect(type.category, type.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(type.known).toBe(true);
  }
});

test('what says in words that it failed is a warning at least, and what says that it succeeded is none', () => {
  for (const { name, level } of LOG_TYPES) {
    if (/\bfailed\b|\bfailure\b|\berror\b/i.test(name)) expect(level, name).toBeGreaterThanOrEqual(2);
    if (/^success/i.test(name) && !/cleanup/i.test(name)) expect(level, name).toBe(1);
  }
});

test('a category of failures holds no information, and a category of successes no error', () => {
  for (const { code, category, level } of LOG_TYPES) {
    if (category.endsWith('-fail')) expect(level, code).toBeGreaterThanOrEqual(2);
    if (category.endsWith('-success')) expect(level, code).toBeLessThanOrEqual(1);
  }
});

test('a known code tells what it means', () => {
  expect(logType('fp')).toEqual({
    code: 'fp',
    name: 'Failed Login (Incorrect Password)',
    level: 3,
    levelName: 'error',
    category: 'auth-login-fail',
    known: true,
  });
  expect(logType('sertft').name).toBe('Success Exchange (Refresh Token for Access Token)');
  expect(logType('limit_mu').levelName).toBe('critical');
});

test('a deleted user and a completed flow are no failures, though their codes may look so', () => {
  expect(logType('du').level).toBe(1);
  expect(logType('flows_execution_completed').level).toBe(1);
});

test.each(['brand_new_type', 'FP', 'constructor', '__proto__'])(
  'the unknown code %s is its own name',
  code => {
    expect(logType(code)).toEqual({
      code,
      name: code,
      level: 1,
      levelName: 'info',
      category: 'unknown',
      known: false,
    });
  },
);

test.each([undefined, null, '', 7, {}, ['fp']])('%j, which is no code, is called Unknown', code => {
  expect(logType(code)).toMatchObject({ code: '', name: 'Unknown', category: 'unknown', known: false });
});
