/** Microsoft Entra tokens for Azure Monitor, by a client secret. By federation: federated.ts. */
import { type Refused, remedied, remedyOf } from '../core/cause.ts';
import { type Fetch, networkFailure, readText, retryAfterMs, withTimeLimit } from '../core/http.ts';
import type { Clock, SecretSource } from '../core/model.ts';
import { type Grant, readGrant, type TokenAnswer, tokenCache } from '../core/oauth.ts';
import { CLOUDS } from './clouds.ts';
import { ENTRA_CAUSES, entraValues, tokenSettings } from './entra-words.ts';
import type { EntraApplication } from './spec.ts';

/** Gives tokens for Azure Monitor. Law: neither throws; after `forget` the next token and its secret are had anew. */
export interface Authoriser {
  authorise(timeoutMs: number): Promise<TokenAnswer>;
  forget(): void;
}

export interface EntraOptions {
  readonly config: EntraApplication;
  /** What the token is for; posting logs when absent. */
  readonly scope?: string;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Instead of the cloud's authority, for a simulator: no path, no trailing slash. */
  readonly baseUrl?: string | undefined;
}

/**
 * By client secret, `{"clientSecret"}`: the token is kept across calls (see tokenCache); a refused exchange forgets
 * the secret, so that a rotated one is read the next time.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function entraClientSecret(options: EntraOptions & { readonly secrets: SecretSource }): Authoriser {
  const { config, secrets, clock } = options;
  const secretName = config.secret ?? '';
  const cache = tokenCache(clock, timeoutMs =>
    withTimeLimit(timeoutMs, async limit => {
      const secret = await secrets.read(secretName);
      if (secret.kind === 'fault') return secret;
      const clientSecret = secret.fields['clientSecret']?.reveal();
      const otherwise = `check ${tokenSettings(config)}, and that the secret "${secretName}" holds a client secret of that application that has not expired`;
      const grant = clientSecret
        ? await exchangeAtEntra(options, { client_secret: clientSecret }, otherwise, limit)
        : lacking(secretName);
      if (grant.kind === 'fault' && grant.fault.verdict === 'denied') secrets.forget(secretName);
      return grant;
    }),
  );
  return {
    authorise: cache.get,
    forget: () => {
      secrets.forget(secretName);
      cache.drop();
    },
  };
}

/**
 * One request for a token. Never throws.
 * @param proof the form fields by which the client proves who it is
 * @param otherwise what to do when Entra refuses, and no row of the table says why
 */
export async function exchangeAtEntra(
  { config, clock, baseUrl, ...options }: EntraOptions,
  proof: Readonly<Record<string, string>>,
  otherwise: string,
  limit: AbortSignal,
): Promise<Grant> {
  const { authority, ingestionScope } = CLOUDS[config.cloud];
  const { scope = ingestionScope } = options;
  const { tenantId, clientId } = config;
  try {
    const response = await options.fetch(`${baseUrl ?? authority}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        ...proof,
        scope,
      }),
      redirect: 'manual',
      signal: limit,
    });
    const text = await readText(response);
    const waitMs = retryAfterMs(response.headers.get('retry-after'), clock.now());
    const answer = { status: response.status, text, retryAfterMs: waitMs };
    const values = { ...entraValues(config), address: URL.parse(baseUrl ?? authority)?.host ?? authority };
    const remedyFor = (refused: Refused) => remedyOf(ENTRA_CAUSES, refused, values) ?? otherwise;
    return readGrant(answer, 'Entra', remedyFor, Object.values(proof));
  } catch (error) {
    const { code, message } = networkFailure(error);
    return {
      kind: 'fault',
      fault: { verdict: 'unavailable', code, message: `Entra returned no token: ${message}` },
    };
  }
}

function lacking(secretName: string): Grant {
  const remedy = 'it must hold {"clientSecret":"…"}: the value of the client secret, not its id';
  const said = remedied(`the secret "${secretName}" lacks "clientSecret"`, remedy);
  return { kind: 'fault', fault: { verdict: 'denied', ...said } };
}
