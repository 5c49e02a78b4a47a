/** For commands that are about one pipeline. */
import { UsageError } from '../terminal/errors.ts';
import type { Operated, Target } from './operated.ts';

/** Throws UsageError when there are several to choose from. */
export function onlyPipeline({ pipelines, place }: Target): Operated {
  const [one, ...others] = pipelines;
  if (one !== undefined && others.length === 0) return one;
  const names = pipelines.map(({ config }) => `"${config.name}"`).join(', ');
  throw new UsageError(`${place} has ${pipelines.length} pipelines; choose one with --pipeline: ${names}`);
}
