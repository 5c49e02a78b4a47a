/** Settings of a scheduled analytics rule that Microsoft Sentinel would not take. */
import { refuseEnrichment } from './sentinel-enrichment.ts';
import { SEVERITIES, type SentinelRuleSettings, sentinelMinutes } from './sentinel-settings.ts';
import { TACTICS, tacticsOf } from './sentinel-tactics.ts';
import { demand, wholeNumber } from './workspace-settings.ts';

const OPERATORS: readonly string[] = ['GreaterThan', 'LessThan', 'Equal', 'NotEqual'];
const AGGREGATIONS: readonly string[] = ['SingleAlert', 'AlertPerResult'];
const MATCHING: readonly string[] = ['AllEntities', 'AnyAlert', 'Selected'];
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;
const MAX_QUERY_CHARACTERS = 10_000;

/** Throws Error naming the first setting that Sentinel would not take, for a query with these columns. */
export function refuseRuleSettings(
  settings: SentinelRuleSettings,
  columns: Readonly<Record<string, string>>,
): void {
  const { displayName, severity, query, triggerOperator, triggerThreshold } = settings;
  demand(
    'displayName',
    displayName,
    displayName.length >= 1 && displayName.length <= 256,
    '1 to 256 characters',
  );
  demand('enabled', settings.enabled, typeof settings.enabled === 'boolean', 'true or false');
  demand('severity', severity, SEVERITIES.includes(severity), SEVERITIES.join(', '));
  demand('triggerOperator', triggerOperator, OPERATORS.includes(triggerOperator), OPERATORS.join(', '));
  wholeNumber('triggerThreshold', triggerThreshold, 0, 10_000);
  refuseQuery(query);
  refuseTimes(settings);
  refuseTactics(settings);
  const aggregation = settings.eventGroupingSettings?.aggregationKind ?? 'SingleAlert';
  demand('aggregationKind', aggregation, AGGREGATIONS.includes(aggregation), AGGREGATIONS.join(', '));
  refuseEnrichment(settings, columns);
  refuseGrouping(settings);
}

/** https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview#query-length-and-content */
function refuseQuery(query: string): void {
  const length = query.length;
  demand(
    'the length of query',
    length,
    length >= 1 && length <= MAX_QUERY_CHARACTERS,
    '1 to 10,000 characters',
  );
  const everything = /\b(search|union)\s+\*/.exec(query)?.[0];
  demand('query', everything, everything === undefined, 'no "search *" and no "union *"');
}

/**
 * https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview#query-scheduling. Of a long period:
 * https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation/Models
 */
function refuseTimes(settings: SentinelRuleSettings): void {
  const { queryFrequency, queryPeriod, suppressionDuration } = settings;
  const [frequency, period] = [sentinelMinutes(queryFrequency), sentinelMinutes(queryPeriod)];
  const inRange = (minutes: number) => minutes >= 5 && minutes <= 14 * DAY_MINUTES;
  demand('queryFrequency', queryFrequency, inRange(frequency), '5 minutes to 14 days');
  demand('queryPeriod', queryPeriod, inRange(period), '5 minutes to 14 days');
  demand('queryPeriod', queryPeriod, period >= frequency, 'queryFrequency or more');
  const isSeldom = period < 2 * DAY_MINUTES || frequency >= HOUR_MINUTES;
  demand('queryFrequency', queryFrequency, isSeldom, 'an hour or more where queryPeriod is 2 days or more');
  // Required, also where nothing is suppressed.
  const suppressed = sentinelMinutes(suppressionDuration);
  demand(
    'suppressionDuration',
    suppressionDuration,
    suppressed >= 5 && suppressed <= DAY_MINUTES,
    '5 minutes to a day',
  );
}

/** A sub-technique is answered with 400: https://github.com/Azure/Azure-Sentinel/issues/8960 */
function refuseTactics({ tactics = [], techniques = [] }: SentinelRuleSettings): void {
  for (const tactic of tactics) demand('tactics', tactic, TACTICS.includes(tactic), TACTICS.join(', '));
  for (const technique of techniques) {
    demand('techniques', technique, /^T\d{4}$/.test(technique), 'the format T####');
    const of = tacticsOf(technique);
    demand(
      'techniques',
      technique,
      of.some(tactic => tactics.includes(tactic)),
      `with one of its tactics: ${of.join(', ') || 'none is known'}`,
    );
  }
}

/** https://learn.microsoft.com/azure/sentinel/create-analytics-rules#alert-grouping */
function refuseGrouping({
  incidentConfiguration,
  entityMappings = [],
  customDetails = {},
}: SentinelRuleSettings): void {
  const grouping = incidentConfiguration?.groupingConfiguration;
  if (!grouping) return;
  const {
    lookbackDuration,
    matchingMethod,
    groupByEntities = [],
    groupByAlertDetails = [],
    groupByCustomDetails = [],
  } = grouping;
  const lookback = sentinelMinutes(lookbackDuration);
  demand(
    'lookbackDuration',
    lookbackDuration,
    lookback >= 5 && lookback <= 7 * DAY_MINUTES,
    '5 minutes to 7 days',
  );
  demand('matchingMethod', matchingMethod, MATCHING.includes(matchingMethod), MATCHING.join(', '));
  const by = groupByEntities.length + groupByAlertDetails.length + groupByCustomDetails.length;
  demand(
    'matchingMethod',
    matchingMethod,
    matchingMethod !== 'Selected' || by > 0,
    'Selected with something to group by',
  );
  const types = entityMappings.map(one => one.entityType);
  for (const type of groupByEntities)
    demand('groupByEntities', type, types.includes(type), `mapped types: ${types.join(', ')}`);
  for (const detail of groupByAlertDetails)
    demand(
      'groupByAlertDetails',
      detail,
      ['DisplayName', 'Severity'].includes(detail),
      'DisplayName, Severity',
    );
  for (const key of groupByCustomDetails)
    demand('groupByCustomDetails', key, key in customDetails, Object.keys(customDetails).join(', '));
}
