/**
 * Where each log type of Auth0 belongs in ASIM, Microsoft Sentinel's model of normalized events: in one of three schemas,
 * or in none, with the reason. One log is one event of one schema, and one sign-in is one event.
 * https://learn.microsoft.com/azure/sentinel/normalization-schema-authentication and its sisters for audit events and
 * user management; the codes: lambda/core/record/log-types.ts
 */

export const SCHEMAS = ['Authentication', 'AuditEvent', 'UserManagement'] as const;
export type Schema = (typeof SCHEMAS)[number];
export type Result = 'Success' | 'Failure';
export type Severity = 'Informational' | 'Low' | 'Medium' | 'High';

export interface Placed {
  readonly code: string;
  readonly schema: Schema;
  /** Values of ASIM's lists, by the field that they are for. */
  readonly type: string;
  readonly result: Result;
  readonly severity: Severity;
  readonly details?: string;
  readonly subType?: string;
  readonly method?: string;
  /** The protection of Auth0 that refused it. */
  readonly rule?: string;
  /** Of the user who signs in, unless it is a person. */
  readonly userType?: string;
  /** What an audit event is about, unless it is a call of an API: its name and its kind. */
  readonly object?: string;
  readonly objectType?: string;
  /** Calls of an API: path and method decide the type, and for the Management API also the schema. */
  readonly byCall?: 'management' | 'scim';
}

export interface LeftOut {
  readonly code: string;
  readonly why: string;
}

type Rest = Partial<Omit<Placed, 'code' | 'schema' | 'type' | 'result'>>;

const place = (schema: Schema, type: string, result: Result, codes: string, rest: Rest = {}): Placed[] =>
  codes.split(' ').map(code => {
    const severity = rest.severity ?? (result === 'Success' ? 'Informational' : 'Low');
    return { code, schema, type, result, ...rest, severity };
  });

const logon = (result: Result, codes: string, rest: Rest = {}) =>
  place('Authentication', 'Logon', result, codes, { subType: 'Interactive', ...rest });
const failedLogon = (details: string, codes: string, rest: Rest = {}) =>
  logon('Failure', codes, { details, ...rest });
const blocked = (details: string, rule: string, codes: string) =>
  failedLogon(details, codes, { rule, severity: 'Medium', method: PASSWORD });
const logoff = (result: Result, codes: string, rest: Rest = {}) =>
  place('Authentication', 'Logoff', result, codes, rest);
const changed = (type: string, codes: string, subType?: string) =>
  place('UserManagement', type, 'Success', codes, subType ? { subType } : {});
const notChanged = (type: string, codes: string, subType?: string) =>
  place('UserManagement', type, 'Failure', codes, { details: 'Other', ...(subType ? { subType } : {}) });
const audited = (type: string, result: Result, object: string, objectType: string, codes: string) =>
  place('AuditEvent', type, result, codes, { object, objectType });

const PASSWORD = 'Username & Password';
const MFA = { method: 'Multi factor authentication' };
const MACHINE = { method: 'Service Principal', subType: 'RemoteService', userType: 'Application' };
const TOKEN = { method: 'Other', subType: 'Remote' };

