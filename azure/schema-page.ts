/** docs/schema.md, made of lambda/core/record/columns.ts. */
import { COLUMNS, type Column, EVENT_TIME_COLUMN } from '../lambda/core/record/columns.ts';
import { SPECS } from '../lambda/destinations/all.ts';
import { DATA_COLLECTOR_TABLE, dataCollectorColumn, TABLE } from './table.ts';

const HEAD = `# The table

<!-- Generated from lambda/core/record/columns.ts by "npm run generate"; do not edit. -->

One row is one Auth0 log. \`azure.kind\` of the configuration says which table it is in:

${places([
  [({ rule }) => rule !== undefined, `\`${TABLE}\`, with the columns of the first column below, typed.`],
  [
    ({ makesTable }) => makesTable === true,
    `\`${DATA_COLLECTOR_TABLE}\` (\`azure.logType\` and \`_CL\`). That API appends a suffix for the type to every name, makes
  a column at its first value, and keeps free-form columns as JSON text.`,
  ],
])}

The saved function \`Auth0Logs()\` reads both under the names of the first column, without duplicates. \`test/golden\` of the project shows
a log of each family of types beside its row in either table.

| Column | Type | Data Collector API | Field of the Auth0 log | Meaning |
| --- | --- | --- | --- | --- |
`;

const FOOT = `
## Good to know

- **A log is never dropped for its shape.** A field without a column, or with a value that does not fit its column, is in \`Extra\`. A log that
  would not shape at all is in \`RawLog\`, with the reason in \`ShapeError\`.
- **\`TimeGenerated\`** is the event's time, but Azure replaces one that is over two days old or over a day ahead by the time of receipt.
  \`${EVENT_TIME_COLUMN}\` is always the event's own, and empty when Auth0 gave none that can be read.
- **Duplicates** are possible and bounded; \`LogId\` tells them: \`summarize take_any(*) by LogId\`, or the function \`Auth0Logs()\`.
- **Limits.** A value is cut at so many bytes, and named in \`CutColumns\`: ${SPECS.map(({ kind, form }) => `\`${kind}\` ${thousands(form.fieldMaxBytes)}`).join(', ')}.
- **\`_g\` instead of \`_s\`.** The Data Collector API takes a first value that looks like a GUID for one, and names the column so.
- **Redaction** (\`redact\` of the configuration) comes before all this: what is masked, hashed or dropped there is so in every column.
`;

/** A line for each table that any kind fills. */
function places(tables: readonly (readonly [(spec: (typeof SPECS)[number]) => boolean, string])[]): string {
  const lines = tables.flatMap(([fills, text]) => {
    const kinds = SPECS.filter(fills).map(({ kind }) => `\`${kind}\``);
    return kinds.length === 0 ? [] : [`- ${kinds.join(', ')}: ${text}`];
  });
  return lines.join('\n');
}

/** The whole page. */
export function schemaPage(): string {
  return `${HEAD}${COLUMNS.map(line).join('\n')}\n${FOOT}`;
}

function line(column: Column): string {
  const { name, type, from, description } = column;
  const cells = [`\`${name}\``, type, `\`${dataCollectorColumn(column)}\``, fields(from), description];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** What is in brackets is no field. */
function fields(from: string): string {
  if (from.startsWith('(')) return from;
  return from
    .split(', ')
    .map(field => `\`${field}\``)
    .join(', ');
}

function thousands(count: number): string {
  return count.toLocaleString('en');
}
