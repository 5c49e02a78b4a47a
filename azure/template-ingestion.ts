/** What the Logs Ingestion API needs: the table, the rule that feeds it, and an identity that may use the rule. */
import { WEB_IDENTITY } from '../lambda/core/contract.ts';
import { type Json, type Output, type Resource, TEMPLATE_SCHEMA } from './arm.ts';
import { DATA_FLOWS } from './bulk.ts';
import { BULK_TABLE, STREAM, streamColumns, TABLE, tableColumns } from './table.ts';

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor#monitoring-metrics-publisher */
const MONITORING_METRICS_PUBLISHER = '3913510d-42f4-4e42-8a64-420c390055eb';

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor#log-analytics-data-reader */
const LOG_ANALYTICS_DATA_READER = '3b03c2da-16b3-4a49-8834-0f8130efdd3b';

const RULE_API = '2023-03-11';
const IDENTITY_API = '2023-01-31';
const WORKSPACE_API = '2023-09-01';

const ingestion = "[variables('ingestion')]";
const identified = "[variables('identified')]";
const createIdentity = "[variables('createIdentity')]";
const location = "[parameters('location')]";

/** IDs of the tables, for `dependsOn`. */
const TABLE_ID = `[resourceId('Microsoft.OperationalInsights/workspaces/tables', parameters('workspaceName'), '${TABLE}')]`;

const BULK_TABLE_ID = `[resourceId('Microsoft.OperationalInsights/workspaces/tables', parameters('workspaceName'), '${BULK_TABLE}')]`;
export const TABLE_IDS = [TABLE_ID, BULK_TABLE_ID];

const tableOf = (name: string, plan: string, condition: string): Resource => ({
  type: 'Microsoft.OperationalInsights/workspaces/tables',
  apiVersion: '2022-10-01',
  name: `[format('{0}/${name}', parameters('workspaceName'))]`,
  condition,
  properties: {
    plan: `[${plan}]`,
    // The plan Basic has a fixed retention and refuses another.
    retentionInDays: `[if(equals(${plan}, 'Basic'), null(), parameters('retentionInDays'))]`,
    totalRetentionInDays: "[parameters('totalRetentionInDays')]",
    schema: { name, columns: tableColumns() },
  },
});

const table = tableOf(TABLE, "parameters('tablePlan')", ingestion);
const bulkTable = tableOf(BULK_TABLE, "parameters('bulkTablePlan')", "[variables('hasBulk')]");

const rule: Resource = {
  type: 'Microsoft.Insights/dataCollectionRules',
  apiVersion: RULE_API,
  name: "[parameters('ruleName')]",
  condition: ingestion,
  location,
  kind: 'Direct',
  dependsOn: TABLE_IDS,
  properties: {
    description: `Auth0 logs into ${TABLE}`,
    streamDeclarations: { [STREAM]: { columns: streamColumns() } },
    destinations: {
      logAnalytics: [{ name: 'workspace', workspaceResourceId: "[variables('workspaceId')]" }],
    },
    dataFlows: DATA_FLOWS,
  },
};

/** Rows that the rule could not process are reported only in the table DCRLogErrors. */
const errors: Resource = {
  type: 'Microsoft.Insights/diagnosticSettings',
  apiVersion: '2021-05-01-preview',
  name: 'errors',
  scope: "[variables('ruleId')]",
  condition: ingestion,
  dependsOn: ["[variables('ruleId')]"],
  properties: {
    workspaceId: "[variables('workspaceId')]",
    logs: [{ category: 'LogErrors', enabled: true }],
  },
};

const identity: Resource = {
  type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  apiVersion: IDENTITY_API,
  name: "[parameters('identityName')]",
  condition: createIdentity,
  location,
};

const trust: Resource = {
  type: 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
  apiVersion: IDENTITY_API,
  name: "[format('{0}/aws-{1}', parameters('identityName'), uniqueString(parameters('awsRoleArns')[copyIndex()]))]",
  condition: createIdentity,
  // One at a time: an identity refuses concurrent writes of credentials.
  copy: { name: 'trust', count: "[length(parameters('awsRoleArns'))]", mode: 'serial', batchSize: 1 },
  dependsOn: ["[variables('identityId')]"],
  properties: {
    issuer: "[parameters('awsIssuer')]",
    subject: "[parameters('awsRoleArns')[copyIndex()]]",
    audiences: [WEB_IDENTITY.audience],
  },
};

const RULE_OF_ROLE = "resourceId('Microsoft.Insights/dataCollectionRules', parameters('ruleName'))";

const role: Resource = {
  type: 'Microsoft.Authorization/roleAssignments',
  apiVersion: '2022-04-01',
  name: `[guid(${RULE_OF_ROLE}, parameters('principalId'), '${MONITORING_METRICS_PUBLISHER}')]`,
  scope: `[${RULE_OF_ROLE}]`,
  condition: "[parameters('posts')]",
  properties: {
    roleDefinitionId: `[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '${MONITORING_METRICS_PUBLISHER}')]`,
    principalId: "[parameters('principalId')]",
    principalType: 'ServicePrincipal',
  },
};

