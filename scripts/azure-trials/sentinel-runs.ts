/** The rules of Microsoft Sentinel at work: each runs as often as it is set to, and its alerts become incidents. */
import type { LogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { checker } from '../../simulator/azure/log-analytics/kql-check.ts';
import { ALL_TABLES } from '../../simulator/azure/log-analytics/schemas.ts';
import { functionColumns } from '../../simulator/azure/log-analytics/translations.ts';
import type { SentinelEntity } from '../../simulator/azure/sentinel-enrichment.ts';
import { type Incidents, openIncidents } from '../../simulator/azure/sentinel-incidents.ts';
import { type SentinelRuleModel, sentinelRule } from '../../simulator/azure/sentinel-rule.ts';
import type { SentinelRuleSettings } from '../../simulator/azure/sentinel-settings.ts';

const check = checker({ tables: ALL_TABLES, functions: functionColumns() });

/** The columns of a query's result, by type. Throws Error for a query that Sentinel would not take. */
export function columnsOf(query: string): Readonly<Record<string, string>> {
  const { problems, columns } = check(query);
  if (problems.length > 0) throw new Error(`${problems[0]!.code} ${problems[0]!.message}`);
  return Object.fromEntries(columns.map(({ name, type }) => [name, type]));
}

export interface Deployed {
  /** The detection's id. */
  readonly id: string;
  readonly settings: SentinelRuleSettings;
  readonly columns: Readonly<Record<string, string>>;
}

interface RuleAtWork {
  readonly id: string;
  readonly model: SentinelRuleModel;
}

/** A new model of each rule, which has not run yet. */
export const modelsOf = (rules: readonly Deployed[]): RuleAtWork[] =>
  rules.map(({ id, settings, columns }) => ({ id, model: sentinelRule(settings, columns) }));

export interface Run {
  readonly atMs: number;
  readonly logIds?: readonly string[];
}

/** One run of a rule, over the rows of its period. */
export async function runRule(analytics: LogAnalytics, { id, model }: RuleAtWork, { atMs, logIds }: Run) {
  const scope = { fromMs: atMs - model.periodMs, toMs: atMs, ...(logIds ? { logIds } : {}) };
  return model.run(await analytics.run(`sentinel-${id}`, scope), atMs);
}

/** All rules from one time to another: each at once, and then as often as it runs. */
export async function incidentsOf(
  rules: readonly Deployed[],
  analytics: LogAnalytics,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<{ readonly incidents: Incidents; readonly runs: number }> {
  const incidents = openIncidents();
  // By period: the workspace works a range out once.
  const models = modelsOf(rules).toSorted((a, b) => a.model.periodMs - b.model.periodMs);
  const stepMs = Math.min(...models.map(({ model }) => model.frequencyMs));
  let runs = 0;
  for (let atMs = fromMs + stepMs; atMs <= toMs; atMs += stepMs) {
    for (const rule of models) {
      if ((atMs - fromMs - stepMs) % rule.model.frequencyMs !== 0) continue;
      incidents.take(rule.model.settings, await runRule(analytics, rule, { atMs }));
      runs++;
    }
  }
  return { incidents, runs };
}

/** Such as `Account a@example.com`. */
export const spoken = ({ type, identifiers }: SentinelEntity): string => {
  const { Name, UPNSuffix, Address, Url } = identifiers;
  const name = UPNSuffix === undefined || Name?.includes('@') ? Name : `${Name}@${UPNSuffix}`;
  return `${type} ${name ?? Address ?? Url}`;
};
