/** Microsoft Entra tokens for Azure Monitor without an Azure secret: a token of AWS proves the function's identity. */
import { WEB_IDENTITY } from '../core/contract.ts';
import { jsonObject, withinLimit, withTimeLimit } from '../core/http.ts';
import { tokenCache } from '../core/oauth.ts';
import { notInTime } from './answer.ts';
import { type Authoriser, type EntraOptions, exchangeAtEntra } from './entra.ts';
import { tokenSettings } from './entra-words.ts';
import type { WebIdentity } from './spec.ts';

export interface FederatedOptions extends EntraOptions {
  /** A signed token that says who this is. Law: never throws; a new one at every call. */
  readonly webIdentity: WebIdentity;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * By federation: AWS's token is exchanged for Entra's, which is kept across calls (see tokenCache). AWS's is used once.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential
 */
export function entraFederated(options: FederatedOptions): Authoriser {
  const cache = tokenCache(options.clock, timeoutMs =>
    withTimeLimit(timeoutMs, async limit => {
      const identity = await withinLimit(options.webIdentity(limit), limit).catch(() => notInTime('token'));
      if (identity.kind === 'fault') return identity;
      const assertion = identity.token.reveal();
      const proof = { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
      return exchangeAtEntra(options, proof, remedy(options, assertion), limit);
    }),
  );
  return { authorise: cache.get, forget: cache.drop };
}

/** What Entra was shown is what a credential there must say. None of it is secret: only the signature is. */
function remedy({ config }: FederatedOptions, assertion: string): string {
  const [, body = ''] = assertion.split('.');
  const { iss, sub } = jsonObject(Buffer.from(body, 'base64url').toString('utf8')) ?? {};
  return (
    `check ${tokenSettings(config)}, and that this identity has a federated credential with issuer "${iss}", subject "${sub}" ` +
    `and audience "${WEB_IDENTITY.audience}"; if it was created a few minutes ago, wait until it takes effect: no log is lost meanwhile`
  );
}
