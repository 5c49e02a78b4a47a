import { describe, expect, test } from 'vitest';
import { STREAM, streamColumns, TABLE } from '../../azure/table.ts';
import { TABLE_IDS } from '../../azure/template-ingestion.ts';
import { type Deployment, deploy } from './arm-deploy.ts';
import { resourceId } from './arm-expression.ts';
import { CONTENT, SAMPLE } from './sample-content.ts';
import { deployed, kinds, made, RULE, STATE, WORKSPACE } from './sample-deployment.ts';

const ISSUER = 'https://5ca1ab1e.tokens.sts.global.api.aws';
const ROLES = ['arn:aws:iam::000000000000:role/ship', 'arn:aws:iam::000000000000:role/replay'];
const PUBLISHER = '3913510d-42f4-4e42-8a64-420c390055eb';

const of = (deployment: Deployment, type: string) =>
  deployment.resources.filter(one => one.type.endsWith(`/${type}`));
const the = (deployment: Deployment, type: string) => of(deployment, type)[0]!;

describe('for the Logs Ingestion API', () => {
  const federated = deployed({ awsIssuer: ISSUER, awsRoleArns: ROLES });

  test('it makes the table, the rule, its error log, an identity that AWS roles may be, its role, and the content', () => {
    expect(kinds(federated).toSorted()).toEqual(
      [
        'workspaces/tables',
        'dataCollectionRules',
        'diagnosticSettings',
        'userAssignedIdentities',
        'userAssignedIdentities/federatedIdentityCredentials',
        'userAssignedIdentities/federatedIdentityCredentials',
        'roleAssignments',
        ...CONTENT,
      ].toSorted(),
    );
  });

  test('stream, rule and table agree on names and columns', () => {
    const rule = the(federated, 'dataCollectionRules');
    const table = the(federated, 'tables');
    expect(rule['kind']).toBe('Direct');
    expect(rule.properties).toMatchObject({
      streamDeclarations: { [STREAM]: { columns: streamColumns() } },
      destinations: { logAnalytics: [{ name: 'workspace', workspaceResourceId: WORKSPACE }] },
      dataFlows: [{ streams: [STREAM], destinations: ['workspace'], outputStream: STREAM }],
    });
    expect(table.name).toBe(`logs/${TABLE}`);
    expect(table.properties).toMatchObject({
      plan: 'Analytics',
      retentionInDays: -1,
      totalRetentionInDays: -1,
      schema: { name: TABLE },
    });
    const { columns } = table.properties['schema'] as { columns: { name: string; type: string }[] };
    expect(columns.map(({ name, type }) => ({ name, type }))).toEqual(streamColumns());
  });

  test('the identity may publish to this rule and to nothing else', () => {
    const [role, ...others] = of(federated, 'roleAssignments');
    expect(others).toEqual([]);
    expect(role?.['scope']).toBe(RULE);
    expect(role?.name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(role?.properties).toMatchObject({
      principalId: STATE['Microsoft.ManagedIdentity/userAssignedIdentities'].principalId,
      principalType: 'ServicePrincipal',
    });
    expect(String(role?.properties['roleDefinitionId']).endsWith(PUBLISHER)).toBe(true);
  });

  test('an identity that was deleted and created again gets a new assignment', () => {
    const again = deploy(made, {
      parameters: { workspaceName: 'logs' },
      state: {
        ...STATE,
        'Microsoft.ManagedIdentity/userAssignedIdentities': { principalId: 'another', clientId: 'c' },
      },
    });
    const [before, after] = [federated, again].map(one => the(one, 'roleAssignments'));
    expect(after?.properties['principalId']).toBe('another');
    expect(after?.name).not.toBe(before?.name);
    expect(the(deployed(), 'roleAssignments').name).toBe(before?.name);
  });

  test('with readRows it may read three tables of the workspace, and no other', () => {
    const reading = deployed({ awsIssuer: ISSUER, awsRoleArns: ROLES, readRows: true });
    const roles = of(reading, 'roleAssignments');
    const read = roles.find(role => role['scope'] === WORKSPACE);
    expect(roles).toHaveLength(2);
    expect(new Set(roles.map(({ name }) => name)).size).toBe(2);
    expect(String(read?.properties['roleDefinitionId'])).toMatch(/3b03c2da-16b3-4a49-8834-0f8130efdd3b$/);
    expect(read?.properties).toMatchObject({
      principalId: STATE['Microsoft.ManagedIdentity/userAssignedIdentities'].principalId,
      conditionVersion: '2.0',
    });
    const condition = String(read?.properties['condition']);
    expect(condition).toContain(
      "!(ActionMatches{'Microsoft.OperationalInsights/workspaces/tables/data/read'})",
    );
    const named = [...condition.matchAll(/tables:name\] StringEquals '(\w+)'/g)].map(([, name]) => name);
    expect(named).toEqual([TABLE, 'Operation', 'DCRLogErrors']);
    expect(condition.split('(')).toHaveLength(condition.split(')').length);
  });

  test('each AWS role is trusted by issuer, subject and audience, one after the other', () => {
    const trusts = of(federated, 'federatedIdentityCredentials');
    expect(trusts.map(({ properties }) => properties)).toEqual(
      ROLES.map(subject => ({ issuer: ISSUER, subject, audiences: ['api://AzureADTokenExchange'] })),
    );
    for (const { name } of trusts) expect(name).toMatch(/^auth0-logs-to-azure\/aws-[a-z0-9]{13}$/);
    const { copy } = made.resources.find(({ type }) => type.endsWith('federatedIdentityCredentials'))!;
    expect(copy).toMatchObject({ mode: 'serial', batchSize: 1 });
  });

  test('rows that the rule cannot take are told in the workspace', () => {
    const errors = the(federated, 'diagnosticSettings');
    expect(errors['scope']).toBe(RULE);
    expect(errors.properties).toEqual({
      workspaceId: WORKSPACE,
      logs: [{ category: 'LogErrors', enabled: true }],
    });
  });

  test('before the AWS roles are known it makes the rest: they are added by deploying again', () => {
    const first = deployed();
    expect(of(first, 'federatedIdentityCredentials')).toEqual([]);
    const later = new Set(federated.resources.map(({ id }) => id));
    expect(first.resources.filter(({ id }) => !later.has(id))).toEqual([]);
  });

  test('with a principal that is there already, it makes no identity and lets that one publish', () => {
    const principalId = '44444444-89ab-cdef-0123-456789abcdef';
    const existing = deployed({ principalId, clientId: '5', awsIssuer: ISSUER, awsRoleArns: ROLES });
    expect(kinds(existing).filter(type => type.startsWith('userAssigned'))).toEqual([]);
    expect(the(existing, 'roleAssignments').properties['principalId']).toBe(principalId);
    expect(the(existing, 'roleAssignments').name).not.toBe(the(federated, 'roleAssignments').name);
  });

  test('the plan Basic has a retention of its own, and no alert rules', () => {
    const basic = deployed({ tablePlan: 'Basic', retentionInDays: 90, totalRetentionInDays: 365 });
    expect(the(basic, 'tables').properties).toMatchObject({
      plan: 'Basic',
      retentionInDays: null,
      totalRetentionInDays: 365,
    });
    expect(kinds(basic).filter(type => /scheduled|action/.test(type))).toEqual([]);
    expect(the(deployed({ retentionInDays: 90 }), 'tables').properties['retentionInDays']).toBe(90);
  });
});

