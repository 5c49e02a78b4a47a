/** The identities by which a command can read the workspace of a pipeline. */
import { Secret } from '../../lambda/core/secret.ts';
import type { WorkspaceReader } from '../../lambda/core/workspace.ts';
import { identityOf, specOf } from '../../lambda/destinations/all.ts';
import { CLIENT_SECRET } from '../../lambda/destinations/entra-words.ts';
import type { Stored } from '../../lambda/destinations/spec.ts';
import { systemClock } from '../../lambda/environment.ts';
import { type Asker, workspaceOf } from '../../lambda/wiring-azure.ts';
import { azureLogin } from './azure-login.ts';
import type { Operated } from './operated.ts';

export type ReadAs = 'environment' | 'pipeline' | 'az';

/** Each identity in words. */
export const CALLER: Readonly<Record<ReadAs, string>> = {
  environment: 'AZURE_CLIENT_ID',
  pipeline: 'the pipeline',
  az: 'the login of the Azure CLI',
};

/** A command that lists the workspaces of a subscription with their ids. */
export const LIST_WORKSPACES =
  'az monitor log-analytics workspace list -o table --query "[].{name:name,id:customerId}"';

/** The variables of the operator’s own application. */
export const ENVIRONMENT = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'] as const;

/** The first that is available: client secrets first, as a nightly job has one. */
export async function readAsByDefault(pipeline: Operated): Promise<ReadAs> {
  const { config, secrets, env } = pipeline;
  if (ENVIRONMENT.every(name => env[name])) return 'environment';
  if (inability(pipeline, 'pipeline') !== undefined) return 'az';
  const secret = await secrets.read(config.azure.secret ?? '');
  return secret.kind === 'secret' && secret.fields[CLIENT_SECRET.name] ? 'pipeline' : 'az';
}

/** Why this identity cannot read the workspace from here, as a clause; undefined if it can. */
export function inability({ config: { azure }, env }: Operated, readAs: ReadAs): string | undefined {
  if (readAs === 'az') return undefined;
  if (readAs === 'environment') {
    return ENVIRONMENT.every(name => env[name]) ? undefined : `${ENVIRONMENT.join(', ')} are not all set`;
  }
  const identity = identityOf(azure);
  if (!identity) return 'its key can only write to the workspace';
  return identity.auth === 'federated' ? 'only its function can use its identity' : undefined;
}

/** The workspace with this id, read as this identity; undefined if that cannot read it from here: see `inability`. */
export function workspaceReader(
  pipeline: Operated,
  workspaceId: string,
  readAs: ReadAs,
): WorkspaceReader | undefined {
  const { config, secrets, env } = pipeline;
  const place = specOf(config.azure).stored?.(config.azure);
  if (!place || inability(pipeline, readAs) !== undefined) return undefined;
  return workspaceOf(config, secrets, env, askerOf(pipeline, place, readAs), workspaceId);
}

function askerOf({ env }: Operated, { cloud }: Stored, readAs: ReadAs): Asker {
  if (readAs === 'pipeline') return { kind: 'pipeline' };
  if (readAs === 'az') return { kind: 'token', token: azureLogin(cloud, systemClock) };
  const [tenantId = '', clientId = '', secret = ''] = ENVIRONMENT.map(name => env[name]);
  return { kind: 'application', tenantId, clientId, secret: new Secret(secret) };
}
