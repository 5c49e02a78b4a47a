/** What Microsoft's testers of ASIM find in these parsers, and why it stays. */
import type { Schema } from './codes.ts';

export interface Known {
  readonly schemas: readonly Schema[];
  readonly fields: readonly string[];
  readonly severity: 'error' | 'warning';
  readonly why: string;
}

export const KNOWN: readonly Known[] = [
  {
    schemas: ['AuditEvent', 'UserManagement'],
    fields: ['EventVendor', 'EventProduct'],
    severity: 'error',
    why: 'Microsoft’s list has the vendor Okta and the product Auth0 for Authentication only. Another name would be wrong, and one source would have two.',
  },
  {
    schemas: ['UserManagement'],
    fields: ['EventSubType'],
    severity: 'error',
    why: 'ASIM’s page wants the name of the property that changed, such as `email`. The list has only the names that Microsoft’s own parsers write.',
  },
  {
    schemas: ['Authentication', 'AuditEvent', 'UserManagement'],
    fields: ['DvcIpAddr'],
    severity: 'warning',
    why: 'Auth0 does not log the address of the tenant.',
  },
  {
    schemas: ['AuditEvent'],
    fields: ['TargetIpAddr'],
    severity: 'warning',
    why: 'Auth0 does not log the address of the tenant.',
  },
  {
    schemas: ['UserManagement'],
    fields: ['SrcHostname', 'SrcDomain', 'SrcDomainType'],
    severity: 'warning',
    why: 'Auth0 logs the address of the caller, not its name. The column `SrcHostname` of the table is the host name of the tenant.',
  },
];