describe('the content', () => {
  test('functions and queries can be written again, and are written one at a time', () => {
    const searches = of(deployed(), 'savedSearches');
    expect(searches.map(({ name }) => name)).toEqual([
      'logs/auth0logs',
      'logs/auth0-failed-logins',
      'logs/auth0-all',
    ]);
    expect(searches[0]?.properties).toEqual({
      etag: '*',
      category: 'Auth0',
      displayName: 'Auth0 logs',
      functionAlias: 'Auth0Logs',
      query: '// Each once.\nAuth0Logs_CL',
      version: 2,
    });
    expect(searches[1]?.properties).toEqual({
      etag: '*',
      category: 'Auth0',
      displayName: 'Failed logins',
      query: "// Who fails.\n// And how often.\n['Auth0Logs_CL'] | count",
      version: 2,
    });
    for (const { copy } of made.resources.filter(({ type }) => type.endsWith('savedSearches'))) {
      expect(copy).toMatchObject({ mode: 'serial', batchSize: 1 });
    }
  });

  test('a text between brackets stays a text', () => {
    const [, silent] = of(deployed(), 'scheduledQueryRules');
    expect(silent?.properties).toMatchObject({
      displayName: 'Auth0: [No] logs',
      criteria: { allOf: [{ query: '[Auth0Logs_CL]' }] },
    });
  });

  test('the workbook is the workspace’s, and asks it when it is opened elsewhere', () => {
    const { properties } = the(deployed(), 'workbooks');
    expect(properties['sourceId']).toBe(WORKSPACE);
    expect(JSON.parse(String(properties['serializedData']))).toEqual({
      ...SAMPLE.workbook,
      fallbackResourceIds: [WORKSPACE],
    });
  });

  test('an alert rule has the query, the threshold and the technique of its detection, and calls the group', () => {
    const [rule] = of(deployed(), 'scheduledQueryRules');
    const group = resourceId('Microsoft.Insights/actionGroups', 'auth0-logs');
    expect(rule?.name).toBe('auth0-brute-force');
    expect(rule?.['tags']).toEqual({ tactics: 'CredentialAccess, InitialAccess', techniques: 'T1110' });
    expect(rule?.properties).toMatchObject({
      displayName: 'Auth0: Brute force',
      description: 'Many failures for one user. When: ten failures in an hour.',
      severity: 2,
      enabled: true,
      scopes: [WORKSPACE],
      evaluationFrequency: 'PT5M',
      windowSize: 'P2D',
      autoMitigate: true,
      criteria: {
        allOf: [
          {
            query: SAMPLE.detections[0]?.kql,
            timeAggregation: 'Count',
            operator: 'GreaterThan',
            threshold: 0,
            dimensions: ['User', 'Country'].map(name => ({ name, operator: 'Include', values: ['*'] })),
          },
        ],
      },
      skipQueryValidation: true,
      actions: { actionGroups: [group], customProperties: { techniques: 'T1110' } },
    });
  });

  test('a rule with an alert per run has no state and no dimensions', () => {
    const [, silent] = of(deployed(), 'scheduledQueryRules');
    expect(silent?.properties).toMatchObject({
      autoMitigate: false,
      criteria: { allOf: [{ dimensions: [] }] },
    });
  });

  test('an alert rule is created after the table and the functions that its query reads', () => {
    const types = kinds(deployed());
    const firstRule = types.indexOf('scheduledQueryRules');
    for (const one of ['workspaces/tables', 'actionGroups'])
      expect(types.indexOf(one)).toBeLessThan(firstRule);
    const rules = made.resources.find(({ type }) => type.endsWith('scheduledQueryRules'));
    expect(rules?.dependsOn).toEqual(expect.arrayContaining(['functions', ...TABLE_IDS]));
  });

  test('alert rules can be switched off, one by one or all', () => {
    const enabled = of(deployed({ disabledAlerts: ['silent'] }), 'scheduledQueryRules').map(
      ({ properties }) => properties['enabled'],
    );
    expect(enabled).toEqual([true, false]);
    const none = kinds(deployed({ deployAlerts: false }));
    expect(none.filter(type => /scheduled|action/.test(type))).toEqual([]);
  });

  test('the group calls every address that is given, in the common schema', () => {
    const group = the(
      deployed({
        alertEmails: ['a@example.com', 'b@example.com'],
        alertWebhooks: { urls: ['https://hooks.example/1'] },
      }),
      'actionGroups',
    );
    const common = { useCommonAlertSchema: true };
    expect(group.properties).toEqual({
      groupShortName: 'auth0-logs',
      enabled: true,
      emailReceivers: [
        { name: 'e-mail-0', emailAddress: 'a@example.com', ...common },
        { name: 'e-mail-1', emailAddress: 'b@example.com', ...common },
      ],
      webhookReceivers: [{ name: 'webhook-0', serviceUri: 'https://hooks.example/1', ...common }],
    });
    expect(the(deployed(), 'actionGroups').properties).toMatchObject({ emailReceivers: [] });
  });
});
