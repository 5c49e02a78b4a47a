/** The alert rules as the template deploys them, for the model of rules in simulator/azure/. */
import { DETECTIONS } from '../../azure/detections.ts';
import { generatedFiles } from '../../azure/write-template.ts';
import { alertRule } from '../../simulator/azure/alert-rule.ts';
import type { AlertRuleSettings } from '../../simulator/azure/alert-settings.ts';
import type { LogAnalytics } from '../../simulator/azure/log-analytics/engine.ts';
import { deploy } from './arm-deploy.ts';
import { STATE } from './sample-deployment.ts';

const MINUTE_MS = 60_000;

interface Deployed {
  readonly evaluationFrequency: string;
  readonly windowSize: string;
  readonly autoMitigate: boolean;
  readonly muteActionsDuration?: string;
  readonly criteria: {
    readonly allOf: readonly {
      readonly query: string;
      readonly operator: AlertRuleSettings['operator'];
      readonly threshold: number;
      readonly dimensions?: readonly { readonly name: string }[];
    }[];
  };
}

export interface Rule {
  /** The detection's id. */
  readonly id: string;
  readonly settings: AlertRuleSettings;
}

const template = JSON.parse(generatedFiles()['azure/template.json'] ?? '');
const { resources } = deploy(template, { parameters: { workspaceName: 'logs' }, state: STATE });

/** In the order of DETECTIONS. Throws when one of them is not deployed with its own query. */
export const RULES: readonly Rule[] = DETECTIONS.map(({ id, kql }) => {
  const resource = resources.find(one => one.name === `auth0-${id}`);
  if (!resource) throw new Error(`the template deploys no rule auth0-${id}`);
  const { criteria, ...rule } = resource.properties as unknown as Deployed;
  const [{ query, operator, threshold, dimensions = [] }] = criteria.allOf as [
    Deployed['criteria']['allOf'][0],
  ];
  if (query !== kql) throw new Error(`the rule auth0-${id} has another query than its detection`);
  return {
    id,
    settings: {
      evaluationFrequency: rule.evaluationFrequency,
      windowSize: rule.windowSize,
      operator,
      threshold,
      dimensions: dimensions.map(one => one.name),
      autoMitigate: rule.autoMitigate,
      ...(rule.muteActionsDuration === undefined ? {} : { muteActionsDuration: rule.muteActionsDuration }),
    },
  };
});

/** Whether the rule fires when it runs for the first time at this moment. */
export async function fires(
  analytics: LogAnalytics,
  { id, settings }: Rule,
  atMs: number,
  logIds?: readonly string[],
) {
  const rule = alertRule(settings);
  const scope = { fromMs: atMs - rule.windowMs, toMs: atMs, ...(logIds ? { logIds } : {}) };
  const rows = await analytics.run(`detection-${id}`, scope);
  return rule.evaluate(rows, atMs).some(one => one.kind === 'fired');
}

/** The rules of the template that fire. */
export async function firing(analytics: LogAnalytics, atMs: number): Promise<string[]> {
  const fired: string[] = [];
  for (const rule of RULES) if (await fires(analytics, rule, atMs)) fired.push(rule.id);
  return fired;
}

export interface Watched {
  /** Each alert: the rule, the minutes after the start, and its dimensions. */
  readonly alerts: readonly string[];
  readonly runs: number;
}

/** The alerts of all rules from one time to another. Each runs at its frequency and keeps its state. */
export async function alertsOf(
  analytics: LogAnalytics,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<Watched> {
  const alerts: string[] = [];
  const rules = RULES.map(({ id, settings }) => ({ id, rule: alertRule(settings) }));
  const stepMs = Math.min(...rules.map(({ rule }) => rule.frequencyMs));
  let runs = 0;
  for (let atMs = fromMs + stepMs; atMs <= toMs; atMs += stepMs) {
    // Each rule runs at once, and then once per period.
    const due = rules.filter(({ rule }) => (atMs - fromMs - stepMs) % rule.frequencyMs === 0);
    for (const { id, rule } of due) {
      const rows = await analytics.run(`detection-${id}`, { fromMs: atMs - rule.windowMs, toMs: atMs });
      runs++;
      for (const { kind, dimensions } of rule.evaluate(rows, atMs)) {
        const minutes = (atMs - fromMs) / MINUTE_MS;
        if (kind === 'fired') alerts.push([id, minutes, ...Object.values(dimensions)].join(' '));
      }
    }
  }
  return { alerts, runs };
}
