/**
 * Microsoft Entra ID's token endpoint for one application of one tenant.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
import { randomBytes } from 'node:crypto';
import type { Answer } from '../faults.ts';
import type { Call } from '../loopback.ts';
import { type Federation, federationRefusal } from './entra-federation.ts';

export interface EntraSettings {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The only scopes that tokens are issued for: to post, and to query. */
  readonly scope: string;
  readonly queryScope: string;
  /** The federated credential of the application, if it has one. */
  readonly federation?: Federation | undefined;
}

export interface Entra {
  answer(call: Call): Answer;
  /** The scope that a token was issued for; undefined when it is unknown or expired. */
  scopeOf(token: string): string | undefined;
  /** Whose token it is; undefined when it is unknown. */
  callerOf(token: string): 'application' | 'operator' | undefined;
  /** A token of somebody who has logged in, as the Azure CLI hands it out for a resource. Throws Error for an unknown one. */
  login(resource: string): string;
  /** Every token issued so far is refused from now on. */
  expireTokens(): void;
  /** Rotates the secret: the old one is refused from now on. */
  setClientSecret(secret: string): void;
  /** Gives the application another federated credential, or takes it away. */
  setFederation(federation: Federation | undefined): void;
  readonly tokensIssued: number;
}

interface Issued {
  readonly scope: string;
  readonly caller: 'application' | 'operator';
  readonly expiresAtMs: number;
}

const TOKEN_SECONDS = 3599;

export function entra(settings: EntraSettings, now: () => number): Entra {
  let { clientSecret, federation } = settings;
  let tokensIssued = 0;
  const issued = new Map<string, Issued>();

  const newToken = (scope: string, caller: Issued['caller']): string => {
    const token = `simulated-entra-token-${randomBytes(24).toString('base64url')}`;
    issued.set(token, { scope, caller, expiresAtMs: now() + TOKEN_SECONDS * 1000 });
    return token;
  };
  const issue = (scope: string): Answer => {
    const token = newToken(scope, 'application');
    tokensIssued++;
    const body = { token_type: 'Bearer', expires_in: TOKEN_SECONDS, ext_expires_in: TOKEN_SECONDS };
    return json(200, { ...body, access_token: token });
  };

  return {
    answer: call => {
      const form = new URLSearchParams(call.body.toString());
      const refused =
        requestRefusal(call, form, settings) ?? proofRefusal(form, clientSecret, federation, now());
      return refused ?? issue(form.get('scope') ?? '');
    },
    scopeOf: token => {
      const { scope, expiresAtMs = 0 } = issued.get(token) ?? {};
      return expiresAtMs > now() ? scope : undefined;
    },
    callerOf: token => issued.get(token)?.caller,
    login: resource => {
      const scope = `${resource}/.default`;
      if (scope !== settings.queryScope) throw new Error(`nobody has logged in for ${resource}`);
      return newToken(scope, 'operator');
    },
    expireTokens: () => issued.clear(),
    setClientSecret: secret => {
      clientSecret = secret;
    },
    setFederation: next => {
      federation = next;
    },
    get tokensIssued() {
      return tokensIssued;
    },
  };
}

function requestRefusal(call: Call, form: URLSearchParams, settings: EntraSettings): Answer | undefined {
  const [, tenantId] = call.url.pathname.split('/');
  if (tenantId !== settings.tenantId) {
    return refusal(400, 'invalid_request', `AADSTS90002: Tenant '${tenantId}' not found.`);
  }
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(call.headers['content-type'] ?? '')) {
    return refusal(400, 'invalid_request', 'AADSTS900144: The request body must be form-encoded.');
  }
  for (const name of ['grant_type', 'client_id', 'scope']) {
    if (form.has(name)) continue;
    return refusal(400, 'invalid_request', `AADSTS900144: The request body must contain: '${name}'.`);
  }
  if (form.get('grant_type') !== 'client_credentials') {
    return refusal(400, 'unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
  }
  if (form.get('client_id') !== settings.clientId) {
    return refusal(400, 'unauthorized_client', 'AADSTS700016: The application was not found in the tenant.');
  }
  if (![settings.scope, settings.queryScope].includes(form.get('scope') ?? '')) {
    return refusal(400, 'invalid_scope', 'AADSTS70011: The provided value for the scope is not valid.');
  }
  return undefined;
}

/** How the client proves who it is: by another's word for it, or by a secret. */
function proofRefusal(
  form: URLSearchParams,
  clientSecret: string,
  federation: Federation | undefined,
  nowMs: number,
): Answer | undefined {
  if (form.has('client_assertion')) {
    const description = federationRefusal(form, federation, nowMs);
    return description === undefined ? undefined : refusal(401, 'invalid_client', description);
  }
  if (!form.has('client_secret')) {
    return refusal(
      401,
      'invalid_client',
      "AADSTS7000216: 'client_assertion' or 'client_secret' is required for 'client_credentials'.",
    );
  }
  if (form.get('client_secret') !== clientSecret) {
    return refusal(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
  }
  return undefined;
}

function refusal(status: number, error: string, description: string): Answer {
  const code = Number(/^AADSTS(\d+)/.exec(description)?.[1]);
  return json(status, { error, error_description: description, error_codes: [code] });
}

function json(status: number, body: object): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
