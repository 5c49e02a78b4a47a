/** What a log of each type holds besides its id and its date, in the shapes that real tenants show. */
import type { Dice } from '../dice.ts';
import {
  AGENTS,
  APPS,
  CONNECTIONS,
  NAMES,
  noise,
  ORGANIZATIONS,
  PLACES,
  SCOPES,
  UNKNOWN_CODES,
} from './tenant-words.ts';

type Fields = Record<string, unknown>;

/** Who did it, from where, with what. */
interface Scene {
  readonly d: Dice;
  readonly dateMs: number;
  readonly host: string;
  readonly ip: string;
  readonly agent: string;
  readonly app: { readonly client_id: string; readonly client_name: string | null };
  readonly user: { readonly user_id: string; readonly user_name: string };
  readonly connection: Fields;
}

/** How often a type occurs, its sentence, and who writes the rest. */
type Kind = readonly [type: string, weight: number, description: string, write: (scene: Scene) => Fields];

const KINDS: readonly Kind[] = [
  ['s', 200, 'Successful login', login],
  ['f', 20, 'Callback URL mismatch.', failedLogin],
  ['fp', 60, 'Wrong email or password.', failedLogin],
  ['fu', 30, 'Wrong email or password.', failedLogin],
  ['fcoa', 5, 'Unable to configure verification page.', failedLogin],
  ['seccft', 120, 'Client Credentials for Access Token', token],
  ['feccft', 15, 'Unauthorized', token],
  ['sertft', 70, 'Refresh Token for Access Token', token],
  ['fertft', 10, 'Unknown or invalid refresh token.', token],
  ['sepft', 30, '', token],
  ['ssa', 60, 'Silent authentication succeeded', session],
  ['fsa', 15, 'Login required', session],
  ['slo', 60, 'User successfully logged out', session],
  ['sapi', 120, 'Update a user', managementCall],
  ['fapi', 10, 'Insufficient scope', managementCall],
  ['ss', 25, '', signup],
  ['fs', 5, 'The user already exists.', signup],
  ['sdu', 5, 'User successfully deleted', signup],
  ['gd_auth_succeed', 25, 'Guardian - Second factor authentication succeed (totp)', guardian],
  ['gd_send_pn', 10, 'Guardian - Push notification for MFA sent', guardian],
  ['limit_wc', 12, 'Too many wrong passwords: blocked for this user and address.', shield],
  ['limit_mu', 4, 'An IP address is blocked', shield],
  ['pwd_leak', 8, 'A login with a leaked password was blocked.', shield],
  ['fn', 5, 'To: sample.user@example.com', mail],
  ['scp', 8, 'Successfully changed password', mail],
  ['api_limit', 4, 'Global per second and burst rate limit exceeded', bare],
  ['depnote', 3, 'Deprecated feature used', bare],
  ['unknown', 6, 'Something that is newer than every list', bare],
];

/** Every weight counts its kind up, so that one die chooses: far faster than adding weights for each log. */
const WEIGHTED: readonly Kind[] = KINDS.flatMap(kind => Array<Kind>(kind[1]).fill(kind));

/** Fields that one half of Auth0 leaves out and the other half sets to null. */
const NULLABLE = [
  'connection',
  'client_name',
  'hostname',
  'details',
  'audience',
  'scope',
  'strategy',
  'strategy_type',
  'organization_id',
  'organization_name',
  'location_info',
];

/** Type, description and everything else of one log: all but ids and date. */
export function fieldsOf(d: Dice, tenantName: string, dateMs: number): Fields & { type: string } {
  const [kind, , description, write] = d.pick(WEIGHTED);
  const [agent, mobile] = d.pick(AGENTS);
  const scene = sceneOf(d, tenantName, dateMs, agent);
  const fields: Fields = {
    type: kind === 'unknown' ? d.pick(UNKNOWN_CODES) : kind,
    description: d.chance(0.02) ? null : description,
    ...write(scene),
    ip: scene.ip,
    user_agent: agent,
    [d.chance(0.8) ? 'isMobile' : 'is_mobile']: mobile,
  };
  if (d.chance(0.6)) fields['tenant_name'] = tenantName;
  if (d.chance(0.15)) fields['$event_schema'] = { version: '1.0.0' };
  if (d.chance(0.2)) fields['location_info'] = d.pick(PLACES);
  if (d.chance(0.1)) [fields['organization_id'], fields['organization_name']] = d.pick(ORGANIZATIONS);
  if (d.chance(0.01))
    fields['details'] = { note: noise(hugeLength(d)), nested: { deep: [[[{ end: true }]]] } };
  if (d.chance(0.3)) for (const name of NULLABLE) fields[name] ??= null;
  return fields as Fields & { type: string };
}

function sceneOf(d: Dice, tenantName: string, dateMs: number, agent: string): Scene {
  const [clientId, clientName] = d.pick(APPS);
  const [name, strategy, strategyType] = d.pick(CONNECTIONS);
  const number = d.whole(1, 99_999);
  return {
    d,
    dateMs,
    host: `${tenantName}.eu.auth0.com`,
    ip: address(d),
    agent,
    app: { client_id: clientId, client_name: clientName },
    user: { user_id: `${strategy}|example${number}`, user_name: `${d.pick(NAMES)}+${number}@example.com` },
    connection: {
      connection: name,
      connection_id: `con_Example${strategy}`,
      strategy,
      strategy_type: strategyType,
    },
  };
}

/** Documentation addresses only: RFC 5737 and RFC 3849. */
function address(d: Dice): string {
  if (d.chance(0.3)) return `2001:db8::${d.whole(0, 0xffff).toString(16)}:${d.whole(1, 0xffff).toString(16)}`;
  return `${d.pick(['192.0.2', '198.51.100', '203.0.113'])}.${d.whole(1, 254)}`;
}

