/**
 * Log types that Auth0 documents, but not on the page of log-types.ts: each group with the page that names it. Levels,
 * categories and names follow those of the similar types there.
 */

interface Group {
  readonly source: string;
  readonly types: readonly (readonly [
    code: string,
    level: 0 | 1 | 2 | 3 | 4,
    name: string,
    category: string,
  ])[];
}

export const ELSEWHERE: readonly Group[] = [
  {
    // Codes that the page has in French only.
    source: 'https://auth0.com/docs/fr-ca/deploy-monitor/logs/log-event-type-codes',
    types: [
      ['appliance_configuration_api_read', 1, 'PSaaS Configuration Read', 'management-success'],
      ['appliance_configuration_api_status', 1, 'PSaaS Configuration Status Checked', 'management-success'],
      ['appliance_configuration_api_write', 1, 'PSaaS Configuration Updated', 'management-success'],
      ['fetx', 3, 'Failed Exchange (Token for Access Token)', 'auth-token-exchange-fail'],
      ['fslo', 3, 'Failed Single Logout', 'auth-logout-fail'],
      ['gd_send_email_failure', 3, 'Error Sending MFA Email', 'other'],
      ['gd_set_enrollment_public_key', 1, 'MFA Enrollment Public Key Created', 'user-notification'],
      ['limit_dc', 4, 'Too Many Invalid Device Codes', 'system-notification'],
      ['limit_sui', 4, 'Blocked Account (Too Many Login Attempts From One IP Address)', 'other'],
      [
        'refresh_token_exchange_for_session_token_failed',
        3,
        'Failed Exchange (Refresh Token for Session Token)',
        'auth-token-exchange-fail',
      ],
      [
        'refresh_token_exchange_for_session_token_successful',
        1,
        'Success Exchange (Refresh Token for Session Token)',
        'auth-token-exchange-success',
      ],
      [
        'refresh_tokens_revoked_by_session',
        1,
        'Successful Revocation of the Refresh Tokens of a Session',
        'user-success',
      ],
      ['setx', 1, 'Success Exchange (Token for Access Token)', 'auth-token-exchange-success'],
      ['sns_error_endpoint_authorization_error', 3, 'SNS Error (Authorization)', 'system-notification'],
      ['srtr', 1, 'Successful Revocation of a Refresh Token', 'user-success'],
      ['sslo', 1, 'Success Single Logout', 'auth-logout-success'],
      ['worker_command_executed', 1, 'Worker Command Executed', 'system-notification'],
      ['worker_command_processing', 0, 'Worker Command Processing', 'system-notification'],
    ],
  },
  {
    // Codes that the page has in Japanese only.
    source: 'https://auth0.com/docs/ja-jp/deploy-monitor/logs/log-event-type-codes',
    types: [
      ['passkey_register_failed', 3, 'Passkey Registration Failed', 'other'],
      ['passkey_register_started', 0, 'Passkey Registration Started', 'other'],
    ],
  },
  {
    source: 'https://auth0.com/docs/manage-users/sessions/manage-sessions-actions',
    types: [['session_revoked', 1, 'Successful Session Revocation', 'user-success']],
  },
  {
    source: 'https://auth0.com/docs/fine-grained-m2m-token-quotas',
    types: [['token_quota_consumption_warning', 2, 'Token Quota Consumption Warning', 'system-notification']],
  },
  {
    // Its pages management-success/gd-email-settings-update and gd-phone-settings-update.
    source: 'https://auth0.com/docs/tenant-logs',
    types: [
      ['gd_email_settings_update', 1, 'Guardian Email Settings Update', 'management-success'],
      ['gd_phone_settings_update', 1, 'Guardian Phone Settings Update', 'management-success'],
    ],
  },
  {
    // Schemas that older versions of the repository have.
    source: 'https://github.com/auth0/auth0-log-schemas/tree/master/schemas/log-types',
    types: [
      ['custom_domains_verification_failed', 3, 'Custom Domains Verification Failed', 'system-notification'],
      [
        'elevated_rate_limit',
        1,
        'Elevated Rate Limit on the Authentication or Management APIs',
        'system-notification',
      ],
    ],
  },
];
