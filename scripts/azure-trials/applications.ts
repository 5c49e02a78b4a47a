/** Settings of applications and of the login pages, as Auth0's own detections restate the logs. */
import { call, type Fields, scene, shifted, type Trials } from './scene.ts';

const admin = 'admin@example.com';
const auth0s = (name: string) =>
  `https://github.com/auth0/auth0-customer-detections/blob/main/detections/${name}.yml`;

const client = (body: Fields, response: Fields = body) =>
  call('patch', 'clients/client1', { admin, body, response: { client_id: 'client1', ...response } });
const errorPage = (html: string, type = 'sapi') =>
  call('patch', 'tenants/settings', {
    admin,
    type,
    description: 'Update tenant settings',
    body: { error_page: { html } },
    response: { error_page: { html } },
  });
const registered = (howMany: number, fields: object = {}) =>
  Array.from({ length: howMany }, (_, index) =>
    call('post', '../../oidc/register', {
      description: 'Dynamic client registration',
      statusCode: 201,
      minutesAgo: 1 + index,
      response: { client_id: `dynamic${index}`, client_name: 'Example' },
      ...fields,
    }),
  );
const withScopes = (scopes: readonly string[], fields: object = {}) =>
  call('patch', 'users/auth0%7Csample', { scopes, ...fields });
const many = (howMany: number) => Array.from({ length: howMany }, (_, index) => `read:thing${index}`);

/** An application that is saved: the answer has all settings. */
const saved = (body: object, minutesAgo = 5, client_id = 'client1', more: object = {}) =>
  call('patch', `clients/${client_id}`, {
    admin,
    minutesAgo,
    body,
    response: { client_id, ...body, ...more },
  });

export const APPLICATION_TRIALS: Trials = {
  'risky-grant-type': {
    source: 'https://auth0.com/docs/api/management/v2/clients/patch-clients-by-id',
    fires: scene(
      call('patch', 'clients/client1', { admin, body: { grant_types: ['authorization_code', 'password'] } }),
    ),
    also: {
      'added to those that it had': scene(
        saved({ grant_types: ['authorization_code'] }, 60),
        saved({ grant_types: ['authorization_code', 'password'] }),
      ),
      'taken away and added again': scene(
        saved({ grant_types: ['password'] }, 90),
        saved({ grant_types: ['authorization_code'] }, 60),
        saved({ grant_types: ['password'] }),
      ),
    },
    quiet: {
      'the application had it, and something else changes': scene(
        saved({ name: 'Old', grant_types: ['password'] }, 60),
        saved({ name: 'New', grant_types: ['password'] }),
      ),
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
    source: 'https://auth0.com/docs/api/management/v2/clients/patch-clients-by-id',
    fires: scene(
      call('patch', 'clients/client1', {
        admin,
        body: { callbacks: ['https://app.example.com/cb', 'http://app.example.com/cb'] },
      }),
    ),
    also: {
      'added to those that it had': scene(
        saved({ callbacks: ['http://old.example.com'] }, 60),
        saved({ callbacks: ['http://old.example.com', 'https://*.example.com'] }),
      ),
      'of another application': scene(
        saved({ callbacks: ['http://old.example.com'] }, 60, 'client2'),
        saved({ callbacks: ['http://old.example.com'] }),
      ),
    },
    quiet: {
      'the application had it, and something else changes': scene(
        saved({ name: 'Old', callbacks: ['http://old.example.com'] }, 60),
        saved({ name: 'New', callbacks: ['http://old.example.com'] }),
      ),
      'the answer to another change has it': scene(
        saved({ name: 'New' }, 60, 'client1', { callbacks: ['http://old.example.com'] }),
        saved({ callbacks: ['http://old.example.com'] }),
      ),
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
  'cross-origin-enabled': {
    source: auth0s('cross_origin_authentication_enabled'),
    fires: scene(client({ cross_origin_authentication: true, allowed_origins: ['https://evil.example'] })),
    also: {
      'switched off in between': scene(
        shifted(client({ cross_origin_authentication: true }), -90 * 60_000),
        shifted(client({ cross_origin_authentication: false }), -60 * 60_000),
        client({ cross_origin_authentication: true }),
      ),
      'a new application': scene(
        call('post', 'clients', {
          admin,
          statusCode: 201,
          body: { name: 'New' },
          response: { client_id: 'client2', cross_origin_authentication: true },
        }),
      ),
    },
    quiet: {
      'the application had it before': scene(
        shifted(client({ name: 'Old', cross_origin_authentication: true }), -60 * 60_000),
        client({ name: 'New', cross_origin_authentication: true }),
      ),
      'switched off': scene(client({ cross_origin_authentication: false })),
      // The answer to any update has all settings.
      'another change of an application that has it': scene(
        client({ name: 'New' }, { name: 'New', cross_origin_authentication: true }),
      ),
      'a setting of something else': scene(
        call('patch', 'connections/con_Example', { admin, body: { cross_origin_authentication: true } }),
      ),
      'it was refused': scene(
        call('patch', 'clients/client1', {
          admin,
          type: 'fapi',
          body: { cross_origin_authentication: true },
        }),
      ),
    },
  },
  'error-page-unescaped': {
    source: auth0s('liquidjs_xss_vulnerability'),
    fires: scene(errorPage('<p>{{ error_description }}</p>')),
    also: {
      'one of two variables': scene(errorPage('<b>{{ error | escape }}</b><p>{{error_description}}</p>')),
      'it was escaped before': scene(
        shifted(errorPage('<p>{{ error | escape }}</p>'), -60 * 60_000),
        errorPage('<p>{{ error }}</p>'),
      ),
      'another filter': scene(errorPage('<p>{{ error_description | upcase }}</p>')),
    },
    quiet: {
      'all variables are escaped': scene(
        errorPage(
          '{{ client_name | escape }} {{ error | h }} {{ error_description | upcase | escape_once }}',
        ),
      ),
      'a date': scene(errorPage('<p>{{ "now" | date: "%Y-%m-%d %H:%M" }}</p>')),
      'no variable': scene(errorPage('<p>Something went wrong.</p>')),
      'another setting': scene(
        call('patch', 'tenants/settings', { admin, body: { idle_session_lifetime: 1 } }),
      ),
      'it was refused': scene(errorPage('{{ error }}', 'fapi')),
    },
  },
  'client-registration-burst': {
    source: auth0s('rapid_creation_of_clients_with_dynamic_registration'),
    fires: scene(registered(10)),
    quiet: {
      'nine applications': scene(registered(9)),
      'ten that were refused': scene(registered(10, { type: 'fapi', statusCode: 429 })),
      'ten that an administrator created': scene(
        Array.from({ length: 10 }, () => call('post', 'clients', { admin, statusCode: 201 })),
      ),
    },
  },
  'client-many-scopes': {
    source: auth0s('client_with_overpermissive_granted_scopes'),
    fires: scene(withScopes(many(21))),
    also: { 'one critical scope': scene(withScopes(['read:users', 'delete:users'])) },
    quiet: {
      '20 scopes': scene(withScopes(many(20))),
      // The dashboard has all scopes.
      'an administrator at the dashboard': scene(withScopes(many(200), { admin })),
      'a call that was refused': scene(withScopes(many(21), { type: 'fapi', statusCode: 403 })),
    },
  },
};