// cspell:disable codes and vendors' names
export const PLACED: readonly Placed[] = [
  // The method of an interactive sign-in follows from the connection's strategy: see authentication.ts.
  ...logon('Success', 's sens sdel'),
  ...logon('Success', 'scoa sepft', { method: PASSWORD }),
  // "This value should be used also when there is no such user": ASIM's page on EventResultDetails.
  ...failedLogon('No such user or password', 'fu', { method: PASSWORD }),
  ...failedLogon('Incorrect password', 'fp', { method: PASSWORD }),
  // A wrong password has a log of its own besides, `fp` or `fu`: see authentication.ts.
  ...failedLogon('Other', 'fepft', { method: PASSWORD }),
  ...failedLogon('Other', 'f fc fcoa fens ciba_start_failed'),
  ...failedLogon('Incorrect key', 'fepotpft passkey_challenge_failed', { method: 'Passwordless' }),
  ...logon('Success', 'seotpft seoobft sercft sepkoobft sepkotpft sepkrcft', MFA),
  ...failedLogon('MFA not satisfied', 'feotpft feoobft fercft', MFA),
  ...failedLogon('MFA not satisfied', 'gd_auth_failed gd_recovery_failed gd_webauthn_challenge_failed', MFA),
  ...failedLogon('MFA not satisfied', 'gd_auth_rejected', { ...MFA, severity: 'Medium' }),
  ...failedLogon('Logon violates policy', 'gd_otp_rate_limit_exceed gd_recovery_rate_limit_exceed', {
    ...MFA,
    rule: 'Multi-factor rate limit',
    severity: 'Medium',
  }),
  ...blocked('User locked', 'Brute-force Protection', 'limit_wc'),
  ...blocked('Logon violates policy', 'Brute-force Protection', 'limit_sul limit_sui'),
  ...blocked('Logon violates policy', 'Suspicious IP Throttling', 'limit_mu'),
  ...blocked('Logon violates policy', 'Breached Password Detection', 'pwd_leak'),
  ...failedLogon('Logon violates policy', 'limit_dc', {
    rule: 'Device code limit',
    severity: 'Medium',
    ...TOKEN,
  }),
  ...logon('Success', 'seccft', MACHINE),
  ...failedLogon('Incorrect key', 'feccft jwt_bearer_exchange_failed', MACHINE),
  ...logon('Success', 'sede ciba_exchange_succeeded', TOKEN),
  ...failedLogon('Other', 'fede ciba_exchange_failed', TOKEN),
  ...logon('Success', 'secte seta setx sdeleacft idjag_exchange_succeeded', TOKEN),
  ...logon('Success', 'success_on_behalf_of_token_exchange', TOKEN),
  ...failedLogon('Other', 'fecte feta fetx fdeleacft idjag_exchange_failed', TOKEN),
  ...failedLogon('Other', 'failed_on_behalf_of_token_exchange', TOKEN),
  ...failedLogon('Session expired', 'fertft refresh_token_exchange_for_session_token_failed', TOKEN),
  ...failedLogon('Logon violates policy', 'ferrt', {
    rule: 'Refresh token rotation',
    severity: 'Medium',
    ...TOKEN,
  }),
  ...place('Authentication', 'Elevate', 'Success', 'sd', { subType: 'AssumeRole' }),
  ...place('Authentication', 'Elevate', 'Failure', 'fd', { subType: 'AssumeRole', details: 'Other' }),
  ...logoff('Success', 'slo sslo oidc_backchannel_logout_succeeded universal_logout_succeeded'),
  ...logoff('Success', 'session_revoked'),
  ...logoff('Failure', 'flo fslo federated_logout_failed', { details: 'Other' }),
  ...logoff('Failure', 'oidc_backchannel_logout_failed universal_logout_failed', { details: 'Other' }),

  ...changed('UserCreated', 'ss sui'),
  ...notChanged('UserCreated', 'fs fui signup_pwd_leak'),
  ...changed('UserDeleted', 'du'),
  ...changed('PasswordChanged', 'scp', 'password'),
  ...notChanged('PasswordChanged', 'fcp', 'password'),
  // The request for an e-mail with a link; the change itself is PasswordChanged.
  ...changed('PasswordReset', 'scpr', 'password'),
  ...notChanged('PasswordReset', 'fcpr reset_pwd_leak', 'password'),
  ...changed('UserModified', 'sce', 'email'),
  ...notChanged('UserModified', 'fce', 'email'),
  ...changed('UserModified', 'sv', 'email_verified'),
  ...notChanged('UserModified', 'fv', 'email_verified'),
  ...changed('UserModified', 'scu', 'username'),
  ...notChanged('UserModified', 'fcu', 'username'),
  ...changed('UserModified', 'scpn', 'phone_number'),
  ...notChanged('UserModified', 'fcpn', 'phone_number'),
  ...changed(
    'UserModified',
    'gd_enrollment_complete gd_unenroll gd_update_device_account gd_user_delete',
    'mfa',
  ),
  ...notChanged('UserModified', 'gd_start_enroll_failed gd_webauthn_enrollment_failed', 'mfa'),
  ...changed('UserModified', 'my_account_authentication_method_succeeded', 'authentication_method'),
  ...notChanged('UserModified', 'my_account_authentication_method_failed', 'authentication_method'),
  ...notChanged('UserModified', 'passkey_register_failed', 'authentication_method'),
  ...changed(
    'UserModified',
    'connected_accounts_connection_succeeded connected_accounts_delete_succeeded',
    'identities',
  ),
  ...notChanged(
    'UserModified',
    'connected_accounts_connection_failed connected_accounts_delete_failed',
    'identities',
  ),
  // A new account has a log of its own, `ss`.
  ...changed('UserModified', 'si', 'invitation'),
  ...notChanged('UserModified', 'fi', 'invitation'),
  ...changed('UserUnlocked', 'ublkdu'),
  ...changed('UserAddedToGroup', 'organization_member_added'),
  ...place('UserManagement', 'UserModified', 'Success', 'sscim', { byCall: 'scim' }),
  ...place('UserManagement', 'UserModified', 'Failure', 'fscim', { byCall: 'scim', details: 'Other' }),

  ...place('AuditEvent', 'Other', 'Success', 'sapi mgmt_api_read', { byCall: 'management' }),
  ...place('AuditEvent', 'Other', 'Failure', 'fapi', { byCall: 'management' }),
  ...audited('Start', 'Success', 'Connector', 'Service', 'con'),
  ...audited('Stop', 'Success', 'Connector', 'Service', 'coff'),
  ...audited('Install', 'Failure', 'Connector', 'Service', 'fcpro'),
  ...audited('Set', 'Success', 'Key', 'Cloud Resource', 'kms_key_management_success kms_key_state_changed'),
  ...audited('Set', 'Failure', 'Key', 'Cloud Resource', 'kms_key_management_failure'),
  ...audited('Set', 'Success', 'Guardian', 'Policy Rule', 'gd_tenant_update gd_module_switch'),
  ...audited(
    'Set',
    'Success',
    'Guardian',
    'Configuration Atom',
    'gd_email_settings_update gd_phone_settings_update',
  ),
  ...audited('Set', 'Success', 'Self-service connection', 'Configuration Atom', 'ss_sso_success'),
  ...audited('Set', 'Failure', 'Self-service connection', 'Configuration Atom', 'ss_sso_failure'),
  ...audited('Delete', 'Success', 'Refresh token', 'Other', 'srrt srtr refresh_tokens_revoked_by_session'),
  ...audited('Clear', 'Success', 'Resource', 'Other', 'resource_cleanup'),
  ...audited(
    'Start',
    'Success',
    'Auth0',
    'Service',
    'admin_update_launch sys_update_start sys_os_update_start',
  ),
  ...audited('Install', 'Success', 'Auth0', 'Service', 'sys_update_end sys_os_update_end'),
  ...audited(
    'Read',
    'Success',
    'Appliance',
    'Configuration Atom',
    'appliance_configuration_api_read appliance_configuration_api_status',
  ),
  ...audited('Set', 'Success', 'Appliance', 'Configuration Atom', 'appliance_configuration_api_write'),
  ...audited('Start', 'Success', 'Directory sync', 'Scheduled Task', 'directory_sync_started'),
  ...audited('Execute', 'Success', 'Directory sync', 'Scheduled Task', 'directory_sync_completed'),
  ...audited('Execute', 'Failure', 'Directory sync', 'Scheduled Task', 'directory_sync_failed'),
  ...audited('Execute', 'Success', 'Flow', 'Service', 'flows_execution_completed'),
  ...audited('Execute', 'Failure', 'Flow', 'Service', 'flows_execution_failed'),
  ...audited('Execute', 'Failure', 'Action', 'Service', 'actions_execution_failed'),
];

