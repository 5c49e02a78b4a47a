/** Auth0 logs as rows of a table: shaped by the real shaper, stored as the service would store them. */
import { DATA_COLLECTOR_TABLE, TABLE } from '../../azure/table.ts';
import type { DestinationKind } from '../../lambda/core/model.ts';
import { shaper } from '../../lambda/core/record/shape.ts';
import type { Row, Rows } from '../../simulator/azure/log-analytics/engine.ts';
import { INGESTED_AT } from '../../simulator/azure/log-analytics/translations.ts';
import { widen } from '../../simulator/azure/table.ts';

export interface Arrival {
  readonly log: unknown;
  readonly arrivedMs: number;
}

/** The rows, and the LogId that each log got. */
export function arrive(
  destination: DestinationKind,
  auth0Domain: string,
  arrivals: readonly Arrival[],
): { rows: Rows; logIds: string[] } {
  const shape = shaper({ destination, auth0Domain, redact: log => log });
  const shaped = arrivals.map(({ log, arrivedMs }) => ({ ...shape(log), arrivedMs }));
  const rows = shaped.map(({ json, arrivedMs }) => {
    const record = JSON.parse(json) as Row;
    const arrived = new Date(arrivedMs).toISOString();
    const stored = destination === 'data-collector' ? suffixed(record) : record;
    return {
      ...stored,
      // The transform of the rule, and the Data Collector API by its time-generated-field, do this.
      TimeGenerated: record['TimeGenerated'] ?? record['event_date'] ?? arrived,
      [INGESTED_AT]: arrived,
    };
  });
  const table = destination === 'data-collector' ? DATA_COLLECTOR_TABLE : TABLE;
  return { rows: { [table]: rows }, logIds: shaped.map(one => one.logId) };
}

/** Under the names that the Data Collector API gives, by the types of the values. */
function suffixed(record: Row): Row {
  const names = widen(new Map(), [record]);
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [`${name}${names.get(name)?.[0] ?? ''}`, value]),
  );
}
