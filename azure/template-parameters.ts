/** What whoever deploys the template may choose, and what follows from it. */
import { SPECS } from '../lambda/destinations/all.ts';
import type { Json, Parameter } from './arm.ts';

/** The kind that posts to a data collection rule, which the template makes, and those that make their table by themselves. Others are not in Azure. */
const [RULED = ''] = SPECS.filter(({ rule }) => rule !== undefined).map(({ kind }) => kind);
const UNRULED = SPECS.filter(({ makesTable }) => makesTable).map(({ kind }) => kind);
const WITHOUT_RULE =
  UNRULED.length === 0
    ? ''
    : ` With ${UNRULED.join(' or ')}, table, rule and identity are left out: that API makes its table by itself.`;

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
  location: described('The region of that workspace: the data collection rule must be in the same one.', {
    type: 'string',
    defaultValue: '[resourceGroup().location]',
  }),
  destination: described(
    `The API that the logs are sent through, as azure.kind of the configuration.${WITHOUT_RULE}`,
    {
      type: 'string',
      defaultValue: RULED,
      allowedValues: [RULED, ...UNRULED],
    },
  ),
  tablePlan: described(
    'The plan of the table. Basic costs less to fill and more to query, for 30 days; alert rules and most of the queries need Analytics.',
    { type: 'string', defaultValue: 'Analytics', allowedValues: ['Analytics', 'Basic'] },
  ),
  retentionInDays: described(
    'Days that rows can be queried, 4 to 730; -1 for what the workspace says. Not for the plan Basic, which has 30.',
    { type: 'int', defaultValue: -1 },
  ),
  totalRetentionInDays: described(
    'Days until rows are deleted, long-term retention included, 4 to 4383; -1 for the days that rows can be queried.',
    { type: 'int', defaultValue: -1 },
  ),
  ruleName: described('Name of the data collection rule, also a part of its address.', {
    type: 'string',
    defaultValue: 'auth0-logs',
    minLength: 3,
    maxLength: 30,
  }),
  identityName: described('Name of the user-assigned identity that is made when principalId is empty.', {
    type: 'string',
    defaultValue: 'auth0-logs-to-azure',
    minLength: 3,
    maxLength: 128,
  }),
  awsIssuer: described(
    'Whose tokens the identity trusts: what "aws iam enable-outbound-web-identity-federation" says, https://….tokens.sts.global.api.aws.',
    { type: 'string', defaultValue: '' },
  ),
  awsRoleArns: described(
    'The AWS roles that may be the identity: the ARNs of the roles of the ship function and of the replay function, at most 20.',
    { type: 'array', defaultValue: [], maxLength: 20 },
  ),
  principalId: described(
    'Object id of an existing service principal that may send the logs. Empty: an identity is made, and no secret is needed.',
    { type: 'string', defaultValue: '' },
  ),
  clientId: described('Application id of that service principal, for the outputs.', {
    type: 'string',
    defaultValue: '',
  }),
  readRows: described(
    'Whether the identity that sends the logs may also read them back, and what Azure says of them: for "audit --stored". It gets the role Log Analytics Data Reader, for three tables.',
    { type: 'bool', defaultValue: false },
  ),
  deployAlerts: described('Whether the alert rules and their action group are made.', {
    type: 'bool',
    defaultValue: true,
  }),
  disabledAlerts: described('Ids of alert rules that are made but switched off.', {
    type: 'array',
    defaultValue: [],
  }),
  alertEmails: described('E-mail addresses that alerts go to.', { type: 'array', defaultValue: [] }),
  alertWebhooks: described(
    'Addresses that alerts are posted to, in the common alert schema: {"urls": ["https://…"]}. Kept secret, since such addresses are keys.',
    { type: 'secureObject', defaultValue: { urls: [] } },
  ),
};

export const VARIABLES: Readonly<Record<string, Json>> = {
  ingestion: `[equals(parameters('destination'), '${RULED}')]`,
  createIdentity: "[and(variables('ingestion'), empty(parameters('principalId')))]",
  reader: "[and(variables('ingestion'), parameters('readRows'))]",
  alerts: "[and(parameters('deployAlerts'), equals(parameters('tablePlan'), 'Analytics'))]",
  workspaceId: "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspaceName'))]",
  ruleId: "[resourceId('Microsoft.Insights/dataCollectionRules', parameters('ruleName'))]",
  identityId: "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('identityName'))]",
  actionGroupId: "[resourceId('Microsoft.Insights/actionGroups', 'auth0-logs')]",
};
