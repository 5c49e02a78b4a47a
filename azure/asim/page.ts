/** docs/asim.md, generated from the parsers: where each type of log goes, and which fields its event has. */
import { ATTACH_LINES, EXCLUDE_LINES } from './attach.ts';
import { LEFT_OUT, PLACED, SCHEMAS, type Schema } from './codes.ts';
import { KNOWN } from './known.ts';
import { ASIM_PARSERS, parameterList, VERSIONS } from './parsers.ts';

/** Of the event of one log: how many fields of each class are filled, and how many there could be. */
export interface Filled {
  /** The family and the code of the log. */
  readonly family: string;
  readonly code: string;
  readonly schema: Schema;
  readonly counts: Readonly<Record<FilledClass, readonly [filled: number, of: number]>>;
}

export const FILLED_CLASSES = ['Mandatory', 'Recommended', 'Conditional', 'Alias'] as const;
export type FilledClass = (typeof FILLED_CLASSES)[number];

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n');

const listed = (codes: readonly string[]) => codes.map(code => `\`${code}\``).join(' ');

/** Codes with the same cells are one row. */
function placedRows(schema: Schema): string[][] {
  const some = PLACED.filter(one => one.schema === schema);
  const groups = Map.groupBy(some, one =>
    [
      one.byCall ? 'by the call' : one.type,
      one.result,
      one.details ?? one.objectType ?? one.subType ?? '',
      one.method ?? '',
      one.severity,
    ].join(' | '),
  );
  return [...groups].map(([cells, group]) => [listed(group.map(one => one.code)), cells]);
}

const HEADS: Readonly<Record<Schema, string>> = {
  Authentication:
    'EventType | EventResult | EventResultDetails or EventSubType | LogonMethod | EventSeverity',
  AuditEvent: 'EventType | EventResult | ObjectType | | EventSeverity',
  UserManagement: 'EventType | EventResult | EventResultDetails or EventSubType | | EventSeverity',
};

/** How many types each schema has, and how many have none: "Authentication 75, …". */
export function placedCounts(): string {
  const counts = SCHEMAS.map(schema => `${schema} ${PLACED.filter(one => one.schema === schema).length}`);
  return `${counts.join(', ')}, none ${LEFT_OUT.length}; ${PLACED.length + LEFT_OUT.length} in all`;
}

export function asimPage(filled: readonly Filled[]): string {
  const fraction = ([count, of]: readonly [number, number]) => `${count}/${of}`;
  return `# ASIM: types and fields

<!-- Generated from azure/asim/ by "npm run generate"; do not edit. -->

What the [ASIM parsers](sentinel.md#asim-parsers) make of each type of log.

## Parsers

${table(
  ['Parser', 'Schema', 'Parameters'],
  ASIM_PARSERS.map(one => [
    `\`${one.alias}\``,
    `${one.schema} ${VERSIONS[one.schema]}`,
    `\`${parameterList(one.parameters)}\``,
  ]),
)}

Lines for unifying parsers that the workspace has already:

\`\`\`text
${ATTACH_LINES.join('\n')}
\`\`\`

Items of the watchlist \`ASimDisabledParsers\`:

\`\`\`text
${EXCLUDE_LINES.join('\n')}
\`\`\`

## Types

Types by schema: ${placedCounts()}.

${SCHEMAS.map(
  schema => `### ${schema}

${table(['Types', HEADS[schema]], placedRows(schema))
  .split('\n')
  .map((line, index) => (index === 1 ? '| --- | --- | --- | --- | --- | --- |' : line))
  .join('\n')}`,
).join('\n\n')}

### None

${table(
  ['Types', 'Why'],
  [...Map.groupBy(LEFT_OUT, one => one.why)].map(([why, group]) => [listed(group.map(one => one.code)), why]),
)}

## Fields

Fields that are filled, of those that the schema has: in the event of one log of each family, from \`test/golden\`. A conditional field counts if the
field that it belongs to is filled; so does an alias.

${table(
  ['Family', 'Type', 'Schema', ...FILLED_CLASSES],
  filled.map(one => [
    one.family,
    `\`${one.code}\``,
    one.schema,
    ...FILLED_CLASSES.map(kind => fraction(one.counts[kind])),
  ]),
)}

## What Microsoft’s testers find

The tests apply the rules of ASIM's schema tester and data tester to these events. They find:

${table(
  ['Schemas', 'Fields', 'Severity', 'Why it stays'],
  KNOWN.map(one => [
    one.schemas.join(', '),
    one.fields.map(field => `\`${field}\``).join(' '),
    one.severity,
    one.why,
  ]),
)}
`;
}
