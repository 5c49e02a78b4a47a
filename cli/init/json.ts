/** The result of the wizard, for machines. It holds no answer that is secret. */
import type { Finding } from '../checks/finding.ts';
import type { Following } from '../pipelines/remedy.ts';
import type { InitOptions } from './options.ts';

/** What `--json` prints. `next` is empty when nothing was written. */
export function initJson(
  { out, secrets }: InitOptions,
  findings: readonly Finding[],
  next: readonly Following[],
) {
  return {
    written: next.length > 0,
    config: out,
    secrets,
    checks: findings,
    next: next.map(({ command }) => command),
  };
}
