/** Noisy types in a table of a cheaper plan: the data flows of the rule. */
import type { Json } from './arm.ts';
import { BULK_TABLE, STREAM } from './table.ts';
import { TRANSFORM } from './transform.ts';

/** Types that can be most of a tenant's logs: the only ones that may go to the second table. */
export const BULK_TYPES: readonly string[] = [
  'acls_summary',
  'fsa',
  'pla',
  'seacft',
  'seccft',
  'sertft',
  'ssa',
];

/**
 * 1 for a row of the second table, otherwise 0: whatever is null or empty, a row is in one table, and in one only. A log
 * that could not be shaped is not noise. Of the operators and functions that a rule allows, which lack `not()`:
 * https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations-kql
 */
const isBulk = (types: string) =>
  `iif(isnotempty(EventType) and EventType in (${types}) and isempty(ShapeError), 1, 0)`;

const flowKql = (types: string, into: 0 | 1) => `${TRANSFORM} | where ${isBulk(types)} == ${into}`;

/** The transformations of the two flows, for these types. */
export function bulkTransforms(types: readonly string[]): { readonly main: string; readonly bulk: string } {
  const list = types.map(type => `'${type}'`).join(', ');
  return { main: flowKql(list, 0), bulk: flowKql(list, 1) };
}

const flow = (transformKql: string, outputStream: string): Json => ({
  streams: [STREAM],
  destinations: ['workspace'],
  transformKql,
  outputStream,
});

const split = (into: 0 | 1) =>
  `[format('${flowKql('{0}', into)}', format('''{0}''', join(variables('bulk'), ''', ''')))]`;

/**
 * Of the template. A type that a detection reads stays in the first table, whatever is asked for, unless `disabledAlerts`
 * names every such detection.
 */
export function bulkVariables(readersOf: (type: string) => readonly string[]): Record<string, Json> {
  const readers = Object.fromEntries(BULK_TYPES.map(type => [type, readersOf(type)]));
  const isFree = (type: string) =>
    `equals(length(intersection(variables('bulkReaders').${type}, parameters('disabledAlerts'))), ${readers[type]!.length})`;
  const one = (type: string) =>
    `[if(and(contains(parameters('bulkTypes'), '${type}'), ${isFree(type)}), createArray('${type}'), variables('noTypes'))]`;
  return {
    noTypes: [],
    bulkReaders: readers,
    bulkOf: Object.fromEntries(BULK_TYPES.map(type => [type, one(type)])),
    bulk: `[concat(${BULK_TYPES.map(type => `variables('bulkOf').${type}`).join(', ')})]`,
    hasBulk: "[and(variables('ingestion'), not(empty(variables('bulk'))))]",
    oneFlow: [flow(TRANSFORM, STREAM)],
    twoFlows: [flow(split(0), STREAM), flow(split(1), `Custom-${BULK_TABLE}`)],
  };
}

/** The flows of the rule. */
export const DATA_FLOWS = "[if(empty(variables('bulk')), variables('oneFlow'), variables('twoFlows'))]";
