/** One simulated world: a tenant of Auth0, Azure and AWS on loopback, and a pipeline from the one to the other. */
import { type Auth0Options, type Auth0Simulator, startAuth0 } from './auth0/server.ts';
import { type Aws, startAws } from './aws/emulators.ts';
import { type SecretsManagerSimulator, startSecretsManager } from './aws/secrets-manager.ts';
import { APIS, type Kind } from './azure/apis.ts';
import { type AzureOptions, type AzureSimulator, startAzure } from './azure/server.ts';
import type { FaultScript } from './faults.ts';
import { startingAll } from './starting.ts';

export interface EndsOptions {
  /** Of the tenant: its domain and its client are called after it. */
  readonly name: string;
  readonly auth0?: Partial<Auth0Options>;
  readonly azure?: AzureOptions;
}

/** The two ends of the way. */
export interface Ends {
  readonly auth0: Auth0Simulator;
  readonly azure: AzureSimulator;
  /** Variables that lead a pipeline here instead of to the vendors. */
  readonly addresses: Variables;
  /** What an operator would write for a pipeline between them; `settings` is laid over it. */
  pipeline(kind: Kind, name: string, settings?: Settings): Pipeline;
  /** Ends everything at once. May be called more than once. */
  close(): Promise<void>;
}

export interface WorldOptions extends EndsOptions {
  readonly kind: Kind;
  /** Laid over the pipeline's configuration. */
  readonly settings?: Settings;
  /** Secrets Manager of an account that has several worlds; its own when absent. */
  readonly secrets?: SecretsManagerSimulator;
}

export interface World extends Ends {
  readonly aws: Aws;
  readonly secrets: SecretsManagerSimulator;
  readonly config: PipelineConfig;
  /** What the next posts meet at the API in play. */
  readonly posts: FaultScript;
  /** Variables that lead an AWS SDK here. */
  readonly endpoints: Variables;
  /** Variables that the stack would give the functions, and the addresses. */
  readonly environment: Variables;
  /** Both: all that a function or a command needs. */
  readonly env: Variables;
}

export interface Pipeline {
  readonly config: PipelineConfig;
  /** What its two secrets hold. */
  readonly secrets: Readonly<Record<'auth0' | 'azure', SecretFields>>;
}

export interface PipelineConfig {
  readonly name: string;
  readonly auth0: Readonly<Record<string, unknown>>;
  readonly azure: Readonly<Record<string, unknown>>;
  readonly [setting: string]: unknown;
}
export type Settings = Readonly<Record<string, unknown>> & Partial<Pick<PipelineConfig, 'auth0' | 'azure'>>;
export type Variables = Readonly<Record<string, string>>;
export type SecretFields = Readonly<Record<string, string>>;

/** Names of a pipeline's secrets. */
export function secretNames(pipeline: string): Readonly<Record<'auth0' | 'azure', string>> {
  return { auth0: `auth0-logs/${pipeline}/auth0`, azure: `auth0-logs/${pipeline}/azure` };
}

/** What the secret of a pipeline holds, so that it posts with this one. */
export function azureSecret(kind: Kind, secret: string): SecretFields {
  return { [APIS[kind].secretField]: secret };
}

/** Auth0 and Azure alone. What was started before a failure is ended again. */
export async function startEnds({ name, ...options }: EndsOptions): Promise<Ends> {
  const client = { clientId: `${name}-client`, clientSecret: `${name}-client-secret` };
  const tenant = { domain: `${name}.eu.auth0.com`, ...client, ...options.auth0 };
  await using starting = startingAll();
  const auth0 = starting.adopt(await startAuth0(tenant), one => one.close());
  const azure = starting.adopt(await startAzure(options.azure), one => one.close());
  const started = starting.move();
  return {
    auth0,
    azure,
    addresses: {
      AUTH0_BASE_URL: auth0.baseUrl,
      AZURE_BASE_URL: azure.url,
      ENTRA_BASE_URL: azure.url,
      WORKSPACE_BASE_URL: azure.url,
    },
    pipeline: (kind, pipeline, settings = {}) => {
      const secret = secretNames(pipeline);
      const { domain, clientId, clientSecret = '' } = tenant;
      return {
        config: {
          name: pipeline,
          ...settings,
          auth0: { domain, secret: secret.auth0, logRetentionDays: 1, ...settings.auth0 },
          azure: { kind, ...APIS[kind].settings(azure.settings), secret: secret.azure, ...settings.azure },
        },
        secrets: {
          auth0: { clientId, clientSecret },
          azure: azureSecret(kind, APIS[kind].secret(azure.settings)),
        },
      };
    },
    close: () => started(),
  };
}

/** Everything, for one pipeline that has the tenant's name. What was started before a failure is ended again. */
export async function startWorld({ kind, settings, ...options }: WorldOptions): Promise<World> {
  const { name } = options;
  await using starting = startingAll();
  const ends = starting.adopt(await startEnds(options), one => one.close());
  const aws = starting.adopt(await startAws({ prefix: `${name}-` }), one => one.close());
  const secrets =
    options.secrets ?? starting.adopt(await startSecretsManager({ secrets: {} }), one => one.close());
  const { config, secrets: fields } = ends.pipeline(kind, name, settings);
  const names = secretNames(name);
  secrets.set(names.auth0, JSON.stringify(fields.auth0));
  secrets.set(names.azure, JSON.stringify(fields.azure));
  const endpoints = { ...aws.endpoints, AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url };
  // By the names of lambda/core/contract.ts, which is not imported: a simulator takes nothing from what it checks.
  const environment = {
    PIPELINE_CONFIG: JSON.stringify(config),
    CHECKPOINT_TABLE: aws.table,
    RETRY_QUEUE_URL: aws.retryQueueUrl,
    DEAD_LETTER_QUEUE_URL: aws.deadLetterQueueUrl,
    ...ends.addresses,
  };
  const started = starting.move();
  return {
    ...ends,
    aws,
    secrets,
    config,
    posts: ends.azure.faults[kind],
    endpoints,
    environment,
    env: { ...endpoints, ...environment },
    close: () => started(),
  };
}
