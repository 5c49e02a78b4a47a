/** What every chapter of the story has at hand. */
import type { RawAws } from '../../simulator/aws/ministack/calls.ts';
import type { Cdk } from '../../simulator/aws/ministack/cdk.ts';
import type { Admin } from './admin.ts';
import type { Checks } from './checks.ts';
import type { Deployed } from './deployed.ts';
import type { Operator } from './operator.ts';
import type { Ends, PipelineName } from './tenant.ts';

export interface Scene {
  readonly checks: Checks;
  /** When the first deploy had ended. */
  readonly deployedAtMs: number;
  readonly ends: Ends;
  readonly cdk: Cdk;
  readonly raw: RawAws;
  readonly enforcesIam: boolean;
  readonly pipelines: readonly Deployed[];
  readonly operator: Operator;
  readonly admin: Admin;
}

export function pipelineNamed({ pipelines }: Scene, name: PipelineName): Deployed {
  const found = pipelines.find(one => one.name === name);
  if (!found) throw new Error(`there is no pipeline ${name}`);
  return found;
}

/** The part of a scene that says what is where; of pipelines with any names. */
export interface Whereabouts extends Pick<Scene, 'ends'> {
  readonly pipelines: readonly Deployed<string>[];
}

/** Logs of the tenant that are neither in Azure nor in a queue. */
export async function missing({ ends, pipelines }: Whereabouts): Promise<string[]> {
  const held = new Set<string>();
  for (const pipeline of pipelines) {
    for (const queue of ['retry', 'dead-letter'] as const) {
      for (const id of (await pipeline.held(queue)).flat()) held.add(id);
    }
  }
  return [...ends.auth0.tenant.ids()].filter(id => !ends.azure.received.has(id) && !held.has(id));
}

/** Logs of the tenant that are in Azure, and how many there are at all. */
export function arrivals({ ends }: Pick<Scene, 'ends'>): { readonly arrived: number; readonly all: number } {
  return { arrived: ends.azure.received.unique, all: ends.auth0.tenant.ids().size };
}

/** In a line: what is where, for the message of a check that fails. */
export async function whereabouts(scene: Whereabouts): Promise<string> {
  const { arrived, all } = arrivals(scene);
  const told = await Promise.all(
    scene.pipelines.map(async pipeline => {
      const last = (await pipeline.runs()).at(-1);
      const retry = (await pipeline.held('retry')).length;
      const dead = (await pipeline.held('dead-letter')).length;
      const run = last ? `${last.outcome}${last.message ? ` (${last.message})` : ''}` : 'none';
      return `${pipeline.name}: last run ${run}, ${retry} on the retry queue, ${dead} dead letters`;
    }),
  );
  return `${arrived} of ${all} logs in Azure; ${told.join('; ')}`;
}
