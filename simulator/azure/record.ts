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
 * Sets TimeGenerated from the time that was sent: more than two days old, more than one day ahead or unreadable,
 * it becomes the time of receipt. https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns
 */
export function storeTime(record: StoredRecord, sent: unknown, nowMs: number, ledger: Ledger): void {
  const receipt = new Date(nowMs).toISOString();
  if (!isIsoTime(sent)) {
    ledger.missingTimes++;
    record['TimeGenerated'] = receipt;
    return;
  }
  const ageMs = nowMs - Date.parse(sent);
  const replaced = ageMs > 2 * DAY_MS || ageMs < -DAY_MS;
  if (replaced) ledger.replacedTimes++;
  record['TimeGenerated'] = replaced ? receipt : sent;
}

/** Cuts every value longer than `limitBytes`, a nested one as JSON text, and counts the cuts. */
export function truncateFields(record: StoredRecord, limitBytes: number, ledger: Ledger): void {
  for (const name of Object.keys(record)) {
    const value = record[name];
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    if (typeof text !== 'string' || Buffer.byteLength(text) <= limitBytes) continue;
    record[name] = Buffer.from(text).subarray(0, limitBytes).toString();
    ledger.truncatedFields++;
  }
}
