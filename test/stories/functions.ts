/** The two functions as they are deployed: bundled, each in a process of its own, against a stage's simulators. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV } from '../../lambda/core/contract.ts';
import { bundle } from '../../scripts/build.ts';
import { AUTH0_SECRET, AZURE_SECRET, DOMAIN, type Kind, type Stage } from './stage.ts';

export interface Bundles {
  readonly ship: string;
  readonly replay: string;
  remove(): Promise<void>;
}

/** Bundles both into a new directory. */
export async function bundles(): Promise<Bundles> {
  const directory = await mkdtemp(join(tmpdir(), 'functions-'));
  await bundle({ ship: 'lambda/ship-handler.ts', replay: 'lambda/replay-handler.ts' }, directory);
  return {
    ship: join(directory, 'ship/index.mjs'),
    replay: join(directory, 'replay/index.mjs'),
    remove: () => rm(directory, { recursive: true }),
  };
}

/** The environment of a function for this stage; `config` is laid over the pipeline's settings. */
export function environment(
  { aws, auth0, azure, secrets }: Stage,
  kind: Kind,
  config: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const { workspaceId, dcrImmutableId, stream, entra } = azure.settings;
  const { tenantId, clientId } = entra;
  const endpoint = 'https://story.westeurope-1.ingest.monitor.azure.com';
  const destination =
    kind === 'data-collector'
      ? { kind, workspaceId, secret: AZURE_SECRET }
      : { kind, endpoint, dcrImmutableId, stream, tenantId, clientId, secret: AZURE_SECRET };
  const pipeline = {
    name: 'story',
    auth0: { domain: DOMAIN, secret: AUTH0_SECRET },
    azure: destination,
    ...config,
  };
  return {
    ...aws.endpoints,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    [ENV.pipelineConfig]: JSON.stringify(pipeline),
    [ENV.checkpointTable]: aws.table,
    [ENV.retryQueueUrl]: aws.retryQueueUrl,
    [ENV.deadLetterQueueUrl]: aws.deadLetterQueueUrl,
    [ENV.auth0BaseUrl]: auth0.baseUrl,
    [ENV.azureBaseUrl]: azure.url,
    [ENV.entraBaseUrl]: azure.url,
  };
}
