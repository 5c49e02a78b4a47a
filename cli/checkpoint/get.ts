/** `checkpoint get`: reads and shows the checkpoint. */
import { openTarget } from '../pipelines/open.ts';
import type { Operated, StoredState, TargetOptions } from '../pipelines/operated.ts';
import { EXIT } from '../terminal/errors.ts';
import { getJson } from './json.ts';
import { tellState } from './show.ts';

export interface CheckpointGetOptions extends TargetOptions {
  readonly json?: true;
}

/** Returns the exit code. Throws UsageError when the state cannot be read. */
export async function getCheckpoint(options: CheckpointGetOptions): Promise<number> {
  const { place, pipelines } = await openTarget(options);
  const found: { readonly pipeline: Operated; readonly state: StoredState }[] = [];
  for (const pipeline of pipelines) found.push({ pipeline, state: await pipeline.state() });
  const nowMs = Date.now();
  if (options.json) {
    const all = found.map(one => getJson(one.pipeline, one.state, nowMs));
    console.log(JSON.stringify({ place, pipelines: all }, undefined, 2));
    return EXIT.ok;
  }
  for (const [index, { pipeline, state }] of found.entries()) {
    if (index > 0) console.log('');
    tellState(place, pipeline, state, nowMs);
  }
  return EXIT.ok;
}
