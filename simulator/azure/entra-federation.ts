/**
 * A federated credential: which foreign token Entra takes in place of a secret. Checked by node:crypto alone.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
import { createPublicKey, verify } from 'node:crypto';

export interface Federation {
  readonly issuer: string;
  readonly subject: string;
  /** The issuer's key, PEM: a real Entra fetches it from the issuer. */
  readonly publicKey: string;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const AUDIENCE = 'api://AzureADTokenExchange';
/** Clocks differ: Entra allows five minutes. */
const SKEW_SECONDS = 300;

/** Entra's words for what is wrong with the request's assertion; undefined when it is taken. */
export function federationRefusal(
  form: URLSearchParams,
  federation: Federation | undefined,
  nowMs: number,
): string | undefined {
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) {
    return "AADSTS900144: The request body must contain: 'client_assertion_type'.";
  }
  const [head = '', body = '', signature = '', ...rest] = (form.get('client_assertion') ?? '').split('.');
  const header = objectIn(head);
  const claims = objectIn(body);
  if (!header || !claims || rest.length > 0) {
    return 'AADSTS50027: JWT token is invalid or malformed.';
  }
  if (header['alg'] !== 'RS256') {
    return `AADSTS5002738: Invalid JWT token. '${header['alg']}' is not a supported signature algorithm.`;
  }
  const unknown = recordProblem(claims, federation);
  if (unknown) return unknown;
  const key = createPublicKey(federation?.publicKey ?? '');
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
    return 'AADSTS700027: The certificate with identifier used to sign the client assertion is not known.';
  }
  return timeProblem(claims, nowMs / 1000);
}

function recordProblem(
  { iss, sub, aud }: Readonly<Record<string, unknown>>,
  federation: Federation | undefined,
): string | undefined {
  const no = 'No matching federated identity record found for presented assertion';
  if (!federation) return `AADSTS70021: ${no}. Assertion Issuer: '${iss}'. Assertion Subject: '${sub}'.`;
  if (iss !== federation.issuer) return `AADSTS700211: ${no} issuer '${iss}'.`;
  if (aud !== AUDIENCE) return `AADSTS700212: ${no} audience '${aud}'.`;
  return sub === federation.subject ? undefined : `AADSTS700213: ${no} subject '${sub}'.`;
}

function timeProblem(
  { nbf, iat, exp }: Readonly<Record<string, unknown>>,
  nowSeconds: number,
): string | undefined {
  const from = nbf ?? iat;
  const within =
    typeof exp === 'number' &&
    nowSeconds < exp + SKEW_SECONDS &&
    (typeof from !== 'number' || nowSeconds > from - SKEW_SECONDS);
  return within ? undefined : 'AADSTS700024: Client assertion is not within its valid time range.';
}

function objectIn(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
