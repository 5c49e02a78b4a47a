/** Which columns the row of a log must fill. */
import type { PipelineConfig } from '../../lambda/config/config.ts';
import { COLUMNS, TYPE_COLUMNS } from '../../lambda/core/record/columns.ts';
import { redactor } from '../../lambda/core/record/redact.ts';
import { shaper } from '../../lambda/core/record/shape.ts';
import { specOf } from '../../lambda/destinations/all.ts';

export type FilledColumns = (log: unknown) => readonly string[];

/** LogId has a comparison of its own. Type columns can be looked up, and depend on the version that shipped the log. */
const COMPARED = COLUMNS.map(({ name }) => name).filter(
  name => name !== 'LogId' && !TYPE_COLUMNS.includes(name),
);

/**
 * By the configuration as it is now. Columns that Azure may store as empty are left out: '', [] and {}.
 * Needs no redaction key: a value that is hashed fills its column as one that is masked.
 */
export function filledColumns({ azure, auth0, redact, typeColumns }: PipelineConfig): FilledColumns {
  const rules = redact.map(rule => (rule.how === 'hash' ? { ...rule, how: 'mask' as const } : rule));
  const { form } = specOf(azure);
  const shape = shaper({ form, auth0Domain: auth0.domain, redact: redactor(rules, undefined), typeColumns });
  return log => {
    const record: Readonly<Record<string, unknown>> = JSON.parse(shape(log).json);
    return COMPARED.filter(name => isFilled(record[name]));
  };
}

function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
