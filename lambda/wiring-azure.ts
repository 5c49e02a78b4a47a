/** Opens what a pipeline needs of Azure: its destination, and the workspace behind it for queries. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { ConfigError, type PipelineConfig, VERIFY_NEEDS } from './config/config.ts';
import { ENV } from './core/contract.ts';
import type { Fetch } from './core/http.ts';
import type { Clock, SecretSource } from './core/model.ts';
import type { Secret } from './core/secret.ts';
import type { Verifying, WorkspaceReader } from './core/workspace.ts';
import { identityOf, queryToken, specOf } from './destinations/all.ts';
import { CLOUDS } from './destinations/clouds.ts';
import type { Opening, TokenSource } from './destinations/spec.ts';
import { httpClient } from './edges/http-client.ts';
import { webIdentity } from './edges/sts.ts';
import { workspaceQuery } from './edges/workspace-query.ts';
import { baseUrlOf, type Environment, systemClock } from './environment.ts';

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
  | { readonly kind: 'token'; readonly token: TokenSource };

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

/**
 * What a run needs to prove that its logs are stored; undefined when `verify` is off.
 * @param holds see Verifying
 */
export function verifyingOf(
  config: PipelineConfig,
  secrets: SecretSource,
  env: Environment,
  holds: Verifying['holds'],
): Verifying | undefined {
  if (config.verify === 'off') return undefined;
  const place = specOf(config.azure).stored?.(config.azure);
  const reader = workspaceOf(config, secrets, env, { kind: 'pipeline' });
  if (!place || !reader) throw new ConfigError([`verify: is "${config.verify}"; allowed: ${VERIFY_NEEDS}`]);
  return { reader, place, isRepairing: config.verify === 'repair', holds };
}

function askerToken(
  asker: Asker,
  azure: PipelineConfig['azure'],
  cloud: keyof typeof CLOUDS,
  opening: Opening,
): TokenSource | undefined {
  if (asker.kind === 'token') return asker.token;
  if (asker.kind === 'pipeline') {
    const identity = identityOf(azure);
    return identity && queryToken(identity, opening);
  }
  const { tenantId, clientId, secret } = asker;
  const fields = { clientSecret: secret };
  const secrets: SecretSource = { read: async () => ({ kind: 'secret', fields }), forget: () => undefined };
  const identity = {
    tenantId,
    clientId,
    cloud,
    auth: 'client-secret',
    secret: 'AZURE_CLIENT_SECRET',
  } as const;
  return queryToken(identity, { ...opening, secrets });
}

/** What a destination of this pipeline is opened with, here. */
export const openingOf = (base: { secrets: SecretSource; clock: Clock; fetch: Fetch }, env: Environment) => ({
  ...base,
  fetchToken: base.fetch,
  baseUrl: baseUrlOf(env, ENV.azureBaseUrl),
  tokenBaseUrl: baseUrlOf(env, ENV.entraBaseUrl),
  identity: () => roleOf(base, env),
});

/** This Lambda's identity, by AWS. Any client finds region and credentials, so that STS needs none of its own. */
function roleOf(base: { clock: Clock; fetch: Fetch }, env: Environment) {
  const { region, credentials, sha256 } = new SQSClient({}).config;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256 });
  return webIdentity({
    ...base,
    region,
    sign: (request, signingDate) => signer.sign(request, { signingDate }),
    baseUrl: baseUrlOf(env, 'AWS_ENDPOINT_URL_STS') ?? baseUrlOf(env, 'AWS_ENDPOINT_URL'),
  });
}
