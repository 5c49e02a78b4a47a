/** What the logs are for: saved queries, a workbook, and alert rules that call somebody. */
import { type Json, literal, type Resource } from './arm.ts';

/** See azure/queries.ts, azure/detections.ts and azure/workbook.ts, where each is made. */
export interface Content {
  readonly functions: readonly {
    readonly alias: string;
    readonly displayName: string;
    readonly kql: string;
  }[];
  readonly queries: readonly {
    readonly name: string;
    readonly displayName: string;
    readonly description: string;
    readonly category: string;
    readonly kql: string;
  }[];
  readonly detections: readonly Detection[];
  readonly workbook: object;
}

export interface Detection {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** 0 critical, 1 error, 2 warning, 3 informational, 4 verbose. */
  readonly severity: number;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly kql: string;
  /** ISO 8601 durations. */
  readonly frequency: string;
  readonly window: string;
  /** The rule fires when the number of rows compares so with the threshold. */
  readonly operator: string;
  readonly threshold: number;
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
export function contentVariables({ functions, queries, detections }: Content): Record<string, Json> {
  return {
    functions: literal(functions.map(({ alias, displayName, kql }) => ({ alias, displayName, kql }))),
    queries: literal(
      queries.map(({ name, displayName, description, category, kql }) => ({
        name,
        displayName,
        category,
        // Log Analytics keeps no description of a saved query, but shows its comments.
        kql: `// ${description.replaceAll('\n', '\n// ')}\n${kql}`,
      })),
    ),
    detections: literal(detections.map(detectionVariable)),
  };
}

function detectionVariable(one: Detection): Json {
  const { id, title, description, severity, kql, frequency, window, operator, threshold } = one;
  return {
    id,
    title,
    description,
    severity,
    tactics: one.tactics.join(', '),
    techniques: one.techniques.join(', '),
    kql,
    frequency,
    window,
    operator,
    threshold,
  };
}

export function contentResources({ workbook }: Content): readonly Resource[] {
  return [functions, queries, workbookResource(workbook), actionGroup, alertRules];
}

/** Copies are written one at a time: a workspace refuses saved searches that are written at once. */
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
    query: "[variables('functions')[copyIndex()].kql]",
    version: 2,
  },
};

const queries: Resource = {
  ...SAVED_SEARCH,
  name: "[format('{0}/{1}', parameters('workspaceName'), variables('queries')[copyIndex()].name)]",
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

function workbookResource(workbook: object): Resource {
  return {
    type: 'Microsoft.Insights/workbooks',
    apiVersion: '2022-04-01',
    name: "[guid(variables('workspaceId'), 'auth0-logs')]",
    location: "[parameters('location')]",
    kind: 'shared',
    properties: {
      displayName: 'Auth0',
      category: 'workbook',
      sourceId: "[variables('workspaceId')]",
      version: 'Notebook/1.0',
      serializedData: JSON.stringify(workbook),
    },
  };
}

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

/** A list of receivers, one for each address of a parameter. */
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

const ofDetection = (field: keyof Detection) => `[variables('detections')[copyIndex()].${field}]`;

const alertRules: Resource = {
  type: 'Microsoft.Insights/scheduledQueryRules',
  apiVersion: '2023-12-01',
  name: "[format('auth0-{0}', variables('detections')[copyIndex()].id)]",
  condition: alerts,
  copy: { name: 'detections', count: "[length(variables('detections'))]" },
  location: "[parameters('location')]",
  kind: 'LogAlert',
  tags: { tactics: ofDetection('tactics'), techniques: ofDetection('techniques') },
  dependsOn: ["[variables('actionGroupId')]", 'functions'],
  properties: {
    displayName: "[format('Auth0: {0}', variables('detections')[copyIndex()].title)]",
    description: ofDetection('description'),
    severity: ofDetection('severity'),
    enabled: "[not(contains(parameters('disabledAlerts'), variables('detections')[copyIndex()].id))]",
    scopes: ["[variables('workspaceId')]"],
    evaluationFrequency: ofDetection('frequency'),
    windowSize: ofDetection('window'),
    criteria: {
      allOf: [
        {
          query: ofDetection('kql'),
          timeAggregation: 'Count',
          operator: ofDetection('operator'),
          threshold: ofDetection('threshold'),
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
        },
      ],
    },
    autoMitigate: true,
    // A function that was saved a second ago is not known yet, nor is a table before its first row.
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
