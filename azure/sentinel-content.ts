/** What the template adds to Microsoft Sentinel, if it is on in the workspace. */
import { type Json, literal, type Resource } from './arm.ts';
import type { Detection } from './detections.ts';
import { huntingQueries, type SavedQuery } from './queries.ts';
import { sentinelRule, techniquesOf } from './sentinel-rules.ts';
import { WATCHLISTS } from './sentinel-watchlists.ts';
import { TABLE_IDS } from './template-ingestion.ts';

const workspaceId = "[variables('workspaceId')]";

/** The name of the loop over the rules, for `dependsOn`. */
export const RULES_LOOP = 'sentinelRules';

/** The same of the hunting queries. */
export const HUNTING_LOOP = 'huntingQueries';

/** The lists that the resources below are copied from. */
export function sentinelVariables(
  detections: readonly Detection[],
  queries: readonly SavedQuery[],
): Record<string, Json> {
  return {
    huntingQueries: literal(huntingQueries(queries).map(huntingVariable)),
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

const huntingVariable = ({ name, displayName, description, tactics, techniques, kql }: SavedQuery): Json => ({
  name,
  displayName: `Auth0: ${displayName}`,
  kql,
  tags: huntingTags(description, tactics, techniques),
});

/** Sentinel shows a saved search of this category with these tags: https://github.com/SentinelCICD/RepositoriesSampleContent */
export const HUNTING_CATEGORY = 'Hunting Queries';

/** What Sentinel shows of a hunting query. */
export const huntingTags = (
  description: string,
  tactics: readonly string[],
  techniques: readonly string[],
): Json => [
  { name: 'description', value: description },
  { name: 'tactics', value: tactics.join(',') },
  { name: 'relevantTechniques', value: techniquesOf(techniques).join(',') },
];

const query = (field: string) => `[variables('huntingQueries')[copyIndex()].${field}]`;

/** One at a time, after the other saved searches: a workspace refuses concurrent writes. */
const hunting: Resource = {
  type: 'Microsoft.OperationalInsights/workspaces/savedSearches',
  apiVersion: '2020-08-01',
  name: "[format('{0}/auth0-hunting-{1}', parameters('workspaceName'), variables('huntingQueries')[copyIndex()].name)]",
  condition: "[variables('sentinel')]",
  copy: { name: HUNTING_LOOP, count: "[length(variables('huntingQueries'))]", mode: 'serial', batchSize: 1 },
  dependsOn: ['queries'],
  properties: {
    etag: '*',
    category: HUNTING_CATEGORY,
    displayName: query('displayName'),
    query: query('kql'),
    tags: query('tags'),
    version: 2,
  },
};

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
  dependsOn: ['functions', HUNTING_LOOP, 'watchlists', ...TABLE_IDS],
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

export const SENTINEL_RESOURCES: readonly Resource[] = [hunting, watchlists, rules];
