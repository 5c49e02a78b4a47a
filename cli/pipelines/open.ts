/** From the options to what a command works on. */
import { UsageError } from '../terminal/errors.ts';
import type { Operated, Target, TargetOptions } from './operated.ts';

/** Throws UsageError when it cannot be found, or when the options contradict each other. */
export async function openTarget(options: TargetOptions): Promise<Target> {
  const { config, stack, secrets } = options;
  if (config === undefined) {
    if (secrets !== undefined) {
      throw new UsageError(
        '--secrets requires --config; the secrets of a stack are in Secrets Manager: omit --secrets, ' +
          'or add --config FILE',
      );
    }
    const { stackTarget } = await import('./stack/target.ts');
    return stackTarget(options);
  }
  const ofStack = (['stack', 'region', 'profile'] as const).find(name => options[name] !== undefined);
  if (ofStack !== undefined) {
    throw new UsageError(
      `both --config and --${ofStack} are given; allowed: --config FILE for the state directory of this machine, ` +
        `or --stack${stack === undefined ? '' : ` ${stack}`} and --region for a deployed stack`,
    );
  }
  const { localTarget } = await import('./local/target.ts');
  return localTarget({ ...options, config });
}

/** For commands that are about one pipeline. Throws UsageError when there are several to choose from. */
export function onlyPipeline({ pipelines, place }: Target): Operated {
  const [one, ...others] = pipelines;
  if (one !== undefined && others.length === 0) return one;
  const names = pipelines.map(({ config }) => `"${config.name}"`).join(', ');
  throw new UsageError(`${place} has ${pipelines.length} pipelines; choose one with --pipeline: ${names}`);
}
