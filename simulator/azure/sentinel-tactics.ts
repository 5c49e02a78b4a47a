/** Which tactics a technique of MITRE ATT&CK belongs to, as far as rules here use them. */

/** https://github.com/Azure/Azure-Sentinel/blob/master/.script/tests/detectionTemplateSchemaValidation/Models/AttackTactic.cs */
export const TACTICS: readonly string[] = [
  'Reconnaissance',
  'ResourceDevelopment',
  'InitialAccess',
  'Execution',
  'Persistence',
  'PrivilegeEscalation',
  'DefenseEvasion',
  'CredentialAccess',
  'Discovery',
  'LateralMovement',
  'Collection',
  'Exfiltration',
  'CommandAndControl',
  'Impact',
  'PreAttack',
  'ImpairProcessControl',
  'InhibitResponseFunction',
];

/**
 * As Microsoft's check of rules has them:
 * https://github.com/Azure/Azure-Sentinel/blob/master/.script/tests/detectionTemplateSchemaValidation/Models/ModelValidationAttributes/KillChainTechniquesHelper.cs
 */
const OF_TECHNIQUE: Readonly<Record<string, readonly string[]>> = {
  T1059: ['Execution'],
  T1078: ['InitialAccess', 'Persistence', 'PrivilegeEscalation', 'DefenseEvasion'],
  T1098: ['Persistence'],
  T1110: ['CredentialAccess'],
  T1136: ['Persistence'],
  T1213: ['Collection'],
  T1484: ['PrivilegeEscalation', 'DefenseEvasion'],
  T1485: ['Impact'],
  T1496: ['Impact'],
  T1499: ['Impact'],
  T1526: ['Discovery'],
  T1528: ['CredentialAccess'],
  T1531: ['Impact'],
  T1537: ['Exfiltration'],
  T1550: ['DefenseEvasion', 'LateralMovement'],
  T1552: ['CredentialAccess'],
  T1556: ['Persistence', 'DefenseEvasion', 'CredentialAccess'],
  T1562: ['DefenseEvasion'],
  T1567: ['Exfiltration'],
  T1585: ['ResourceDevelopment', 'PreAttack'],
  T1589: ['Reconnaissance', 'PreAttack'],
  T1595: ['Reconnaissance', 'PreAttack'],
  // Not in that list; by https://attack.mitre.org/techniques/T1621/, and in rules of Microsoft's catalog.
  T1621: ['CredentialAccess'],
};

/** None for a technique that is not known here. */
export const tacticsOf = (technique: string): readonly string[] => OF_TECHNIQUE[technique] ?? [];
