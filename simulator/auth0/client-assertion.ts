/** `private_key_jwt`, checked by node:crypto alone: the code under test signs with another library. */
import { constants, createPublicKey, verify } from 'node:crypto';

const HASHES: Readonly<Record<string, string>> = { RS256: 'sha256', RS384: 'sha384', PS256: 'sha256' };
const LONGEST_SECONDS = 300;
/** Between the clocks, where `iat` is given: it is optional. */
const SKEW_SECONDS = 10;

export interface AssertionRules {
  readonly clientId: string;
  /** PEM. */
  readonly publicKey: string;
  /** Any of them may be the `aud`, trailing slash included. */
  readonly audiences: readonly string[];
}

/**
 * A check that remembers which assertions were used. It answers what is wrong, or undefined when nothing is.
 * The rules are Auth0's:
 * https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt
 */
export function assertionCheck(rules: AssertionRules): (jwt: string, nowMs: number) => string | undefined {
  const key = createPublicKey(rules.publicKey);
  const used = new Set<string>();
  return (jwt, nowMs) => {
    const [head = '', body = '', signature = '', ...rest] = jwt.split('.');
    const header = objectIn(head);
    const claims = objectIn(body);
    if (!header || !claims || rest.length > 0) return 'the client assertion is not a JWT';
    const alg = String(header['alg']);
    const hash = Object.hasOwn(HASHES, alg) ? HASHES[alg] : undefined;
    if (!hash) return `alg ${alg} is not one of ${Object.keys(HASHES).join(', ')}`;
    const padding = alg.startsWith('PS')
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING };
    const signed = Buffer.from(`${head}.${body}`);
    if (!verify(hash, signed, { key, ...padding }, Buffer.from(signature, 'base64url'))) {
      return 'the signature does not fit the public key';
    }
    const problem = claimProblem(claims, rules, nowMs / 1000);
    if (problem) return problem;
    const jti = String(claims['jti']);
    if (used.has(jti)) return 'jti was used before';
    used.add(jti);
    return undefined;
  };
}

function claimProblem(
  claims: Readonly<Record<string, unknown>>,
  { clientId, audiences }: AssertionRules,
  nowSeconds: number,
): string | undefined {
  const { iss, sub, aud, iat, exp, jti } = claims;
  if (iss !== clientId) return 'iss is not the client id';
  if (sub !== clientId) return 'sub is not the client id';
  if (typeof aud !== 'string' || !audiences.includes(aud)) return `aud is not ${audiences.join(' or ')}`;
  if (typeof exp !== 'number') return 'exp is not a number';
  if (exp <= nowSeconds) return 'exp is past';
  if (exp > nowSeconds + LONGEST_SECONDS) return `exp is more than ${LONGEST_SECONDS} seconds ahead`;
  if (iat !== undefined) {
    if (typeof iat !== 'number') return 'iat is not a number';
    if (iat > nowSeconds + SKEW_SECONDS) return `iat is more than ${SKEW_SECONDS} seconds ahead`;
    if (exp > iat + LONGEST_SECONDS) return `exp is more than ${LONGEST_SECONDS} seconds after iat`;
  }
  if (typeof jti !== 'string' || jti === '') return 'jti is missing';
  return undefined;
}

function objectIn(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
