/** Incidents: which alerts of a rule are one case. https://learn.microsoft.com/azure/sentinel/create-analytics-rules#alert-grouping */
import type { SentinelAlert } from './sentinel-rule.ts';
import {
  SEVERITIES,
  type SentinelGrouping,
  type SentinelRuleSettings,
  sentinelMinutes,
} from './sentinel-settings.ts';

export interface SentinelIncident {
  readonly rule: string;
  /** Of its first alert. */
  readonly title: string;
  readonly createdMs: number;
  readonly alerts: SentinelAlert[];
}

/** The highest severity of its alerts. */
export const severityOf = ({ alerts }: SentinelIncident): string =>
  SEVERITIES[Math.max(...alerts.map(one => SEVERITIES.indexOf(one.severity)))] ?? '';

export interface Incidents {
  /** In the order of their first alerts. */
  readonly all: readonly SentinelIncident[];
  /** Takes the alerts of one run of a rule. */
  take(settings: SentinelRuleSettings, alerts: readonly SentinelAlert[]): void;
}

const MINUTE_MS = 60_000;
/** https://learn.microsoft.com/azure/sentinel/sentinel-service-limits#incident-limits */
const MAX_ALERTS = 150;

export function openIncidents(): Incidents {
  const all: SentinelIncident[] = [];
  return {
    all,
    take: ({ incidentConfiguration }, alerts) => {
      if (incidentConfiguration?.createIncident === false) return;
      const grouping = incidentConfiguration?.groupingConfiguration;
      for (const alert of alerts) {
        const same = grouping?.enabled
          ? all.find(incident => incident.alerts.length < MAX_ALERTS && isSame(grouping, incident, alert))
          : undefined;
        if (same) same.alerts.push(alert);
        else all.push({ rule: alert.rule, title: alert.name, createdMs: alert.atMs, alerts: [alert] });
      }
    },
  };
}

function isSame(
  grouping: SentinelGrouping,
  { rule, alerts }: SentinelIncident,
  alert: SentinelAlert,
): boolean {
  const [first] = alerts as [SentinelAlert];
  const newestMs = Math.max(...alerts.map(one => one.atMs));
  if (rule !== alert.rule) return false;
  if (alert.atMs - newestMs > sentinelMinutes(grouping.lookbackDuration) * MINUTE_MS) return false;
  return keyOf(grouping, first) === keyOf(grouping, alert);
}

/** Equal for alerts that belong together. */
function keyOf(
  grouping: SentinelGrouping,
  { name, severity, entities, customDetails }: SentinelAlert,
): string {
  const {
    matchingMethod,
    groupByEntities = [],
    groupByAlertDetails = [],
    groupByCustomDetails = [],
  } = grouping;
  if (matchingMethod === 'AnyAlert') return '';
  const counts = (type: string) => matchingMethod === 'AllEntities' || groupByEntities.includes(type);
  const parts = [
    entities
      .filter(({ type }) => counts(type))
      .map(one => JSON.stringify(one))
      .sort(),
  ];
  if (matchingMethod === 'AllEntities') return JSON.stringify(parts);
  const details = { DisplayName: name, Severity: severity } as Readonly<Record<string, string>>;
  return JSON.stringify([
    ...parts,
    groupByAlertDetails.map(one => details[one]),
    groupByCustomDetails.map(one => customDetails[one]),
  ]);
}
