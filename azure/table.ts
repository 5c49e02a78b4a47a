/** The table and the stream that feeds it, both generated from lambda/core/record/columns.ts. */
import { COLUMNS, type Column, type ColumnType } from '../lambda/core/record/columns.ts';

/** The table of the Logs Ingestion API. */
export const TABLE = 'Auth0Logs_CL';

/** The table of the noisy types, if there are any: see bulk.ts. */
export const BULK_TABLE = 'Auth0LogsBulk_CL';

/** The stream of the data collection rule, as `azure.stream` of the configuration names it. */
export const STREAM = `Custom-${TABLE}`;

/** The table that the Data Collector API creates for its default `Log-Type`, `Auth0`. */
export const DATA_COLLECTOR_TABLE = 'Auth0_CL';

/** The suffix that the Data Collector API appends, by the type of the first value. Dynamic columns reach it as JSON text. */
const SUFFIXES: Readonly<Record<ColumnType, string>> = {
  string: '_s',
  int: '_d',
  boolean: '_b',
  datetime: '_t',
  dynamic: '_s',
};

/** The columns of the table, as its ARM resource takes them. */
export function tableColumns(): { name: string; type: ColumnType; description: string }[] {
  return COLUMNS.map(({ name, type, description }) => ({ name, type, description }));
}

/** The columns that the stream declares: Azure silently drops other fields. */
export function streamColumns(): { name: string; type: ColumnType }[] {
  return COLUMNS.map(({ name, type }) => ({ name, type }));
}

/**
 * The column's name in the table of the Data Collector API, which appends a suffix for the type.
 * TimeGenerated is its own there: it is set from `event_date`.
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#record-type-and-properties
 */
export function dataCollectorColumn({ name, type }: Column): string {
  return name === 'TimeGenerated' ? name : name + SUFFIXES[type];
}
