/**
 * One import of the Deploy CLI, which sends every setting, changed or not, and deploys every Action:
 * https://github.com/auth0/auth0-deploy-cli/tree/master/src/tools/auth0/handlers
 */
import type { Log } from '../../simulator/auth0/tenant.ts';
import { call } from './scene.ts';

export interface Deployment {
  readonly minutesAgo: number;
}

/** The settings are such as many tenants have: factors and policies that are off, an application of old. */
const SETTINGS: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ['put', 'guardian/policies', []],
  ...['sms', 'push-notification', 'email', 'duo', 'recovery-code'].map(
    factor => ['put', `guardian/factors/${factor}`, { enabled: false }] as const,
  ),
  [
    'patch',
    'attack-protection/brute-force-protection',
    { enabled: false, shields: [], allowlist: ['192.0.2.1'] },
  ],
  ['patch', 'attack-protection/bot-detection', { challenge_password_policy: 'never' }],
  ['patch', 'attack-protection/captcha', { policy: 'off' }],
  ['patch', 'risk-assessments/settings', { is_enabled: false }],
  [
    'patch',
    'clients/old',
    { cross_origin_authentication: true, callbacks: ['http://old.example.com'], grant_types: ['password'] },
  ],
  ['patch', 'client-grants/cgr_1', { scope: ['read:users'] }],
  ['patch', 'connections/con_1', { enabled_clients: ['old'] }],
  ['patch', 'log-streams/lst_1', { status: 'active' }],
  ['put', 'network-acls/acl_1', { active: true }],
  ['patch', 'tenants/settings', { error_page: { html: '{{ error_description }}' } }],
  ['patch', 'actions/triggers/post-login/bindings', { bindings: [] }],
];
const GRANT = {
  id: 'cgr_1',
  client_id: 'old',
  audience: 'https://example.eu.auth0.com/api/v2/',
  scope: ['read:users'],
};

export const deployed = ({ minutesAgo }: Deployment): Log[] => [
  ...SETTINGS.map(([method, path, body]) =>
    call(method, path, { minutesAgo, body, response: path.startsWith('client-grants') ? GRANT : body }),
  ),
  call('post', 'actions/actions/1/deploy', { minutesAgo, response: { code: 'exports.onExecutePostLogin' } }),
];
