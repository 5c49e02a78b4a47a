/** An identity of Entra, in words: its secret, its settings, and why Entra rejects a token request. */
import type { Cause, Refused } from '../core/cause.ts';
import { PAGE } from './causes.ts';
import type { EntraApplication, SecretField } from './spec.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Of an identity that authenticates with a client secret. */
export const CLIENT_SECRET: SecretField = {
  name: 'clientSecret',
  variable: 'AZURE_CLIENT_SECRET',
  problemOf: clientSecretProblem,
};

/** What the causes name in braces. */
export const entraValues = ({ tenantId, clientId, cloud, secret = '' }: EntraApplication) => ({
  tenantId,
  clientId,
  cloud,
  secret,
});

/** What decides where a token is asked for and for whom, in an operator's words. */
export function tokenSettings({ tenantId, clientId, cloud }: EntraApplication): string {
  return `azure.tenantId "${tenantId}", azure.clientId "${clientId}", azure.cloud "${cloud}"`;
}

function clientSecretProblem(secret: string) {
  if (!GUID.test(secret)) return undefined;
  const text =
    'has a "clientSecret" that looks like the id of a client secret; use its value, which Azure shows only once';
  return { level: 'warning', text } as const;
}

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const says =
  (...codes: readonly number[]) =>
  ({ message = '' }: Refused) =>
    codes.some(code => new RegExp(`\\bAADSTS${code}\\b`).test(message));

export const ENTRA_CAUSES: readonly Cause[] = [
  { ...PAGE, next: 'refused' },
  {
    name: 'secret-expired',
    answer: '`AADSTS7000222`',
    means: 'the client secret expired',
    remedy:
      'create a client secret for the application {clientId}, and write its value into the secret "{secret}":\n' +
      '  az ad app credential reset --id {clientId} --append',
    next: 'refused',
    needsSecret: true,
    is: says(7000222),
  },
  {
    name: 'secret-wrong',
    answer: '`AADSTS7000215`',
    means: 'the secret holds the client secret of another application, or its id instead of its value',
    remedy:
      'write the value (not the id) of a client secret of the application {clientId} into the secret "{secret}", or create a new one:\n' +
      '  az ad app credential reset --id {clientId} --append',
    next: 'refused',
    needsSecret: true,
    is: says(7000215),
  },
  {
    name: 'application',
    answer: '`AADSTS700016`',
    means: 'the application does not exist in the tenant',
    remedy:
      'check azure.clientId "{clientId}" and azure.tenantId "{tenantId}":\n  az ad app show --id {clientId}',
    next: 'refused',
    is: says(700016),
  },
  {
    name: 'tenant',
    answer: '`AADSTS90002`',
    means: 'the tenant does not exist in this cloud',
    remedy:
      'check azure.tenantId "{tenantId}" and azure.cloud "{cloud}":\n  az account show --query tenantId',
    next: 'refused',
    is: says(90002),
  },
  {
    name: 'cloud',
    answer: '`AADSTS70011`, `AADSTS500011`',
    means: 'the tenant is in another cloud than `azure.cloud`',
    remedy: 'correct azure.cloud "{cloud}"',
    next: 'refused',
    is: says(70011, 500011),
  },
];
