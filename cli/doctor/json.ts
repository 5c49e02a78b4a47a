/** What `doctor` has found, for machines. */
import type { Target } from '../pipelines/operated.ts';
import { countsOf, deployOf, type Examined } from './show.ts';

/** What `--json` prints. */
export function doctorJson({ place, kind, pipelines }: Target, examined: readonly Examined[]) {
  const all = examined.flatMap(({ findings }) => findings);
  return {
    place,
    kind,
    checkedAt: new Date().toISOString(),
    ...countsOf(all),
    ...(deployOf(pipelines) && { deployCommand: deployOf(pipelines) }),
    pipelines: examined.map(({ config, findings, judgement: { health, reasons } }) => ({
      pipeline: config.name,
      health,
      reasons,
      findings,
    })),
  };
}
