/** Opens an identity of Entra, whichever way it authenticates. */
import { Secret } from '../core/secret.ts';
import { type Authoriser, entraClientSecret } from './entra.ts';
import { entraFederated } from './federated.ts';
import type { EntraIdentity, Opening } from './spec.ts';

/** @param scope what the tokens are for; posting logs when absent */
export function authoriserOf(config: EntraIdentity, opening: Opening, scope?: string): Authoriser {
  const { identity, secrets, clock, fetchToken, tokenBaseUrl } = opening;
  const entra = { config, clock, fetch: fetchToken, baseUrl: tokenBaseUrl, ...(scope && { scope }) };
  if (config.auth === 'client-secret') return entraClientSecret({ ...entra, secrets });
  return identity === 'nobody' ? NOBODY : entraFederated({ ...entra, webIdentity: identity() });
}

const NOBODY: Authoriser = {
  authorise: async () => ({ kind: 'token', token: new Secret('none') }),
  forget: () => undefined,
};
