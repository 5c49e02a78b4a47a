/** Opens the workspace that a pipeline fills, for queries. */
import type { PipelineConfig } from './config/config.ts';
import { ENV } from './core/contract.ts';
import type { SecretSource } from './core/model.ts';
import type { Secret } from './core/secret.ts';
import type { WorkspaceReader } from './core/workspace.ts';
import { openDestination, readerToken, specOf } from './destinations/all.ts';
import { CLOUDS } from './destinations/clouds.ts';
import type { Opened } from './destinations/spec.ts';
import { httpClient } from './edges/http-client.ts';
import { workspaceQuery } from './edges/workspace-query.ts';
import { baseUrlOf, type Environment, openingOf, systemClock } from './wiring.ts';

/** The identity that queries the workspace. */
export type Asker =
  /** The identity of the pipeline; a federated one only in its function. */
  | { readonly kind: 'pipeline' }
  /** An application of the operator, with a client secret. */
  | {
      readonly kind: 'application';
      readonly tenantId: string;
      readonly clientId: string;
      readonly secret: Secret;
    }
  /** The owner of the token. */
  | { readonly kind: 'token'; readonly token: NonNullable<Opened['readToken']> };

/**
 * The workspace that a pipeline fills, queried as `asker`; undefined if the pipeline has no identity that can read it, or
 * if its rows are not in a workspace. Throws ConfigError for a base URL that is not allowed.
 * @param workspaceId instead of that of the settings, which may have none
 */
export function workspaceOf(
  { azure }: PipelineConfig,
  secrets: SecretSource,
  env: Environment,
  asker: Asker,
  workspaceId?: string,
): WorkspaceReader | undefined {
  const stored = specOf(azure).stored?.(azure);
  const id = workspaceId ?? stored?.workspaceId;
  if (!stored || id === undefined) return undefined;
  const { cloud } = stored;
  const base = { secrets, clock: systemClock, fetch: httpClient() };
  const token = askerToken(asker, azure, cloud, openingOf(base, env));
  const baseUrl = baseUrlOf(env, ENV.workspaceBaseUrl) ?? CLOUDS[cloud].queryApi;
  return token && workspaceQuery({ ...base, baseUrl, cloud, workspaceId: id, token });
}

function askerToken(
  asker: Asker,
  azure: PipelineConfig['azure'],
  cloud: keyof typeof CLOUDS,
  opening: ReturnType<typeof openingOf>,
): Opened['readToken'] {
  if (asker.kind === 'token') return asker.token;
  if (asker.kind === 'pipeline') return openDestination(azure, opening).readToken;
  const { tenantId, clientId, secret } = asker;
  const fields = { clientSecret: secret };
  const secrets: SecretSource = { read: async () => ({ kind: 'secret', fields }), forget: () => undefined };
  return readerToken({ tenantId, clientId, cloud, secret: 'AZURE_CLIENT_SECRET' }, { ...opening, secrets });
}
