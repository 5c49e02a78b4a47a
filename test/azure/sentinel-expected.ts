/** What an analyst sees of each trial: the alert's name after the rule's, its severity, entities, and ids of users. */

export interface Seen {
  /** With `\d` and the like where a list has no order. */
  readonly name: string;
  readonly severity: 'High' | 'Medium' | 'Low' | 'Informational';
  readonly entities: readonly string[];
  readonly ids?: Readonly<Record<string, string>>;
}

/** By the detection's id. Rules about the pipeline have no entities. */
export const EXPECTED: Readonly<Record<string, Seen>> = {
  'account-taken-over': {
    name: ': user1@example.com',
    severity: 'High',
    entities: ['Account user1@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|user1' },
  },
  'accounts-blocked': {
    name: ': user\\d+@example.com',
    severity: 'Medium',
    entities: ['Account user\\d@example.com', 'Account user\\d@example.com', 'IP 192.0.2.10'],
  },
  'accounts-linked': {
    name: ': nightly sync (m2m)',
    severity: 'High',
    entities: ['CloudApplication nightly sync (m2m)', 'IP 192.0.2.10'],
    ids: { TargetUserId: 'auth0|sample' },
  },
  'address-blocked': {
    name: ': 192.0.2.10',
    severity: 'Low',
    entities: ['IP 192.0.2.10'],
  },
  'api-explorer-token': {
    name: ': API Explorer Application',
    severity: 'Medium',
    entities: ['CloudApplication API Explorer Application', 'IP 192.0.2.10'],
  },
  'api-probing': {
    name: ': nightly sync (m2m)',
    severity: 'Medium',
    entities: ['CloudApplication nightly sync (m2m)', 'IP 192.0.2.10'],
  },
  'attack-protection-allowlist': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10', 'IP 203.0.113.66'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'attack-protection-off': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'attack-protection-weakened': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'authorization-probing': {
    name: ': 203.0.113.66',
    severity: 'Medium',
    entities: ['IP 203.0.113.66'],
  },
  'bot-detection-off': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'breached-password': {
    name: ': user1@example.com',
    severity: 'Medium',
    entities: ['Account user1@example.com', 'IP 192.0.2.10'],
    ids: { UserId: 'auth0|user1' },
  },
  'breached-password-succeeded': {
    name: ': user1@example.com',
    severity: 'High',
    entities: ['Account user1@example.com', 'IP 192.0.2.10'],
    ids: { UserId: 'auth0|user1' },
  },
  'brute-force': {
    name: ': user1@example.com',
    severity: 'Medium',
    entities: ['Account user1@example.com', 'IP 2001:db8::\\w+', 'IP 2001:db8::\\w+', 'IP 2001:db8::\\w+'],
    ids: { UserId: 'auth0|user1' },
  },
  'brute-force-succeeded': {
    name: ': user1@example.com',
    severity: 'High',
    entities: ['Account user1@example.com', 'IP 192.0.2.10'],
    ids: { UserId: 'auth0|user1' },
  },
  'client-credential-added': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'client-many-scopes': {
    name: ': Nightly Sync (M2M)',
    severity: 'Low',
    entities: ['CloudApplication Nightly Sync (M2M)', 'IP 192.0.2.10'],
  },
  'client-new-address': {
    name: ': Nightly Sync (M2M)',
    severity: 'Medium',
    entities: ['CloudApplication Nightly Sync (M2M)', 'IP 203.0.113.66'],
  },
  'client-registration-burst': {
    name: ': Example',
    severity: 'Medium',
    entities: ['CloudApplication Example', 'IP 192.0.2.10'],
  },
  'client-secret-guessing': {
    name: ': Nightly Sync (M2M)',
    severity: 'Medium',
    entities: ['CloudApplication Nightly Sync (M2M)', 'IP 192.0.2.10'],
  },
  'client-secret-read': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'connection-changed': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'credential-stuffing': {
    name: ': 192.0.2.10',
    severity: 'High',
    entities: [
      'IP 192.0.2.10',
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
    ],
  },
  'cross-origin-enabled': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10', 'CloudApplication client1'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'daily-cap-reached': {
    name: '',
    severity: 'High',
    entities: [],
  },
  'daily-cap-reset': {
    name: '',
    severity: 'Medium',
    entities: [],
  },
  'default-domain-used': {
    name: ': Example Web',
    severity: 'Low',
    entities: ['CloudApplication Example Web'],
  },
  'distributed-credential-stuffing': {
    name: ': Example Web',
    severity: 'High',
    entities: ['CloudApplication Example Web'],
  },
  'error-page-unescaped': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'factor-shared': {
    name: ': auth0|(sample|victim)',
    severity: 'Medium',
    entities: ['Account auth0|(sample|victim)', 'Account auth0|(sample|victim)', 'IP 192.0.2.10'],
  },
  'fields-trimmed': {
    name: '',
    severity: 'Medium',
    entities: [],
  },
  'fingerprint-succeeded': {
    name: ': sample@example.com',
    severity: 'High',
    entities: ['Account sample@example.com', 'IP 2001:db8::6'],
    ids: { UserId: 'auth0|sample' },
  },
  'flagged-address-succeeded': {
    name: ': sample@example.com',
    severity: 'Medium',
    entities: ['Account sample@example.com', 'IP 203.0.113.66'],
    ids: { UserId: 'auth0|sample' },
  },
  'impossible-travel': {
    name: ': user1@example.com',
    severity: 'Medium',
    entities: ['Account user1@example.com', 'IP 192.0.2.10'],
    ids: { UserId: 'auth0|user1' },
  },
  'log-stream-changed': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'log-unshaped': {
    name: '',
    severity: 'Low',
    entities: [],
  },
  'login-flow-changed': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'management-api-granted': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10', 'CloudApplication stranger'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'message-bombing': {
    name: ': auth0|sample',
    severity: 'Medium',
    entities: ['Account auth0|sample', 'IP 2001:db8::\\w+', 'IP 2001:db8::\\w+', 'IP 2001:db8::\\w+'],
    ids: { User: 'auth0|sample' },
  },
  'message-pumping': {
    name: ': 192.0.2.10',
    severity: 'Medium',
    entities: ['IP 192.0.2.10'],
  },
  'mfa-factor-off': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'mfa-fatigue': {
    name: ': auth0|sample',
    severity: 'High',
    entities: ['Account auth0|sample', 'IP 192.0.2.10'],
    ids: { User: 'auth0|sample' },
  },
  'mfa-fatigue-succeeded': {
    name: ': auth0|sample',
    severity: 'High',
    entities: ['Account auth0|sample', 'IP 192.0.2.10'],
    ids: { User: 'auth0|sample' },
  },
  'mfa-guessing': {
    name: ': auth0|sample',
    severity: 'High',
    entities: ['Account auth0|sample', 'IP 192.0.2.10'],
    ids: { User: 'auth0|sample' },
  },
  'mfa-policy-off': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'mfa-removed': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com', TargetUserId: 'auth0|sample' },
  },
  'network-acl-changed': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'password-reset-flood': {
    name: ': 192.0.2.10',
    severity: 'Medium',
    entities: [
      'IP 192.0.2.10',
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
    ],
  },
  'password-spraying': {
    name: ': 198.51.100.7',
    severity: 'Medium',
    entities: ['IP 198.51.100.7'],
  },
  'pipeline-late': {
    name: ': example.eu.auth0.com',
    severity: 'Medium',
    entities: ['CloudApplication example.eu.auth0.com'],
  },
  'pipeline-silent': {
    name: '',
    severity: 'High',
    entities: [],
  },
  'rate-limit-exhausted': {
    name: ': Nightly Sync (M2M)',
    severity: 'High',
    entities: ['CloudApplication Nightly Sync (M2M)', 'IP 192.0.2.10'],
  },
  'refresh-token-reuse': {
    name: ': sample@example.com',
    severity: 'High',
    entities: ['Account sample@example.com', 'CloudApplication Example Web', 'IP 192.0.2.10'],
    ids: { UserId: 'auth0|sample' },
  },
  'refresh-token-spread': {
    name: ': sample@example.com',
    severity: 'Medium',
    entities: ['Account sample@example.com', 'CloudApplication Example Web'],
    ids: { UserId: 'auth0|sample' },
  },
  'risk-assessment-off': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'risky-callback': {
    name: ': admin@example.com',
    severity: 'Medium',
    entities: [
      'Account admin@example.com',
      'IP 192.0.2.10',
      'CloudApplication client1',
      'URL http://app.example.com/cb',
    ],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'risky-grant-type': {
    name: ': admin@example.com',
    severity: 'Low',
    entities: ['Account admin@example.com', 'IP 192.0.2.10', 'CloudApplication client1'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'rows-dropped': {
    name: '',
    severity: 'High',
    entities: [],
  },
  'signup-burst': {
    name: ': 192.0.2.10',
    severity: 'Medium',
    entities: [
      'IP 192.0.2.10',
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
    ],
  },
  'signups-disposable': {
    name: ': user\\d+@mailinator.com',
    severity: 'Low',
    entities: [
      'Account user\\d+@mailinator.com',
      'Account user\\d+@mailinator.com',
      'IP 2001:db8::\\w+',
      'IP 2001:db8::\\w+',
    ],
  },
  'signups-unverified': {
    name: ': user\\d+@example.com',
    severity: 'Medium',
    entities: [
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
      'Account user\\d+@example.com',
    ],
  },
  'tenant-admin-invited': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10', 'Account stranger@example.com'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'tenant-members-removed': {
    name: ': admin@example.com',
    severity: 'High',
    entities: ['Account admin@example.com', 'IP 192.0.2.10'],
    ids: { ActorUserId: 'auth0|admin@example.com' },
  },
  'users-deleted': {
    name: ': nightly sync (m2m)',
    severity: 'High',
    entities: ['CloudApplication nightly sync (m2m)', 'IP 192.0.2.10'],
  },
  'users-exported': {
    name: ': nightly sync (m2m)',
    severity: 'High',
    entities: ['CloudApplication nightly sync (m2m)', 'IP 192.0.2.10'],
  },
  'workspace-rows-dropped': {
    name: '',
    severity: 'High',
    entities: [],
  },
};
