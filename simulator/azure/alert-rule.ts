/**
 * A log search alert rule with its state: what a `scheduledQueryRules` resource does with the rows of its query.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview#alerts-and-state
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
 */
import {
  type AlertRuleSettings,
  minutesOf,
  refuseAlertSettings,
  resolveAfterMinutes,
} from './alert-settings.ts';
import type { StoredRecord } from './received.ts';

export interface AlertChange {
  /**
   * `fired`: the action group is called. `muted`: the condition is met, but the action group was called a short while
   * ago and is not called again. `resolved`: the condition has not been met for long enough.
   */
  readonly kind: 'fired' | 'muted' | 'resolved';
  readonly atMs: number;
  /** The values that distinguish this alert from others of the rule, such as `{ User: 'a' }`. */
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface AlertRule {
  readonly frequencyMs: number;
  readonly windowMs: number;
  /** One look at what the query found. Looks go forward in time. */
  evaluate(rows: readonly Readonly<StoredRecord>[], atMs: number): AlertChange[];
}

interface Group {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly rows: number;
}

interface State {
  readonly dimensions: Readonly<Record<string, string>>;
  metMs: number;
  firedMs: number;
  open: boolean;
}

const MINUTE_MS = 60_000;
/** https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-types#log-alerts */
const MAX_ALERTS_PER_EVALUATION = 300;

/** Throws Error for settings that Azure would not take. */
export function alertRule(settings: AlertRuleSettings): AlertRule {
  refuseAlertSettings(settings);
  const { operator, threshold, dimensions = [], autoMitigate, muteActionsDuration } = settings;
  const frequencyMs = minutesOf(settings.evaluationFrequency) * MINUTE_MS;
  const resolveAfterMs = resolveAfterMinutes(settings.evaluationFrequency) * MINUTE_MS;
  const muteMs = muteActionsDuration === undefined ? 0 : minutesOf(muteActionsDuration) * MINUTE_MS;
  const states = new Map<string, State>();
  let lastMs = Number.NEGATIVE_INFINITY;

  /** An alert without state fires at every look; one with state once until it is resolved. */
  const met = (key: string, { dimensions: values }: Group, atMs: number): AlertChange[] => {
    const state = states.get(key) ?? {
      dimensions: values,
      metMs: atMs,
      firedMs: Number.NEGATIVE_INFINITY,
      open: false,
    };
    states.set(key, state);
    state.metMs = atMs;
    if (autoMitigate && state.open) return [];
    if (atMs - state.firedMs < muteMs) return [{ kind: 'muted', atMs, dimensions: values }];
    state.firedMs = atMs;
    state.open = true;
    return [{ kind: 'fired', atMs, dimensions: values }];
  };

  const resolved = (atMs: number): AlertChange[] => {
    if (!autoMitigate) return [];
    const quiet = [...states.values()].filter(one => one.open && atMs - one.metMs >= resolveAfterMs);
    for (const one of quiet) one.open = false;
    return quiet.map(one => ({ kind: 'resolved', atMs, dimensions: one.dimensions }));
  };

  return {
    frequencyMs,
    windowMs: minutesOf(settings.windowSize) * MINUTE_MS,
    evaluate: (rows, atMs) => {
      if (atMs <= lastMs)
        throw new RangeError(`the rule has looked at ${lastMs} already, and ${atMs} is not later`);
      lastMs = atMs;
      const groups = [...groupsOf(rows, dimensions)];
      const loud = groups.filter(([, group]) => compares(group.rows, operator, threshold));
      const told = loud.flatMap(([key, group]) => met(key, group, atMs)).slice(0, MAX_ALERTS_PER_EVALUATION);
      return [...told, ...resolved(atMs)];
    },
  };
}

/** The range of TimeGenerated that one look sees. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Looks at the rule's frequency from one time to another, the first time a period after it. The changes in order. */
export async function watch(
  rule: AlertRule,
  query: (range: Range) => Promise<readonly Readonly<StoredRecord>[]>,
  { fromMs, toMs }: Range,
): Promise<AlertChange[]> {
  const changes: AlertChange[] = [];
  for (let atMs = fromMs + rule.frequencyMs; atMs <= toMs; atMs += rule.frequencyMs) {
    changes.push(...rule.evaluate(await query({ fromMs: atMs - rule.windowMs, toMs: atMs }), atMs));
  }
  return changes;
}

/** Rows by the values of the dimensions. Without dimensions there is one group, also of no rows. */
function groupsOf(
  rows: readonly Readonly<StoredRecord>[],
  dimensions: readonly string[],
): Map<string, Group> {
  if (dimensions.length === 0) return new Map([['', { dimensions: {}, rows: rows.length }]]);
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const values = Object.fromEntries(dimensions.map(name => [name, String(row[name] ?? '')]));
    const key = JSON.stringify(values);
    groups.set(key, { dimensions: values, rows: (groups.get(key)?.rows ?? 0) + 1 });
  }
  return groups;
}

function compares(value: number, operator: AlertRuleSettings['operator'], threshold: number): boolean {
  switch (operator) {
    case 'GreaterThan':
      return value > threshold;
    case 'GreaterThanOrEqual':
      return value >= threshold;
    case 'LessThan':
      return value < threshold;
    case 'LessThanOrEqual':
      return value <= threshold;
    case 'Equals':
      return value === threshold;
  }
}
