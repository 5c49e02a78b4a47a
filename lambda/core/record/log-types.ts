/**
 * Every log type that Auth0 is known to write, by category: its code, its level and its name.
 * Codes, names and categories: https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes
 * Codes that only other pages have: log-types-elsewhere.ts
 * A code says nothing by its letters: not every failure begins with `f`, and new codes come every month.
 *
 * Names: an "Exchange" says what was exchanged, and no two types share a name.
 * Levels: as Auth0's log extensions had them, since alerts were built on them; ours where they had none. But:
 * `du` (Deleted User) was 3, error, though nothing failed: 1 here.
 * Categories: as documented, a fitting one where there is none. But: `feta` is documented as a success of the
 * token exchange, though it is its failure.
 */
import { ELSEWHERE } from './log-types-elsewhere.ts';

const LEVEL_NAMES = ['debug', 'info', 'warning', 'error', 'critical'] as const;

/** 0 debug, 1 info, 2 warning, 3 error, 4 critical. */
export type Level = 0 | 1 | 2 | 3 | 4;
export type LevelName = (typeof LEVEL_NAMES)[number];

export interface LogType {
  readonly code: string;
  readonly name: string;
  readonly level: Level;
  readonly levelName: LevelName;
  readonly category: string;
  /** False for a code that the table lacks: then level and category say nothing about it. */
  readonly known: boolean;
}

