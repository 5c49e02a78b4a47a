/** Records of a dead letter without what they say about people: values become their type and length. */
import { EVENT_TIME_COLUMN } from '../../lambda/core/record/columns.ts';
import { isObject } from '../../lambda/core/record/log.ts';

/** Known by these, and nobody is known by them. */
const SHOWN = new Set(['LogId', 'EventType', 'EventName', EVENT_TIME_COLUMN, 'TimeGenerated', 'Level']);

/** Every value but the few that say which log it is: `text(12)`, `number`, `object(3)`. */
export function masked(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, SHOWN.has(name) ? value : kindOf(value)]),
  );
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return `text(${value.length})`;
  if (Array.isArray(value)) return `list(${value.length})`;
  if (isObject(value)) return `object(${Object.keys(value).length})`;
  return value === null ? 'null' : typeof value;
}
