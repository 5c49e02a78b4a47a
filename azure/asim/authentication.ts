/** The parser of sign-ins: https://learn.microsoft.com/azure/sentinel/normalization-schema-authentication */
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

/** The parser's text, with the conditions on its parameters or without. */
export function authentication(filtering: boolean): string {
  const only = (conditions: readonly string[]) => where(filtering ? conditions : []);
  return `${placedTable(
    'Authentication',
    [
      ['CodeDetails', one => one.details],
      ['EventSubType', one => one.subType],
      ['CodeMethod', one => one.method],
      ['RuleName', one => one.rule],
      ['CodeUserType', one => one.userType],
    ],
    filtering ? [isIn('eventtype_in', 'EventType'), RESULT] : [],
  )}
${source(filtering)}
// A wrong password of the grant "password" has two logs: this one, and fp or fu, which counts.
| where not(EventOriginalType == 'fepft' and Description has 'email or password')
// The address of the end user, if the application passed it on.
| extend SrcIpAddr = coalesce(ClientIp, SrcIpAddr)
${only([ADDRESS, 'array_length(srchostname_has_any) == 0'])}| lookup kind=inner Placed on EventOriginalType
| extend IsMachine = CodeUserType == 'Application'
| extend
    TargetUsername = iff(IsMachine, ClientName, LogUsername),
    TargetAppName = iff(IsMachine, coalesce(Audience, 'Auth0'), coalesce(ClientName, ClientId))
${only([anyOf('username_has_any', 'TargetUsername'), anyOf('targetappname_has_any', 'TargetAppName')])}| extend EventResultDetails = case(
    EventType != 'Logon' or EventResult == 'Success', CodeDetails,
    Description has 'user is blocked', 'User disabled',
    CodeDetails != 'Other', CodeDetails,
    Description has 'email or password', 'Incorrect password',
    Description has_any ('access_denied', 'access denied', 'unauthorized', 'not allowed', 'multifactor', 'mfa'), 'Logon violates policy',
    CodeDetails)
${only([isIn('eventresultdetails_in', 'EventResultDetails')])}${ONCE}
${TENANT}
${PLACE}
| extend
    LogonMethod = case(
        EventType != 'Logon', '',
        isnotempty(CodeMethod), CodeMethod,
        Strategy in ('auth0', 'ad', 'auth0-adldap'), 'Username & Password',
        Strategy in ('email', 'sms'), 'Passwordless',
        'Other'),
    TargetUserId = iff(IsMachine, ClientId, LogUserId),
    TargetAppId = iff(IsMachine, Audience, ClientId),
    DvcAction = iff(isempty(RuleName), '', 'Blocked'),
    ActingAppName = iff(IsMachine, '', Browser)
${additional(['Connection', 'Strategy', 'StrategyType', 'Audience', 'Scope', 'OrganizationId', 'OrganizationName', 'EnvironmentName', 'Details'])}
${project([
  ...commonFields('Authentication', '0.1.4'),
  'EventSubType',
  'EventOriginalSubType = StrategyType',
  'LogonMethod',
  ...userFields('Target'),
  "TargetUserType = iff(IsMachine, 'Application', 'Regular')",
  'TargetUserScope = TenantName',
  'User = coalesce(TargetUsername, TargetUserId)',
  'TargetSessionId = tostring(Details.session_id)',
  'TargetAppId',
  'TargetAppName',
  `TargetAppType = case(isempty(TargetAppName), '', IsMachine, 'Resource', 'Other')`,
  'Application = TargetAppName',
  'LogonTarget = coalesce(TargetAppName, TenantHost)',
  'TargetHostname = DvcHostname',
  'TargetDomain = DvcDomain',
  `TargetDomainType = ${typeIf('DvcDomain', 'FQDN')}`,
  `TargetFQDN = iff(isempty(DvcDomain), '', TenantHost)`,
  'Dst = TenantHost',
  'ActingAppName',
  // A library names no operating system, a browser does.
  "ActingAppType = case(isempty(ActingAppName), '', isempty(Os), 'Other', 'Browser')",
  'SrcDvcOs = Os',
  "SrcDeviceType = case(IsMobile == true, 'Mobile Device', isnotempty(Os), 'Computer', '')",
  'RuleName',
  'Rule = RuleName',
])}
`;
}
