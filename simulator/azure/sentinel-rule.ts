/**
 * A scheduled analytics rule of Microsoft Sentinel: what it makes of the rows of its query. It has no state: each run over
 * the threshold makes alerts. https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview
 */
import type { StoredRecord } from './received.ts';
import { detailsOf, entitiesOf, formatted, type SentinelEntity } from './sentinel-enrichment.ts';
import { refuseRuleSettings } from './sentinel-refusals.ts';
import { SEVERITIES, type SentinelRuleSettings, sentinelMinutes } from './sentinel-settings.ts';

type Row = Readonly<StoredRecord>;

export interface SentinelAlert {
  readonly rule: string;
  readonly atMs: number;
  readonly name: string;
  readonly severity: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly entities: readonly SentinelEntity[];
  readonly customDetails: Readonly<Record<string, readonly string[]>>;
}

export interface SentinelRuleModel {
  readonly settings: SentinelRuleSettings;
  readonly frequencyMs: number;
  readonly periodMs: number;
  /** The alerts of one run. Runs go forward in time. */
  run(rows: readonly Row[], atMs: number): SentinelAlert[];
}

const MINUTE_MS = 60_000;
/** "The rule can generate up to 150 alerts": the last one sums up the rest. */
const MAX_ALERTS = 150;
/** Beyond so many values of one run, all alerts have the default: https://learn.microsoft.com/azure/sentinel/customize-alert-details */
const MAX_OVERRIDES = 50;

/** Throws Error for settings that Sentinel would not take. `columns` are those of the query's result, by type. */
export function sentinelRule(
  settings: SentinelRuleSettings,
  columns: Readonly<Record<string, string>>,
): SentinelRuleModel {
  refuseRuleSettings(settings, columns);
  const { triggerOperator, triggerThreshold, suppressionEnabled, suppressionDuration } = settings;
  const suppressedMs = suppressionEnabled ? sentinelMinutes(suppressionDuration) * MINUTE_MS : 0;
  let mutedUntilMs = Number.NEGATIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    settings,
    frequencyMs: sentinelMinutes(settings.queryFrequency) * MINUTE_MS,
    periodMs: sentinelMinutes(settings.queryPeriod) * MINUTE_MS,
    run: (rows, atMs) => {
      if (atMs <= lastMs)
        throw new RangeError(`the rule has run at ${lastMs} already, and ${atMs} is not later`);
      lastMs = atMs;
      if (!settings.enabled || atMs < mutedUntilMs) return [];
      if (!compares(rows.length, triggerOperator, triggerThreshold)) return [];
      mutedUntilMs = atMs + suppressedMs;
      return alertsOf(settings, rows, atMs);
    },
  };
}

function alertsOf(settings: SentinelRuleSettings, rows: readonly Row[], atMs: number): SentinelAlert[] {
  const isPerRow = settings.eventGroupingSettings?.aggregationKind === 'AlertPerResult';
  const single = rows.slice(0, MAX_ALERTS - 1).map(row => [row]);
  const groups = !isPerRow
    ? [rows]
    : rows.length < MAX_ALERTS
      ? rows.map(row => [row])
      : [...single, rows.slice(MAX_ALERTS - 1)];
  const { alertDisplayNameFormat = '', alertSeverityColumnName = '' } = settings.alertDetailsOverride ?? {};
  const names = groups.map(([row = {}]) => formatted(alertDisplayNameFormat, row));
  const isOverridden = alertDisplayNameFormat !== '' && new Set(names).size <= MAX_OVERRIDES;
  return groups.map((group, index) => {
    const severity = String(group[0]?.[alertSeverityColumnName] ?? '');
    return {
      rule: settings.displayName,
      atMs,
      name: (isOverridden ? names[index] : undefined) ?? settings.displayName,
      severity: SEVERITIES.includes(severity) ? severity : settings.severity,
      tactics: settings.tactics ?? [],
      techniques: settings.techniques ?? [],
      entities: entitiesOf(settings.entityMappings ?? [], group),
      customDetails: detailsOf(settings.customDetails ?? {}, group),
    };
  });
}

function compares(
  value: number,
  operator: SentinelRuleSettings['triggerOperator'],
  threshold: number,
): boolean {
  switch (operator) {
    case 'GreaterThan':
      return value > threshold;
    case 'LessThan':
      return value < threshold;
    case 'Equal':
      return value === threshold;
    case 'NotEqual':
      return value !== threshold;
  }
}
