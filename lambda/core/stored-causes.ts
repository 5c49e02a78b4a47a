/** Why a workspace did not store accepted data, by its messages. The first row that matches is the cause. */
import type { Cause, Refused } from './cause.ts';
import type { StoredWord } from './stored.ts';
import type { Span } from './workspace.ts';

const says =
  (words: RegExp) =>
  ({ code = '', message = '' }: Refused) =>
    words.test(`${code}: ${message}`);

/** As `code`: the operation. */
export const STORED_CAUSES: readonly Cause[] = [
  {
    // https://learn.microsoft.com/dotnet/api/azure.resourcemanager.operationalinsights.models.operationalinsightsdataingestionstatus
    name: 'ingestion-off',
    answer: '`_LogOperation`: `SubscriptionSuspended`, `ForceOff`',
    means: 'the workspace takes no data: the subscription is suspended, or Azure has stopped the ingestion',
    remedy: 'reactivate the subscription, or ask Microsoft, then ship the window again',
    next: 'next run',
    is: says(/SubscriptionSuspended|ForceOff/),
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap
    name: 'over-quota',
    answer: '`_LogOperation`: `OverQuota`, daily limit',
    means: 'the workspace’s daily cap is reached: Azure drops accepted data until the cap resets',
    remedy: 'raise the daily cap, or wait until it resets, then ship the window again',
    next: 'next run',
    is: says(/OverQuota|daily limit/i),
  },
  {
    // https://github.com/Azure/logicapps/issues/965
    name: 'table-of-a-rule',
    answer: '`_LogOperation`: “Custom log is V2”',
    means: 'the table belongs to a data collection rule, and the Data Collector API cannot write to it',
    remedy:
      'set azure.logType to another table, or move to the Logs Ingestion API; then ship the window again',
    next: 'next run',
    is: says(/Custom log is V2|Workspace cannot be modified/i),
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/logs/monitor-workspace
    name: 'too-many-columns',
    answer: '`_LogOperation`: number of fields above the limit',
    means: 'the table has more columns than Azure allows',
    remedy:
      'set azure.logType to another table, or move to the Logs Ingestion API; then ship the window again',
    next: 'next run',
    is: says(/number of fields|column count/i),
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#data-ingestion-volume-rate
    name: 'ingestion-rate',
    answer: '`_LogOperation`: `Ingestion rate`',
    means: 'the workspace received more data in one minute than its limit, and dropped the rest',
    remedy: 'ask Microsoft to raise the ingestion rate limit, then ship the window again',
    next: 'next run',
    is: says(/ingestion (volume )?rate/i),
  },
  {
    // https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-monitor#dcr-error-logs
    name: 'transformation',
    answer: '`DCRLogErrors`: `Transformation`',
    means: 'the transformation of the rule fails on the records',
    remedy:
      'deploy azure/template.json again, which updates rule and table together; then ship the window again',
    next: 'next run',
    is: says(/^Transformation:/),
  },
];

/** The ingestion begins again. */
const STARTS = /RespectQuota|ForceOn/;
/**
 * Records with trimmed fields are stored, the run reports rejected posts, and the warnings at 80 % of a limit drop nothing.
 * By the text: in some workspaces, the operation is a GUID.
 */
const NO_DROP = /have been trimmed|^Ingestion:|ApproachingQuota|volume rate(?!.*dropped)/i;
const OF_TYPE = /\bof type (\w+)/;
const textOf = ({ operation, message }: StoredWord) => `${operation}: ${message}`;

/** Whether the message may be about dropped rows of this table. */
export function isAboutDrops(word: StoredWord, table: string): boolean {
  const [, named = table] = OF_TYPE.exec(word.message) ?? [];
  return named === table && !NO_DROP.test(textOf(word)) && !STARTS.test(word.message);
}

const HOUR_MS = 3_600_000;
/** How long after the message its cause may drop rows. Azure repeats one about the rate every six hours, and mutes others for an hour. */
const DROPS_FOR_MS: Readonly<Record<string, number>> = {
  'ingestion-rate': 6 * HOUR_MS,
  transformation: HOUR_MS,
};
const DROPS_FOR_A_DAY_MS = 24 * HOUR_MS;
const LATE_MS = HOUR_MS;

/** When messages about rows that were accepted in this time may have been logged. */
export const toldWithin = ({ fromMs, toMs }: Span): Span => ({
  fromMs: fromMs - DROPS_FOR_A_DAY_MS,
  toMs: toMs + LATE_MS,
});

/** Whether the cause of the message can have dropped rows that were accepted in this time. */
export function mayHaveDropped(
  { lastAtMs }: StoredWord,
  cause: Cause | undefined,
  { fromMs }: Span,
  words: readonly StoredWord[],
): boolean {
  const endMs = lastAtMs + (DROPS_FOR_MS[cause?.name ?? ''] ?? DROPS_FOR_A_DAY_MS);
  const isStop = cause?.name === 'over-quota' || cause?.name === 'ingestion-off';
  const starts = isStop ? words.filter(({ message }) => STARTS.test(message)) : [];
  const ends = starts.flatMap(({ firstAtMs, lastAtMs: last }) => [firstAtMs, last]);
  return Math.min(endMs, ...ends.filter(ms => ms > lastAtMs)) >= fromMs;
}
