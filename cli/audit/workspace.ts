/** The workspace that an audit reads, and the identity that reads it. */
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

/** Throws UsageError if the workspace is unknown, or if no identity can read it. */
export async function askedWorkspace(
  pipeline: Operated,
  { workspace, readAs: given }: WorkspaceOptions,
): Promise<AskedWorkspace> {
  const { config, secrets, env } = pipeline;
  const place = specOf(config.azure).stored?.(config.azure);
  if (!place) throw new UsageError('--stored is given, but this destination has no Log Analytics workspace');
  if (workspace !== undefined && !GUID.test(workspace)) {
    throw new UsageError(`--workspace is "${workspace}"; allowed: the workspace’s id, a GUID`);
  }
  const workspaceId = workspace ?? place.workspaceId;
  if (workspaceId === undefined) {
    throw new UsageError(
      `--stored is given, but azure.workspaceId of pipeline "${config.name}" is not set; set it, or specify --workspace ID:\n` +
        '  az monitor log-analytics workspace list -o table --query "[].{name:name,id:customerId}"',
    );
  }
  const readAs = given ?? (await chosen(pipeline));
  const reader = workspaceOf(config, secrets, env, askerOf(pipeline, place, readAs), workspaceId);
  if (!reader)
    throw new UsageError(`--read-as is "pipeline", but ${inability(pipeline)}; specify --read-as az`);
  return { reader, place, workspaceId, readAs };
}

/** The first that is available: client secrets first, as a nightly job has one. */
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
    throw new UsageError(`--read-as is "pipeline", but ${why}; specify --read-as az`);
  }
  const [tenantId, clientId, secret] = ENVIRONMENT.map(name => pipeline.env[name] ?? '');
  if (tenantId && clientId && secret) {
    return { kind: 'application', tenantId, clientId, secret: new Secret(secret) };
  }
  throw new UsageError(
    `--read-as is "environment", but ${ENVIRONMENT.join(', ')} are not all set; set all three`,
  );
}

/** Why the identity of the pipeline cannot read the workspace from here; undefined if it can. */
function inability({ config: { azure } }: Operated): string | undefined {
  const { token, isFederated } = specOf(azure);
  if (!token) return 'its key can only write to the workspace';
  return isFederated(azure) ? 'only its function can use its identity' : undefined;
}
