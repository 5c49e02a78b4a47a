/** What Azure's ingestion APIs do to a record before it becomes a row. */
import type { Ledger, StoredRecord } from './received.ts';

const DAY_MS = 86_400_000;
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** JSON parsed from bytes that must be UTF-8; undefined when they are not JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The records of a JSON array of objects; undefined when it is anything else. */
export function recordsOf(parsed: unknown): StoredRecord[] | undefined {
  return Array.isArray(parsed) && parsed.every(isObject) ? parsed : undefined;
}

export function isObject(value: unknown): value is StoredRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isIsoTime(value: unknown): value is string {
  return typeof value === 'string' && ISO_8601.test(value) && !Number.isNaN(Date.parse(value));
}

/**
 * Sets TimeGenerated from the first readable one of the times that were sent: more than two days old or more than one
 * day ahead, it becomes the time of receipt, as it does when there is none.
 * https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns
 */
export function storeTime(
  record: StoredRecord,
  sent: readonly unknown[],
  receivedMs: number,
  ledger: Ledger,
): void {
  const receipt = new Date(receivedMs).toISOString();
  const time = sent.find(isIsoTime);
  if (time === undefined) {
    ledger.missingTimes++;
    record['TimeGenerated'] = receipt;
    return;
  }
  const ageMs = receivedMs - Date.parse(time);
  const replaced = ageMs > 2 * DAY_MS || ageMs < -DAY_MS;
  if (replaced) ledger.replacedTimes++;
  record['TimeGenerated'] = replaced ? receipt : time;
}

/** Cuts every value longer than `limitBytes`, a nested one as JSON text, counts the cuts, and names the fields. */
export function truncateFields(record: StoredRecord, limitBytes: number, ledger: Ledger): string[] {
  return Object.keys(record).filter(name => {
    const value = record[name];
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    if (typeof text !== 'string' || Buffer.byteLength(text) <= limitBytes) return false;
    record[name] = Buffer.from(text).subarray(0, limitBytes).toString();
    ledger.truncatedFields++;
    return true;
  });
}
