/** The state of the Data Collector API on a given day. */

/** https://learn.microsoft.com/azure/azure-monitor/logs/custom-logs-migrate */
const SUPPORT_ENDS = '2026-09-14';
const DAY_MS = 86_400_000;

/** For users of this API. `nowMs`: milliseconds since 1970. */
export function notice(nowMs: number) {
  return {
    check: 'data collector',
    text: textOn(nowMs),
    remedy:
      'migrate to the Logs Ingestion API, which leaves no gap: docs/azure.md, “From the Data Collector to the Logs Ingestion API”',
  };
}

function textOn(nowMs: number): string {
  if (nowMs >= Date.parse(SUPPORT_ENDS)) {
    return `Microsoft ended support for the Data Collector API on ${SUPPORT_ENDS} and may switch it off at any time`;
  }
  const days = Math.ceil((Date.parse(SUPPORT_ENDS) - nowMs) / DAY_MS);
  return `Microsoft ends support for the Data Collector API on ${SUPPORT_ENDS}, in ${days} ${days === 1 ? 'day' : 'days'}`;
}
