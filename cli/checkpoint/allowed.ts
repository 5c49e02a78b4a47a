/** Whether the operator wants it, knowing what it does. */

import { type Asked, ask, confirm, terminal } from '../terminal/confirm.ts';
import { UsageError } from '../terminal/errors.ts';
import type { CheckpointSetOptions } from './command.ts';
import { type Plan, skipsLogs } from './show.ts';

/** Throws UsageError when nobody can be asked and the options do not allow it. */
export async function isAllowed(
  plan: Plan,
  { yes, skipLogs }: CheckpointSetOptions,
  stop: AbortSignal,
  asked: Asked | undefined = terminal(),
): Promise<boolean> {
  const { name } = plan.pipeline.config;
  const skips = skipsLogs(plan);
  if (yes && (!skips || skipLogs)) return true;
  if (yes)
    throw new UsageError('logs would be skipped, which --yes alone does not allow: give --skip-logs, too');
  if (!asked) {
    throw new UsageError(
      `nobody can be asked here; allowed: --yes${skips ? ' with --skip-logs' : ''}, or --dry-run to look`,
    );
  }
  if (!skips) return confirm(asked, 'Set it?', stop);
  return (await ask(asked, `Type the pipeline's name (${name}) to skip them: `, stop)) === name;
}
