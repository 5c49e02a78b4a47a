/**
 * The fields of three ASIM schemas, as Microsoft's own testers know them: name, class, type and values.
 * https://github.com/Azure/Azure-Sentinel/blob/master/ASIM/dev/ASimTester/ASimTester.csv (read in its version of March 2026)
 * Stricter where the documents say more: a value's format counts in every schema that has the field.
 */

/** In the order of the letters of a class below. */
export const TESTED_SCHEMAS = ['Authentication', 'AuditEvent', 'UserManagement'] as const;
export type TestedSchema = (typeof TESTED_SCHEMAS)[number];

export type FieldClass = 'Mandatory' | 'Recommended' | 'Conditional' | 'Alias' | 'Optional';
export type Format =
  | 'IP Address'
  | 'Hostname'
  | 'Domain'
  | 'FQDN'
  | 'SchemaVersion'
  | 'Dictionary'
  | 'Coordinate';

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly class: FieldClass;
  readonly format?: Format;
  /** The values that it may have; besides it may be empty. */
  readonly values?: readonly string[];
  /** The field that it belongs to: a type to its value, an alias to what it repeats. */
  readonly follows?: string;
}

const CLASS: Readonly<Record<string, FieldClass>> = {
  M: 'Mandatory',
  R: 'Recommended',
  C: 'Conditional',
  A: 'Alias',
  O: 'Optional',
};

interface Row {
  readonly name: string;
  /** A letter for each schema; `-` if it lacks the field. */
  readonly classes: string;
  readonly type: string;
  readonly more: Pick<Field, 'format' | 'values' | 'follows'>;
}

const rows = (names: string, classes: string, type = 'string', more: Row['more'] = {}): Row[] =>
  names.split(' ').map(name => ({ name, classes, type, more }));
const values = (list: string, follows?: string): Row['more'] => ({
  values: list.split('|'),
  ...(follows ? { follows } : {}),
});
const follows = (field: string): Row['more'] => ({ follows: field });
const format = (one: Format): Row['more'] => ({ format: one });

const USER_ID_TYPES = 'SID|UID|AADID|OktaId|AWSId|PUID|SalesforceId|VectraUserId|MD4IoTid|Other';
const USERNAME_TYPES = 'UPN|Windows|DN|Simple';
const USER_TYPES = 'Regular|Guest|Machine|Admin|System|Application|Service|Other';
const MANAGED_USER_TYPES = 'Regular|Machine|Admin|System|Application|Service Principal|Other';
const DEVICE_ID_TYPES = 'AzureResourceId|MDEid|MD4IoTid|VMConnectionId|AwsVpcId|VectraId|AppGateId|Other';
const DEVICE_TYPES = 'Computer|Mobile Device|IOT Device|Other';
const APP_TYPES = 'Process|Service|Resource|URL|SaaS application|Other';

