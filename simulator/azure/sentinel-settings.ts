/**
 * What a scheduled analytics rule of Microsoft Sentinel can be set to, under the names of its ARM resource.
 * https://learn.microsoft.com/azure/templates/microsoft.securityinsights/2025-03-01/alertrules
 */
import { demand } from './workspace-settings.ts';

export interface SentinelMapping {
  readonly entityType: string;
  readonly fieldMappings: readonly { readonly identifier: string; readonly columnName: string }[];
}

export interface SentinelGrouping {
  readonly enabled: boolean;
  readonly reopenClosedIncident: boolean;
  readonly lookbackDuration: string;
  readonly matchingMethod: 'AllEntities' | 'AnyAlert' | 'Selected';
  readonly groupByEntities?: readonly string[];
  readonly groupByAlertDetails?: readonly string[];
  readonly groupByCustomDetails?: readonly string[];
}

export interface SentinelRuleSettings {
  readonly displayName: string;
  readonly description?: string;
  readonly enabled: boolean;
  readonly severity: string;
  readonly query: string;
  readonly queryFrequency: string;
  readonly queryPeriod: string;
  readonly triggerOperator: 'GreaterThan' | 'LessThan' | 'Equal' | 'NotEqual';
  readonly triggerThreshold: number;
  readonly suppressionEnabled: boolean;
  readonly suppressionDuration: string;
  readonly tactics?: readonly string[];
  readonly techniques?: readonly string[];
  readonly entityMappings?: readonly SentinelMapping[];
  readonly customDetails?: Readonly<Record<string, string>>;
  readonly alertDetailsOverride?: Readonly<Record<string, string>>;
  readonly eventGroupingSettings?: { readonly aggregationKind: 'SingleAlert' | 'AlertPerResult' };
  readonly incidentConfiguration?: {
    readonly createIncident: boolean;
    readonly groupingConfiguration?: SentinelGrouping;
  };
}

export const SEVERITIES: readonly string[] = ['Informational', 'Low', 'Medium', 'High'];
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

/** Minutes of an ISO 8601 duration such as `PT5M` or `P1DT2H`. Throws Error for another text. */
export function sentinelMinutes(duration: string): number {
  const [, days = 0, hours = 0, minutes = 0] =
    /^P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration) ?? [];
  const sum = Number(days) * DAY_MINUTES + Number(hours) * HOUR_MINUTES + Number(minutes);
  demand('the duration', duration, sum > 0, 'such as PT5M, PT1H or P1D');
  return sum;
}
