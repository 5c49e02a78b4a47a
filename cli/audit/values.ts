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

/** Stands for the redaction key: whichever it is, a hash fills the same columns, and fails on the same logs. */
const ANY_KEY = 'any';

/** By the configuration as it is now. Columns that Azure may store as empty are left out: '', [] and {}. */
export function filledColumns({ azure, auth0, redact, typeColumns }: PipelineConfig): FilledColumns {
  const { form } = specOf(azure);
  const shape = shaper({ form, auth0Domain: auth0.domain, redact: redactor(redact, ANY_KEY), typeColumns });
  return log => {
    const record: Readonly<Record<string, unknown>> = JSON.parse(shape(log).json);
    return COMPARED.filter(name => isFilled(record[name]));
  };
}

/** A text of JSON in a dynamic column may be stored as what it says. */
const MAYBE_EMPTY: readonly unknown[] = [undefined, null, '', 'null', '""', '{}', '[]'];

function isFilled(value: unknown): boolean {
  if (MAYBE_EMPTY.includes(value)) return false;
  return typeof value !== 'object' || Object.keys(value as object).length > 0;
}
