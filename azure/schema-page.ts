/** docs/schema.md, generated from lambda/core/record/columns.ts. */
import { COLUMNS, type Column, EVENT_TIME_COLUMN } from '../lambda/core/record/columns.ts';
import { SPECS } from '../lambda/destinations/all.ts';
import { DATA_COLLECTOR_TABLE, dataCollectorColumn, TABLE } from './table.ts';

const HEAD = `# The table

<!-- Generated from lambda/core/record/columns.ts by "npm run generate"; do not edit. -->

One row is one Auth0 log. \`azure.kind\` of the configuration determines the table:

${places([
  [({ rule }) => rule !== undefined, `\`${TABLE}\`, with typed columns named as in the first column below.`],
  [
    ({ makesTable }) => makesTable === true,
    `\`${DATA_COLLECTOR_TABLE}\` (\`azure.logType\` and \`_CL\`). This API appends a type suffix to every name, creates
  a column at its first value, and stores dynamic columns as JSON text.`,
  ],
])}

The saved function \`Auth0Logs()\` reads both under the names of the first column, without duplicates. \`test/golden\` in the repository has
a log of each family of types and its row in either table.

| Column | Type | Data Collector API | Field of the Auth0 log | Meaning |
| --- | --- | --- | --- | --- |
`;

const FOOT = `
## Notes

- **Every log gets a row.** A field that has no column or does not fit it is in \`Extra\`. A log that
  cannot be shaped is in \`RawLog\`, with the reason in \`ShapeError\`.
- **\`TimeGenerated\`** is the time of the event. Azure replaces a time that is over two days old or over a day ahead with the time of receipt.
  \`${EVENT_TIME_COLUMN}\` is always the time of the event. It is empty if Auth0's date is missing or invalid.
- **Duplicates** are possible and bounded. Remove them with \`summarize take_any(*) by LogId\` or the function \`Auth0Logs()\`.
- **Limits.** A longer value is cut, and its column is named in \`CutColumns\`. Bytes per value: ${SPECS.map(({ kind, form }) => `\`${kind}\` ${thousands(form.fieldMaxBytes)}`).join(', ')}.
- **\`_g\` instead of \`_s\`.** If the first value of a column looks like a GUID, the Data Collector API uses the suffix \`_g\`.
- **Redaction** (\`redact\` of the configuration) runs first and applies to every column.
`;

/** One line per table that any kind fills. */
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

/** A text in brackets is not a field. */
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
