/** Tokens for Auth0's Management API, by client secret or by private key. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { clockAhead, type Refused, remedied, remedyOf } from '../core/cause.ts';
import { type Fetch, networkFailure, readText, withTimeLimit } from '../core/http.ts';
import type { Clock, Fault, SecretFields, SecretSource } from '../core/model.ts';
import { type Grant, readGrant, type TokenCache, tokenCache } from '../core/oauth.ts';
import { auth0RetryAfterMs } from './auth0-answer.ts';
import { AUTH0_TOKEN_CAUSES } from './auth0-causes.ts';

export interface Auth0TokenOptions {
  /** The tenant's own domain: the Management API's audience, whatever host is called. */
  readonly domain: string;
  /** Where the tenant is called, when it has one. */
  readonly customDomain?: string | undefined;
  readonly secrets: SecretSource;
  /** `{"clientId","clientSecret"}`, or `{"clientId","privateKey"}` with an optional `"keyId"`. */
  readonly secretName: string;
  readonly clock: Clock;
  /** A fresh UUID for each assertion: Auth0 takes an id only once. */
  readonly randomUuid: () => string;
  readonly fetch: Fetch;
  /** Instead of `https://{domain}`, for a simulator. */
  readonly baseUrl?: string | undefined;
}

/** Auth0 takes five minutes at most and recommends one. */
const ASSERTION_LIFETIME_SECONDS = 120;
/** Auth0 takes an assertion issued up to ten seconds ahead of its clock: ours may be further ahead than that. */
const ASSERTION_BACKDATED_SECONDS = 60;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * The token, kept across calls (see tokenCache). A refused exchange forgets the secret, so that a rotated one is
 * read the next time; `drop` forgets token and secret. Never throws.
 * https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens/get-management-api-access-tokens-for-production
 */
export function auth0Token(options: Auth0TokenOptions): TokenCache {
  const { secrets, secretName } = options;
  const cache = tokenCache(options.clock, timeoutMs =>
    withTimeLimit(timeoutMs, async limit => {
      const secret = await secrets.read(secretName);
      if (secret.kind === 'fault') return secret;
      const grant = await exchange(options, secret.fields, limit);
      if (grant.kind === 'fault' && grant.fault.verdict === 'denied') secrets.forget(secretName);
      return grant;
    }),
  );
  return {
    get: cache.get,
    drop: () => {
      secrets.forget(secretName);
      cache.drop();
    },
  };
}

async function exchange(
  options: Auth0TokenOptions,
  fields: SecretFields,
  limit: AbortSignal,
): Promise<Grant> {
  const host = options.customDomain ?? options.domain;
  const credentials = await credentialsOf(options, fields, host);
  if (!(credentials instanceof URLSearchParams)) return { kind: 'fault', fault: credentials };
  credentials.set('grant_type', 'client_credentials');
  credentials.set('audience', `https://${options.domain}/api/v2/`);
  try {
    const response = await options.fetch(`${options.baseUrl ?? `https://${host}`}/oauth/token`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: credentials,
      redirect: 'manual',
      signal: limit,
    });
    const text = await readText(response);
    const retryAfterMs = auth0RetryAfterMs(response.status, response.headers, options.clock.now());
    const sent = ['client_secret', 'client_assertion'].flatMap(name => credentials.getAll(name));
    const clockAheadMs = clockAhead(response.headers.get('date'), options.clock.now());
    const answer = { status: response.status, text, retryAfterMs, clockAheadMs };
    return readGrant(answer, 'Auth0', refused => remedyFor(refused, options, host), sent);
  } catch (error) {
    const { code, message } = networkFailure(error);
    return {
      kind: 'fault',
      fault: { verdict: 'unavailable', code, message: `Auth0 returned no token: ${message}` },
    };
  }
}

/** The application's credentials as form fields, or what its secret lacks. */
async function credentialsOf(
  options: Auth0TokenOptions,
  fields: SecretFields,
  host: string,
): Promise<URLSearchParams | Fault> {
  const clientId = fields['clientId']?.reveal();
  const clientSecret = fields['clientSecret']?.reveal();
  const privateKey = fields['privateKey']?.reveal();
  if (!clientId || !(clientSecret || privateKey)) {
    const lacking = clientId ? '"clientSecret" or "privateKey"' : '"clientId"';
    return wrongSecret(options, `lacks ${lacking}`);
  }
  const form = new URLSearchParams({ client_id: clientId });
  if (!privateKey) {
    form.set('client_secret', clientSecret ?? '');
    return form;
  }
  const assertion = await sign(options, clientId, privateKey, fields['keyId']?.reveal(), host);
  if (!assertion)
    return wrongSecret(
      options,
      'has a "privateKey" that is not an RSA key of at least 2048 bits in PEM format',
    );
  form.set('client_assertion_type', ASSERTION_TYPE);
  form.set('client_assertion', assertion);
  return form;
}

/**
 * The client assertion; undefined when the key is of no use.
 * https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt
 */
async function sign(
  { clock, randomUuid }: Auth0TokenOptions,
  clientId: string,
  privateKey: string,
  keyId: string | undefined,
  host: string,
): Promise<string | undefined> {
  const nowSeconds = Math.floor(clock.now() / 1000);
  try {
    return await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId ? { kid: keyId } : {}) })
      .setIssuer(clientId)
      .setSubject(clientId)
      // With a custom domain, Auth0 recommends that domain here; the API's audience stays the tenant's.
      .setAudience(`https://${host}/`)
      .setJti(randomUuid())
      .setIssuedAt(nowSeconds - ASSERTION_BACKDATED_SECONDS)
      .setExpirationTime(nowSeconds + ASSERTION_LIFETIME_SECONDS)
      .sign(rsaKey(privateKey));
  } catch {
    return undefined;
  }
}

/** PKCS#8 or PKCS#1; line breaks that were written as `\n` once too often are taken back. */
function rsaKey(pem: string): KeyObject {
  return createPrivateKey(pem.replaceAll('\\n', '\n'));
}

function wrongSecret({ secretName }: Auth0TokenOptions, problem: string): Fault {
  const shape = '{"clientId":"…","clientSecret":"…"} or {"clientId":"…","privateKey":"…"}';
  return { verdict: 'denied', ...remedied(`the secret "${secretName}" ${problem}`, `it must be ${shape}`) };
}

function remedyFor(refused: Refused, { domain, secretName }: Auth0TokenOptions, host: string) {
  return remedyOf(AUTH0_TOKEN_CAUSES, refused, { domain, host, secret: secretName });
}
