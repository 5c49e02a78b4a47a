/** The parser of changes of users: https://learn.microsoft.com/azure/sentinel/normalization-schema-user-management */
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
  TENANT,
  typeIf,
  userFields,
  where,
} from './kql.ts';
import { ONCE, source } from './source.ts';

/** A call's type, by what it does to which path. Roles and organizations are groups. */
const CALL_TYPE = `case(
        Path startswith 'user-blocks', 'UserUnlocked',
        Path matches regex @'^(roles/[^/]+/users|organizations/[^/]+/members|users/[^/]+/roles)' and Method == 'POST', 'UserAddedToGroup',
        Path matches regex @'^(roles/[^/]+/users|organizations/[^/]+/members|users/[^/]+/roles)' and Method == 'DELETE', 'UserRemovedFromGroup',
        Path == 'users' and Method == 'POST', 'UserCreated',
        Path matches regex @'^(users/[^/]+|connections/[^/]+/users)$' and Method == 'DELETE', 'UserDeleted',
        Path matches regex @'^users/[^/]+$' and tostring(Body.blocked) =~ 'true', 'UserDisabled',
        Path matches regex @'^users/[^/]+$' and tostring(Body.blocked) =~ 'false', 'UserEnabled',
        Path matches regex @'^users/[^/]+$' and isnotempty(tostring(Body.password)), 'PasswordReset',
        'UserModified')`;

/** SCIM has one path for users and one for groups: https://datatracker.ietf.org/doc/html/rfc7644#section-3.2 */
const SCIM_TYPE = `case(
        Path contains '/Groups' and Method == 'POST', 'GroupCreated',
        Path contains '/Groups' and Method == 'DELETE', 'GroupDeleted',
        Path contains '/Groups' and Method == 'GET', 'GroupRead',
        Path contains '/Groups', 'GroupModified',
        Method == 'POST', 'UserCreated',
        Method == 'DELETE', 'UserDeleted',
        Method == 'GET', 'UserRead',
        ScimActive =~ 'false', 'UserDisabled',
        ScimActive =~ 'true' and Method == 'PATCH', 'UserEnabled',
        'UserModified')`;

/** Properties of a user that a call can set, by the paths below the user or the keys of its body. */
const PATHS: Readonly<Record<string, string>> = {
  identities: 'identities',
  'authentication-methods': 'authentication_method',
  authenticators: 'mfa',
  multifactor: 'mfa',
  'recovery-code-regeneration': 'mfa',
  permissions: 'permissions',
  sessions: 'sessions',
  'refresh-tokens': 'refresh_tokens',
};
const KEYS = ['email', 'email_verified', 'phone_number', 'username', 'name', 'user_metadata', 'app_metadata'];
const keysSet = KEYS.map(key => `iff(isnotnull(Body.${key}), '${key} ', '')`).join(', ');
const ofPath = Object.entries(PATHS).map(([path, name]) => `Part == '${path}', '${name}'`);
const newValueOf = KEYS.map(key => `EventSubType == '${key}', tostring(Body.${key})`);

