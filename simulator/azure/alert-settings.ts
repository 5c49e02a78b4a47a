/** What an alert rule can be set to, under the names of its ARM resource, and what Azure would not take. */
import { demand, wholeNumber } from './workspace-settings.ts';

export interface AlertRuleSettings {
  /** ISO 8601 durations. */
  readonly evaluationFrequency: string;
  readonly windowSize: string;
  /** The number of rows is compared: the time aggregation Count. */
  readonly operator: 'GreaterThan' | 'GreaterThanOrEqual' | 'LessThan' | 'LessThanOrEqual' | 'Equals';
  readonly threshold: number;
  /** Columns of the query's result: each combination of their values is an alert of its own. */
  readonly dimensions?: readonly string[];
  readonly autoMitigate: boolean;
  readonly muteActionsDuration?: string;
}

/** https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule */
const MINUTES: Readonly<Record<string, number>> = {
  PT5M: 5,
  PT10M: 10,
  PT15M: 15,
  PT30M: 30,
  PT45M: 45,
  PT1H: 60,
  PT2H: 120,
  PT3H: 180,
  PT4H: 240,
  PT5H: 300,
  PT6H: 360,
  P1D: 1440,
  P2D: 2880,
};
/** "Anywhere from one minute to one day"; "limited to a maximum of two days". */
const MOST_FREQUENCY = 1440;
const MOST_STATEFUL_FREQUENCY = 720;
const MAX_DIMENSIONS = 6;

/** The length of a duration that rules may have. Throws Error for another. */
export function minutesOf(duration: string): number {
  const minutes = MINUTES[duration];
  if (minutes === undefined) throw new Error(`"${duration}" is not a duration of a rule`);
  return minutes;
}

/**
 * How long the condition must not have been met. "5 to 15 minutes: three frequency periods. 15 minutes to 11 hours:
 * two. 11 to 12 hours: one": 15 minutes are named twice, and have three here, which keeps an alert silent for longer.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview#stateful-alerts
 */
export function resolveAfterMinutes(frequency: string): number {
  const minutes = minutesOf(frequency);
  if (minutes <= 15) return 3 * minutes;
  return minutes <= 660 ? 2 * minutes : minutes;
}

/** Throws Error naming the first setting that Azure would not take. */
export function refuseAlertSettings(settings: AlertRuleSettings): void {
  const { evaluationFrequency, windowSize, threshold, dimensions = [], autoMitigate } = settings;
  // A frequency of one minute is not modeled: Azure rewrites such a query, and refuses union and ingestion_time() in it.
  for (const name of ['evaluationFrequency', 'windowSize', 'muteActionsDuration'] as const) {
    const value = settings[name];
    if (value !== undefined) demand(name, value, value in MINUTES, Object.keys(MINUTES).join(', '));
  }
  const frequency = minutesOf(evaluationFrequency);
  demand('evaluationFrequency', evaluationFrequency, frequency <= MOST_FREQUENCY, 'at most a day');
  demand('windowSize', windowSize, minutesOf(windowSize) >= frequency, 'evaluationFrequency or more');
  wholeNumber('threshold', threshold, 0, Number.MAX_SAFE_INTEGER);
  demand('dimensions', dimensions, dimensions.length <= MAX_DIMENSIONS, `at most ${MAX_DIMENSIONS}`);
  const stateful = !autoMitigate || frequency <= MOST_STATEFUL_FREQUENCY;
  demand('autoMitigate', autoMitigate, stateful, 'false where evaluationFrequency is over 12 hours');
  // https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/monitor_scheduled_query_rules_alert_v2
  const muted = settings.muteActionsDuration;
  demand(
    'muteActionsDuration',
    muted,
    !autoMitigate || muted === undefined,
    'none together with autoMitigate',
  );
}
