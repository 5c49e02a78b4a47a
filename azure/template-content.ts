/** Content for the logs: saved queries, a workbook, and alert rules that notify. */
import { type Json, literal, type Resource } from './arm.ts';
import { bulkVariables } from './bulk.ts';
import type { Detection } from './detections.ts';
import { BULK_MARK, bulkSource } from './function-auth0-logs.ts';
import type { SavedFunction, SavedQuery } from './queries.ts';
import { RULES_LOOP, SENTINEL_RESOURCES, sentinelVariables } from './sentinel-content.ts';
import { TABLE_IDS } from './template-ingestion.ts';
import { readersOf } from './types-read.ts';

/** Placeholder in a workbook for the id of the workspace, which only a deployment knows. */
export const WORKSPACE_ID_MARK = 'WORKSPACE-ID';

export interface Content {
  readonly functions: readonly SavedFunction[];
  readonly queries: readonly SavedQuery[];
  readonly detections: readonly Detection[];
  /** Queries the workspace WORKSPACE_ID_MARK when it is opened outside of a workspace. */
  readonly workbook: object;
}

const SAVED_SEARCH = {
  type: 'Microsoft.OperationalInsights/workspaces/savedSearches',
  apiVersion: '2020-08-01',
} as const;
/** Without it a second deployment is refused: https://github.com/MicrosoftDocs/azure-docs/issues/49275 */
const OVERWRITE = { etag: '*' } as const;
const CATEGORY = 'Auth0';
const alerts = "[variables('alerts')]";

/** The lists that the resources below are copied from. */
export function contentVariables({
  functions,
  queries,
  detections,
  workbook,
}: Content): Record<string, Json> {
  return {
    functions: literal(
      functions.map(({ description, kql, ...named }) => ({ ...named, kql: commented(description, kql) })),
    ),
    queries: literal(
      queries.map(({ description, kql, tactics: _tactics, techniques: _techniques, ...named }) => ({
        ...named,
        kql: commented(description, kql),
      })),
    ),
    detections: literal(detections.map(detectionVariable)),
    workbook: JSON.stringify(workbook),
    ...sentinelVariables(detections, queries),
    ...bulkVariables(type => readersOf(type, detections, functions)),
    bulkRows: bulkSource(),
    bulkSource: `[if(equals(parameters('bulkTablePlan'), 'Analytics'), variables('bulkRows'), '${BULK_MARK}')]`,
  };
}

/** Log Analytics stores no description of a saved search, but shows its comments. */
function commented(description: string, kql: string): string {
  return `// ${description.replaceAll('\n', '\n// ')}\n${kql}`;
}

function detectionVariable({
  description,
  when,
  tryIt: _tryIt,
  window: _window,
  alertPer,
  entities: _entities,
  details: _details,
  expected: _expected,
  tactics,
  techniques,
  ...rule
}: Detection): Json {
  return {
    ...rule,
    description: `${description} When: ${when}.`,
    tactics: tactics.join(', '),
    techniques: techniques.join(', '),
    // A rule without state fires on every run. With state, Azure mutes a run that finds the same dimensions.
    autoMitigate: alertPer !== 'look',
    dimensions:
      typeof alertPer === 'string'
        ? []
        : alertPer.map(name => ({ name, operator: 'Include', values: ['*'] })),
  };
}

/** Copies are written one at a time: a workspace refuses concurrent writes of saved searches. */
const oneByOne = (name: string): Json => ({
  name,
  count: `[length(variables('${name}'))]`,
  mode: 'serial',
  batchSize: 1,
});

const functions: Resource = {
  ...SAVED_SEARCH,
  name: "[format('{0}/{1}', parameters('workspaceName'), toLower(variables('functions')[copyIndex()].alias))]",
  copy: oneByOne('functions'),
  properties: {
    ...OVERWRITE,
    category: CATEGORY,
    displayName: "[variables('functions')[copyIndex()].displayName]",
    functionAlias: "[variables('functions')[copyIndex()].alias]",
    query: `[replace(variables('functions')[copyIndex()].kql, '${BULK_MARK}', variables('bulkSource'))]`,
    version: 2,
  },
};

