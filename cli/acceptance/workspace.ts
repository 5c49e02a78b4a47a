/** The workspace that the pipeline fills, as one of the operator's identities reads it. */
import type { QueryAnswer, Span } from '../../lambda/core/workspace.ts';
import { specOf } from '../../lambda/destinations/all.ts';
import type { Stored } from '../../lambda/destinations/spec.ts';
import type { Operated } from '../pipelines/operated.ts';
import { inability, type ReadAs, readAsByDefault, workspaceReader } from '../pipelines/workspace-reader.ts';
import { UsageError } from '../terminal/errors.ts';
import type { PostsAsked } from './posts.ts';

export interface WorkspaceAsked {
  readonly place: Stored;
  /** Undefined where nothing can be posted from here. */
  readonly posts: PostsAsked | undefined;
  query(kql: string, span: Span): Promise<QueryAnswer>;
}

export interface WorkspaceOptions {
  readonly workspace?: string;
  readonly readAs?: ReadAs;
}

const TIMEOUT_MS = 60_000;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Or why it cannot be read, as a clause. Throws UsageError for an option that cannot be. */
export async function workspaceAsked(
  one: Operated,
  { workspace, readAs: given }: WorkspaceOptions,
  posts: PostsAsked | string,
): Promise<WorkspaceAsked | string> {
  if (workspace !== undefined && !GUID.test(workspace)) {
    throw new UsageError(`--workspace is "${workspace}"; allowed: the workspace’s id, a GUID`);
  }
  const { azure } = one.config;
  const place = specOf(azure).stored?.(azure);
  if (!place) return 'this destination has no Log Analytics workspace';
  const id = workspace ?? place.workspaceId;
  if (id === undefined) return 'the id of the workspace is not known: specify --workspace ID';
  const readAs = given ?? (await readAsByDefault(one));
  const reader = workspaceReader(one, id, readAs);
  if (!reader) return `${inability(one, readAs)}: specify --read-as az`;
  return {
    place,
    posts: typeof posts === 'string' ? undefined : posts,
    query: (kql, span) => reader.query(kql, span, TIMEOUT_MS),
  };
}
