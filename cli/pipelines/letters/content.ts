/** One dead letter, decoded: with --reveal all of it, otherwise without what it says about people. */
import { decodeFailedBatch } from '../../../lambda/core/failed-batch.ts';
import { EVENT_TIME_COLUMN } from '../../../lambda/core/record/columns.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { counted, dateText, duration } from '../../terminal/words.ts';
import type { DeadLetter } from '../operated.ts';
import { failedAtMs, type Letter, reasonText, shortId } from './letters.ts';

/** The columns of a record. */
export type Row = Readonly<Record<string, unknown>>;

export interface Content {
  /** It is a failed batch. Anything else has no rows. */
  readonly isBatch: boolean;
  /** A row for each log. */
  readonly rows: readonly Row[];
}

/** These identify the log, but no person. */
const SHOWN = new Set(['LogId', 'EventType', 'EventName', EVENT_TIME_COLUMN, 'TimeGenerated', 'Level']);

export function contentOf({ message }: DeadLetter, reveal: boolean): Content {
  const decoded = decodeFailedBatch(message);
  if (decoded.kind !== 'failed-batch') return { isBatch: false, rows: [] };
  const rows = decoded.records.map(({ json }) => rowOf(json.toString()));
  return { isBatch: true, rows: reveal ? rows : rows.map(masked) };
}

/** What is known of it, a label and a text each. */
export function factsOf(letter: Letter, nowMs: number): [string, string][] {
  const { pipeline, id, batch, problem, sizeBytes, sentAtMs } = letter;
  const ago = (ms: number) => `${dateText(ms)}, ${duration(Math.max(0, nowMs - ms))} ago`;
  const facts: [string, string][] = [
    ['dead letter', `${shortId(letter)} of pipeline ${pipeline}`],
    ['id', id],
  ];
  if (problem !== undefined) facts.push(['problem', `${problem}; it cannot be delivered`]);
  if (!batch) return [...facts, ['sent', ago(sentAtMs)], ['size', `${counted(sizeBytes, 'byte')}`]];
  return [
    ...facts,
    ['batch', batch.batchId],
    ['reason', reasonText(letter)],
    ['', batch.reason.message],
    ['attempts', String(batch.attempts)],
    ['failed', ago(failedAtMs(letter))],
    ['first log', batch.firstLogId],
    ['last log', batch.lastLogId],
    ['logs', counted(batch.count, 'log')],
  ];
}

/** The record's columns. One that is not an object, which this project never writes, is shown under a name of its own. */
function rowOf(json: string): Row {
  const value: unknown = JSON.parse(json);
  return isObject(value) ? value : { record: value };
}

/** Without what it says about people: of all but the values that say which log it is, type and length, as `text(12)`. */
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