function login({ d, dateMs, host, app, user, connection }: Scene): Fields {
  const startMs = dateMs - d.whole(200, 90_000);
  const prompt = {
    name: 'prompt-authenticate',
    initiatedAt: startMs,
    completedAt: dateMs - 5,
    connection: connection['connection'],
    identity: user.user_id.split('|')[1],
    stats: { loginsCount: d.whole(1, 900) },
    elapsedTime: dateMs - 5 - startMs,
  };
  const details = {
    prompts: d.chance(0.7) ? [prompt] : [prompt, { ...prompt, name: 'login', flow: 'login' }],
    initiatedAt: startMs,
    completedAt: dateMs,
    elapsedTime: dateMs - startMs,
    session_id: d.letters(32),
  };
  return { ...connection, ...app, ...user, hostname: host, details, ...(d.chance(0.5) ? sdk(d) : {}) };
}

function failedLogin({ d, host, app, user, connection }: Scene): Fields {
  const error = {
    message: 'Wrong email or password.',
    oauthError: 'access_denied',
    type: 'oauth-authorization',
  };
  const qs = { client_id: app.client_id, redirect_uri: 'https://app.example.com/cb', state: d.letters(64) };
  const details = d.chance(0.4) ? { error } : { body: {}, qs: { ...qs, nonce: d.letters(43) }, error };
  return {
    ...connection,
    ...app,
    ...user,
    user_id: d.chance(0.5) ? '' : user.user_id,
    hostname: host,
    details: d.chance(0.1) ? null : details,
    scope: d.chance(0.5) ? ['openid', 'profile', 'email'] : undefined,
  };
}

function token({ d, host, app }: Scene): Fields {
  const many = SCOPES.slice(0, d.chance(0.2) ? SCOPES.length : d.whole(1, 6));
  return {
    connection_id: '',
    ...app,
    user_id: '',
    user_name: '',
    hostname: host,
    audience: `https://${host}/api/v2/`,
    scope: d.pick([many.join(' '), many.join(' '), many, null]),
    details: d.chance(0.3)
      ? null
      : { device_id: `v0:${d.letters(36)}`, actions: { executions: [d.letters(60)] } },
    ...(d.chance(0.4) ? sdk(d) : {}),
  };
}

function session({ d, host, app, user }: Scene): Fields {
  const details = {
    session_id: d.letters(32),
    return_to: `https://app.example.com/bye?state=${d.letters(40)}`,
    allowed_logout_url: ['https://app.example.com/bye', 'https://*.example.com'],
    accessedSecrets: [],
  };
  return {
    ...app,
    ...user,
    connection_id: '',
    hostname: host,
    details,
    audience: 'https://api.example.com/',
    ...sdk(d),
  };
}

function managementCall({ d, ip, agent, app, user }: Scene): Fields {
  const metadata = Object.fromEntries(
    Array.from({ length: d.chance(0.45) ? d.whole(30, 70) : d.whole(0, 6) }, (_, i) => [
      `user_metadata_${i}`,
      { value: d.letters(24), note: d.pick(NAMES) },
    ]),
  );
  const body = { user_id: user.user_id, email: user.user_name, blocked: false, ...metadata };
  return {
    ...app,
    user_id: user.user_id,
    details: {
      request: {
        method: d.pick(['patch', 'post', 'delete', 'put']),
        path: `/api/v2/users/${encodeURIComponent(user.user_id)}`,
        query: {},
        userAgent: agent,
        body: d.chance(0.8) ? body : '',
        channel: 'api',
        ip,
        auth: { user: {}, strategy: 'jwt', credentials: { jti: d.letters(32), scopes: SCOPES.slice(0, 8) } },
      },
      response: { statusCode: d.pick([200, 201, 204, 403, null]), body: d.chance(0.4) ? body : {} },
    },
  };
}

function signup({ d, app, user, connection }: Scene): Fields {
  const details = {
    body: {
      tenant: 'example',
      connection: connection['connection'],
      email: user.user_name,
      password: '*****',
      name: d.pick(NAMES),
      user_metadata: { plan: d.pick(['free', 'pro', null]), tags: ['a', 'b'] },
    },
  };
  return { ...connection, ...app, ...user, details };
}

function guardian({ d, ip, agent, user }: Scene): Fields {
  const request = {
    method: 'POST',
    path: '/api/authenticators/verify',
    query: {},
    userAgent: agent,
    body: { code: '********' },
    ip,
    auth: { subject: user.user_id, strategy: 'jwt', scopes: ['read:authenticators', 'verify:authenticator'] },
  };
  const authenticator = { id: `totp|dev_${d.letters(16)}`, type: 'totp' };
  return {
    user_id: user.user_id,
    details: { request, response: { body: {}, statusCode: null }, authenticator },
  };
}

function shield({ host, app, user, connection }: Scene): Fields {
  return { ...connection, client_id: app.client_id, hostname: host, user_id: '', user_name: user.user_name };
}

function mail({ d, app, user, connection }: Scene): Fields {
  const details = { email_type: d.pick(['welcome_email', 'reset_email']), to: user.user_name, error: null };
  return { ...connection, ...app, ...user, details };
}

function bare(): Fields {
  return {};
}

function sdk(d: Dice): Fields {
  return {
    auth0_client: {
      name: d.pick(['auth0.js', 'auth0-spa-js', 'ruby-auth0']),
      version: '9.28.0',
      env: { node: '24' },
    },
  };
}

/** Tens of kilobytes, and one in eight beyond what a column may hold. */
function hugeLength(d: Dice): number {
  return d.chance(0.125) ? d.whole(50_000, 60_000) : d.whole(8_000, 22_000);
}
