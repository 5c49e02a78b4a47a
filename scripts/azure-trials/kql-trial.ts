/** A detection with the logs of its trial, as one text for the Logs page of the portal. */

import type { Detection } from '../../azure/detections.ts';
import { minutesOf } from '../../azure/detections.ts';
import { FUNCTIONS } from '../../azure/queries.ts';
import type { Row } from '../../simulator/azure/log-analytics/engine.ts';
import type { ColumnOf } from '../../simulator/azure/log-analytics/kql-check.ts';
import { ALL_TABLES } from '../../simulator/azure/log-analytics/schemas.ts';
import { functionColumns } from '../../simulator/azure/log-analytics/translations.ts';
import { LOGS_INGESTION } from '../../simulator/azure/logs-ingestion.ts';
import { INGESTED_AT } from '../../simulator/azure/workspace.ts';
import { arrive } from './arrivals.ts';
import { DOMAIN, NOW_MS, type Scene } from './scene.ts';

const MINUTE_MS = 60_000;

/**
 * Runs in any workspace and reads none of its tables. The logs are as old when the query runs as they are in the scene.
 * Rows in the result mean that the rule fires.
 */
export function kqlTrial(detection: Detection, scene: Scene): string {
  const columns = functionColumns()['Auth0Logs']!;
  const helpers = FUNCTIONS.filter(({ alias }) => alias !== 'Auth0Logs' && detection.kql.includes(alias));
  return `// "${detection.title}": ${detection.when}.
// Paste this into the Logs of any workspace. Rows in the result mean that the alert fires.
let Auth0Logs = () {
${datatable(logRows(scene), columns)}
    | where TimeGenerated > ago(${minutesOf(detection.window)}m)
};
${helpers.map(({ alias, kql }) => `let ${alias} = () {\n${kql.trim()}\n};\n`).join('')}${others(scene)}${detection.kql}
`;
}

/** Rows of the function Auth0Logs(), with the columns that the scene has. */
function logRows(scene: Scene): Row[] {
  const lagMs = (scene.lagMinutes ?? 0.5) * MINUTE_MS;
  const arrivals = scene.logs.map(log => ({ log, arrivedMs: (Date.parse(log.date) || NOW_MS) + lagMs }));
  const { rows } = arrive(LOGS_INGESTION.kind, DOMAIN, arrivals);
  return Object.values(rows)
    .flat()
    .map(({ [INGESTED_AT]: arrived, ...row }) => {
      const place = (row['LocationInfo'] ?? {}) as Row;
      return {
        ...row,
        EventTime: row['event_date'] ?? row['TimeGenerated'],
        IngestionTime: arrived,
        Country: place['country_name'],
        Latitude: place['latitude'],
        Longitude: place['longitude'],
      };
    });
}

function others({ others: tables = {} }: Scene): string {
  return Object.entries(tables)
    .map(([table, rows]) => `let ${table} =\n${datatable(rows, ALL_TABLES[table] ?? [])};\n`)
    .join('');
}

/** Columns without any value are added at the end; times are minutes from NOW_MS until the query runs. */
function datatable(rows: readonly Row[], columns: readonly ColumnOf[]): string {
  const used = columns.filter(({ name }) => rows.some(row => (row[name] ?? '') !== ''));
  const empty = columns.filter(column => !used.includes(column));
  const times = used.filter(({ type }) => type === 'datetime');
  const heads = used.map(({ name, type }) => `${name}:${type === 'datetime' ? 'timespan' : type}`);
  const lines = rows.map(
    row => `        ${used.map(column => literal(row[column.name], column.type)).join(', ')}`,
  );
  const extended = [
    ...times.map(({ name }) => `${name} = now() - ${name}`),
    ...empty.map(({ name, type }) => `${name} = ${type === 'string' ? "''" : `${type}(null)`}`),
  ];
  // A datatable needs a column, even without rows.
  const table = `    datatable(${heads.join(', ') || 'None:string'}) [\n${lines.join(',\n')}\n    ]`;
  return extended.length > 0 ? `${table}\n    | extend ${extended.join(', ')}` : table;
}

function literal(value: unknown, type: string): string {
  if (type === 'string') return quote(String(value ?? ''));
  if (value === undefined || value === null) return type === 'datetime' ? 'timespan(null)' : `${type}(null)`;
  if (type === 'datetime') return `${Math.round((NOW_MS - Date.parse(String(value))) / 1000)}s`;
  if (type === 'dynamic') return `dynamic(${JSON.stringify(value)})`;
  return `${type}(${value})`;
}

/** KQL has the same escapes as JSON. */
const quote = (text: string) => JSON.stringify(text);
