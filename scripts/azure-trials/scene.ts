/** Made-up Auth0 logs in the form of real ones, to try out detections. */
import { type Log, logIdAt } from '../../simulator/auth0/tenant.ts';
import type { Rows } from '../../simulator/azure/log-analytics/engine.ts';

/** The current time of every scene. */
export const NOW_MS = Date.UTC(2026, 2, 10, 12, 0, 0);
export const DOMAIN = 'example.eu.auth0.com';
const MINUTE_MS = 60_000;

/** The logs that a rule finds when it runs. */
export interface Scene {
  readonly logs: readonly Log[];
  /** How long the logs took to arrive; half a minute if absent. */
  readonly lagMinutes?: number;
  /** Rows of tables that hold no Auth0 logs. */
  readonly others?: Rows;
}

export interface Trial {
  readonly fires: Scene;
  /** Other ways to make it fire. */
  readonly also?: Readonly<Record<string, Scene>>;
  /** Near misses by name: the rule does not fire. */
  readonly quiet: Readonly<Record<string, Scene>>;
}

/** By the detection's id. */
export type Trials = Readonly<Record<string, Trial>>;

export type Fields = Readonly<Record<string, unknown>>;

/** Start of a log's id: `900` and the time in milliseconds; the rest distinguishes logs of one millisecond. */
const ID_TIME_DIGITS = 20;
const AGENT = 'Chrome 142.0.0 / Windows 10.0.0';
let count = 0;

/** A log of a type, this many minutes before now. */
export function log(type: string, minutesAgo: number, fields: Fields = {}): Log {
  const atMs = NOW_MS - Math.round(minutesAgo * MINUTE_MS);
  const logId = logIdAt(atMs, String(++count).padStart(12, '0'));
  return {
    _id: logId,
    log_id: logId,
    date: new Date(atMs).toISOString(),
    type,
    description: '',
    ip: '192.0.2.10',
    user_agent: AGENT,
    isMobile: false,
    tenant_name: 'example',
    ...fields,
  };
}

/** The same log at another time. Text instead of a log stays unchanged. */
export function shifted(one: Log, byMs: number): Log {
  if (typeof one !== 'object') return one;
  const atMs = Date.parse(one.date) + byMs;
  const logId = logIdAt(atMs, one.log_id.slice(ID_TIME_DIGITS));
  return { ...one, _id: logId, log_id: logId, date: new Date(atMs).toISOString() };
}

/** `howMany` logs a few seconds apart, the last one a minute ago; `fields` may depend on the number. */
export function logs(howMany: number, type: string, fields: (index: number) => Fields = () => ({})): Log[] {
  return Array.from({ length: howMany }, (_, index) => log(type, 1 + (howMany - index) * 0.1, fields(index)));
}

export const user = (name: string): Fields => ({
  user_id: `auth0|${name}`,
  user_name: `${name}@example.com`,
  connection: 'Username-Password-Authentication',
  connection_id: 'con_Example',
  strategy: 'auth0',
  strategy_type: 'database',
  client_id: 'ExampleClientWeb000000000000000A',
  client_name: 'Example Web',
});

/** Documentation addresses (RFC 3849), without limit. */
export const address = (index: number): string => `2001:db8::${(index + 1).toString(16)}`;

export interface Call {
  readonly minutesAgo?: number;
  readonly type?: string;
  readonly description?: string;
  readonly body?: unknown;
  readonly response?: unknown;
  readonly statusCode?: number;
  /** E-mail of an administrator at the dashboard; without, it is an application. */
  readonly admin?: string;
  readonly scopes?: readonly string[];
  readonly accessedSecrets?: readonly string[];
}

/** Auth0's description of such a call. The detections do not read it, because Auth0 sometimes rewords it. */
const SENTENCES: readonly (readonly [path: RegExp, sentence: string])[] = [
  [/^attack-protection\/bot/, 'Update bot detection settings'],
  [/^attack-protection\/brute/, 'Update Brute-force settings'],
  [/^attack-protection\/susp/, 'Update Suspicious IP Throttling settings'],
  [/^guardian\/policies/, 'Set the Multi-factor Authentication policies'],
  [/^guardian\/factors/, 'Update a Multi-factor Authentication Factor'],
  [/^clients\/.*secret/, 'Rotate a client secret'],
  [/^clients/, 'Update a client'],
  [/^client-grants/, 'Create client grant'],
  [/^connections/, 'Create a connection'],
  [/^log-streams/, 'Delete log stream'],
  [/^tenants\/inv/, 'Create tenant invitations for a given client'],
  [/^actions\/trig/, 'Update trigger bindings'],
  [/^network-acls/, 'Update a network ACL'],
  [/^jobs/, 'Create export users job'],
  [/^users\/[^/]+$/, 'Delete a User'],
];

const sentence = (method: string, path: string) =>
  SENTENCES.find(([pattern]) => pattern.test(path))?.[1] ?? `${method} ${path}`;

/** A call of the Management API: details as Auth0 logs them. */
export function call(method: string, path: string, options: Call = {}): Log {
  const { minutesAgo = 5, type = 'sapi', description = sentence(method, path), body = {}, admin } = options;
  const credentials = { jti: 'example', scopes: options.scopes ?? [] };
  return log(type, minutesAgo, {
    description,
    client_id: 'ExampleClientM2M000000000000000B',
    client_name: admin ? '' : 'Nightly Sync (M2M)',
    user_id: admin ? `auth0|${admin}` : '',
    details: {
      request: {
        method,
        path: `/api/v2/${path}`,
        query: {},
        userAgent: AGENT,
        body,
        channel: admin ? 'https://manage.auth0.com/' : 'api',
        ip: '192.0.2.10',
        auth: { user: admin ? { email: admin, name: 'Admin' } : {}, strategy: 'jwt', credentials },
      },
      response: { statusCode: options.statusCode ?? 200, body: options.response ?? {} },
      ...(options.accessedSecrets ? { accessedSecrets: options.accessedSecrets } : {}),
    },
  });
}

export const scene = (...parts: readonly (Log | readonly Log[])[]): Scene => ({ logs: parts.flat() });
