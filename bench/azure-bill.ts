/** What Azure bills for ingestion, with all columns in one table and with less: counted on everyday records. */
import { BULK_TYPES } from '../azure/bulk.ts';
import { DETECTIONS } from '../azure/detections.ts';
import { FUNCTIONS } from '../azure/queries.ts';
import { readersOf } from '../azure/types-read.ts';
import { shaper } from '../lambda/core/record/shape.ts';
import { specOf } from '../lambda/destinations/all.ts';
import { LOGS_INGESTION } from '../simulator/azure/logs-ingestion.ts';
import { differentLogs } from './logs.ts';

/** US dollars per GB, by the plan of the table: see docs/cost.md. */
const PRICES = { Analytics: 2.3, Basic: 0.5 };
const LOGS_A_MONTH = 30 * 10_000_000;
const BYTES_A_GB = 1e9;

export interface Bill {
  /** GB per month, in tables of each plan. */
  readonly analyticsGb: number;
  readonly basicGb: number;
  /** US dollars per month. */
  readonly dollars: number;
}

export interface AzureBills {
  readonly whole: Bill;
  readonly withoutTypeColumns: Bill;
  /** With the types in the second table that no detection reads, and with all of BULK_TYPES. */
  readonly withUnreadTypes: Bill;
  readonly withBulkTypes: Bill;
  /** Without the columns of the type, and with all of BULK_TYPES in the second table. */
  readonly withBoth: Bill;
  /** Share of the logs, and the detections that read them, by type. */
  readonly types: readonly {
    readonly type: string;
    readonly share: number;
    readonly readers: readonly string[];
  }[];
}

/** For 10 million logs per day, and a month of 30 days. */
export function azureBills(): AzureBills {
  const toMs = Date.UTC(2026, 0, 15);
  const logs = differentLogs({ seed: 1, count: 1, fromMs: toMs - 86_400_000, toMs, mix: 'everyday' });
  const { form } = specOf(LOGS_INGESTION);
  const bill = (bulkTypes: readonly string[], typeColumns: boolean): Bill => {
    const shape = shaper({ form, auth0Domain: 'acme.eu.auth0.com', redact: log => log, typeColumns });
    const gb = { analytics: 0, basic: 0 };
    for (const log of logs) {
      const plan = bulkTypes.includes(String(log.type)) ? 'basic' : 'analytics';
      gb[plan] += ((Buffer.byteLength(shape(log).json) / logs.length) * LOGS_A_MONTH) / BYTES_A_GB;
    }
    const dollars = gb.analytics * PRICES.Analytics + gb.basic * PRICES.Basic;
    return { analyticsGb: gb.analytics, basicGb: gb.basic, dollars };
  };
  const types = BULK_TYPES.map(type => ({
    type,
    share: logs.filter(log => log.type === type).length / logs.length,
    readers: readersOf(type, DETECTIONS, FUNCTIONS),
  }));
  const unread = types.filter(({ readers }) => readers.length === 0).map(({ type }) => type);
  return {
    whole: bill([], true),
    withoutTypeColumns: bill([], false),
    withUnreadTypes: bill(unread, true),
    withBulkTypes: bill(BULK_TYPES, true),
    withBoth: bill(BULK_TYPES, false),
    types,
  };
}
