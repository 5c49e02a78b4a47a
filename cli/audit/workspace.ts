/** Which workspace an audit asks what it has stored, and as whom. */
import { Secret } from '../../lambda/core/secret.ts';
import type { WorkspaceReader } from '../../lambda/core/workspace.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import { CLOUDS } from '../../lambda/destinations/clouds.ts';
import type { Stored } from '../../lambda/destinations/spec.ts';
import { systemClock } from '../../lambda/wiring.ts';
import { type Asker, workspaceOf } from '../../lambda/wiring-workspace.ts';
import { azureLogin } from '../pipelines/azure-login.ts';
import type { Operated } from '../pipelines/operated.ts';
import { UsageError } from '../terminal/errors.ts';

export const READ_AS = ['environment', 'pipeline', 'az'] as const;
export type ReadAs = (typeof READ_AS)[number];

export interface AskedWorkspace {
  readonly reader: WorkspaceReader;
  readonly place: Stored;
  readonly workspaceId: string;
  readonly readAs: ReadAs;
}

export interface WorkspaceOptions {
  readonly workspace?: string;
  readonly readAs?: ReadAs;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ENVIRONMENT = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'] as const;

/** Throws UsageError when it is not known which workspace, or when nobody could ask it. */
export async function askedWorkspace(
  pipeline: Operated,
  { workspace, readAs: given }: WorkspaceOptions,
): Promise<AskedWorkspace> {
  const { config, secrets, env } = pipeline;
  const place = specOf(config.azure).stored?.(config.azure);
  if (!place) throw new UsageError('--stored is given, and the rows of this destination are in no workspace');
  if (workspace !== undefined && !GUID.test(workspace)) {
    throw new UsageError(`--workspace is "${workspace}"; allowed: the workspace’s id, a GUID`);
  }
  const workspaceId = workspace ?? place.workspaceId;
  if (workspaceId === undefined) {
    throw new UsageError(
      `--stored is given, and azure.workspaceId of pipeline "${config.name}" is not set; set it, or give --workspace ID:\n` +
        '  az monitor log-analytics workspace list -o table --query "[].{name:name,id:customerId}"',
    );
  }
  const readAs = given ?? (await chosen(pipeline));
  const reader = workspaceOf(config, secrets, env, askerOf(pipeline, place, readAs), workspaceId);
  if (!reader) throw new UsageError(`--read-as is "pipeline", and ${inability(pipeline)}; give --read-as az`);
  return { reader, place, workspaceId, readAs };
}

/** Whoever of them is there: a client secret first, since a nightly job has one. */
async function chosen(pipeline: Operated): Promise<ReadAs> {
  const { config, secrets, env } = pipeline;
  if (ENVIRONMENT.every(name => env[name])) return 'environment';
  if (inability(pipeline) !== undefined) return 'az';
  const secret = await secrets.read(config.azure.secret ?? '');
  return secret.kind === 'secret' ? 'pipeline' : 'az';
}

function askerOf(pipeline: Operated, { cloud }: Stored, readAs: ReadAs): Asker {
  if (readAs === 'az') {
    return { kind: 'token', token: azureLogin(CLOUDS[cloud].queryResource, systemClock) };
  }
  if (readAs === 'pipeline') {
    const why = inability(pipeline);
    if (why === undefined) return { kind: 'pipeline' };
    throw new UsageError(`--read-as is "pipeline", and ${why}; give --read-as az`);
  }
  const [tenantId, clientId, secret] = ENVIRONMENT.map(name => pipeline.env[name] ?? '');
  if (tenantId && clientId && secret) {
    return { kind: 'application', tenantId, clientId, secret: new Secret(secret) };
  }
  throw new UsageError(`--read-as is "environment", which takes ${ENVIRONMENT.join(', ')}: set all three`);
}

/** Why the pipeline's own identity cannot ask from here; undefined when it can. */
function inability({ config: { azure } }: Operated): string | undefined {
  const { token, isFederated } = specOf(azure);
  if (!token) return 'its key can write to the workspace only';
  return isFederated(azure) ? 'its identity is that of its function alone' : undefined;
}
