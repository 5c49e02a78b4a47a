/**
 * The detections as scheduled analytics rules of Microsoft Sentinel.
 * https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview
 * https://learn.microsoft.com/azure/templates/microsoft.securityinsights/alertrules
 */
import { type Detection, minutesOf, OVERLAP_MINUTES } from './detections.ts';
import { type EntityMapping, mapped } from './sentinel-entities.ts';
import { stableGuid } from './sentinel-guid.ts';
import { expectedKql, SEVERITY_COLUMN, watchlistKql } from './sentinel-watchlists.ts';

export type SentinelSeverity = 'High' | 'Medium' | 'Low' | 'Informational';

/** `properties` of the resource without `enabled`. */
export interface RuleProperties {
  readonly displayName: string;
  readonly description: string;
  readonly severity: SentinelSeverity;
  readonly query: string;
  readonly queryFrequency: string;
  readonly queryPeriod: string;
  readonly triggerOperator: 'GreaterThan';
  readonly triggerThreshold: 0;
  readonly suppressionEnabled: false;
  readonly suppressionDuration: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly entityMappings?: readonly EntityMapping[];
  readonly customDetails?: Readonly<Record<string, string>>;
  readonly alertDetailsOverride?: Readonly<Record<string, string>>;
  readonly eventGroupingSettings: { readonly aggregationKind: 'AlertPerResult' | 'SingleAlert' };
  readonly incidentConfiguration: {
    readonly createIncident: true;
    readonly groupingConfiguration: Grouping;
  };
}

interface Grouping {
  readonly enabled: true;
  readonly reopenClosedIncident: false;
  readonly lookbackDuration: string;
  readonly matchingMethod: 'AllEntities' | 'AnyAlert' | 'Selected';
  readonly groupByEntities: readonly string[];
  readonly groupByAlertDetails: readonly string[];
  readonly groupByCustomDetails: readonly string[];
}

export interface SentinelRule {
  /** The detection's. */
  readonly id: string;
  /** The same in every workspace, so that each way to deploy the rule updates the same one. */
  readonly guid: string;
  readonly properties: RuleProperties;
}

const FOLDED: Readonly<Record<Detection['severity'], SentinelSeverity>> = {
  0: 'High',
  1: 'High',
  2: 'Medium',
  3: 'Low',
  4: 'Informational',
};
const LOWER: Readonly<Record<SentinelSeverity, SentinelSeverity>> = {
  High: 'Medium',
  Medium: 'Low',
  Low: 'Informational',
  Informational: 'Informational',
};

/**
 * A rule runs five minutes after its time. Whether the query's ago() counts from the one or the other is not documented, so
 * a run overlaps the last one by these minutes more: each row is judged in either case.
 */
const DELAY_MINUTES = 5;
const HOUR_MINUTES = 60;
/** A rule that reads two days or more runs once an hour at most. Rows over two days old have the time of receipt. */
const FARTHEST_OF_OFTEN = 'PT47H';
const FARTHEST_OF_HOURLY = 'P3D';
/** How long alerts with the same entities join the same incident. */
const SAME_INCIDENT = 'PT5H';

/** The rule of a detection. */
export function sentinelRule(detection: Detection): SentinelRule {
  const { id, title, description, when, techniques, details, alertPer } = detection;
  const severity = FOLDED[detection.severity];
  const { kql, mappings, single, subject } = mapped(detection.entities);
  const steps = [
    `${watchlistKql(detection.expected)}${judged(detection)}`,
    expectedKql(detection.expected, severity, LOWER[severity]),
    kql,
  ];
  const lowers = detection.expected.some(one => one.watchlist.does === 'lowers the severity');
  const override = {
    ...(subject === undefined ? {} : { alertDisplayNameFormat: `Auth0: ${title}: {{${subject}}}` }),
    ...(lowers ? { alertSeverityColumnName: SEVERITY_COLUMN } : {}),
  };
  return {
    id,
    guid: stableGuid(`rule ${id}`),
    properties: {
      displayName: `Auth0: ${title}`,
      description: `${description} When: ${when}.`,
      severity,
      query: steps.filter(step => step !== '').join('\n'),
      queryFrequency: detection.frequency,
      queryPeriod: periodOf(detection),
      triggerOperator: detection.operator,
      triggerThreshold: detection.threshold,
      suppressionEnabled: false,
      suppressionDuration: 'PT1H',
      tactics: detection.tactics,
      techniques: techniquesOf(techniques),
      ...(mappings.length > 0 ? { entityMappings: mappings } : {}),
      ...(details.length > 0 ? { customDetails: Object.fromEntries(details.map(one => [one, one])) } : {}),
      ...(Object.keys(override).length > 0 ? { alertDetailsOverride: override } : {}),
      eventGroupingSettings: { aggregationKind: alertPer === 'rule' ? 'SingleAlert' : 'AlertPerResult' },
      incidentConfiguration: {
        createIncident: true,
        groupingConfiguration: grouping(detection, mappings.length > 0, single),
      },
    },
  };
}

/** Without sub-techniques, which Sentinel refuses: https://github.com/Azure/Azure-Sentinel/issues/8960 */
export const techniquesOf = (techniques: readonly string[]): string[] => [
  ...new Set(techniques.map(one => one.split('.')[0]!)),
];

/** The query with the longer overlap. */
function judged({ kql, frequency }: Detection): string {
  const sinceLastRun = minutesOf(frequency) + OVERLAP_MINUTES;
  return kql.replaceAll(`ago(${sinceLastRun}m)`, `ago(${sinceLastRun + DELAY_MINUTES}m)`);
}

function periodOf({ kql, frequency, range }: Detection): string {
  const isLong = minutesOf(range) >= 2 * 24 * HOUR_MINUTES || /\bIngestionTime\b/.test(kql);
  if (!isLong) return range;
  return minutesOf(frequency) >= HOUR_MINUTES ? FARTHEST_OF_HOURLY : FARTHEST_OF_OFTEN;
}

/** By the entities that an alert has one of; otherwise by what has its own alert; without both, one incident of the rule. */
function grouping(
  { details, alertPer }: Detection,
  hasEntities: boolean,
  single: readonly EntityMapping['entityType'][],
): Grouping {
  const shown = typeof alertPer === 'string' ? [] : alertPer.filter(column => details.includes(column));
  const byDetails = single.length === 0 ? shown : [];
  const selected = single.length > 0 || byDetails.length > 0;
  return {
    enabled: true,
    reopenClosedIncident: false,
    lookbackDuration: SAME_INCIDENT,
    matchingMethod: selected ? 'Selected' : hasEntities ? 'AllEntities' : 'AnyAlert',
    groupByEntities: single,
    groupByAlertDetails: [],
    groupByCustomDetails: byDetails,
  };
}
