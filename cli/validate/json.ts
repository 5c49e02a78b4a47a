/** The result of a check, for machines. */
import { specOf } from '../../lambda/destinations/all.ts';
import type { Validated } from './show.ts';

/** What `--json` prints. */
export function validateJson({ file, problems, pipelines, warnings }: Validated) {
  return {
    file,
    valid: problems.length === 0,
    problems,
    warnings,
    pipelines: pipelines.map(({ name, auth0, azure }) => ({
      name,
      domain: auth0.domain,
      destination: specOf(azure).place(azure).target,
    })),
  };
}
