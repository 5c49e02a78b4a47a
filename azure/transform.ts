/** The transformation of the data collection rule, applied to every record. */
import { EVENT_TIME_COLUMN } from '../lambda/core/record/columns.ts';

/**
 * TimeGenerated is required, and a record can be without: one whose log has no date, or one that was shaped for the
 * Data Collector API and waited in the retry queue while the pipeline moved here. Then it is the event's own time, or
 * else that of the receipt. Only row-local operators and few functions are allowed here, `coalesce` not among them:
 * https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations-kql
 */
export const TRANSFORM =
  'source | extend TimeGenerated = ' +
  `iif(isnull(TimeGenerated), iif(isnull(${EVENT_TIME_COLUMN}), now(), ${EVENT_TIME_COLUMN}), TimeGenerated)`;