// cspell:enable
const leave = (why: string, codes: string): LeftOut[] => codes.split(' ').map(code => ({ code, why }));

// cspell:disable codes and vendors' names
export const LEFT_OUT: readonly LeftOut[] = [
  ...leave(
    'An application exchanges the code of a sign-in, which has its own log, `s`: it would count twice.',
    'seacft feacft',
  ),
  ...leave(
    'A part of a sign-in, which has its own log, `s`: it would count twice.',
    'gd_auth_succeed gd_recovery_succeed scv',
  ),
  ...leave(
    'A session that exists is renewed: nobody signs in.',
    'sertft ssa sdelsa refresh_token_exchange_for_session_token_successful',
  ),
  ...leave(
    'A page asks whether there is a session, and there is none: nobody tried to sign in.',
    'fsa fdelsa',
  ),
  ...leave(
    'A step before the one that has a result.',
    'mfar gd_start_auth gd_start_enroll gd_set_enrollment_public_key passkey_challenge_started passkey_register_started ciba_start_succeeded pla w',
  ),
  ...leave(
    'A message was sent or could not be sent.',
    'cs cls svr fvr fn wn limit_phone gd_auth_email_verification gd_auth_fail_email_verification gd_send_email gd_send_email_failure gd_send_email_verification gd_send_email_verification_failure gd_send_pn gd_send_pn_failure gd_send_sms gd_send_sms_failure gd_send_voice gd_send_voice_failure',
  ),
  ...leave(
    'The call of the Management API that deletes the user has its own log, with the actor: it would count twice.',
    'sdu fdu',
  ),
  ...leave('A hook ran; the change itself has its own log.', 'scph fcph fpurh'),
  ...leave(
    'A request of an application that Auth0 refused before anyone could sign in.',
    'fco fpar fdeaz fdeac fdecc',
  ),
  ...leave(
    'A rate limit or a quota.',
    'api_limit api_limit_warning appi elevated_rate_limit limit_delegation limit_ui token_quota_consumption_warning',
  ),
  ...leave(
    'A notice: nobody did anything.',
    'acls_summary acul_sdk_notice depnote custom_domain_verification_failed custom_domains_verification_failed ss_sso_info too_many_records wum rich_consents_access_error sns_error_endpoint_authorization_error worker_command_executed worker_command_processing',
  ),
  ...leave('A form was sent.', 'forms_submission_failed forms_submission_succeeded'),
];

// cspell:enable
/** The placed codes of a schema, and those of the Management API, whose calls two schemas share. */
export function codesOf(schema: Schema): readonly Placed[] {
  return PLACED.filter(
    one => one.schema === schema || (schema === 'UserManagement' && one.byCall === 'management'),
  );
}
