/** `npm run generate -- records`: writes the records of each log of test/golden for each destination. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RecordForm } from '../lambda/core/model.ts';
import { shaper } from '../lambda/core/record/shape.ts';
import { SPECS } from '../lambda/destinations/all.ts';

const GOLDEN = resolve(import.meta.dirname, '../test/golden');

/** The logs of test/golden, by the name of their files: each is a type's code. */
export function goldenLogs(): Readonly<Record<string, unknown>> {
  const names = readdirSync(GOLDEN).flatMap(file => /^(.+)\.log\.json$/.exec(file)?.[1] ?? []);
  const read = (name: string): unknown => JSON.parse(readFileSync(join(GOLDEN, `${name}.log.json`), 'utf8'));
  return Object.fromEntries(names.map(name => [name, read(name)]));
}

/** Every file of records, by its name: `fp.logs-ingestion.json`. */
export function goldenRecords(): Readonly<Record<string, string>> {
  const logs = Object.entries(goldenLogs());
  return Object.fromEntries(
    SPECS.flatMap(({ kind, form }) =>
      logs.map(([name, log]) => [`${name}.${kind}.json`, recordOf(log, form)]),
    ),
  );
}

/** As a pipeline without redaction writes it, but on several lines. */
function recordOf(log: unknown, form: RecordForm): string {
  const shape = shaper({ form, auth0Domain: 'example.eu.auth0.com', redact: one => one });
  return `${JSON.stringify(JSON.parse(shape(log).json), null, 2)}\n`;
}

if (import.meta.main) {
  const records = goldenRecords();
  for (const file of readdirSync(GOLDEN).filter(name => /(?<!\.log)\.json$/.test(name))) {
    if (!(file in records)) rmSync(join(GOLDEN, file));
  }
  for (const [file, text] of Object.entries(records)) writeFileSync(join(GOLDEN, file), text);
}
