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

export const APPLICATION_TRIALS: Trials = {
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