const TABLE_NAME = '@Resource[Microsoft.OperationalInsights/workspaces/tables:name] StringEquals';

/**
 * Only the table of the logs, and where Azure logs dropped data: the function _LogOperation reads the table Operation. A role
 * without a condition can read the whole workspace.
 * https://learn.microsoft.com/azure/azure-monitor/logs/granular-rbac-log-analytics
 */
const READ_CONDITION =
  "[concat('((!(ActionMatches{''Microsoft.OperationalInsights/workspaces/tables/data/read''})) OR (" +
  `${TABLE_NAME} ''', parameters('table'), ''' OR ${TABLE_NAME} ''Operation'' OR ${TABLE_NAME} ''DCRLogErrors''))')]`;

const readRole: Resource = {
  type: 'Microsoft.Authorization/roleAssignments',
  apiVersion: '2022-04-01',
  name: `[guid(parameters('workspaceId'), parameters('principalId'), '${LOG_ANALYTICS_DATA_READER}')]`,
  scope: "[parameters('workspaceId')]",
  condition: "[parameters('readRows')]",
  properties: {
    roleDefinitionId: `[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '${LOG_ANALYTICS_DATA_READER}')]`,
    principalId: "[parameters('principalId')]",
    principalType: 'ServicePrincipal',
    condition: READ_CONDITION,
    conditionVersion: '2.0',
  },
};

/**
 * A nested template of the roles, because a name cannot reference the principal of an identity. An identity that is deleted and
 * created again is another principal, and Azure does not let an assignment change its principal:
 * https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---role-assignments-with-identity-not-found
 */
const rolesOfPrincipal: Resource = {
  type: 'Microsoft.Resources/deployments',
  apiVersion: '2022-09-01',
  name: "[format('{0}-role', parameters('ruleName'))]",
  condition: identified,
  dependsOn: ["[variables('ruleId')]", "[variables('identityId')]"],
  properties: {
    mode: 'Incremental',
    expressionEvaluationOptions: { scope: 'inner' },
    parameters: {
      posts: { value: ingestion },
      ruleName: { value: "[parameters('ruleName')]" },
      workspaceId: { value: "[variables('workspaceId')]" },
      readRows: { value: "[parameters('readRows')]" },
      table: { value: `[if(variables('ingestion'), '${TABLE}', parameters('readTable'))]` },
      principalId: {
        value: `[if(variables('createIdentity'), reference(variables('identityId'), '${IDENTITY_API}').principalId, parameters('principalId'))]`,
      },
    },
    template: {
      $schema: TEMPLATE_SCHEMA,
      contentVersion: '1.0.0.0',
      parameters: {
        posts: { type: 'bool' },
        ruleName: { type: 'string' },
        principalId: { type: 'string' },
        workspaceId: { type: 'string' },
        readRows: { type: 'bool' },
        table: { type: 'string' },
      },
      resources: [role as unknown as Json, readRole as unknown as Json],
    },
  },
};

export const INGESTION_RESOURCES: readonly Resource[] = [
  table,
  bulkTable,
  rule,
  errors,
  identity,
  trust,
  rolesOfPrincipal,
];

const of = (value: string): Output => ({ type: 'string', value });
const ofIngestion = (value: string): Output => ({ type: 'string', condition: ingestion, value });
const ofIdentity = (value: string): Output => ({ type: 'string', condition: identified, value });

/** The settings of `azure` in the configuration, by their names there. */
export const OUTPUTS: Readonly<Record<string, Output>> = {
  kind: of("[parameters('destination')]"),
  cloud: of(
    "[if(equals(environment().name, 'AzureUSGovernment'), 'us-gov', if(equals(environment().name, 'AzureChinaCloud'), 'china', 'public'))]",
  ),
  endpoint: ofIngestion(`[reference(variables('ruleId'), '${RULE_API}').endpoints.logsIngestion]`),
  dcrImmutableId: ofIngestion(`[reference(variables('ruleId'), '${RULE_API}').immutableId]`),
  stream: ofIngestion(STREAM),
  bulkTypes: { type: 'array', condition: ingestion, value: "[variables('bulk')]" },
  tenantId: ofIdentity('[subscription().tenantId]'),
  clientId: ofIdentity(
    `[if(variables('createIdentity'), reference(variables('identityId'), '${IDENTITY_API}').clientId, parameters('clientId'))]`,
  ),
  auth: ofIdentity("[if(variables('createIdentity'), 'federated', 'client-secret')]"),
  workspaceId: of(`[reference(variables('workspaceId'), '${WORKSPACE_API}').customerId]`),
};
