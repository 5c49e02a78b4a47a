/** Why Entra gives no token, and why the Logs Ingestion API refuses a post. The first row that fits is the cause. */
import type { Cause, Refused } from '../../core/cause.ts';
import { DAILY_CAP, PAGE } from '../causes.ts';

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const says =
  (...codes: readonly number[]) =>
  ({ message = '' }: Refused) =>
    codes.some(code => new RegExp(`\\bAADSTS${code}\\b`).test(message));

export const ENTRA_CAUSES: readonly Cause[] = [
  { ...PAGE, means: 'a proxy or a firewall answers, and not Entra', next: 'refused' },
  {
    name: 'secret-expired',
    answer: '`AADSTS7000222`',
    means: 'the client secret has expired',
    remedy:
      'make a new client secret of the application {clientId}, and write its value into the secret "{secret}":\n' +
      '  az ad app credential reset --id {clientId} --append',
    next: 'refused',
    is: says(7000222),
  },
  {
    name: 'secret-wrong',
    answer: '`AADSTS7000215`',
    means: 'the client secret is wrong: another’s, or its id instead of its value',
    remedy:
      'check that the secret "{secret}" holds a client secret of the application {clientId}: its value, not its id; or make a new one:\n' +
      '  az ad app credential reset --id {clientId} --append',
    next: 'refused',
    is: says(7000215),
  },
  {
    name: 'application',
    answer: '`AADSTS700016`',
    means: 'the tenant has no such application',
    remedy:
      'check azure.clientId "{clientId}" and azure.tenantId "{tenantId}":\n  az ad app show --id {clientId}',
    next: 'refused',
    is: says(700016),
  },
  {
    name: 'tenant',
    answer: '`AADSTS90002`',
    means: 'there is no such tenant in this cloud',
    remedy:
      'check azure.tenantId "{tenantId}" and azure.cloud "{cloud}":\n  az account show --query tenantId',
    next: 'refused',
    is: says(90002),
  },
  {
    name: 'cloud',
    answer: '`AADSTS70011`, `AADSTS500011`',
    means: 'the tenant is of another cloud than `azure.cloud`',
    remedy: 'check azure.cloud "{cloud}"',
    next: 'refused',
    is: says(70011, 500011),
  },
];

export const LOGS_INGESTION_CAUSES: readonly Cause[] = [
  PAGE,
  {
    name: 'role',
    answer: '`403`',
    means: 'the role is missing, or not spread yet: that takes up to 30 minutes',
    remedy:
      'give the application the role Monitoring Metrics Publisher on the data collection rule (a new one takes up to ' +
      '30 minutes to work):\n' +
      '  az role assignment create --role "Monitoring Metrics Publisher" \\\n    --assignee {clientId} \\\n    --scope "$(az monitor data-collection rule list -o tsv \\\n      --query "[?immutableId==\'{dcrImmutableId}\'].id")"',
    next: 'next run',
    is: ({ status }) => status === 403,
  },
  {
    name: 'audience',
    answer: '`401`',
    means: 'the token is for another cloud or audience',
    remedy: 'check azure.cloud "{cloud}" and azure.endpoint "{endpoint}": they must be of one cloud',
    next: 'next run',
    is: ({ status }) => status === 401,
  },
  {
    name: 'stream',
    answer: '`400` or `404` with a code that names the stream',
    means: 'the rule does not have this stream',
    remedy: 'check azure.stream "{stream}" against the rule’s streams, see “dcr columns”',
    next: 'next run',
    is: ({ code = '' }) => /stream/i.test(code),
  },
  {
    name: 'rule',
    answer: '`404`, or `400` with a code that names the rule',
    means: 'the rule does not exist at this endpoint',
    remedy:
      'check azure.endpoint "{endpoint}", azure.dcrImmutableId "{dcrImmutableId}" and azure.stream "{stream}" against:\n' +
      '  az monitor data-collection rule list -o json \\\n    --query "[].{id:immutableId,at:endpoints.logsIngestion}"',
    next: 'next run',
    is: ({ status, code = '' }) =>
      status !== 400 || /dcr|datacollectionrule|immutableid|api-?version/i.test(code),
  },
  {
    name: 'columns',
    answer: '`400` for every record',
    means: 'the rule’s columns do not take the records',
    remedy: 'compare the columns: “dcr columns” of "doctor" says how',
    next: 'next run',
    is: ({ status }) => status === 400,
  },
  DAILY_CAP,
];