/** The parser's text, with the conditions on its parameters or without. */
export function userManagement(filtering: boolean): string {
  const only = (conditions: readonly string[]) => where(filtering ? conditions : []);
  return `${placedTable('UserManagement', [
    ['CodeDetails', one => one.details],
    ['CodeSubType', one => one.subType],
  ])}
${source(filtering)}
| extend SrcIpAddr = coalesce(ClientIp, SrcIpAddr)
${only([ADDRESS])}| lookup kind=inner Placed on EventOriginalType
${CALL}
| extend IsCall = ${IS_CALL}, ChangesUser = ${CHANGES_USER}, IsScim = EventOriginalType in ('sscim', 'fscim')
| where not(IsCall) or ChangesUser
// A user that the Management API created has two logs: the call, which names the actor, and this one.
| where not(EventOriginalType == 'ss' and tostring(Details.body.is_signup) =~ 'false')
| extend ScimActive = coalesce(tostring(Body.active), tostring(Body.Operations[0].value.active), iff(tostring(Body.Operations[0].path) =~ 'active', tostring(Body.Operations[0].value), ''))
| extend EventType = case(IsCall, ${CALL_TYPE}, IsScim, ${SCIM_TYPE}, EventType)
${only([isIn('eventtype_in', 'EventType')])}| extend
    PathId = replace_regex(tostring(split(Path, '/')[1]), @'%7[Cc]', '|'),
    GroupPath = Path matches regex @'^(roles|organizations)/',
    IsNew = IsCall and EventType == 'UserCreated',
    Members = coalesce(tostring(Body.users[0]), tostring(Body.members[0]))
| extend
    TargetUserId = case(not(IsCall), LogUserId, IsNew, tostring(Response.user_id), GroupPath, Members, Path startswith 'connections/', '', PathId),
    TargetUsername = iff(IsCall, coalesce(tostring(Response.email), tostring(Body.email), tostring(Response.username), tostring(Body.username), tostring(Response.name)), coalesce(LogUsername, tostring(Details.body.email), tostring(Details.query.email))),
    ActorUsername = case(
        IsCall, coalesce(AdminName, LogUsername, ClientName, ClientId, AdminId, LogUserId, 'Management API'),
        IsScim, coalesce(Connection, 'SCIM'),
        coalesce(LogUsername, tostring(Details.body.email), LogUserId, ClientName, ClientId, TenantName, 'Auth0'))
${only([anyOf('targetusername_has_any', 'TargetUsername'), anyOf('actorusername_has_any', 'ActorUsername')])}${ONCE}
${TENANT}
${PLACE}
| extend Part = tostring(split(Path, '/')[2]), KeysSet = trim(' ', strcat(${keysSet}))
| extend
    EventSubType = case(
        EventType == 'PasswordReset', 'password',
        EventType != 'UserModified', CodeSubType,
        not(IsCall), CodeSubType,
        ${ofPath.join(',\n        ')},
        KeysSet contains ' ', 'MultipleProperties',
        KeysSet)
| extend
    NewPropertyValue = case(IsCall, case(${newValueOf.join(', ')}, ''), ''),
    ActorUserId = case(IsCall, coalesce(AdminId, LogUserId, ClientId), IsScim, '', LogUserId),
    ActorUserType = case(
        IsCall and isempty(AdminName) and isempty(LogUserId), 'Application',
        IsCall, 'Admin',
        IsScim, 'System',
        'Regular'),
    GroupId = case(
        EventType !in ('UserAddedToGroup', 'UserRemovedFromGroup'), '',
        not(IsCall), OrganizationId,
        GroupPath, PathId,
        tostring(Body.roles[0])),
    GroupName = iff(EventType in ('UserAddedToGroup', 'UserRemovedFromGroup'), OrganizationName, ''),
    EventResultDetails = case(EventResult == 'Success', '', StatusCode in ('401', '403'), 'NotAuthorized', 'Other'),
    DvcAction = ''
${additional(['Connection', 'Strategy', 'OrganizationId', 'OrganizationName', 'Method', 'Path', 'EnvironmentName', 'Details'])}
${project([
  ...commonFields('UserManagement', '0.1.2'),
  'EventSubType',
  'UpdatedPropertyName = EventSubType',
  'NewPropertyValue',
  'EventOriginalSubType = Method',
  ...userFields('Target'),
  "TargetUserType = 'Regular'",
  'TargetUserScope = TenantName',
  ...userFields('Actor'),
  'ActorUserType',
  'ActorScope = TenantName',
  'User = ActorUsername',
  'GroupId',
  `GroupIdType = ${typeIf('GroupId', 'Simple')}`,
  'GroupName',
  `GroupNameType = ${typeIf('GroupName', 'Simple')}`,
  `GroupType = ${typeIf('GroupId', 'Other')}`,
  'ActingAppId = ClientId',
  'ActingAppName = ClientName',
  `ActingAppType = ${typeIf('ClientName', 'Other')}`,
  'Hostname = DvcHostname',
  "SrcDeviceType = case(IsMobile == true, 'Mobile Device', isnotempty(Os), 'Computer', '')",
])}
`;
}
