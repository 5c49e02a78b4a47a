/** The parameters of the template, and the variables derived from them. */
import { SPECS } from '../lambda/destinations/all.ts';
import type { Json, Parameter } from './arm.ts';
import { BULK_TYPES } from './bulk.ts';
import { WATCHLISTS } from './sentinel-watchlists.ts';
import { BULK_TABLE, DATA_COLLECTOR_TABLE, TABLE } from './table.ts';

/** The kind that posts to a data collection rule, and the kinds that create their own table. Others are not in Azure. */
const [RULED = ''] = SPECS.filter(({ rule }) => rule !== undefined).map(({ kind }) => kind);
const UNRULED = SPECS.filter(({ makesTable }) => makesTable).map(({ kind }) => kind);
const WITHOUT_RULE =
  UNRULED.length === 0
    ? ''
    : ` With ${UNRULED.join(' or ')}, table, rule and identity are omitted: that API creates its own table.`;
const READS_ONLY =
  UNRULED.length === 0 ? '' : ` With ${UNRULED.join(' or ')}, the identity is created for this alone.`;

const described = (description: string, rest: Omit<Parameter, 'metadata'>): Parameter => ({
  ...rest,
  metadata: { description },
});

export const PARAMETERS: Readonly<Record<string, Parameter>> = {
  workspaceName: described('An existing Log Analytics workspace of this resource group.', {
    type: 'string',
    minLength: 4,
    maxLength: 63,
  }),
  location: described('The region of that workspace. The data collection rule must be in the same region.', {
    type: 'string',
    defaultValue: '[resourceGroup().location]',
  }),
  destination: described(
    `The API that receives the logs, as azure.kind in the configuration.${WITHOUT_RULE}`,
    {
      type: 'string',
      defaultValue: RULED,
      allowedValues: [RULED, ...UNRULED],
    },
  ),
  tablePlan: described(
    'The plan of the table. Basic costs less to ingest and more to query, and keeps 30 days. Alert rules and most of the queries need Analytics.',
    { type: 'string', defaultValue: 'Analytics', allowedValues: ['Analytics', 'Basic'] },
  ),
  bulkTypes: described(
    `Noisy types that go to a table of their own, ${BULK_TABLE}: any of ${BULK_TYPES.join(', ')}. A type that an alert rule reads stays in ${TABLE}, unless disabledAlerts names the rule.`,
    { type: 'array', defaultValue: [] },
  ),
  bulkTablePlan: described(
    'The plan of that table. Microsoft supports neither functions nor joins over a table of the plan Basic, so Auth0Logs() reads the table only if it has the plan Analytics.',
    { type: 'string', defaultValue: 'Basic', allowedValues: ['Basic', 'Analytics'] },
  ),
  retentionInDays: described(
    'Days of interactive retention, 4 to 730; -1 for the default of the workspace. Not for the plan Basic, which has 30.',
    { type: 'int', defaultValue: -1 },
  ),
  totalRetentionInDays: described(
    'Days until rows are deleted, including long-term retention, 4 to 4383; -1 for the interactive retention.',
    { type: 'int', defaultValue: -1 },
  ),
  ruleName: described('Name of the data collection rule. It is part of the ingestion endpoint.', {
    type: 'string',
    defaultValue: 'auth0-logs',
    minLength: 3,
    maxLength: 30,
  }),
  identityName: described('Name of the user-assigned managed identity, created if principalId is empty.', {
    type: 'string',
    defaultValue: 'auth0-logs-to-azure',
    minLength: 3,
    maxLength: 128,
  }),
  awsIssuer: described(
    'Issuer of the tokens that the identity trusts: the output of "aws iam enable-outbound-web-identity-federation", https://….tokens.sts.global.api.aws.',
    { type: 'string', defaultValue: '' },
  ),
  awsRoleArns: described(
    'ARNs of the AWS roles that may use the identity: the roles of the ship and replay functions, at most 20.',
    { type: 'array', defaultValue: [], maxLength: 20 },
  ),
  principalId: described(
    'Object id of an existing service principal that posts or reads the logs. If empty, an identity is created and no secret is needed.',
    { type: 'string', defaultValue: '' },
  ),
  clientId: described('Application (client) id of that service principal, for the outputs.', {
    type: 'string',
    defaultValue: '',
  }),
  readRows: described(
    `Whether the identity may read the logs, and the errors that Azure logs about them: for "audit --stored" and "verify". It gets the role Log Analytics Data Reader, for three tables.${READS_ONLY}`,
    { type: 'bool', defaultValue: false },
  ),
  readTable: described(
    'The table that readRows opens if the API creates its own table: azure.logType and "_CL".',
    { type: 'string', defaultValue: DATA_COLLECTOR_TABLE },
  ),
  deployAlerts: described('Whether to create the alert rules and their action group.', {
    type: 'bool',
    defaultValue: true,
  }),
  deploySentinel: described(
    'Whether to add rules, hunting queries, watchlists and the workbook to Microsoft Sentinel, which must be on in the workspace: otherwise Azure refuses the deployment. No effect in Azure China, where Sentinel has ended.',
    { type: 'bool', defaultValue: false },
  ),
  sentinelRules: described(
    'With deploySentinel: true enables its rules and disables the alert rules of Azure Monitor; false is the reverse.',
    { type: 'bool', defaultValue: true },
  ),
  ...Object.fromEntries(
    WATCHLISTS.map(({ parameter, description, displayName }) => [
      parameter,
      described(`${description} With deploySentinel, the items of the watchlist "${displayName}".`, {
        type: 'array',
        defaultValue: [],
      }),
    ]),
  ),
  disabledAlerts: described('Ids of alert rules to create in disabled state, also in Microsoft Sentinel.', {
    type: 'array',
    defaultValue: [],
  }),
  alertEmails: described('E-mail addresses that receive alerts.', { type: 'array', defaultValue: [] }),
  alertWebhooks: described(
    'Webhooks that receive alerts in the common alert schema: {"urls": ["https://…"]}. A secure parameter, because such URLs often contain keys.',
    { type: 'secureObject', defaultValue: { urls: [] } },
  ),
};

export const VARIABLES: Readonly<Record<string, Json>> = {
  ingestion: `[equals(parameters('destination'), '${RULED}')]`,
  identified: "[or(variables('ingestion'), parameters('readRows'))]",
  createIdentity: "[and(variables('identified'), empty(parameters('principalId')))]",
  // Rules over a table of the plan Basic are not possible: neither of Azure Monitor nor of Sentinel.
  hasRules: "[equals(parameters('tablePlan'), 'Analytics')]",
  // https://docs.azure.cn/en-us/sentinel/overview: its features ended there on August 18, 2026.
  sentinel: "[and(parameters('deploySentinel'), not(equals(environment().name, 'AzureChinaCloud')))]",
  sentinelNotifies: "[and(variables('sentinel'), variables('hasRules'), parameters('sentinelRules'))]",
  alertsNotify:
    "[and(parameters('deployAlerts'), variables('hasRules'), not(variables('sentinelNotifies')))]",
  // Rules of an earlier deployment would still notify, so with Sentinel's they are deployed too, as disabled ones.
  alerts: "[or(variables('alertsNotify'), variables('sentinelNotifies'))]",
  workspaceId: "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspaceName'))]",
  ruleId: "[resourceId('Microsoft.Insights/dataCollectionRules', parameters('ruleName'))]",
  identityId: "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('identityName'))]",
  actionGroupId: "[resourceId('Microsoft.Insights/actionGroups', 'auth0-logs')]",
};
