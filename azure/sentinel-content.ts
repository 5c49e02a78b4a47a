/** What the template adds to Microsoft Sentinel, if it is on in the workspace. */
import { type Json, literal, type Resource } from './arm.ts';
import type { Detection } from './detections.ts';
import { sentinelRule } from './sentinel-rules.ts';
import { WATCHLISTS } from './sentinel-watchlists.ts';
import { TABLE_ID } from './template-ingestion.ts';

const workspaceId = "[variables('workspaceId')]";

/** The name of the loop over the rules, for `dependsOn`. */
export const RULES_LOOP = 'sentinelRules';

/** The lists that the resources below are copied from. */
export function sentinelVariables(detections: readonly Detection[]): Record<string, Json> {
  return {
    sentinelRules: literal(detections.map(one => sentinelRule(one) as unknown as Json)),
    watchlists: WATCHLISTS.map(({ parameter, alias, displayName, description, key }) => ({
      items: `[parameters('${parameter}')]`,
      alias,
      displayName,
      description,
      key,
    })),
  };
}

const rule = (field: string) => `variables('sentinelRules')[copyIndex()].${field}`;

/** https://learn.microsoft.com/azure/templates/microsoft.securityinsights/2025-03-01/alertrules */
const rules: Resource = {
  type: 'Microsoft.SecurityInsights/alertRules',
  apiVersion: '2025-03-01',
  name: `[${rule('guid')}]`,
  scope: workspaceId,
  condition: "[and(variables('sentinel'), variables('hasRules'))]",
  copy: { name: RULES_LOOP, count: "[length(variables('sentinelRules'))]", mode: 'serial', batchSize: 10 },
  kind: 'Scheduled',
  // Sentinel runs a query before it takes the rule, so all that the query reads exists before.
  dependsOn: ['functions', 'queries', 'watchlists', TABLE_ID],
  properties: `[union(${rule('properties')}, createObject('enabled', and(parameters('sentinelRules'), not(contains(parameters('disabledAlerts'), ${rule('id')})))))]`,
};

const list = (field: string) => `variables('watchlists')[copyIndex()].${field}`;
const items = list('items');

/**
 * Only with items: a deployment without them leaves a watchlist as it is.
 * https://learn.microsoft.com/azure/templates/microsoft.securityinsights/2025-03-01/watchlists
 */
const watchlists: Resource = {
  type: 'Microsoft.SecurityInsights/watchlists',
  apiVersion: '2025-03-01',
  name: `[${list('alias')}]`,
  scope: workspaceId,
  condition: `[and(variables('sentinel'), not(empty(${items})))]`,
  copy: { name: 'watchlists', count: "[length(variables('watchlists'))]" },
  properties: {
    displayName: `[${list('displayName')}]`,
    description: `[${list('description')}]`,
    provider: 'auth0-logs-to-azure',
    source: 'template.json',
    itemsSearchKey: `[${list('key')}]`,
    contentType: 'Text/Csv',
    numberOfLinesToSkip: 0,
    rawContent: `[concat(${list('key')}, '\n', join(${items}, '\n'))]`,
  },
};

export const SENTINEL_RESOURCES: readonly Resource[] = [watchlists, rules];
