/** The rules of Microsoft Sentinel as the template deploys them, for the model of rules in simulator/azure/. */
import { DETECTIONS } from '../../azure/detections.ts';
import { sentinelRule } from '../../azure/sentinel-rules.ts';
import { columnsOf, type Deployed, modelsOf } from '../../scripts/azure-trials/sentinel-runs.ts';
import type { SentinelRuleSettings } from '../../simulator/azure/sentinel-settings.ts';
import { deployedWith, ofType } from './sentinel-deployment.ts';

const resources = ofType(deployedWith(), 'alertRules');

/** In the order of DETECTIONS. Throws when one of them is not deployed with its own query. */
export const SENTINEL_RULES: readonly Deployed[] = DETECTIONS.map(detection => {
  const { id, guid, properties } = sentinelRule(detection);
  const resource = resources.find(one => one.name === guid);
  if (!resource) throw new Error(`the template deploys no rule of ${id}`);
  const settings = resource.properties as unknown as SentinelRuleSettings;
  if (settings.query !== properties.query) throw new Error(`the rule of ${id} has another query`);
  return { id, settings, columns: columnsOf(settings.query) };
});

/** A new model of each rule, which has not run yet. */
export const models = () => modelsOf(SENTINEL_RULES);