const queries: Resource = {
  ...SAVED_SEARCH,
  name: "[format('{0}/auth0-{1}', parameters('workspaceName'), variables('queries')[copyIndex()].name)]",
  copy: oneByOne('queries'),
  dependsOn: ['functions'],
  properties: {
    ...OVERWRITE,
    category: "[variables('queries')[copyIndex()].category]",
    displayName: "[variables('queries')[copyIndex()].displayName]",
    query: "[variables('queries')[copyIndex()].kql]",
    version: 2,
  },
};

const workbookResource: Resource = {
  type: 'Microsoft.Insights/workbooks',
  apiVersion: '2022-04-01',
  name: "[guid(variables('workspaceId'), 'auth0-logs')]",
  location: "[parameters('location')]",
  kind: 'shared',
  properties: {
    displayName: 'Auth0',
    category: "[if(variables('sentinel'), 'sentinel', 'workbook')]",
    sourceId: "[variables('workspaceId')]",
    version: 'Notebook/1.0',
    serializedData: `[replace(variables('workbook'), '${WORKSPACE_ID_MARK}', variables('workspaceId'))]`,
  },
};

const actionGroup: Resource = {
  type: 'Microsoft.Insights/actionGroups',
  apiVersion: '2023-01-01',
  name: 'auth0-logs',
  condition: alerts,
  location: 'Global',
  properties: {
    groupShortName: 'auth0-logs',
    enabled: true,
    copy: [
      receivers('emailReceivers', "parameters('alertEmails')", 'e-mail', 'emailAddress'),
      receivers('webhookReceivers', "parameters('alertWebhooks').urls", 'webhook', 'serviceUri'),
    ],
  },
};

/** A list of receivers, one per address of a parameter. */
function receivers(list: string, addresses: string, name: string, field: string): Json {
  return {
    name: list,
    count: `[length(${addresses})]`,
    input: {
      name: `[format('${name}-{0}', copyIndex('${list}'))]`,
      [field]: `[${addresses}[copyIndex('${list}')]]`,
      useCommonAlertSchema: true,
    },
  };
}

const ofDetection = (field: keyof Detection | 'autoMitigate' | 'dimensions') =>
  `[variables('detections')[copyIndex()].${field}]`;

const alertRules: Resource = {
  type: 'Microsoft.Insights/scheduledQueryRules',
  apiVersion: '2023-12-01',
  name: "[format('auth0-{0}', variables('detections')[copyIndex()].id)]",
  condition: alerts,
  copy: { name: 'detections', count: "[length(variables('detections'))]" },
  location: "[parameters('location')]",
  kind: 'LogAlert',
  tags: { tactics: ofDetection('tactics'), techniques: ofDetection('techniques') },
  // Azure may validate a query when it creates the rule, despite the setting below. So all that a query reads exists before.
  // Sentinel's rules come first: if Azure refuses them, the alert rules stay enabled.
  dependsOn: ["[variables('actionGroupId')]", 'functions', ...TABLE_IDS, RULES_LOOP],
  properties: {
    displayName: "[format('Auth0: {0}', variables('detections')[copyIndex()].title)]",
    description: ofDetection('description'),
    severity: ofDetection('severity'),
    enabled:
      "[and(variables('alertsNotify'), not(contains(parameters('disabledAlerts'), variables('detections')[copyIndex()].id)))]",
    scopes: ["[variables('workspaceId')]"],
    evaluationFrequency: ofDetection('frequency'),
    windowSize: ofDetection('range'),
    criteria: {
      allOf: [
        {
          query: ofDetection('kql'),
          timeAggregation: 'Count',
          operator: ofDetection('operator'),
          threshold: ofDetection('threshold'),
          dimensions: ofDetection('dimensions'),
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
        },
      ],
    },
    autoMitigate: ofDetection('autoMitigate'),
    // A function saved a second ago is not known yet, and neither is a table before its first row.
    skipQueryValidation: true,
    actions: {
      actionGroups: ["[variables('actionGroupId')]"],
      customProperties: {
        detection: ofDetection('id'),
        tactics: ofDetection('tactics'),
        techniques: ofDetection('techniques'),
      },
    },
  },
};

export const CONTENT_RESOURCES: readonly Resource[] = [
  functions,
  queries,
  workbookResource,
  actionGroup,
  ...SENTINEL_RESOURCES,
  alertRules,
];
