/** The workspace that an audit reads, by its options. */
import type { WorkspaceReader } from '../../lambda/core/workspace.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import type { Stored } from '../../lambda/destinations/spec.ts';
import type { Operated } from '../pipelines/operated.ts';
import {
  inability,
  LIST_WORKSPACES,
  type ReadAs,
  readAsByDefault,
  workspaceReader,
} from '../pipelines/workspace-reader.ts';
import { UsageError } from '../terminal/errors.ts';

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

/** Throws UsageError if the workspace is unknown, or if no identity can read it. */
export async function askedWorkspace(
  pipeline: Operated,
  { workspace, readAs: given }: WorkspaceOptions,
): Promise<AskedWorkspace> {
  const { name, azure } = pipeline.config;
  const place = specOf(azure).stored?.(azure);
  if (!place) throw new UsageError('--stored is given, but this destination has no Log Analytics workspace');
  if (workspace !== undefined && !GUID.test(workspace)) {
    throw new UsageError(`--workspace is "${workspace}"; allowed: the workspace’s id, a GUID`);
  }
  const workspaceId = workspace ?? place.workspaceId;
  if (workspaceId === undefined) {
    throw new UsageError(
      `--stored is given, but azure.workspaceId of pipeline "${name}" is not set; set it, or specify --workspace ID:\n` +
        `  ${LIST_WORKSPACES}`,
    );
  }
  const readAs = given ?? (await readAsByDefault(pipeline));
  const reader = workspaceReader(pipeline, workspaceId, readAs);
  if (reader) return { reader, place, workspaceId, readAs };
  const remedy = readAs === 'environment' ? 'set all three' : 'specify --read-as az';
  throw new UsageError(`--read-as is "${readAs}", but ${inability(pipeline, readAs)}; ${remedy}`);
}