const TYPES: Readonly<Record<string, readonly (readonly [code: string, level: Level, name: string])[]>> = {
  'auth-login-success': [
    ['s', 1, 'Success Login'],
    ['scoa', 1, 'Success Cross-Origin Authentication'],
    ['sdel', 1, 'Successful Delegated Login'],
    ['sens', 1, 'Success Exchange (Native Social Login)'],
  ],
  'auth-login-fail': [
    ['f', 3, 'Failed Login'],
    ['fc', 3, 'Failed by Connector'],
    ['fcoa', 3, 'Failed Cross-Origin Authentication'],
    ['fens', 3, 'Failed Exchange (Native Social Login)'],
    ['fp', 3, 'Failed Login (Incorrect Password)'],
    ['fu', 3, 'Failed Login (Invalid Email/Username)'],
  ],
  'auth-login-notification': [
    ['scv', 1, 'Success Credential Validation'],
    ['w', 2, 'Warning During Login'],
  ],
  'auth-logout-success': [
    ['oidc_backchannel_logout_succeeded', 1, 'Successful OIDC Back-Channel Logout Request'],
    ['slo', 1, 'Success Logout'],
    ['universal_logout_succeeded', 1, 'Successful Universal Logout Request'],
  ],
  'auth-logout-fail': [
    ['federated_logout_failed', 3, 'Failed Federated Logout'],
    ['flo', 3, 'Failed Logout'],
    ['oidc_backchannel_logout_failed', 3, 'Failed OIDC Back-Channel Logout Request'],
    ['universal_logout_failed', 3, 'Failed Universal Logout Request'],
  ],
  'auth-signup-success': [['ss', 1, 'Success Signup']],
  'auth-signup-fail': [['fs', 3, 'Failed Signup']],
  'auth-silent-auth-success': [
    ['sdelsa', 1, 'Successful Delegated Silent Authentication'],
    ['ssa', 1, 'Success Silent Auth'],
  ],
  'auth-silent-auth-fail': [
    ['fdelsa', 3, 'Failed Delegated Silent Authentication'],
    ['fsa', 3, 'Failed Silent Auth'],
  ],
  'auth-token-exchange-success': [
    ['ciba_exchange_succeeded', 1, 'Successful CIBA Exchange'],
    ['idjag_exchange_succeeded', 1, 'Success Exchange (Identity Assertion Grant JWT for Access Token)'],
    ['sdeleacft', 1, 'Success Exchange (Delegated Authorization Code for Access Token)'],
    ['seacft', 1, 'Success Exchange (Authorization Code for Access Token)'],
    ['seccft', 1, 'Success Exchange (Client Credentials for Access Token)'],
    ['secte', 1, 'Success Exchange (Custom Token Exchange)'],
    ['sede', 1, 'Success Exchange (Device Code for Access Token)'],
    ['seoobft', 1, 'Success Exchange (Password and OOB Challenge for Access Token)'],
    ['seotpft', 1, 'Success Exchange (Password and OTP Challenge for Access Token)'],
    ['sepft', 1, 'Success Exchange (Password for Access Token)'],
    ['sepkoobft', 1, 'Success Exchange (Passkey and OOB Challenge for Access Token)'],
    ['sepkotpft', 1, 'Success Exchange (Passkey and OTP Challenge for Access Token)'],
    ['sepkrcft', 1, 'Success Exchange (Passkey and MFA Recovery Code for Access Token)'],
    ['sercft', 1, 'Success Exchange (Password and MFA Recovery Code for Access Token)'],
    ['sertft', 1, 'Success Exchange (Refresh Token for Access Token)'],
    ['seta', 1, 'Success Exchange (Token Vault)'],
    ['success_on_behalf_of_token_exchange', 1, 'Success Exchange (On-Behalf-Of Token Exchange)'],
  ],
  'auth-token-exchange-fail': [
    ['ciba_exchange_failed', 3, 'Failed CIBA Exchange'],
    ['failed_on_behalf_of_token_exchange', 3, 'Failed Exchange (On-Behalf-Of Token Exchange)'],
    ['fdeleacft', 3, 'Failed Exchange (Delegated Authorization Code for Access Token)'],
    ['feacft', 3, 'Failed Exchange (Authorization Code for Access Token)'],
    ['feccft', 3, 'Failed Exchange (Client Credentials for Access Token)'],
    ['fecte', 3, 'Failed Exchange (Custom Token Exchange)'],
    ['fede', 3, 'Failed Exchange (Device Code for Access Token)'],
    ['feoobft', 3, 'Failed Exchange (Password and OOB Challenge for Access Token)'],
    ['feotpft', 3, 'Failed Exchange (Password and OTP Challenge for Access Token)'],
    ['fepft', 3, 'Failed Exchange (Password for Access Token)'],
    ['fepotpft', 3, 'Failed Exchange (Passwordless OTP for Access Token)'],
    ['fercft', 3, 'Failed Exchange (Password and MFA Recovery Code for Access Token)'],
    ['ferrt', 3, 'Failed Exchange (Rotating Refresh Token)'],
    ['fertft', 3, 'Failed Exchange (Refresh Token for Access Token)'],
    ['feta', 3, 'Failed Exchange (Token Vault)'],
    ['idjag_exchange_failed', 3, 'Failed Exchange (Identity Assertion Grant JWT for Access Token)'],
    ['jwt_bearer_exchange_failed', 3, 'Failed Exchange (JWT Bearer Assertion for Access Token)'],
  ],
  'management-success': [
    ['mgmt_api_read', 1, 'Management API Read Operation'],
    ['sapi', 1, 'Success API Operation'],
  ],
  'management-fail': [['fapi', 3, 'Failed API Operation']],
  'user-success': [
    ['connected_accounts_connection_succeeded', 1, 'Successful Connected Account Connection'],
    ['connected_accounts_delete_succeeded', 1, 'Successful Connected Account Delete'],
    ['du', 1, 'Deleted User'],
    [
      'my_account_authentication_method_succeeded',
      1,
      'Successful Authentication Method Operation in My Account API',
    ],
    ['sce', 1, 'Success Change Email'],
    ['scp', 1, 'Success Change Password'],
    ['scph', 1, 'Success Post Change Password Hook'],
    ['scpn', 1, 'Success Change Phone Number'],
    ['scpr', 1, 'Success Change Password Request'],
    ['scu', 1, 'Success Change Username'],
    ['sd', 1, 'Success Delegation'],
    ['sdu', 1, 'Success User Deletion'],
    ['srrt', 1, 'Successful Refresh Token Revocation'],
    ['ss_sso_success', 1, 'Success SS-SSO Operation'],
    ['sui', 1, 'Successfully Imported Users'],
    ['sv', 1, 'Success Verification Email'],
    ['svr', 1, 'Success Verification Email Request'],
  ],
  'user-fail': [
    ['connected_accounts_connection_failed', 3, 'Failed Connected Account Connection'],
    ['connected_accounts_delete_failed', 3, 'Failed Connected Account Delete'],
    ['fce', 3, 'Failed Change Email'],
    ['fcp', 3, 'Failed Change Password'],
    ['fcph', 3, 'Failed Post Change Password Hook'],
    ['fcpn', 3, 'Failed Change Phone Number'],
    ['fcpr', 3, 'Failed Change Password Request'],
    ['fcu', 3, 'Failed Change Username'],
    ['fd', 3, 'Failed Delegation'],
    ['fdeaz', 3, 'Failed Device Authorization Request'],
    ['fdecc', 2, 'User Canceled Device Confirmation'],
    ['fdu', 3, 'Failed User Deletion'],
    ['fn', 3, 'Failed Sending Notification'],
    ['fv', 3, 'Failed Verification Email'],
    ['fvr', 3, 'Failed Verification Email Request'],
    [
      'my_account_authentication_method_failed',
      3,
      'Failed Authentication Method Operation in My Account API',
    ],
    ['ss_sso_failure', 3, 'Failed SS-SSO Operation'],
  ],
  'user-notification': [
    ['cs', 1, 'Code Sent'],
    ['gd_enrollment_complete', 1, 'MFA Enrollment Complete'],
    ['gd_start_enroll', 1, 'MFA Enroll Started'],
    ['gd_unenroll', 1, 'Unenroll Device Account'],
    ['gd_update_device_account', 1, 'Update Device Account'],
    ['gd_user_delete', 1, 'User Delete'],
    ['ss_sso_info', 1, 'Information from an SS-SSO Operation'],
    ['ublkdu', 1, 'User Login Block Released'],
  ],
  'system-notification': [
    ['acul_sdk_notice', 1, 'ACUL SDK Notice'],
    ['admin_update_launch', 1, 'Auth0 Update Launched'],
    ['api_limit', 4, 'Rate Limit on the Authentication or Management APIs'],
    ['api_limit_warning', 2, 'Rate Limit Warning on the Authentication or Management APIs'],
    ['appi', 1, 'Notice for API Peak Performance initiated'],
    ['coff', 3, 'Connector Offline'],
    ['con', 1, 'Connector Online'],
    ['custom_domain_verification_failed', 3, 'Custom Domain Verification Failed'],
    ['depnote', 2, 'Deprecation Notice'],
    ['directory_sync_completed', 1, 'Inbound Directory Sync Completed'],
    ['directory_sync_failed', 3, 'Inbound Directory Sync Failed'],
    ['directory_sync_started', 0, 'Inbound Directory Sync Started'],
    ['fcpro', 4, 'Failed Connector Provisioning'],
    ['fui', 2, 'Failed Users Import'],
    ['limit_delegation', 4, 'Too Many Calls to /delegation'],
    ['limit_mu', 4, 'Blocked IP Address'],
    ['limit_phone', 3, 'Blocked Phone Delivery (Too Many Phone Delivery Attempts)'],
    ['limit_ui', 4, 'Too Many Calls to /userinfo'],
    ['limit_wc', 4, 'Blocked Account (Too Many Failed Logins)'],
    ['sys_os_update_end', 1, 'Auth0 OS Update Ended'],
    ['sys_os_update_start', 1, 'Auth0 OS Update Started'],
    ['sys_update_end', 1, 'Auth0 Update Ended'],
    ['sys_update_start', 1, 'Auth0 Update Started'],
  ],
  actions: [['actions_execution_failed', 3, 'Actions Execution Failed']],
  'scim-event': [
    ['fscim', 3, 'Failed SCIM Operation'],
    ['sscim', 1, 'Successful SCIM Operation'],
  ],
  other: [
    ['acls_summary', 1, 'Network ACLs Summary'],
    ['ciba_start_failed', 3, 'Failed CIBA Start'],
    ['ciba_start_succeeded', 1, 'Successful CIBA Start'],
    ['cls', 1, 'Code/Link Sent'],
    ['fco', 3, 'Failed by CORS'],
    ['fdeac', 3, 'Failed Device Activation'],
    ['fi', 3, 'Failed Invite Accept'],
    ['flows_execution_completed', 1, 'Flows Execution Completed'],
    ['flows_execution_failed', 3, 'Flows Execution Failed'],
    ['forms_submission_failed', 3, 'Forms Submission Failed'],
    ['forms_submission_succeeded', 1, 'Forms Submission Succeeded'],
    ['fpar', 3, 'Failed Pushed Authorization Request'],
    ['fpurh', 3, 'Failed Post User Registration Hook'],
    ['gd_auth_email_verification', 1, 'Email Verification Confirmed'],
    ['gd_auth_fail_email_verification', 3, 'Email Verification Failed'],
    ['gd_auth_failed', 3, 'MFA Auth Failed'],
    ['gd_auth_rejected', 3, 'MFA Auth Rejected'],
    ['gd_auth_succeed', 1, 'MFA Auth Success'],
    ['gd_module_switch', 1, 'Module Switch'],
    ['gd_otp_rate_limit_exceed', 2, 'Too Many MFA Failures'],
    ['gd_recovery_failed', 3, 'Recovery Failed'],
    ['gd_recovery_rate_limit_exceed', 2, 'Multi-Factor Recovery Code Has Failed Too Many Times'],
    ['gd_recovery_succeed', 1, 'MFA Recovery Success'],
    ['gd_send_email', 1, 'MFA Email Sent'],
    ['gd_send_email_verification', 1, 'Email Verification Sent'],
    ['gd_send_email_verification_failure', 3, 'Email Verification Failed (Sending)'],
    ['gd_send_pn', 1, 'Push Notification Sent'],
    ['gd_send_pn_failure', 3, 'Error Sending MFA Push Notification'],
    ['gd_send_sms', 1, 'MFA SMS Sent'],
    ['gd_send_sms_failure', 3, 'Error Sending MFA SMS'],
    ['gd_send_voice', 1, 'MFA Voice Call Success'],
    ['gd_send_voice_failure', 3, 'MFA Voice Call Failed'],
    ['gd_start_auth', 1, 'Second Factor Started'],
    ['gd_start_enroll_failed', 3, 'MFA Enrollment Failed'],
    ['gd_tenant_update', 1, 'Guardian Tenant Update'],
    ['gd_webauthn_challenge_failed', 3, 'WebAuthn Browser Error (Challenge)'],
    ['gd_webauthn_enrollment_failed', 3, 'WebAuthn Browser Error (Enrollment)'],
    ['kms_key_management_failure', 3, 'Failed KMS API Operation'],
    ['kms_key_management_success', 1, 'Success KMS API Operation'],
    ['kms_key_state_changed', 1, 'KMS Key State Change'],
    ['limit_sul', 4, 'Blocked Account (Too Many Logins From One IP Address)'],
    ['mfar', 1, 'MFA Required'],
    ['organization_member_added', 1, 'Organization Member Added'],
    ['passkey_challenge_failed', 3, 'Passkey Challenge Failed'],
    ['passkey_challenge_started', 0, 'Passkey Challenge Started'],
    ['pla', 0, 'Pre-Login Assessment'],
    ['pwd_leak', 3, 'Breached Password'],
    ['reset_pwd_leak', 3, 'Breached Password on Reset'],
    ['resource_cleanup', 2, 'Success Resource Cleanup'],
    ['rich_consents_access_error', 3, 'Rich Consents Access Error'],
    ['si', 1, 'Successfully Accepted a User Invite'],
    ['signup_pwd_leak', 3, 'Breached Password on Signup'],
    ['too_many_records', 2, 'Max Amount of Authenticators'],
    ['wn', 2, 'Warning Sending Notification'],
    ['wum', 2, 'Warning User Management'],
  ],
};

const ALL = [
  ...Object.entries(TYPES).flatMap(([category, types]) => types.map(type => [...type, category] as const)),
  ...ELSEWHERE.flatMap(({ types }) => types),
];

const BY_CODE: ReadonlyMap<string, LogType> = new Map(
  ALL.map(([code, level, name, category]) => [
    code,
    { code, name, level, levelName: LEVEL_NAMES[level], category, known: true },
  ]),
);

/** All known types. */
export const LOG_TYPES: readonly LogType[] = [...BY_CODE.values()];

/**
 * What is known of a type code. Never throws: a code that the table lacks is its own name, at level info and in
 * category `unknown`; an invalid code (not a string, or empty) becomes the code '' with the name 'Unknown'.
 */
export function logType(code: unknown): LogType {
  const text = typeof code === 'string' ? code : '';
  return (
    BY_CODE.get(text) ?? {
      code: text,
      name: text || 'Unknown',
      level: 1,
      levelName: 'info',
      category: 'unknown',
      known: false,
    }
  );
}

/** The number of a level's name. */
export function levelOf(name: LevelName): Level {
  return LEVEL_NAMES.indexOf(name) as Level;
}
