import { call, scene, type Trials } from './scene.ts';

const admin = 'admin@example.com';
const ITSELF = 'https://example.eu.auth0.com/api/v2/';
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const read = (index: number, secret: string) =>
  call('get', `clients/client${index}`, {
    type: 'mgmt_api_read',
    admin,
    description: 'Get client by ID',
    accessedSecrets: [secret],
    response: { client_id: `client${index}` },
  });

/** A list of linked identities, as the call answers it. */
const linked = (second: string, scopes: readonly string[]) =>
  call('post', 'users/auth0%7Csample/identities', {
    description: 'Link a User Account',
    statusCode: 201,
    scopes,
    response: [
      { connection: 'Username-Password-Authentication', user_id: 'a' },
      { connection: second, user_id: 'b' },
    ],
  });
const OWN = ['update:current_user_identities'];

export const TENANT_TRIALS: Trials = {
  'attack-protection-off': {
    fires: scene(
      call('patch', 'attack-protection/brute-force-protection', { admin, body: { enabled: false } }),
    ),
    quiet: {
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
    fires: scene(
      call('patch', 'attack-protection/suspicious-ip-throttling', {
        admin,
        body: { allowlist: ['203.0.113.66'] },
      }),
    ),
    quiet: {
      'a list of something else': scene(
        call('patch', 'tenants/settings', { admin, body: { allowlist: ['203.0.113.66'] } }),
      ),
      'the list was emptied': scene(
        call('patch', 'attack-protection/suspicious-ip-throttling', { admin, body: { allowlist: [] } }),
      ),
    },
  },
  'bot-detection-off': {
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
  'mfa-policy-off': {
    fires: scene(call('put', 'guardian/policies', { admin, body: [] })),
    quiet: {
      'another empty list': scene(call('put', 'guardian/factors/sms/templates', { admin, body: [] })),
      'set to "always"': scene(call('put', 'guardian/policies', { admin, body: ['all-applications'] })),
    },
  },
  'mfa-factor-off': {
    fires: scene(call('put', 'guardian/factors/webauthn-roaming', { admin, body: { enabled: false } })),
    quiet: {
      'something else': scene(call('put', 'branding/templates', { admin, body: { enabled: false } })),
      'switched on': scene(
        call('put', 'guardian/factors/webauthn-roaming', { admin, body: { enabled: true } }),
      ),
    },
  },
  'tenant-admin-invited': {
    fires: scene(
      call('post', 'tenants/invitations', {
        admin,
        body: { owners: ['stranger@example.com'], roles: ['owner'] },
        statusCode: 201,
      }),
    ),
    quiet: {
      'somebody is invited to an organization': scene(
        call('post', 'organizations/org_Example/invitations', { admin, statusCode: 201 }),
      ),
    },
  },
  'tenant-members-removed': {
    fires: scene(
      times(2, index =>
        call('delete', `tenants/members/${index}`, { admin, description: 'Delete tenant member' }),
      ),
    ),
    quiet: {
      'both were refused': scene(
        times(2, () => call('delete', 'tenants/members/1', { admin, type: 'fapi', statusCode: 403 })),
      ),
      'one administrator': scene(
        call('delete', 'tenants/members/1', { admin, description: 'Delete tenant member' }),
      ),
      'members of an organization': scene(
        times(2, () => call('delete', 'organizations/org_Example/members', { admin })),
      ),
    },
  },
  'management-api-granted': {
    fires: scene(
      call('post', 'client-grants', {
        admin,
        body: { client_id: 'stranger', audience: ITSELF, scope: ['read:users'] },
        statusCode: 201,
      }),
    ),
    quiet: {
      'another API': scene(
        call('post', 'client-grants', { admin, body: { audience: 'https://api.example.com/', scope: [] } }),
      ),
      'the grant was deleted': scene(
        call('delete', 'client-grants/cgr_Example', { admin, response: { audience: ITSELF } }),
      ),
    },
  },
  'log-stream-changed': {
    fires: scene(call('delete', 'log-streams/lst_Example', { admin, statusCode: 204 })),
    also: { paused: scene(call('patch', 'log-streams/lst_Example', { admin, body: { status: 'paused' } })) },
    quiet: {
      'it was refused': scene(
        call('delete', 'log-streams/lst_Example', { type: 'fapi', admin, statusCode: 403 }),
      ),
      'a stream was looked at': scene(call('get', 'log-streams', { type: 'mgmt_api_read', admin })),
    },
  },
  'login-flow-changed': {
    fires: scene(call('patch', 'actions/triggers/post-login/bindings', { admin, body: { bindings: [] } })),
    also: {
      deployed: scene(call('post', 'actions/actions/1/deploy', { admin })),
      deleted: scene(call('delete', 'actions/actions/1', { admin, statusCode: 204 })),
      'a rule': scene(call('post', 'rules', { admin, statusCode: 201 })),
    },
    quiet: {
      'it was refused': scene(call('patch', 'actions/triggers/post-login/bindings', { admin, type: 'fapi' })),
      'an Action was saved and not deployed': scene(call('patch', 'actions/actions/1', { admin })),
      'an Action was tried out': scene(call('post', 'actions/actions/1/test', { admin })),
    },
  },
  'connection-changed': {
    fires: scene(call('post', 'connections', { admin, body: { strategy: 'samlp' }, statusCode: 201 })),
    also: {
      changed: scene(call('patch', 'connections/con_Example', { admin })),
      deleted: scene(call('delete', 'connections/con_Example', { admin, statusCode: 202 })),
    },
    quiet: {
      'it was refused': scene(call('post', 'connections', { admin, type: 'fapi', statusCode: 403 })),
      'a user of a connection was deleted': scene(call('delete', 'connections/con_Example/users', { admin })),
    },
  },
  'client-credential-added': {
    fires: scene(call('post', 'clients/client1/rotate-secret', { admin })),
    quiet: {
      'it was refused': scene(call('post', 'clients/client1/rotate-secret', { admin, type: 'fapi' })),
      'an application was made': scene(call('post', 'clients', { admin, statusCode: 201 })),
      'an application was renamed': scene(call('patch', 'clients/client1', { admin, body: { name: 'New' } })),
    },
  },
  'client-secret-read': {
    fires: scene(times(5, index => read(index, 'client_secret'))),
    quiet: {
      'four applications': scene(times(4, index => read(index, 'client_secret'))),
      'one application, five times': scene(times(5, () => read(1, 'client_secret'))),
      'other secrets': scene(times(5, index => read(index, 'signing_keys'))),
    },
  },
  'risky-grant-type': {
    fires: scene(
      call('patch', 'clients/client1', { admin, body: { grant_types: ['authorization_code', 'password'] } }),
    ),
    quiet: {
      'grants of something else': scene(
        call('patch', 'connections/con_Example', { admin, body: { grant_types: ['password'] } }),
      ),
      'sound grants': scene(
        call('patch', 'clients/client1', {
          admin,
          body: { grant_types: ['authorization_code', 'refresh_token'], description: 'password' },
        }),
      ),
    },
  },
  'risky-callback': {
    fires: scene(
      call('patch', 'clients/client1', {
        admin,
        body: { callbacks: ['https://app.example.com/cb', 'http://app.example.com/cb'] },
      }),
    ),
    quiet: {
      'callbacks of something else': scene(
        call('patch', 'connections/con_Example', { admin, body: { callbacks: ['http://example.com'] } }),
      ),
      'TLS, and a machine of one’s own': scene(
        call('patch', 'clients/client1', {
          admin,
          body: { callbacks: ['https://app.example.com/cb', 'http://localhost:3000/cb', 'http://127.0.0.1'] },
        }),
      ),
      'no callbacks in the call': scene(call('patch', 'clients/client1', { admin, body: { name: '*' } })),
    },
  },
  'network-acl-changed': {
    fires: scene(call('put', 'network-acls/acl_Example', { admin, body: { active: false } })),
    quiet: { 'one was added': scene(call('post', 'network-acls', { admin, statusCode: 201 })) },
  },
  'users-exported': {
    fires: scene(call('post', 'jobs/users-exports', { body: { connection_id: 'con_Example' } })),
    quiet: { 'users are imported': scene(call('post', 'jobs/users-imports', { statusCode: 202 })) },
  },
  'users-deleted': {
    fires: scene(times(10, index => call('delete', `users/auth0%7C${index}`, { statusCode: 204 }))),
    quiet: {
      'nine users': scene(times(9, index => call('delete', `users/auth0%7C${index}`, { statusCode: 204 }))),
      'ten sessions of users': scene(times(10, index => call('delete', `users/auth0%7C${index}/sessions`))),
      'ten users, by two administrators': scene(
        times(10, index =>
          call('delete', `users/auth0%7C${index}`, { admin: index % 2 ? admin : 'other@example.com' }),
        ),
      ),
    },
  },
  'accounts-linked': {
    fires: scene(linked('Username-Password-Authentication', OWN)),
    quiet: {
      'another list in an answer': scene(
        call('post', 'users/auth0%7Csample/things', {
          scopes: OWN,
          response: [{ a: 1 }, { a: 2 }, { a: 3 }],
        }),
      ),
      'different connections': scene(linked('google-oauth2', OWN)),
      'done by an administrator': scene(linked('Username-Password-Authentication', ['update:users'])),
    },
  },
};
