/** Auth0's token endpoint: client credentials in, access token out, everything checked. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../faults.ts';
import { apiError, json, oauthError } from './answer.ts';
import { assertionCheck } from './client-assertion.ts';

export interface TokenOptions {
  /** The tenant's own domain: the audience is `https://{domain}/api/v2/`, whatever host is called. */
  readonly domain: string;
  /** May stand in for the domain in a client assertion's `aud`. */
  readonly customDomain?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** PEM; allows `private_key_jwt`. */
  readonly publicKey?: string;
  /** 86,400 when absent, as Auth0's Management API. */
  readonly tokenLifetimeSeconds?: number;
  /** `read:logs` when absent. */
  readonly grantedScope?: string;
  /** How the audience's domain is compared, which Auth0 does not document; `exact` when absent. */
  readonly audienceCase?: 'exact' | 'any';
}

export interface TokenDesk {
  /** Answers one exchange. */
  exchange(contentType: string, body: string, nowMs: number): Answer;
  /** Undefined when the Authorization header may read logs; else the refusal. */
  refusal(authorization: string | undefined, nowMs: number): Answer | undefined;
  /** Every token given out so far answers 401 from now on. */
  revoke(): void;
  /** From now on only this secret is right; tokens given out before stay good. */
  setClientSecret(clientSecret: string): void;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

type Parameters = Readonly<Record<string, string>>;

export function tokenDesk(options: TokenOptions): TokenDesk {
  const { domain, customDomain, clientId, publicKey } = options;
  const lifetimeSeconds = options.tokenLifetimeSeconds ?? 86_400;
  const scope = options.grantedScope ?? 'read:logs';
  const audience = `https://${domain}/api/v2/`;
  const audiences = [domain, customDomain].filter(host => host !== undefined).map(host => `https://${host}/`);
  const assertionProblem = publicKey ? assertionCheck({ clientId, publicKey, audiences }) : undefined;
  const expiryMs = new Map<string, number>();
  const spelled = (text: string) => (options.audienceCase === 'any' ? text.toLowerCase() : text);
  let { clientSecret } = options;

  const clientRefusal = (given: Parameters, nowMs: number): Answer | undefined => {
    if (given['client_assertion'] !== undefined) {
      if (given['client_assertion_type'] !== ASSERTION_TYPE) {
        return oauthError(400, 'invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}`);
      }
      if ((given['client_id'] ?? clientId) !== clientId)
        return oauthError(401, 'access_denied', 'Unauthorized');
      const problem = assertionProblem
        ? assertionProblem(given['client_assertion'], nowMs)
        : 'the client has no public key';
      return problem ? oauthError(401, 'invalid_client', problem) : undefined;
    }
    const right = given['client_id'] === clientId && given['client_secret'] === clientSecret;
    return right && clientSecret !== undefined ? undefined : oauthError(401, 'access_denied', 'Unauthorized');
  };

  return {
    exchange: (contentType, body, nowMs) => {
      const given = parametersIn(contentType, body);
      if (!given)
        return oauthError(400, 'invalid_request', 'The body is neither a JSON object of strings nor a form');
      if (given['grant_type'] !== 'client_credentials') {
        return oauthError(403, 'unsupported_grant_type', `Unsupported grant type: ${given['grant_type']}`);
      }
      const refusal = clientRefusal(given, nowMs);
      if (refusal) return refusal;
      if (spelled(given['audience'] ?? '') !== spelled(audience)) {
        return oauthError(403, 'access_denied', `Service not found: ${given['audience']}`);
      }
      const token = `simulated-access-token-${randomUUID()}`;
      expiryMs.set(token, nowMs + lifetimeSeconds * 1000);
      return json(200, { access_token: token, scope, expires_in: lifetimeSeconds, token_type: 'Bearer' });
    },
    refusal: (authorization, nowMs) => {
      const [, token] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
      if (!token) return apiError(401, 'Missing authentication');
      const expiresAtMs = expiryMs.get(token);
      if (expiresAtMs === undefined) return apiError(401, 'Invalid token');
      if (nowMs >= expiresAtMs) return apiError(401, 'Expired token received for JSON Web Token validation');
      if (scope.split(' ').includes('read:logs')) return undefined;
      return apiError(
        403,
        'Insufficient scope, expected any of: read:logs,read:logs_users',
        'insufficient_scope',
      );
    },
    revoke: () => expiryMs.clear(),
    setClientSecret: secret => {
      clientSecret = secret;
    },
  };
}

function parametersIn(contentType: string, body: string): Parameters | undefined {
  const kind = contentType.split(';')[0]?.trim().toLowerCase();
  if (kind === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body));
  if (kind !== 'application/json') return undefined;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.values(value).every(one => typeof one === 'string') ? (value as Parameters) : undefined;
  } catch {
    return undefined;
  }
}
