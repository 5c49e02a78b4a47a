import { call, scene, type Trials } from './scene.ts';

const admin = 'admin@example.com';
const invitation = (state: string) =>
  call('patch', 'tenants/invitations/inv_Example', { admin, body: { state, user: { email: admin } } });
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
/** As the API answers it: with the application and the API, which an update does not send. */
const grant = (scope: string[], method: string, minutesAgo = 5) =>
  call(method, method === 'post' ? 'client-grants' : 'client-grants/cgr_Example', {
    admin,
    minutesAgo,
    body: method === 'post' ? { client_id: 'stranger', audience: ITSELF, scope } : { scope },
    response: { id: 'cgr_Example', client_id: 'stranger', audience: ITSELF, scope },
  });
/** A setting that is made, undone and made again. */
const offAgain = (method: string, path: string, off: unknown, on: unknown) =>
  scene(
    call(method, path, { admin, body: off, minutesAgo: 90 }),
    call(method, path, { admin, body: on, minutesAgo: 60 }),
    call(method, path, { admin, body: off }),
  );
const OWN = ['update:current_user_identities'];

export const TENANT_TRIALS: Trials = {
  'mfa-policy-off': {
    source: 'https://auth0.com/docs/api/management/v2/guardian/put-policies',
    fires: scene(call('put', 'guardian/policies', { admin, body: [] })),
    also: {
      'off, on and off again': offAgain('put', 'guardian/policies', [], ['all-applications']),
    },
    quiet: {
      'another empty list': scene(call('put', 'guardian/factors/sms/templates', { admin, body: [] })),
      'set to "always"': scene(call('put', 'guardian/policies', { admin, body: ['all-applications'] })),
    },
  },
  'mfa-factor-off': {
    source: 'https://auth0.com/docs/api/management/v2/guardian/put-factors-by-name',
    fires: scene(call('put', 'guardian/factors/webauthn-roaming', { admin, body: { enabled: false } })),
    also: {
      'off, on and off again': offAgain(
        'put',
        'guardian/factors/webauthn-roaming',
        { enabled: false },
        { enabled: true },
      ),
      'another factor is already off': scene(
        call('put', 'guardian/factors/sms', { admin, body: { enabled: false }, minutesAgo: 60 }),
        call('put', 'guardian/factors/webauthn-roaming', { admin, body: { enabled: false } }),
      ),
    },
    quiet: {
      'something else': scene(call('put', 'branding/templates', { admin, body: { enabled: false } })),
      'switched on': scene(
        call('put', 'guardian/factors/webauthn-roaming', { admin, body: { enabled: true } }),
      ),
    },
  },
  'tenant-admin-invited': {
    source: 'https://github.com/auth0/auth0-customer-detections',
    fires: scene(
      call('post', 'tenants/invitations', {
        admin,
        body: { owners: ['stranger@example.com'], roles: ['owner'] },
        statusCode: 201,
      }),
    ),
    also: { accepted: scene(invitation('accepted')) },
    quiet: {
      declined: scene(invitation('declined')),
      'somebody is invited to an organization': scene(
        call('post', 'organizations/org_Example/invitations', { admin, statusCode: 201 }),
      ),
    },
  },
  'tenant-members-removed': {
    source: 'https://github.com/auth0/auth0-customer-detections',
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
    source: 'https://auth0.com/docs/api/management/v2/client-grants/post-client-grants',
    fires: scene(
      call('post', 'client-grants', {
        admin,
        body: { client_id: 'stranger', audience: ITSELF, scope: ['read:users'] },
        statusCode: 201,
      }),
    ),
    also: {
      'one more scope': scene(
        grant(['read:users'], 'post', 60),
        grant(['read:users', 'delete:users'], 'patch'),
      ),
    },
    quiet: {
      'the scopes that it had': scene(grant(['read:users'], 'post', 60), grant(['read:users'], 'patch')),
      'another API': scene(
        call('post', 'client-grants', { admin, body: { audience: 'https://api.example.com/', scope: [] } }),
      ),
      'the grant was deleted': scene(
        call('delete', 'client-grants/cgr_Example', { admin, response: { audience: ITSELF } }),
      ),
    },
  },
  'log-stream-changed': {
    source: 'https://auth0.com/docs/api/management/v2/log-streams/patch-log-streams-by-id',
    fires: scene(call('delete', 'log-streams/lst_Example', { admin, statusCode: 204 })),
    also: {
      paused: scene(call('patch', 'log-streams/lst_Example', { admin, body: { status: 'paused' } })),
      'paused, resumed and paused again': offAgain(
        'patch',
        'log-streams/lst_Example',
        { status: 'paused' },
        { status: 'active' },
      ),
    },
    quiet: {
      'it was refused': scene(
        call('delete', 'log-streams/lst_Example', { type: 'fapi', admin, statusCode: 403 }),
      ),
      'a stream was looked at': scene(call('get', 'log-streams', { type: 'mgmt_api_read', admin })),
    },
  },
  'login-flow-changed': {
    source: 'https://auth0.com/docs/api/management/v2/actions/patch-bindings',
    fires: scene(call('patch', 'actions/triggers/post-login/bindings', { admin, body: { bindings: [] } })),
    also: {
      deployed: scene(call('post', 'actions/actions/1/deploy', { admin })),
      'deployed with new code': scene(
        call('post', 'actions/actions/1/deploy', { admin, minutesAgo: 60, response: { code: 'a' } }),
        call('post', 'actions/actions/1/deploy', { admin, response: { code: 'b' } }),
      ),
      deleted: scene(call('delete', 'actions/actions/1', { admin, statusCode: 204 })),
      'a rule': scene(call('post', 'rules', { admin, statusCode: 201 })),
    },
    quiet: {
      'it was refused': scene(call('patch', 'actions/triggers/post-login/bindings', { admin, type: 'fapi' })),
      // As the Deploy CLI does in every import.
      'deployed with the code that it had': scene(
        call('post', 'actions/actions/1/deploy', { admin, minutesAgo: 60, response: { code: 'a' } }),
        call('post', 'actions/actions/1/deploy', { admin, response: { code: 'a' } }),
      ),
      'an Action was saved and not deployed': scene(call('patch', 'actions/actions/1', { admin })),
      'an Action was tried out': scene(call('post', 'actions/actions/1/test', { admin })),
    },
  },
  'connection-changed': {
    source: 'https://auth0.com/docs/api/management/v2/connections/post-connections',
    fires: scene(call('post', 'connections', { admin, body: { strategy: 'samlp' }, statusCode: 201 })),
    also: {
      changed: scene(call('patch', 'connections/con_Example', { admin })),
      'changed twice': scene(
        call('patch', 'connections/con_Example', { admin, body: { enabled_clients: [] }, minutesAgo: 60 }),
        call('patch', 'connections/con_Example', { admin, body: { enabled_clients: ['evil'] } }),
      ),
      deleted: scene(call('delete', 'connections/con_Example', { admin, statusCode: 202 })),
    },
    quiet: {
      'it was refused': scene(call('post', 'connections', { admin, type: 'fapi', statusCode: 403 })),
      'a user of a connection was deleted': scene(call('delete', 'connections/con_Example/users', { admin })),
    },
  },
  'client-credential-added': {
    source: 'https://auth0.com/docs/api/management/v2/clients/post-rotate-secret',
    fires: scene(call('post', 'clients/client1/rotate-secret', { admin })),
    quiet: {
      'it was refused': scene(call('post', 'clients/client1/rotate-secret', { admin, type: 'fapi' })),
      'an application was made': scene(call('post', 'clients', { admin, statusCode: 201 })),
      'an application was renamed': scene(call('patch', 'clients/client1', { admin, body: { name: 'New' } })),
    },
  },
  'client-secret-read': {
    source: 'https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes',
    fires: scene(times(5, index => read(index, 'client_secret'))),
    quiet: {
      'four applications': scene(times(4, index => read(index, 'client_secret'))),
      'one application, five times': scene(times(5, () => read(1, 'client_secret'))),
      'other secrets': scene(times(5, index => read(index, 'signing_keys'))),
    },
  },
  'network-acl-changed': {
    source: 'https://auth0.com/docs/api/management/v2/network-acls/put-network-acls-by-id',
    fires: scene(call('put', 'network-acls/acl_Example', { admin, body: { active: false } })),
    quiet: { 'one was added': scene(call('post', 'network-acls', { admin, statusCode: 201 })) },
  },
  'users-exported': {
    source: 'https://auth0.com/docs/api/management/v2/jobs/post-users-exports',
    fires: scene(call('post', 'jobs/users-exports', { body: { connection_id: 'con_Example' } })),
    quiet: { 'users are imported': scene(call('post', 'jobs/users-imports', { statusCode: 202 })) },
  },
  'users-deleted': {
    source: 'https://auth0.com/docs/api/management/v2/users/delete-users-by-id',
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
    source: 'https://auth0.com/docs/manage-users/user-accounts/user-account-linking/link-user-accounts',
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