// cspell:disable codes and vendors' names
const ROWS: readonly Row[] = [
  ...rows('TimeGenerated EventStartTime EventEndTime', 'MMM', 'datetime'),
  ...rows('EventCount', 'MMM', 'int'),
  ...rows('Type Dvc', 'MMM'),
  ...rows('EventType', 'M--', 'string', values('Logon|Logoff|Elevate')),
  ...rows(
    'EventType',
    '-M-',
    'string',
    values(
      'Set|Read|Create|Delete|Execute|Install|Clear|Enable|Disable|Initialize|Start|Stop|Terminate|Other',
    ),
  ),
  ...rows(
    'EventType',
    '--M',
    'string',
    values(
      'UserCreated|UserDeleted|UserModified|UserLocked|UserUnlocked|UserDisabled|UserEnabled|PasswordChanged|PasswordReset|GroupCreated|GroupDeleted|GroupModified|UserAddedToGroup|UserRemovedFromGroup|GroupEnumerated|UserRead|GroupRead',
    ),
  ),
  ...rows('EventResult', 'MMM', 'string', values('Success|Partial|Failure|NA')),
  ...rows(
    'EventResultDetails',
    'R--',
    'string',
    values(
      'No such user or password|Incorrect password|Account expired|Password expired|User locked|User disabled|Logon violates policy|Session expired|No such user|Incorrect key|MFA not satisfied|Other',
    ),
  ),
  ...rows('EventResultDetails', '-R-'),
  ...rows('EventResultDetails', '--R', 'string', values('NotAuthorized|Other')),
  ...rows(
    'EventSubType',
    'O--',
    'string',
    values('System|Interactive|RemoteInteractive|Service|RemoteService|Remote|AssumeRole|NetworkCleartext'),
  ),
  ...rows('EventSubType', '-O-'),
  ...rows(
    'EventSubType',
    '--O',
    'string',
    values('UserRead|UserCreated|GroupCreated|UserModified|GroupModified|password|shell|GID|expiration|UID'),
  ),
  ...rows('EventSeverity', 'RRM', 'string', values('Informational|Low|Medium|High')),
  ...rows(
    'EventProduct',
    'M--',
    'string',
    values(
      'Service Cloud|Auth0|CloudTrail|AAD|ASA|Microsoft Defender for IoT|ISE|M365 Defender for Endpoint|Meraki|Security Events|Okta|PostgreSQL|OpenSSH|su|sudo|Vectra XDR|SentinelOne|WAF|FalconHost|Carbon Black Cloud|Cortex Data Lake|Workspace|Core|Fortigate|IOS',
    ),
  ),
  ...rows(
    'EventProduct',
    '-M-',
    'string',
    values(
      'Azure|WAF|Security Events|Exchange 365|Dataminr Pulse|ISE|XDR|Meraki|FalconHost|SentinelOne|Carbon Black Cloud|BloxOne|Core|Azure Key Vault|SQL Audit Logs',
    ),
  ),
  ...rows('EventProduct', '--M', 'string', values('Security Events|Authpriv|ISE|SentinelOne|CloudTrail')),
  ...rows(
    'EventVendor',
    'M--',
    'string',
    values(
      'Salesforce|AWS|Barracuda|Cisco|Microsoft|Okta|PostgreSQL|OpenBSD|Linux|Vectra|SentinelOne|CrowdStrike|VMware|Google|Illumio|Fortinet',
    ),
  ),
  ...rows(
    'EventVendor',
    '-M-',
    'string',
    values('Microsoft|AWS|Barracuda|Cisco|Dataminr|Vectra|CrowdStrike|SentinelOne|VMware|Infoblox|Illumio'),
  ),
  ...rows('EventVendor', '--M', 'string', values('Microsoft|Linux|Cisco|SentinelOne|AWS')),
  ...rows('EventSchema', 'M--', 'string', values('Authentication')),
  ...rows('EventSchema', '-M-', 'string', values('AuditEvent')),
  ...rows('EventSchema', '--M', 'string', values('UserManagement')),
  ...rows('EventSchemaVersion', 'MMM', 'string', format('SchemaVersion')),
  ...rows('EventUid', 'RRR'),
  ...rows(
    'EventMessage EventOriginalResultDetails EventOriginalSeverity EventOriginalUid EventOriginalType',
    'OOO',
  ),
  ...rows('EventOriginalSubType EventProductVersion EventOwner EventReportUrl', 'OOO'),
  ...rows('AdditionalFields', 'OOO', 'dynamic', format('Dictionary')),

  ...rows('DvcIpAddr', 'RRR', 'string', format('IP Address')),
  ...rows('DvcHostname', 'RRR', 'string', format('Hostname')),
  ...rows('DvcDomain', 'RRR', 'string', format('Domain')),
  ...rows('DvcDomainType', 'CCC', 'string', values('Windows|FQDN', 'DvcDomain')),
  ...rows('DvcFQDN', 'OOR', 'string', format('FQDN')),
  ...rows('DvcId', 'OOR'),
  ...rows('DvcIdType', 'CCR', 'string', values(DEVICE_ID_TYPES, 'DvcId')),
  ...rows('DvcAction', 'RRR'),
  ...rows(
    'DvcDescription DvcInterface DvcOriginalAction DvcOs DvcOsVersion DvcScope DvcScopeId DvcZone',
    'OOO',
  ),

  ...rows('Src', 'RRR'),
  ...rows('SrcIpAddr', 'RRR', 'string', format('IP Address')),
  ...rows('IpAddr', 'AAA', 'string', { format: 'IP Address', follows: 'SrcIpAddr' }),
  ...rows('SrcHostname', 'OOR', 'string', format('Hostname')),
  ...rows('SrcDomain', 'OOR', 'string', format('Domain')),
  ...rows('SrcDomainType', 'CCR', 'string', values('Windows|FQDN', 'SrcDomain')),
  ...rows('SrcFQDN', 'OOO', 'string', format('FQDN')),
  ...rows('SrcDvcId SrcDescription', 'OOO'),
  ...rows('SrcDvcIdType', 'CCC', 'string', values(`${DEVICE_ID_TYPES}|ForcepointId`, 'SrcDvcId')),
  ...rows('SrcDeviceType', 'OOO', 'string', values(DEVICE_TYPES)),
  ...rows('SrcDvcOs SrcIsp', 'O--'),
  ...rows('SrcGeoCountry SrcGeoRegion SrcGeoCity', 'OOO'),
  ...rows('SrcGeoLatitude SrcGeoLongitude', 'OOO', 'real', format('Coordinate')),
  ...rows('SrcPortNumber SrcRiskLevel', 'OOO', 'int'),
  ...rows('HttpUserAgent', 'OOO'),
  ...rows('Dst', 'RR-'),
  ...rows('Hostname', '--A', 'string', { format: 'Hostname', follows: 'DvcHostname' }),

  ...rows('TargetHostname', 'RR-', 'string', format('Hostname')),
  ...rows('TargetDomain', 'RO-', 'string', format('Domain')),
  ...rows('TargetDomainType', 'CC-', 'string', values('Windows|FQDN', 'TargetDomain')),
  ...rows('TargetFQDN', 'OO-', 'string', format('FQDN')),
  ...rows('TargetIpAddr', 'OR-', 'string', format('IP Address')),
  ...rows('TargetDvcIdType', 'CC-', 'string', values(DEVICE_ID_TYPES, 'TargetDvcId')),
  ...rows('TargetDvcId TargetUrl', 'OO-'),

  ...rows('TargetAppId TargetAppName TargetOriginalAppType', 'OO-'),
  ...rows('TargetAppType', 'CC-', 'string', values(APP_TYPES, 'TargetAppName')),
  ...rows('Application', 'AA-', 'string', follows('TargetAppName')),
  ...rows('ActingAppId ActingAppName ActingOriginalAppType', 'OOO'),
  ...rows('ActingAppType', 'O--', 'string', values(`${APP_TYPES}|CSP|Browser`)),
  ...rows('ActingAppType', '-OO', 'string', values(`${APP_TYPES}|CSP`)),

  ...rows('TargetUserId TargetUsername TargetUserScope TargetUserScopeId TargetOriginalUserType', 'O-O'),
  ...rows('TargetSessionId LogonProtocol LogonTarget', 'O--'),
  ...rows('TargetUserIdType', 'C-C', 'string', values(USER_ID_TYPES, 'TargetUserId')),
  ...rows('TargetUsernameType', 'C-C', 'string', values(USERNAME_TYPES, 'TargetUsername')),
  ...rows('TargetUserType', 'O--', 'string', values(USER_TYPES)),
  ...rows('TargetUserType', '--O', 'string', values(MANAGED_USER_TYPES)),
  ...rows('ActorUserId ActorScope ActorScopeId ActorSessionId ActorOriginalUserType', 'OOO'),
  ...rows('ActorUserIdType', 'CCC', 'string', values(USER_ID_TYPES, 'ActorUserId')),
  ...rows('ActorUsername', 'ORM'),
  ...rows('ActorUsernameType', 'CCC', 'string', values(USERNAME_TYPES, 'ActorUsername')),
  ...rows('ActorUserType', 'OO-', 'string', values(USER_TYPES)),
  ...rows('ActorUserType', '--O', 'string', values(`${MANAGED_USER_TYPES}|Anonymous`)),
  // An alias of Authentication by its page; the tester's list says Optional.
  ...rows('User', 'A--', 'string', follows('TargetUsername')),
  ...rows('User', '-AA', 'string', follows('ActorUsername')),
  ...rows(
    'LogonMethod',
    'O--',
    'string',
    values(
      'Managed Identity|Service Principal|Username & Password|Multi factor authentication|Passwordless|PKI|PAM|Other',
    ),
  ),

  ...rows('RuleName', 'OOO'),
  ...rows('RuleNumber', 'OOO', 'int'),
  ...rows('Rule', 'AAA', 'string', follows('RuleName')),
  ...rows('ThreatIpAddr', 'OO-', 'string', format('IP Address')),
  ...rows('ThreatField', 'CC-', 'string', values('SrcIpAddr|TargetIpAddr', 'ThreatIpAddr')),

  ...rows('Operation', '-M-'),
  ...rows('Object', '-M-'),
  ...rows(
    'ObjectType',
    '-C-',
    'string',
    values(
      'Cloud Resource|Configuration Atom|Policy Rule|Event Log|Scheduled Task|Service|Directory Service Object|Other',
      'Object',
    ),
  ),
  ...rows('ObjectId OriginalObjectType OldValue', '-O-'),
  ...rows('NewValue', '-R-'),
  ...rows('Value', '-A-', 'string', follows('NewValue')),
  ...rows('ValueType', '-O-', 'string', values('Other')),

  ...rows('GroupId GroupName GroupOriginalType PreviousPropertyValue NewPropertyValue', '--O'),
  ...rows('GroupIdType', '--C', 'string', values('SID|UID|Simple', 'GroupId')),
  ...rows('GroupNameType', '--C', 'string', values(USERNAME_TYPES, 'GroupName')),
  ...rows(
    'GroupType',
    '--O',
    'string',
    values(
      'Local Distribution|Local Security Enabled|Global Distribution|Global Security Enabled|Universal Distribution|Universal Security Enabled|Other',
    ),
  ),
  ...rows('UpdatedPropertyName', '--A', 'string', follows('EventSubType')),
];

// cspell:enable
/** The fields of a schema. */
export function fieldsOf(schema: TestedSchema): readonly Field[] {
  const at = TESTED_SCHEMAS.indexOf(schema);
  return ROWS.flatMap(({ name, classes, type, more }) => {
    const letter = classes[at]!;
    return letter === '-' ? [] : [{ name, type, class: CLASS[letter]!, ...more }];
  });
}
