/** The parser of the audit trail: https://learn.microsoft.com/azure/sentinel/normalization-schema-audit */
import { CALL, CHANGES_USER, IS_CALL } from './calls.ts';
import {
  ADDRESS,
  additional,
  anyOf,
  commonFields,
  isIn,
  PLACE,
  placedTable,
  project,
  RESULT,
  TENANT,
  typeIf,
  userFields,
  where,
} from './kql.ts';
import { ONCE, source } from './source.ts';

/** The kind of an object, by the first part of its path; others are configuration. */
const OBJECT_TYPE = `case(
        not(IsCall), CodeObjectType,
        Collection in ('attack-protection', 'guardian', 'network-acls', 'rules', 'rules-configs', 'risk-assessments', 'anomaly'), 'Policy Rule',
        Collection in ('users', 'users-by-email', 'roles', 'organizations', 'groups'), 'Directory Service Object',
        Collection in ('keys', 'custom-domains'), 'Cloud Resource',
        Collection in ('jobs'), 'Scheduled Task',
        Collection in ('logs'), 'Event Log',
        Collection in ('tickets', 'device-credentials', 'grants', 'sessions', 'refresh-tokens', 'blacklists'), 'Other',
        'Configuration Atom')`;

/** Paths whose second part names a setting, not an object. */
const WITHOUT_IDS = [
  'attack-protection',
  'guardian',
  'tenants',
  'prompts',
  'branding',
  'keys',
  'anomaly',
  'jobs',
  'tickets',
  'stats',
  'emails',
]
  .map(one => `'${one}'`)
  .join(', ');

/** The parser's text, with the conditions on its parameters or without. */
export function auditEvent(filtering: boolean): string {
  const only = (conditions: readonly string[]) => where(filtering ? conditions : []);
  return `${placedTable(
    'AuditEvent',
    [
      ['CodeObject', one => one.object],
      ['CodeObjectType', one => one.objectType],
    ],
    filtering ? [RESULT] : [],
  )}
${source(filtering)}
| extend SrcIpAddr = coalesce(ClientIp, SrcIpAddr), Operation = coalesce(Description, EventOriginalType)
${only([ADDRESS, anyOf('operation_has_any', 'Operation')])}| lookup kind=inner Placed on EventOriginalType
${CALL}
| extend IsCall = ${IS_CALL}, ChangesUser = ${CHANGES_USER}
// A change of a user is an event of user management.
| where not(IsCall and ChangesUser)
| extend
    Object = iff(IsCall, coalesce(Path, 'Management API'), coalesce(Connection, CodeObject)),
    NewValue = iff(tostring(Body) in ('', '{}', '[]'), '', tostring(Body)),
    ActorUsername = coalesce(AdminName, LogUsername, ClientName, ClientId),
    Collection = tostring(split(Path, '/')[0]),
    EventType = case(
        not(IsCall), EventType,
        Method == 'GET' or EventOriginalType == 'mgmt_api_read', 'Read',
        Method == 'DELETE', 'Delete',
        Method in ('PUT', 'PATCH') and tostring(Body.enabled) =~ 'true', 'Enable',
        Method in ('PUT', 'PATCH') and tostring(Body.enabled) =~ 'false', 'Disable',
        Method in ('PUT', 'PATCH') or Path endswith '/rotate-secret', 'Set',
        Method == 'POST' and Path matches regex @'^(jobs|tickets)/|/(deploy|test|verify|rotate)$', 'Execute',
        Method == 'POST', 'Create',
        EventType)
${only([
  isIn('eventtype_in', 'EventType'),
  anyOf('actorusername_has_any', 'ActorUsername'),
  anyOf('object_has_any', 'Object'),
  anyOf('newvalue_has_any', 'NewValue'),
])}${ONCE}
${TENANT}
${PLACE}
| extend
    ActorUserId = coalesce(AdminId, LogUserId, ClientId),
    ActorUserType = case(
        isnotempty(AdminName) or (IsCall and isnotempty(LogUserId)), 'Admin',
        isnotempty(LogUsername) or isnotempty(LogUserId), 'Regular',
        isnotempty(ClientId), 'Application',
        'System'),
    ObjectType = ${OBJECT_TYPE},
    EventResultDetails = iff(IsCall, StatusCode, ''),
    DvcAction = ''
${additional(['Connection', 'Audience', 'Scope', 'Method', 'EnvironmentName', 'Details'])}
${project([
  ...commonFields('AuditEvent', '0.1.2'),
  'EventOriginalSubType = Method',
  'Operation',
  'Object',
  'ObjectType',
  `ObjectId = case(not(IsCall) or Collection in (${WITHOUT_IDS}), '', coalesce(tostring(split(Path, '/')[1]), tostring(Response.client_id), tostring(Response.id)))`,
  "OriginalObjectType = iff(IsCall, Collection, '')",
  'NewValue',
  'Value = NewValue',
  `ValueType = ${typeIf('NewValue', 'Other')}`,
  ...userFields('Actor'),
  'ActorUserType',
  'ActorScope = TenantName',
  'User = ActorUsername',
  'ActingAppId = ClientId',
  'ActingAppName = ClientName',
  `ActingAppType = ${typeIf('ClientName', 'Other')}`,
  "TargetAppName = 'Auth0'",
  'TargetAppId = TenantName',
  "TargetAppType = 'SaaS application'",
  "Application = 'Auth0'",
  'TargetHostname = DvcHostname',
  'TargetDomain = DvcDomain',
  `TargetDomainType = ${typeIf('DvcDomain', 'FQDN')}`,
  `TargetFQDN = iff(isempty(DvcDomain), '', TenantHost)`,
  'Dst = TenantHost',
])}
`;
}
