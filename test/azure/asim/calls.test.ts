import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Schema } from '../../../azure/asim/codes.ts';
import type { Asim } from '../../../simulator/azure/log-analytics/asim.ts';
import type { Row } from '../../../simulator/azure/log-analytics/engine.ts';
import { call, log, parserOf, SCOPE, workspaceWith } from './asim-world.ts';

const scim = (method: string, path: string, body: unknown = {}) =>
  log('sscim', {
    details: {
      request: { method, path: `/scim/v2/connections/con_1/${path}`, body },
      response: { statusCode: 200 },
    },
  });
const user = 'users/auth0%7Cada';
const active = (value: boolean) => ({ Operations: [{ op: 'replace', path: 'active', value }] });

/** A log, the schema that it is in, and what its event says. */
const CASES: readonly (readonly [name: string, log: object, schema: Schema, event: Row])[] = [
  [
    'read clients',
    call('get', 'clients'),
    'AuditEvent',
    {
      EventType: 'Read',
      Object: 'clients',
      ObjectType: 'Configuration Atom',
      ActorUsername: 'admin@example.com',
      ActorUserType: 'Admin',
    },
  ],
  [
    'a secret that was read',
    call('', '', {}, { type: 'mgmt_api_read' }),
    'AuditEvent',
    { EventType: 'Read' },
  ],
  [
    'read a user',
    call('get', user),
    'AuditEvent',
    { EventType: 'Read', ObjectType: 'Directory Service Object', ObjectId: 'auth0%7Cada' },
  ],
  [
    'a new client',
    call('post', 'clients', { name: 'Shop' }, { response: { client_id: 'c1' } }),
    'AuditEvent',
    {
      EventType: 'Create',
      ObjectId: 'c1',
      NewValue: '{"name":"Shop"}',
      ValueType: 'Other',
      EventResultDetails: '200',
    },
  ],
  [
    'a new secret',
    call('post', 'clients/c1/rotate-secret'),
    'AuditEvent',
    { EventType: 'Set', ObjectId: 'c1', NewValue: '', ValueType: '' },
  ],
  ['a deployed action', call('post', 'actions/actions/a1/deploy'), 'AuditEvent', { EventType: 'Execute' }],
  [
    'an export',
    call('post', 'jobs/users-exports'),
    'AuditEvent',
    { EventType: 'Execute', ObjectType: 'Scheduled Task', ObjectId: '' },
  ],
  [
    'protection off',
    call('patch', 'attack-protection/brute-force-protection', { enabled: false }),
    'AuditEvent',
    { EventType: 'Disable', ObjectType: 'Policy Rule' },
  ],
  [
    'protection on',
    call('put', 'guardian/factors/otp', { enabled: true }),
    'AuditEvent',
    { EventType: 'Enable', ObjectId: '' },
  ],
  [
    'another setting',
    call('patch', 'tenants/settings', { friendly_name: 'x' }),
    'AuditEvent',
    { EventType: 'Set' },
  ],
  [
    'a deleted connection',
    call('delete', 'connections/con_1'),
    'AuditEvent',
    { EventType: 'Delete', ObjectId: 'con_1' },
  ],
  [
    'a refused call',
    call('delete', 'connections/con_1', {}, { type: 'fapi', statusCode: 403 }),
    'AuditEvent',
    { EventType: 'Delete', EventResult: 'Failure', EventResultDetails: '403' },
  ],
  [
    'an action that failed',
    log('actions_execution_failed'),
    'AuditEvent',
    { EventType: 'Execute', Object: 'Action', ActorUserType: 'Regular' },
  ],

  [
    'a new user',
    call(
      'post',
      'users',
      { email: 'a@example.com' },
      { response: { user_id: 'auth0|new', email: 'a@example.com' } },
    ),
    'UserManagement',
    {
      EventType: 'UserCreated',
      TargetUserId: 'auth0|new',
      TargetUsername: 'a@example.com',
      ActorUsername: 'admin@example.com',
      ActorUserType: 'Admin',
    },
  ],
  [
    'a deleted user',
    call('delete', user),
    'UserManagement',
    { EventType: 'UserDeleted', TargetUserId: 'auth0|ada' },
  ],
  [
    'a user deleted from a database',
    call('delete', 'connections/con_1/users'),
    'UserManagement',
    { EventType: 'UserDeleted', TargetUserId: '' },
  ],
  ['a blocked user', call('patch', user, { blocked: true }), 'UserManagement', { EventType: 'UserDisabled' }],
  [
    'a released user',
    call('patch', user, { blocked: false }),
    'UserManagement',
    { EventType: 'UserEnabled' },
  ],
  [
    'a set password',
    call('patch', user, { password: '*****' }),
    'UserManagement',
    { EventType: 'PasswordReset', EventSubType: 'password', NewPropertyValue: '' },
  ],
  [
    'a new e-mail address',
    call('patch', user, { email: 'b@example.com' }),
    'UserManagement',
    {
      EventType: 'UserModified',
      EventSubType: 'email',
      UpdatedPropertyName: 'email',
      NewPropertyValue: 'b@example.com',
    },
  ],
  [
    'two properties',
    call('patch', user, { email: 'b@example.com', name: 'B' }),
    'UserManagement',
    { EventSubType: 'MultipleProperties', NewPropertyValue: '' },
  ],
  [
    'a linked account',
    call('post', `${user}/identities`),
    'UserManagement',
    { EventType: 'UserModified', EventSubType: 'identities' },
  ],
  [
    'a removed factor',
    call('delete', `${user}/multifactor/duo`),
    'UserManagement',
    { EventType: 'UserModified', EventSubType: 'mfa' },
  ],
  [
    'a released block',
    call('delete', 'user-blocks/auth0%7Cada'),
    'UserManagement',
    { EventType: 'UserUnlocked', TargetUserId: 'auth0|ada' },
  ],
  [
    'a given role',
    call('post', `${user}/roles`, { roles: ['rol_1'] }),
    'UserManagement',
    { EventType: 'UserAddedToGroup', GroupId: 'rol_1', GroupIdType: 'Simple', TargetUserId: 'auth0|ada' },
  ],
  [
    'a role’s new user',
    call('post', 'roles/rol_1/users', { users: ['auth0|ada'] }),
    'UserManagement',
    { EventType: 'UserAddedToGroup', GroupId: 'rol_1', TargetUserId: 'auth0|ada' },
  ],
  [
    'a member who left',
    call('delete', 'organizations/org_1/members', { members: ['auth0|ada'] }),
    'UserManagement',
    { EventType: 'UserRemovedFromGroup', GroupId: 'org_1', TargetUserId: 'auth0|ada' },
  ],
  [
    'a refused change',
    call('delete', user, {}, { type: 'fapi', statusCode: 403 }),
    'UserManagement',
    { EventResult: 'Failure', EventResultDetails: 'NotAuthorized' },
  ],
  [
    'a new member',
    log('organization_member_added', { organization_id: 'org_1', organization_name: 'acme' }),
    'UserManagement',
    { EventType: 'UserAddedToGroup', GroupId: 'org_1', GroupName: 'acme', GroupNameType: 'Simple' },
  ],

  [
    'SCIM: a new user',
    scim('POST', 'Users'),
    'UserManagement',
    { EventType: 'UserCreated', ActorUserType: 'System' },
  ],
  [
    'SCIM: a disabled user',
    scim('PATCH', 'Users/1', active(false)),
    'UserManagement',
    { EventType: 'UserDisabled' },
  ],
  [
    'SCIM: an enabled user',
    scim('PATCH', 'Users/1', { Operations: [{ op: 'replace', value: { active: true } }] }),
    'UserManagement',
    { EventType: 'UserEnabled' },
  ],
  [
    'SCIM: a replaced user',
    scim('PUT', 'Users/1', { active: true }),
    'UserManagement',
    { EventType: 'UserModified' },
  ],
  ['SCIM: a deleted user', scim('DELETE', 'Users/1'), 'UserManagement', { EventType: 'UserDeleted' }],
  ['SCIM: a group', scim('PATCH', 'Groups/1'), 'UserManagement', { EventType: 'GroupModified' }],

  [
    'a blocked account',
    log('f', { description: 'user is blocked' }),
    'Authentication',
    { EventResultDetails: 'User disabled' },
  ],
  [
    'a policy',
    log('f', { description: 'access_denied: too risky' }),
    'Authentication',
    { EventResultDetails: 'Logon violates policy' },
  ],
  [
    'another failure',
    log('f', { description: 'Unable to issue redirect' }),
    'Authentication',
    { EventResultDetails: 'Other' },
  ],
  [
    'no such user',
    log('fu', { user_id: '' }),
    'Authentication',
    { EventResultDetails: 'No such user or password', TargetUserId: '', TargetUserIdType: '' },
  ],
  [
    'passwordless',
    log('s', { strategy: 'email' }),
    'Authentication',
    { LogonMethod: 'Passwordless', TargetUsernameType: 'UPN', TargetUserType: 'Regular' },
  ],
  ['a social login', log('s', { strategy: 'google-oauth2' }), 'Authentication', { LogonMethod: 'Other' }],
  [
    'a machine',
    log('seccft', { audience: 'https://api.example.com' }),
    'Authentication',
    {
      LogonMethod: 'Service Principal',
      TargetUsername: 'Example Web',
      TargetUserType: 'Application',
      TargetAppName: 'https://api.example.com',
    },
  ],
  [
    'a shield',
    log('limit_mu'),
    'Authentication',
    { DvcAction: 'Blocked', RuleName: 'Suspicious IP Throttling', EventSeverity: 'Medium' },
  ],
  [
    'a tenant with a custom domain',
    log('s', { hostname: 'login.acme.com' }),
    'Authentication',
    {
      Dvc: 'login.acme.com',
      DvcHostname: 'login',
      DvcDomain: 'acme.com',
      DvcFQDN: 'login.acme.com',
      DvcDomainType: 'FQDN',
    },
  ],
  [
    'an address that the application passed on',
    log('s', { client_ip: '203.0.113.9' }),
    'Authentication',
    { SrcIpAddr: '203.0.113.9' },
  ],
];

let asim: Asim;
const found = new Map<string, { schema: Schema; row: Row }[]>();
beforeAll(async () => {
  asim = await workspaceWith(CASES.map(([, one]) => one));
  for (const schema of ['Authentication', 'AuditEvent', 'UserManagement'] as const) {
    for (const row of await asim.run(parserOf(schema), SCOPE)) {
      const id = `${row['EventOriginalUid']}`;
      found.set(id, [...(found.get(id) ?? []), { schema, row }]);
    }
  }
});
afterAll(() => asim.close());

test.each(CASES)('%s', (_, given, schema, event) => {
  const id = (given as { log_id: string }).log_id;
  expect(found.get(id)?.map(one => one.schema)).toEqual([schema]);
  expect(found.get(id)![0]!.row).toMatchObject(event);
});
